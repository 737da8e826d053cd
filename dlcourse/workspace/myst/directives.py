"""What stands on its own: admonitions, figures, equations, as JupyterLab shows them well."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from dlcourse.workspace.myst.book import caption_of
from dlcourse.workspace.myst.syntax import Directive

if TYPE_CHECKING:
    from dlcourse.workspace.myst.convert import Conversion

# What a box is for. JupyterLab's own alert classes are not used: in its dark theme they set light
# text on a light ground. A coloured bar beside text of the theme's own colour reads in both.
_BOXES = {
    "admonition": "info",
    "attention": "warning",
    "card": "info",
    "caution": "warning",
    "danger": "danger",
    "error": "danger",
    "grid-item-card": "info",
    "hint": "success",
    "important": "warning",
    "margin": "info",
    "note": "info",
    "seealso": "info",
    "sidebar": "info",
    "tip": "success",
    "warning": "warning",
}
# The bar's colour: at least 3 : 1 against the page of the light and of the dark theme.
COLOURS = {"danger": "#d32f2f", "info": "#0288d1", "success": "#2e8b57", "warning": "#c77700"}
_TITLED = frozenset({"admonition", "card", "grid-item-card", "sidebar"})
_TITLES = {"seealso": "See also", "margin": ""}


def directive(conversion: Conversion, found: Directive) -> str:
    """Return the Markdown that stands for a directive; an empty string drops it.

    Raises
    ------
    ConversionError
        When the directive is not known.
    """
    if found.name in _BOXES:
        return _admonition(conversion, found)
    handler = _DIRECTIVES.get(found.name)
    if handler is None:
        raise conversion.error(
            found.line,
            f"the directive {{{found.name}}} is not one that can be shown in JupyterLab; "
            f"known are {', '.join(sorted([*_BOXES, *_DIRECTIVES]))}.",
        )
    return handler(conversion, found)


def _body(conversion: Conversion, found: Directive) -> str:
    return conversion.text(found.body, found.body_line).strip("\n")


def _admonition(conversion: Conversion, found: Directive) -> str:
    body = _body(conversion, found)
    if found.name in _TITLED:
        title = conversion.inline(found.argument, found.line)
    else:
        title = _TITLES.get(found.name, found.name.capitalize())
        if found.argument:
            # Words after the braces are the beginning of the text.
            first = conversion.inline(found.argument, found.line)
            body = f"{first}\n{body}" if body else first
    if "dropdown" in found.classes:
        return _details(conversion, title, body)
    purpose = next((_BOXES[name] for name in found.classes if name in _BOXES), _BOXES[found.name])
    heading = f"**{title}**\n\n" if title else ""
    style = f"border-left: 4px solid {COLOURS[purpose]}; padding-left: 1em"
    return f'<div style="{style}">\n\n{heading}{body}\n\n</div>'


def _details(conversion: Conversion, title: str, body: str) -> str:
    summary = conversion.html(title or "More")
    # Room around it: answers to choose from stand below one another, and the next question after.
    room = 'style="margin: 0.6em 1.2em"'
    return f"<details {room}>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _dropdown(conversion: Conversion, found: Directive) -> str:
    title = conversion.inline(found.argument, found.line)
    return _details(conversion, title, _body(conversion, found))


def picture(path: str, alt: str, width: str | None = None) -> str:
    """Return an image in Markdown, or in HTML where it has a width."""
    if width is None:
        return f"![{alt}]({path})"
    if re.fullmatch(r"\d+", width):
        width += "px"
    alt = alt.replace("&", "&amp;").replace('"', "&quot;")
    return f'<img src="{path}" alt="{alt}" width="{width}">'


def _image(conversion: Conversion, found: Directive) -> str:
    path = conversion.take_file(found.argument, found.line)
    width = found.options.get("width") or found.options.get("scale")
    if width is not None:
        width = str(width)
        if "width" not in found.options and not width.endswith("%"):
            width += "%"
    return picture(path, str(found.options.get("alt") or ""), width)


def _figure(conversion: Conversion, found: Directive) -> str:
    image = _image(conversion, found)
    if not found.body.strip():
        return image
    return f"{image}\n\n{_caption(conversion, found)}{_body(conversion, found)}"


def _figure_md(conversion: Conversion, found: Directive) -> str:
    image, _, rest = _body(conversion, found).partition("\n\n")
    return f"{image}\n\n{_caption(conversion, found)}{rest.strip()}" if rest.strip() else image


def _caption(conversion: Conversion, found: Directive) -> str:
    kind = caption_of(found)[1]
    return f"**{kind.capitalize()} {conversion.page.numbers[found.line]}.** "


def _table(conversion: Conversion, found: Directive) -> str:
    body = _body(conversion, found)
    if not found.argument:
        return body
    return f"{_caption(conversion, found)}{conversion.inline(found.argument, found.line)}\n\n{body}"


def equation(body: str, number: int | None, one_line: bool = False) -> str:
    r"""Return a displayed formula in dollars.

    Lines and columns are aligned as the site aligns them, which puts every formula with a line end
    ``\\`` into an environment; JupyterLab does not.
    """
    body = body.strip("\n").strip()
    if "\\\\" in body and not re.match(r"\\begin\{(?!.*matrix)", body):
        body = f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
    if number is not None:
        body = f"{body}\n\\tag{{{number}}}"
    # A blank line would end the paragraph, and the formula with it.
    lines = [line for line in body.split("\n") if line.strip()]
    if one_line:
        return f"$$ {' '.join(line.strip() for line in lines)} $$"
    return "$$\n" + "\n".join(lines) + "\n$$"


def _math(conversion: Conversion, found: Directive) -> str:
    body = "\n".join(part for part in (found.argument, found.body) if part)
    return equation(body, conversion.page.numbers.get(found.line))


def _code(conversion: Conversion, found: Directive) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", found.body)), default=0))
    block = f"{fence}{found.argument}\n{found.body}\n{fence}"
    caption = found.options.get("caption")
    return f"**{conversion.inline(str(caption), found.line)}**\n\n{block}" if caption else block


def _quotation(conversion: Conversion, found: Directive) -> str:
    body = _body(conversion, found)
    return "\n".join(f"> {line}".rstrip() for line in body.split("\n"))


def _body_alone(conversion: Conversion, found: Directive) -> str:
    return _body(conversion, found)


def _tab(conversion: Conversion, found: Directive) -> str:
    title = conversion.inline(found.argument, found.line)
    return f"**{title}**\n\n{_body(conversion, found)}"


def _nothing(conversion: Conversion, found: Directive) -> str:
    return ""


def _bibliography(conversion: Conversion, found: Directive) -> str:
    return conversion.place_for_sources()


def _nested_cell(conversion: Conversion, found: Directive) -> str:
    raise conversion.error(
        found.line,
        "a code cell inside another directive is not run by notebooks; put it on its own.",
    )


_DIRECTIVES: dict[str, Callable[[Conversion, Directive], str]] = {
    "bibliography": _bibliography,
    "code": _code,
    "code-block": _code,
    "code-cell": _nested_cell,
    "contents": _nothing,
    "dropdown": _dropdown,
    "epigraph": _quotation,
    "figure": _figure,
    "figure-md": _figure_md,
    "glossary": _body_alone,
    "grid": _body_alone,
    "grid-item": _body_alone,
    "image": _image,
    "math": _math,
    "pull-quote": _quotation,
    "sourcecode": _code,
    "tab-item": _tab,
    "tab-set": _body_alone,
    "table": _table,
    "tableofcontents": _nothing,
    "toctree": _nothing,
}
