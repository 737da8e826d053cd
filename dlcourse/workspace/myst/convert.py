"""One page from MyST to plain Markdown: replace what JupyterLab does not know, and no more."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from dlcourse.workspace.errors import ConversionError
from dlcourse.workspace.myst import directives, roles
from dlcourse.workspace.myst.book import Book, Page, caption_of
from dlcourse.workspace.myst.edits import Edits
from dlcourse.workspace.myst.syntax import read_directive, top_blocks

# Stands for the list of sources until the whole page is read and all citations are known.
_SOURCES = "\ue000sources\ue000"

_BROKEN = re.compile(r"\{[a-zA-Z][\w:+-]*\}`|^:{3,}.*")
_ROLE_NAME = re.compile(r"\{[a-zA-Z][\w:+-]*\}$")


def convert(book: Book, page: Page) -> tuple[str, dict[str, Path]]:
    """Turn a page into plain Markdown with code cells.

    Parameters
    ----------
    book : Book
        The book, whose labels the page's references name.
    page : Page
        One of its pages.

    Returns
    -------
    text : str
        The page with its front matter and its code cells as they were, everything else in Markdown
        (CommonMark with tables, ``$math$`` and a little HTML) that JupyterLab shows well.
    files : dict
        The pictures and other files that the page shows, by their path below the book's folder.

    Raises
    ------
    ConversionError
        At the first thing that cannot be shown; it names the file, the line and the thing.
    """
    conversion = Conversion(book, page)
    return conversion.run(), conversion.files


class Conversion:
    """The conversion of one page: what its directives and roles need to know, and what they leave.

    Attributes
    ----------
    files : dict
        Files to be put beside the notebook.
    cited : dict
        The keys of the sources cited so far, in order (the values are not used).
    """

    def __init__(self, book: Book, page: Page) -> None:
        self.book = book
        self.page = page
        self.files: dict[str, Path] = {}
        self.cited: dict[str, None] = {}
        self._parser = book.parser()
        self._env: dict[str, Any] = {}
        self._footnotes: dict[str, int] = {}

    def run(self) -> str:
        """Convert the page."""
        text = self.text(self.page.source, 1)
        if self.cited and _SOURCES not in text:
            text = f"{text.rstrip()}\n\n## Sources\n\n{_SOURCES}\n"
        sources = "\n".join(f"- {entry}" for entry in self.book.bibliography.listed(self.cited))
        return text.replace(_SOURCES, sources)

    # What directives and roles ask for

    def error(self, line: int, message: str) -> ConversionError:
        """Make the error that names this page and a line of it."""
        return ConversionError(self.page.file, line, message)

    def text(self, source: str, first_line: int) -> str:
        """Convert whole paragraphs; `first_line` is where they begin in the file."""
        edits = Edits(source)
        for token, inside in top_blocks(self._parser.parse(source, self._env)):
            self._block(edits, token, inside, first_line)
        return edits.apply()

    def inline(self, source: str, line: int = 1) -> str:
        """Convert words that stand within a line, such as a title."""
        (token,) = self._parser.parseInline(source, self._env)
        edits = Edits(token.content)
        self._inline(edits, token, list(range(len(token.content) + 1)), line)
        return edits.apply()

    def html(self, markdown: str) -> str:
        """Render words within a line as HTML, formulas left to JupyterLab."""
        return _html_renderer().renderInline(markdown)

    def take_file(self, path: str, line: int) -> str:
        """Note that a file is needed beside the notebook; return the link to it."""
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", path):
            raise self.error(line, f"'{path}' lies on another host; put the file into the book.")
        inside = unquote(path)
        if inside.startswith("/"):
            inside = inside.lstrip("/")
        else:
            inside = posixpath.normpath(posixpath.join(posixpath.dirname(self.page.name), inside))
        file = self.book.folder / inside
        if inside.startswith("..") or not file.is_file():
            raise self.error(line, f"there is no file '{path}' in the book.")
        self.files[inside] = file
        return self._from_here(inside)

    def notebook_path(self, page: Page) -> str:
        """Return the link from this page's notebook to another page's."""
        return self._from_here(f"{page.name}.ipynb")

    def lab_path(self, name: str) -> str:
        """Return the link from this page's notebook to a lab's."""
        return self._from_here(f"../labs/{name}/{name}.ipynb")

    @property
    def start_path(self) -> str:
        """The link from this page's notebook to the one to begin with."""
        return self._from_here("../start.ipynb")

    def place_for_sources(self) -> str:
        """Return what will be replaced by the list of the sources that the page cites."""
        return _SOURCES

    def _from_here(self, path: str) -> str:
        # Both are taken from a folder below the book's, so that a path may lead out of the
        # chapters.
        here = posixpath.join("chapters", posixpath.dirname(self.page.name))
        return quote(posixpath.relpath(posixpath.join("chapters", path), here), safe="/._-~")

    # Blocks

    def _block(self, edits: Edits, token: Token, inside: list[Token], first_line: int) -> None:
        if token.map is None:
            return
        start, end = token.map
        line = first_line + start
        if token.type in ("fence", "colon_fence"):
            self._fence(edits, token, first_line)
        elif token.type in ("myst_target", "myst_line_comment"):
            edits.replace_lines(start, end, "")
        elif token.type in ("math_block", "math_block_label"):
            number = self.page.numbers.get(line)
            quoted = ">" in edits.prefix(start, "$$")
            edits.replace_lines(
                start, end, directives.equation(token.content, number, quoted), "$$"
            )
        elif token.type == "amsmath":
            self._amsmath(edits, token, line)
        elif token.type == "inline":
            table = "cell" in token.meta
            try:
                places = edits.locate(token, table)
            except LookupError as error:
                raise self.error(line, f"this could not be read: {error}.") from error
            self._inline(edits, token, places, line, table)
        elif token.type == "html_block":
            self._html_files(token.content, line)
        elif token.type == "dl_open":
            self._definitions(edits, token, inside, first_line)
        elif token.type == "footnote_reference_open":
            label = token.meta["label"]
            body = _without_marker(edits.lines(start, end), f"[^{label}]:", 4)
            text = self.text(body, line).strip("\n")
            mark = f"<sup>[{self._footnote(label)}]</sup>"
            edits.replace_lines(start, end, f"{mark} {text}", "[^")

    def _fence(self, edits: Edits, token: Token, first_line: int) -> None:
        assert token.map is not None
        start, end = token.map
        line = first_line + start
        try:
            found = read_directive(token, first_line)
        except yaml.YAMLError as error:
            detail = str(error).replace("\n", " ")
            raise self.error(
                line, f"the options of {token.info.strip()} cannot be read: {detail}"
            ) from error
        if found is None:
            if token.type == "colon_fence":
                raise self.error(
                    line, f"'{token.markup}{token.info}' is not a directive: no {{name}}."
                )
            return
        if (
            found.name == "code-cell"
            and first_line == 1
            and edits.prefix(start, token.markup) == ""
        ):
            # Left to jupytext; a caption, which is metadata of the site, becomes a text of its own.
            caption = caption_of(found)[0]
            if caption:
                number = self.page.numbers[line]
                edits.insert_before(end, f"**Figure {number}.** {self.inline(caption, line)}")
            return
        edits.replace_lines(start, end, directives.directive(self, found), token.markup)

    def _amsmath(self, edits: Edits, token: Token, line: int) -> None:
        assert token.map is not None
        content = token.content.strip()
        number = self.page.numbers.get(line)
        if number is not None:
            # JupyterLab's MathJax would count these by itself, and from another number.
            name = token.meta["environment"]
            content = content.replace(f"\\begin{{{name}}}", f"\\begin{{{name}*}}", 1)
            body = content.removesuffix(f"\\end{{{name}}}").rstrip()
            content = f"{body} \\tag{{{number}}}\n\\end{{{name}*}}"
        if ">" in edits.prefix(token.map[0], "\\begin"):
            content = " ".join(content.split())
        # The plug-in leaves the last line out where the text ends with it.
        start = token.map[0]
        end = max(token.map[1], start + token.content.strip().count("\n") + 1)
        edits.replace_lines(start, end, content, "\\begin")

    def _definitions(
        self, edits: Edits, token: Token, inside: list[Token], first_line: int
    ) -> None:
        parts = []
        for index, child in enumerate(inside):
            if child.map is None:
                continue
            if child.type == "dt_open":
                term = self.inline(inside[index + 1].content, first_line + child.map[0])
                parts.append(f"**{term}**")
            elif child.type == "dd_open":
                lines = edits.lines(*child.map)
                # From the second term on, the plug-in counts the term's line in.
                begin = next(
                    i for i, text in enumerate(lines) if text.lstrip(" >")[:1] in (":", "~")
                )
                marker = lines[begin].lstrip(" >")[0]
                indent = lines[begin].index(marker)
                width = len(lines[begin]) - len(lines[begin][indent + 1 :].lstrip())
                body = _without_marker(lines[begin:], marker, width)
                parts.append(self.text(body, first_line + child.map[0] + begin).strip("\n"))
        assert token.map is not None
        start, end = token.map
        edits.replace_lines(start, end, "\n\n".join(parts))

    def _footnote(self, label: str) -> int:
        return self._footnotes.setdefault(label, len(self._footnotes) + 1)

    # Within a line

    def _inline(
        self,
        edits: Edits,
        token: Token,
        places: list[int],
        first_line: int,
        in_table: bool = False,
    ) -> None:
        content = token.content
        links: list[tuple[Token, int]] = []
        children = token.children or []
        for child, following in zip_longest(children, children[1:]):
            if child.type == "text":
                self._refuse_leftovers(child.content, following, first_line)
            if "span" not in child.meta:
                continue
            start, end = child.meta["span"]
            line = first_line + content.count("\n", 0, start)
            text: str | None
            if child.type == "link_open":
                links.append((child, line))
                continue
            if child.type == "myst_role":
                text = roles.role(self, child.meta["name"], child.content, line)
            elif child.type == "footnote_ref":
                text = f"<sup>[{self._footnote(child.meta['label'])}]</sup>"
            elif child.type == "image":
                path = self.take_file(str(child.attrs["src"]), line)
                same = path == child.attrs["src"] and content[start:end].endswith(")")
                text = None if same else directives.picture(path, child.content)
            else:
                self._html_files(child.content, line)
                continue
            if text is not None:
                edits.replace(places[start], places[end], _for_table(text) if in_table else text)
        for child, line in links:
            self._link(edits, child, content, places, line, in_table)

    def _refuse_leftovers(self, text: str, following: Token | None, line: int) -> None:
        """Find a role or a fence that was written wrongly, or split by a table's bar."""
        found = _BROKEN.search(text)
        if found is None and following is not None and following.type == "code_inline":
            found = _ROLE_NAME.search(text)
        if found is not None:
            raise self.error(
                line,
                f"'{found[0]}' looks like MyST, but it is not: it would show as it is written.",
            )

    def _link(
        self,
        edits: Edits,
        child: Token,
        content: str,
        places: list[int],
        line: int,
        in_table: bool,
    ) -> None:
        """Replace what is around the words of a link, or all of it when it has no words."""
        start, end = child.meta["span"]
        words_start, words_end = child.meta["text"]
        # A mark that the words cannot hold shows where they stand in what comes back.
        words = "\ue001" if words_end > words_start else ""
        text = roles.link(self, str(child.attrs["href"]), words, line)
        if text is None:
            if content[words_end + 1 : words_end + 2] == "(" or content[start] == "<":
                return
            text = f"[{words}]({child.attrs['href']})"
        if in_table:
            text = _for_table(text)
        if not words:
            edits.replace(places[start], places[end], text)
            return
        before, after = text.split("\ue001")
        edits.replace(places[start], places[words_start], before)
        edits.replace(places[words_end], places[end], after)

    def _html_files(self, html: str, line: int) -> None:
        """Note the local files that pieces of HTML show."""
        for path in _sources_in(html):
            if path.startswith("data:"):
                continue
            if path.startswith("/"):
                raise self.error(line, f"write the path '{path}' relative to the page.")
            self.take_file(path, line)


def _without_marker(lines: Sequence[str], marker: str, width: int) -> str:
    """Return a block's text: without the first line's marker, the others' indentation."""
    first = lines[0][lines[0].index(marker) + len(marker) :].lstrip()
    others = [line[min(width, len(line) - len(line.lstrip())) :] for line in lines[1:]]
    return "\n".join([first, *others]).rstrip("\n")


def _for_table(text: str) -> str:
    return text.replace("|", "\\|")


def _html_renderer() -> MarkdownIt:
    renderer = MarkdownIt("commonmark").use(dollarmath_plugin)
    renderer.add_render_rule(
        "math_inline",
        lambda self, tokens, index, options, env: f"${escapeHtml(tokens[index].content)}$",
    )
    return renderer


class _Sources(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "poster") and value]


def _sources_in(html: str) -> list[str]:
    parser = _Sources()
    parser.feed(html)
    parser.close()
    return parser.found
