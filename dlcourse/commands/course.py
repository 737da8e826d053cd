"""Where the course is: the folder that holds ``book/`` and ``labs/``."""

import argparse
from pathlib import Path

import dlcourse
from dlcourse.commands.errors import UserError

# Every course folder has this file, and hardly any other folder does.
MARK = Path("book", "_toc.yml")


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Give a subcommand the option ``--course FOLDER``."""
    parser.add_argument(
        "--course",
        type=Path,
        metavar="FOLDER",
        help="the course's folder, the one with book/ in it (default: found from where you are)",
    )


def find(named: Path | None = None, start: Path | None = None) -> Path:
    """Find the course's folder.

    Parameters
    ----------
    named : Path, optional
        The folder the user named; no other one is looked at then.
    start : Path, optional
        Where to look first, and then in its parents; the current folder when left out.

    Returns
    -------
    Path
        An absolute path: `named`, or the first folder with ``book/_toc.yml`` from `start` upwards,
        or the folder that this library was installed from.

    Raises
    ------
    UserError
        When there is none.
    """
    if named is not None:
        if not (named / MARK).is_file():
            raise UserError(f"--course {named} is not the course's folder: it holds no {MARK}.")
        return named.resolve()
    start = (start or Path.cwd()).resolve()
    source = Path(dlcourse.__file__).resolve().parents[1]
    for folder in (start, *start.parents, source):
        if (folder / MARK).is_file():
            return folder
    raise UserError(
        f"the course was not found in {start} or above it: go to its folder, "
        "or name it with --course FOLDER."
    )
