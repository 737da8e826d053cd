"""Open the course in JupyterLab, on a working folder of your own.

The folder is made, or brought up to date, from the course's chapters and labs; what you changed in
it is kept. Words that are not listed below go to JupyterLab, such as --port=8899 or --ip=0.0.0.0.
"""

import argparse
import os
import subprocess
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from dlcourse.commands import course, kernels, optional, update

SUMMARY = "open the course in JupyterLab"

# JupyterLab asks its makers' site for news and for newer versions, and puts a question about it
# between a learner and the first notebook. Neither is of use here. (The question is a setting, for
# which the folder JUPYTER_CONFIG has another default; a learner's own choice still holds.)
JUPYTER_CONFIG = Path(__file__).parent / "jupyter"
QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse lab``."""
    course.add_argument(parser)
    update.add_work(parser)
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="do not open a browser, only print the address",
    )
    parser.set_defaults(takes_further=True)


def run(arguments: argparse.Namespace) -> int:
    """Compile what is not cached, prepare the working folder and become JupyterLab."""
    optional.require("jupyterlab")
    folder = course.find(arguments.course)
    work = update.work_folder(arguments.work, folder)
    kernels.warm()
    start = update.prepare(folder, work)
    further = list(arguments.further)
    if arguments.no_browser or not _has_browser(os.environ, sys.platform):
        further.append("--no-browser")
        if not arguments.no_browser:
            print("No browser was found here: open the address below in one.")
    if _is_root() and not any(word.startswith("--allow-root") for word in further):
        further.append("--allow-root")
        print(
            "dlcourse lab: JupyterLab runs as root here, so whoever reaches it can do everything "
            "on this machine; in a container that may be meant, elsewhere use a user of your own.",
            file=sys.stderr,
        )
    command = [
        # -P: a learner's own random.py in that folder is not to be imported by the server.
        *(sys.executable, "-P", "-m", "jupyterlab"),
        f"--ServerApp.root_dir={work}",
        f"--LabApp.default_url=/lab/tree/{start}",
        *QUIET,
        # Last, since of two settings the later one holds.
        *further,
    ]
    # Nothing that was printed may be lost, or come after what JupyterLab prints.
    sys.stdout.flush()
    sys.stderr.flush()
    return _become(command, work)


def _has_browser(environment: Mapping[str, str], platform: str) -> bool:
    """Say whether a page can be shown: Linux without a display has text browsers at most."""
    if (
        platform.startswith("linux")
        and not environment.get("BROWSER")
        and not environment.get("DISPLAY")
        and not environment.get("WAYLAND_DISPLAY")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _become(command: list[str], folder: Path) -> int:
    """Run JupyterLab in this process's place, so that Ctrl-C and signals reach it alone.

    It is run in the working folder, because nbgrader looks for its files where it is started.
    """
    paths = [str(JUPYTER_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
    if os.name == "posix":
        os.chdir(folder)
        os.execve(command[0], command, environment)
    # Windows has no such replacement: its exec starts a second process and hands the prompt back.
    process = subprocess.Popen(command, cwd=folder, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached JupyterLab too, which asks whether to stop: wait for its answer.
            continue
