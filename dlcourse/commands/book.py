"""Build the book as a static site, in book/_build/html.

Every chapter is executed, and a warning is an error. A chapter that has not changed since the last
build is not executed again. The site needs no server: open book/_build/html/index.html.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

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
    parser.add_argument(
        "--links",
        action="store_true",
        help="build nothing; ask every address of another host whether it is still there",
    )


def run(arguments: argparse.Namespace) -> int:
    """Have Jupyter Book build the site; its exit status is ours."""
    optional.require("jupyter_book")
    folder = course.find(arguments.course)
    build = folder / "book" / "_build"
    if arguments.fresh and build.exists():
        shutil.rmtree(build)
    command = [*JUPYTER_BOOK, "build", str(folder / "book"), "--all"]
    if arguments.links:
        return _check_links(command, build / "html")
    status = subprocess.run(
        [*command, "--warningiserror", "--nitpick", "--keep-going"], check=False
    ).returncode
    if status:
        print("dlcourse book: the site was not built, see above.", file=sys.stderr)
        return 1
    print(f"The book is built: {build / 'html' / 'index.html'}")
    return 0


def _check_links(command: list[str], site: Path) -> int:
    """Print which links lead nowhere; return the exit status."""
    # Jupyter Book leaves them in the site, where they do not belong.
    found, same_in_words = site / "output.json", site / "output.txt"
    found.unlink(missing_ok=True)
    subprocess.run([*command, "--builder", "linkcheck"], check=False)
    if not found.is_file():
        print("dlcourse book: the links were not checked, see above.", file=sys.stderr)
        return 1
    links = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    found.unlink()
    same_in_words.unlink(missing_ok=True)
    outside = [link for link in links if link["uri"].startswith(("http://", "https://"))]
    dead = [link for link in outside if link["status"] in ("broken", "timeout")]
    for link in dead:
        print(f"{link['filename']}:{link['lineno']}: {link['uri']}: {link['info'].strip()}")
    print(f"{len(outside) - len(dead)} of {len(outside)} links to other hosts lead somewhere.")
    return int(bool(dead))
