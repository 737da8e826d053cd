"""JupyterLab as a learner and as an instructor start it, with settings of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlcourse.commands.lab import JUPYTER_CONFIG, QUIET
from tests.labs.nbgrader_course import NbgraderCourse
from tests.ports import free_port

#: JupyterLab leaves cells that are out of view out of the page; a test looks for them there.
EVERY_CELL = '{"windowingMode": "none"}'
START = r"http://127\.0\.0\.1:{port}/lab/tree/start\.ipynb\?token=(\w+)"
LAB = r"http://127\.0\.0\.1:{port}/lab\?token=(\w+)"


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Start the server; give the address of a file in the working folder with "{}" for its path.

    Settings and tabs of whoever runs the tests are neither read nor written.
    """
    port = free_port()
    command = [
        *(sys.executable, "-m", "dlcourse", "lab", "--work", str(folder / "work")),
        *("--no-browser", f"--port={port}", "--ServerApp.port_retries=0"),
    ]
    environment = os.environ | own_settings(folder)
    with _running(
        command, folder / "jupyterlab.log", START.format(port=port), environment
    ) as token:
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}"


@contextmanager
def classroom(course: NbgraderCourse, root: Path, config: str) -> Iterator[str]:
    """Start JupyterLab in a course's folder, as an instructor does; give its address.

    Parameters
    ----------
    course
        Lies below ``root``.
    root
        What JupyterLab shows. It keeps its settings there.
    config
        What whoever runs the server has in an ``nbgrader_config.py`` of their own.
    """
    port = free_port()
    own = own_settings(root)
    place = Path(own["JUPYTER_CONFIG_DIR"])
    place.mkdir(parents=True)
    (place / "nbgrader_config.py").write_text(config, encoding="utf-8")
    command = [
        *(sys.executable, "-P", "-m", "jupyterlab", *QUIET, "--no-browser", "--allow-root"),
        *(f"--ServerApp.root_dir={root}", f"--port={port}", "--ServerApp.port_retries=0"),
    ]
    environment = course.environment | own | {"JUPYTER_CONFIG_PATH": str(JUPYTER_CONFIG)}
    ready = LAB.format(port=port)
    log = root / "jupyterlab.log"
    with _running(command, log, ready, environment, course.folder) as token:
        yield f"http://127.0.0.1:{port}/lab?token={token}"


def own_settings(folder: Path) -> dict[str, str]:
    """Return variables by which JupyterLab keeps its settings below a folder; write the first."""
    own = {
        f"JUPYTER{name}": str(folder / "jupyter" / name.lower())
        for name in ("_CONFIG_DIR", "_RUNTIME_DIR", "_DATA_DIR", "LAB_SETTINGS_DIR",
                     "LAB_WORKSPACES_DIR")
    }  # fmt: skip
    settings = folder / "jupyter" / "lab_settings_dir" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(EVERY_CELL, encoding="utf-8")
    return own


@contextmanager
def _running(
    command: list[str],
    log: Path,
    ready: str,
    environment: dict[str, str],
    cwd: Path | None = None,
) -> Iterator[str]:
    """Run a server until the block ends; give the secret of the address that it prints."""
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=environment,
        )  # fmt: skip
    try:
        yield _token(log, ready, server)
    except BaseException:
        print(log.read_text(encoding="utf-8"))
        raise
    finally:
        server.terminate()
        server.wait(timeout=30)


def _token(log: Path, ready: str, server: subprocess.Popen) -> str:
    """Return the secret from the address that the server prints when it is ready."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        if printed := re.search(ready, log.read_text(encoding="utf-8")):
            return printed[1]
        assert server.poll() is None, f"JupyterLab ended with status {server.returncode}"
        time.sleep(0.2)
    raise AssertionError("JupyterLab printed no address in four minutes")
