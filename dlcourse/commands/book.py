"""Build the book as a static site, in book/_build/html.

Every chapter is executed, and a warning is an error. A chapter that has not changed since the last
build is not executed again. The site needs no server: open book/_build/html/index.html.
"""

import argparse
import shutil
import subprocess
import sys

from dlcourse.commands import course, optional

SUMMARY = "build the book as a static site"

# Jupyter Book cannot be started by `python -m`, and its script need not be on the PATH.
JUPYTER_BOOK = (sys.executable, "-c", "from jupyter_book.cli.main import main; main()")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse book``."""
    course.add_argument(parser)
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="forget the last build first, so that every chapter is executed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Have Jupyter Book build the site; its exit status is ours."""
    optional.require("jupyter_book")
    folder = course.find(arguments.course)
    build = folder / "book" / "_build"
    if arguments.fresh and build.exists():
        shutil.rmtree(build)
    command = [
        *JUPYTER_BOOK,
        *("build", str(folder / "book")),
        *("--all", "--warningiserror", "--nitpick", "--keep-going"),
    ]
    status = subprocess.run(command, check=False).returncode
    if status:
        print("dlcourse book: the site was not built, see above.", file=sys.stderr)
        return 1
    print(f"The book is built: {build / 'html' / 'index.html'}")
    return 0
