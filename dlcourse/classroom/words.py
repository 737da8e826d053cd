"""Answers in words on a page of nbgrader's, which would run what they hold.

nbgrader makes HTML of an answer's Markdown and leaves HTML in it as it is: a script in it would run
in formgrader, as whoever grades. So the page is made here, and cleaned.
"""

from __future__ import annotations

from typing import Any

from dlcourse.grading.text import plain

_TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "li", "ol", "p", "pre", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead",
    "tr", "ul",
}  # fmt: skip


def harmless(text: str) -> str:
    """Return Markdown that shows what a stranger's Markdown says, and does nothing.

    It is one line of HTML, which Markdown leaves as it is; formulas in it are shown as formulas.
    Pictures are left out: they would be asked for from wherever the text says.
    """
    import bleach
    from nbconvert.filters import markdown2html

    made = bleach.clean(
        markdown2html(plain(text, lines=True)),
        tags=_TAGS,
        attributes={"a": ["href"]},
        protocols={"http", "https", "mailto"},
    )
    return f"<div>{made}</div>".replace("\n", "&#10;") if text.strip() else text


def make_harmless(notebook: Any) -> Any:
    """Do so with every answer in words of a notebook; return it."""
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and marks.get("solution"):
            cell.source = harmless(cell.source)
    return notebook
