"""Building the book as `make book` does, and reading what came out."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
BOOK = REPOSITORY / "book"


@dataclass(frozen=True)
class Built:
    """What came of a build."""

    returncode: int
    output: str
    html: Path


def build_book(folder: Path, book: Path = BOOK) -> Built:
    """Build a book into ``folder``; a warning is an error, and every page is made anew."""
    command = "from jupyter_book.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "build", str(book), "-W", "-n", "--all",
         "--path-output", str(folder)],
        capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    return Built(done.returncode, done.stdout + done.stderr, folder / "_build" / "html")


class Page(HTMLParser):
    """The elements of one page: (tag, attributes), ids, style sheets and scripts within it."""

    def __init__(self, file: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: dict[str, list[str]] = {"style": [], "script": []}
        self.text: list[str] = []
        self._inside: list[str] = []
        self.source = file.read_text(encoding="utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in self.inline:
            self._inside.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        (self.inline[self._inside[-1]] if self._inside else self.text).append(data)

    @cached_property
    def ids(self) -> set[str]:
        """Every place of the page that a link can lead to."""
        return {attributes["id"] for _, attributes in self.elements if "id" in attributes}

    def all(self, *tags: str) -> list[dict[str, str]]:
        """Return the attributes of all elements with one of these tags."""
        return [attributes for tag, attributes in self.elements if tag in tags]


class Site:
    """A folder of built pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page by its path within the site."""
        return {
            file.relative_to(self.folder).as_posix(): Page(file)
            for file in sorted(self.folder.rglob("*.html"))
        }
