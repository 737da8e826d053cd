"""JupyterLab as `dlcourse lab` starts it, on a working folder and settings of its own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: JupyterLab leaves cells that are out of view out of the page; a test looks for them there.
EVERY_CELL = '{"windowingMode": "none"}'
START = r"http://127\.0\.0\.1:{port}/lab/tree/start\.ipynb\?token=(\w+)"


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Start the server; give the address of a file in the working folder with "{}" for its path.

    Settings and tabs of whoever runs the tests are neither read nor written.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    own = {
        f"JUPYTER{name}": str(folder / "jupyter" / name.lower())
        for name in ("_CONFIG_DIR", "_RUNTIME_DIR", "_DATA_DIR", "LAB_SETTINGS_DIR",
                     "LAB_WORKSPACES_DIR")
    }  # fmt: skip
    settings = folder / "jupyter" / "lab_settings_dir" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(EVERY_CELL, encoding="utf-8")
    log = folder / "jupyterlab.log"
    command = [
        *(sys.executable, "-m", "dlcourse", "lab", "--work", str(folder / "work")),
        *("--no-browser", f"--port={port}", "--ServerApp.port_retries=0"),
    ]
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | own
        )
    try:
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={_token(log, port, server)}"
    except BaseException:
        print(log.read_text(encoding="utf-8"))
        raise
    finally:
        server.terminate()
        server.wait(timeout=30)


def _token(log: Path, port: int, server: subprocess.Popen) -> str:
    """Return the secret from the address that the server prints when it is ready."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        if printed := re.search(START.format(port=port), log.read_text(encoding="utf-8")):
            return printed[1]
        assert server.poll() is None, f"dlcourse lab ended with status {server.returncode}"
        time.sleep(0.2)
    raise AssertionError("dlcourse lab printed no address in four minutes")
