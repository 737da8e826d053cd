"""Bring your working folder up to date with the course, without opening JupyterLab.

A file that you have not changed is replaced by its new edition. One that you have changed is kept
as it is, and the new edition is put beside it, with a word about it here.
"""

import argparse
from pathlib import Path

from dlcourse.commands import course, optional
from dlcourse.commands.errors import UserError

SUMMARY = "bring your working folder up to date"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse update``."""
    course.add_argument(parser)
    add_work(parser)


def add_work(parser: argparse.ArgumentParser) -> None:
    """Give a subcommand the option ``--work FOLDER``."""
    parser.add_argument(
        "--work",
        type=Path,
        metavar="FOLDER",
        help="the folder to work in (default: work/ in the course's folder)",
    )


def work_folder(named: Path | None, folder: Path) -> Path:
    """Give the learner's folder: the one that was named, or the one in the course's folder."""
    return (named or folder / "work").resolve()


def run(arguments: argparse.Namespace) -> int:
    """Prepare the working folder."""
    optional.require("jupytext")
    folder = course.find(arguments.course)
    start = prepare(folder, work_folder(arguments.work, folder))
    print(f"Begin with {start}.")
    return 0


def prepare(folder: Path, work: Path) -> str:
    """Make the working folder or bring it up to date; return its notebook to open first."""
    from dlcourse.workspace import WorkspaceError, prepare

    print(f"Working folder: {work}")
    try:
        prepared = prepare(folder, work, lambda line: print(f"  {line}"))
    except WorkspaceError as error:
        raise UserError(str(error)) from error
    return prepared.start
