"""The pages of the book, and everything in them that a reference may name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dlcourse.workspace.errors import ConversionError, WorkspaceError
from dlcourse.workspace.myst.citations import Bibliography
from dlcourse.workspace.myst.syntax import Directive, create_parser, read_directive

# Directives whose body is text of the page; the bodies of all others (code, formulas) are not read.
CONTAINERS = frozenset(
    [
        "admonition",
        "attention",
        "card",
        "caution",
        "danger",
        "dropdown",
        "epigraph",
        "error",
        "figure",
        "figure-md",
        "glossary",
        "grid",
        "grid-item",
        "grid-item-card",
        "hint",
        "important",
        "margin",
        "note",
        "pull-quote",
        "seealso",
        "sidebar",
        "tab-item",
        "tab-set",
        "table",
        "tip",
        "warning",
    ]
)


@dataclass(frozen=True)
class Target:
    """Something with a label.

    Attributes
    ----------
    page : Page
        Where it stands.
    kind : {"section", "figure", "table", "equation", "place"}
        What it is; a "place" is a label in front of anything else.
    text : str
        A section's heading, a figure's or table's caption, in MyST; otherwise empty.
    number : int or None
        Figures, tables and equations are counted through a page, from 1.
    """

    page: Page
    kind: str
    text: str = ""
    number: int | None = None


@dataclass
class Page:
    """One page of the book.

    Attributes
    ----------
    name : str
        Its file below the book's folder without the suffix, as in ``_toc.yml``.
    path : Path
        The file.
    source : str
        Its text, with line feeds alone as line ends.
    is_notebook : bool
        Whether it names a kernel, which makes it a notebook in the site and in the working folder.
    headings : list of str
        Its headings, in MyST; the first is its title.
    numbers : dict
        The number of each captioned figure or table and of each numbered equation, by line.
    """

    name: str
    path: Path
    source: str
    is_notebook: bool
    headings: list[str] = field(default_factory=list, repr=False)
    numbers: dict[int, int] = field(default_factory=dict, repr=False)

    @property
    def title(self) -> str:
        """Its first heading, in MyST."""
        return self.headings[0] if self.headings else self.name

    @property
    def file(self) -> str:
        """The page as messages name it."""
        return f"book/{self.name}.md"


class Book:
    """A book's settings, pages, labels and sources.

    Parameters
    ----------
    folder : Path
        The folder with ``_config.yml`` and ``_toc.yml``.
    labs : iterable of str
        The names of the labs; a label ``lab-<name>`` leads to the lab's notebook.

    Raises
    ------
    WorkspaceError
        When a file named by the settings is missing, a label is given twice, or a page cannot be
        read.
    """

    def __init__(self, folder: Path, labs: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.labs = labs
        settings = _read_yaml(folder / "_config.yml")
        extensions = (settings.get("parse") or {}).get("myst_enable_extensions")
        self.extensions = tuple(
            # What Jupyter Book switches on when a book says nothing.
            extensions or ("colon_fence", "dollarmath", "linkify", "tasklist")
        )
        self.bibliography = Bibliography(
            [folder / name for name in settings.get("bibtex_bibfiles") or ()]
        )
        contents = _read_yaml(folder / "_toc.yml")
        self.root = str(contents.get("root", ""))
        self.pages: dict[str, Page] = {}
        for name in _files_of(contents):
            page = self._read_page(name)
            if page is not None:
                self.pages[name] = page
        self.labels: dict[str, Target] = {}
        for page in self.pages.values():
            _Scan(self, page).run()

    def _read_page(self, name: str) -> Page | None:
        path = self.folder / (name if name.endswith(".md") else f"{name}.md")
        if not path.is_file():
            if any(path.with_suffix(suffix).is_file() for suffix in (".ipynb", ".rst")):
                return None
            raise WorkspaceError(f"book/_toc.yml names the page '{name}', but there is no {path}.")
        source = path.read_text(encoding="utf-8")
        is_notebook = False
        if source.startswith("---\n"):
            header = yaml.safe_load(source[4:].split("\n---", 1)[0]) or {}
            is_notebook = "kernelspec" in header
        return Page(name.removesuffix(".md"), path, source, is_notebook)

    def parser(self) -> MarkdownIt:
        """Make a parser for the pages of this book."""
        return create_parser(self.extensions)

    def page_at(self, href: str, start: Page) -> Page | None:
        """Find the page that a path on the page `start` leads to, with or without suffix."""
        path = href.removesuffix(".md")
        base = (
            PurePosixPath("/") if path.startswith("/") else "/" / PurePosixPath(start.name).parent
        )
        parts: list[str] = []
        for part in (base / path).parts[1:]:
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            else:
                parts.append(part)
        return self.pages.get("/".join(parts))


def _read_yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise WorkspaceError(f"there is no {path}, which says what belongs to the book.")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise WorkspaceError(f"{path} is not valid YAML: {error}") from error
    return content or {}


def _files_of(contents: dict[str, Any]) -> Iterator[str]:
    """Yield the pages that a table of contents names, in reading order."""
    if "root" in contents:
        yield str(contents["root"])
    if "file" in contents:
        yield str(contents["file"])
    for key in ("parts", "chapters", "sections", "entries", "subtrees"):
        for entry in contents.get(key) or ():
            yield from _files_of(entry)


class _Scan:
    """One pass over a page that notes its title, its labels and its numbers."""

    def __init__(self, book: Book, page: Page) -> None:
        self.book = book
        self.page = page
        self.parser = book.parser()
        self.env: dict[str, Any] = {}
        self.counts = {"figure": 0, "table": 0, "equation": 0}
        self.waiting: list[tuple[str, int]] = []

    def run(self) -> None:
        self.blocks(self.page.source, 1)
        self.settle(Target(self.page, "place"))

    def blocks(self, text: str, first_line: int) -> None:
        tokens = self.parser.parse(text, self.env)
        for index, token in enumerate(tokens):
            line = first_line + (token.map[0] if token.map else 0)
            if token.type == "myst_target":
                self.waiting.append((token.content, line))
            elif token.type == "heading_open":
                heading = tokens[index + 1].content
                self.page.headings.append(heading)
                self.settle(Target(self.page, "section", heading))
            elif token.type in ("fence", "colon_fence"):
                directive = self.directive(token, first_line)
                if directive is not None:
                    self.meet(directive)
            elif token.type == "math_block_label":
                self.number("equation", line, token.info)
            elif token.type == "amsmath" and not token.meta["numbered"]:
                # Without a star: the site counts it, though nothing can refer to it.
                self.number("equation", line, None)
            elif token.type in ("paragraph_open", "list_item_open", "html_block", "amsmath"):
                self.settle(Target(self.page, "place"))

    def directive(self, token: Token, first_line: int) -> Directive | None:
        try:
            return read_directive(token, first_line)
        except yaml.YAMLError as error:
            assert token.map is not None
            detail = str(error).replace("\n", " ")
            raise ConversionError(
                self.page.file,
                first_line + token.map[0],
                f"the options of the directive {token.info.strip()} cannot be read: {detail}",
            ) from error

    def meet(self, directive: Directive) -> None:
        """Note what a directive labels and numbers, then look inside it."""
        caption, kind = caption_of(directive)
        if kind == "equation":
            if directive.label:
                self.number(kind, directive.line, directive.label)
        elif kind and caption:
            self.number(kind, directive.line, directive.label, caption)
        elif directive.label:
            self.waiting.append((directive.label, directive.line))
        self.settle(Target(self.page, "place", directive.argument))
        if directive.name in CONTAINERS:
            self.blocks(directive.body, directive.body_line)

    def number(self, kind: str, line: int, label: str | None, text: str = "") -> None:
        self.counts[kind] += 1
        self.page.numbers[line] = self.counts[kind]
        if label:
            self.waiting.append((label, line))
        self.settle(Target(self.page, kind, text, self.counts[kind]))

    def settle(self, target: Target) -> None:
        """Give the labels that wait in front of something to it."""
        for label, line in self.waiting:
            known = self.book.labels.get(label)
            if known is not None:
                raise ConversionError(
                    self.page.file,
                    line,
                    f"the label '{label}' is given a second time (first on {known.page.file}).",
                )
            self.book.labels[label] = target
        self.waiting.clear()


def caption_of(directive: Directive) -> tuple[str, str]:
    """Return a directive's caption and what it counts as: a figure, table, equation or ''."""
    if directive.name == "math":
        return "", "equation"
    if directive.name in ("figure", "figure-md"):
        paragraphs = directive.body.strip().split("\n\n")
        if directive.name == "figure-md":
            paragraphs = paragraphs[1:]
        return paragraphs[0].strip() if paragraphs else "", "figure"
    if directive.name == "code-cell":
        figure = (directive.options.get("mystnb") or {}).get("figure") or {}
        return str(figure.get("caption") or ""), "figure"
    if directive.name in ("table", "list-table"):
        return directive.argument, "table"
    return "", ""
