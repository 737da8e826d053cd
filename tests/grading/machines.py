"""A Dask cluster of real processes: a scheduler, and workers that can be killed one by one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Machines:
    """
    A scheduler on this machine, and as many workers as are asked for.

    Parameters
    ----------
    folder
        An empty folder for what they write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen] = []
        self._start("scheduler", "--port", "0", "--host", "127.0.0.1")
        self.address = self._address()

    def worker(self, *options: str) -> subprocess.Popen:
        """Start a worker of one process with one thread."""
        place = self._folder / f"worker{len(self._processes)}"
        return self._start(
            "worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(place), *options
        )

    def _start(self, kind: str, *options: str) -> subprocess.Popen:
        command = [sys.executable, "-W", "ignore", "-m", f"distributed.cli.dask_{kind}"]
        log = self._folder / f"{kind}{len(self._processes)}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [*command, "--scheduler-file", str(self._file), "--no-dashboard", *options],
                cwd=self._folder, stdout=file, stderr=file,
                # The exercises of tests are found as in the process that tests.
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        self._processes.append(process)
        return process

    def _address(self) -> str:
        for _ in range(1200):
            if self._file.exists() and (text := self._file.read_text()).endswith("}"):
                return json.loads(text)["address"]
            assert self._processes[0].poll() is None, self.told()
            time.sleep(0.05)
        raise AssertionError(f"no scheduler came up: {self.told()}")

    def told(self) -> str:
        """Give what the processes have written."""
        return "\n".join(path.read_text() for path in sorted(self._folder.glob("*.log")))

    def close(self) -> None:
        """End them all."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()
