"""What stands inside a line: references, citations, links and images, as Markdown without roles."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dlcourse.workspace.myst.book import Page, Target

if TYPE_CHECKING:
    from dlcourse.workspace.myst.convert import Conversion

_TITLE_AND_TARGET = re.compile(r"^(?P<title>.+?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)

# A heading that can be jumped to: words without any markup, whose anchor is written as it is. What
# a link has to write with percent signs, JupyterLab 4.6 does not find.
_WORDS = "[A-Za-z0-9 .,:;!'?/&=+@-]*"
_PLAIN = re.compile(rf"{_WORDS}(?:\({_WORDS}\){_WORDS})*")


def role(conversion: Conversion, name: str, content: str, line: int) -> str:
    """Return the Markdown that stands for a role.

    Raises
    ------
    ConversionError
        When the role is unknown, or what it names does not exist.
    """
    content = content.strip()
    if name.startswith("cite"):
        return _cite(conversion, name, content, line)
    handler = _ROLES.get(name.removeprefix("py:"))
    if handler is None:
        raise conversion.error(
            line,
            f"the role {{{name}}} is not one that can be shown in JupyterLab; "
            f"known are {', '.join(sorted([*_ROLES, *_CITATIONS]))}.",
        )
    return handler(conversion, content, line)


def split_title(content: str) -> tuple[str | None, str]:
    """Split ``text <target>`` into the two; the text is None when there is a target alone."""
    match = _TITLE_AND_TARGET.match(content)
    if match is None:
        return None, content
    return match["title"], match["target"].strip()


def link_to(conversion: Conversion, target: Target, text: str) -> str:
    """Return a link to a target, or its text alone where JupyterLab has nothing to jump to."""
    href = _href(conversion, target.page, target.text if target.kind == "section" else "")
    return f"[{text}]({href})" if href else text


def _href(conversion: Conversion, page: Page, heading: str = "") -> str:
    anchor = ""
    if heading and _PLAIN.fullmatch(heading):
        # JupyterLab's name for a heading: its text with hyphens for blanks.
        anchor = "#" + heading.strip().replace(" ", "-")
    if page is conversion.page:
        return anchor
    if page.is_notebook:
        return conversion.notebook_path(page) + (anchor if heading != page.title else "")
    if page.name in (conversion.book.root, "labs"):
        return conversion.start_path
    return ""


def _target(conversion: Conversion, label: str, line: int, kind: str | None = None) -> Target:
    target = conversion.book.labels.get(label)
    if target is None:
        raise conversion.error(line, f"no page of the book has the label '{label}'.")
    if kind is not None and target.kind != kind:
        raise conversion.error(line, f"the label '{label}' is a {target.kind}'s, not an {kind}'s.")
    return target


def name_of(conversion: Conversion, target: Target, text: str | None = None) -> str:
    """Return how a reference to a target reads."""
    if text is None:
        if target.kind == "equation":
            text = f"({target.number})"
        elif target.kind in ("figure", "table"):
            text = f"{target.kind.capitalize()} {target.number}"
        else:
            text = conversion.inline(target.text or target.page.title)
    if target.kind != "section" and target.page is not conversion.page:
        text = f"{text} of {conversion.inline(target.page.title)}"
    return text


def _lab_link(conversion: Conversion, label: str, text: str | None) -> str | None:
    name = label.removeprefix("lab-")
    if name == label or name not in conversion.book.labs:
        return None
    return f"[{text or f'the lab {name}'}]({conversion.lab_path(name)})"


def _ref(conversion: Conversion, content: str, line: int) -> str:
    text, label = split_title(content)
    lab = _lab_link(conversion, label, text)
    if lab is not None:
        return lab
    target = _target(conversion, label, line)
    if text is None and target.kind in ("figure", "table"):
        text = conversion.inline(target.text)
    return link_to(conversion, target, text or name_of(conversion, target))


def _numref(conversion: Conversion, content: str, line: int) -> str:
    text, label = split_title(content)
    target = _target(conversion, label, line)
    if target.number is None:
        raise conversion.error(line, f"'{label}' is a {target.kind}, which has no number.")
    if text is not None:
        text = text.replace("%s", str(target.number)).replace("{number}", str(target.number))
        text = text.replace("{name}", conversion.inline(target.text))
    return link_to(conversion, target, name_of(conversion, target, text))


def _eq(conversion: Conversion, content: str, line: int) -> str:
    text, label = split_title(content)
    target = _target(conversion, label, line, "equation")
    return link_to(conversion, target, text or name_of(conversion, target))


def _doc(conversion: Conversion, content: str, line: int) -> str:
    text, path = split_title(content)
    page = conversion.book.page_at(path, conversion.page)
    if page is None:
        raise conversion.error(line, f"the book has no page '{path}'.")
    return _page_link(conversion, page, text)


def _page_link(conversion: Conversion, page: Page, text: str | None) -> str:
    text = text or conversion.inline(page.title)
    href = _href(conversion, page)
    return f"[{text}]({href})" if href else text


def _plain(conversion: Conversion, content: str, line: int) -> str:
    return split_title(content)[0] or content


def _code(conversion: Conversion, content: str, line: int) -> str:
    text, name = split_title(content)
    return text or f"`{name.rsplit('.', 1)[-1] if name.startswith('~') else name.lstrip('!')}`"


def _math(conversion: Conversion, content: str, line: int) -> str:
    return f"${content}$"


def _html(tag: str) -> Callable[[Conversion, str, int], str]:
    return lambda conversion, content, line: f"<{tag}>{content}</{tag}>"


def _abbreviation(conversion: Conversion, content: str, line: int) -> str:
    match = re.fullmatch(r"(.+?)\s*\((.+)\)", content, re.DOTALL)
    if match is None:
        return content
    meaning = match[2].replace('"', "&quot;")
    return f'<abbr title="{meaning}">{match[1]}</abbr>'


def _download(conversion: Conversion, content: str, line: int) -> str:
    text, path = split_title(content)
    return f"[{text or path}]({conversion.take_file(path, line)})"


_ROLES: dict[str, Callable[[Conversion, str, int], str]] = {
    "abbr": _abbreviation,
    "attr": _code,
    "class": _code,
    "code": _code,
    "data": _code,
    "doc": _doc,
    "download": _download,
    "eq": _eq,
    "exc": _code,
    "func": _code,
    "kbd": _html("kbd"),
    "math": _math,
    "meth": _code,
    "mod": _code,
    "numref": _numref,
    "ref": _ref,
    "sub": _html("sub"),
    "sup": _html("sup"),
    "term": _plain,
}

_CITATIONS = {
    # role: (form, separator)
    "cite": "parenthetical",
    "cite:author": "authors",
    "cite:authors": "authors",
    "cite:p": "parenthetical",
    "cite:ps": "parenthetical",
    "cite:t": "textual",
    "cite:ts": "textual",
    "cite:year": "year",
    "cite:yearpar": "year in brackets",
}


def _cite(conversion: Conversion, name: str, content: str, line: int) -> str:
    form = _CITATIONS.get(name)
    if form is None:
        raise conversion.error(
            line, f"the role {{{name}}} is not known; of citations, {', '.join(_CITATIONS)} are."
        )
    sources = conversion.book.bibliography
    keys = [key.strip() for key in content.split(",")]
    for key in keys:
        if key not in sources:
            raise conversion.error(line, f"the book's sources have no entry '{key}'.")
        conversion.cited.setdefault(key)
    if form == "authors":
        return ", ".join(sources.authors(key) for key in keys)
    if form == "textual":
        return ", ".join(f"{sources.authors(key)} [{sources.year(key)}]" for key in keys)
    if form == "parenthetical":
        return "[" + "; ".join(f"{sources.authors(key)} {sources.year(key)}" for key in keys) + "]"
    years = ", ".join(sources.year(key) for key in keys)
    return f"[{years}]" if form == "year in brackets" else years


def link(conversion: Conversion, href: str, text: str, line: int) -> str | None:
    """Return what stands for a Markdown link, or None to leave it as it is.

    Parameters
    ----------
    conversion : Conversion
        The page's conversion.
    href : str
        Where it leads, as the parser normalised it.
    text : str
        The words it shows, already converted; may be empty.
    line : int
        Where it stands.
    """
    href = unquote(href)
    href = href.removeprefix("project:")
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", href):
        return None
    path, _, fragment = href.partition("#")
    if not path or (not re.search(r"[./]", path) and path in conversion.book.labels):
        label = path or fragment
        lab = _lab_link(conversion, label, text or None)
        if lab is not None:
            return lab
        target = conversion.book.labels.get(label) or _heading_at(
            conversion, conversion.page, label
        )
        if target is None:
            raise conversion.error(line, f"the link to '#{label}' leads nowhere.")
        return link_to(conversion, target, text or name_of(conversion, target))
    page = conversion.book.page_at(path, conversion.page)
    if page is not None:
        target = conversion.book.labels.get(fragment) or _heading_at(conversion, page, fragment)
        if not fragment:
            return _page_link(conversion, page, text)
        if target is None:
            raise conversion.error(line, f"{page.file} has nothing named '#{fragment}'.")
        if page.is_notebook or page is conversion.page:
            return link_to(conversion, target, text or name_of(conversion, target))
        return _page_link(conversion, page, text or conversion.inline(target.text))
    lab_file = re.fullmatch(
        r"(?:\.\./)+labs/(?:source/|release/)?([^/]+)(?:/[^/]+\.ipynb)?/?", path
    )
    if lab_file and lab_file[1] in conversion.book.labs:
        return f"[{text or f'the lab {lab_file[1]}'}]({conversion.lab_path(lab_file[1])})"
    return f"[{text or path}]({conversion.take_file(path, line)})"


def _heading_at(conversion: Conversion, page: Page, slug: str) -> Target | None:
    """Find a heading by the anchor that GitHub, and MyST after it, would give it."""
    for heading in page.headings:
        words = re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-")
        if words == slug.lower():
            return Target(page, "section", heading)
    return None
