"""A picture as HTML that any notebook front end and the static site can show."""

import html
import re

from dlcourse.figures import palette

_STYLE = (
    palette.style_sheet()
    + ".dl-figure{--dl-page:var(--pst-color-background,var(--jp-layout-color0,Canvas));"
    "margin:0 auto 1rem;max-width:40rem;color:inherit;line-height:1.35}"
    ".dl-figure svg{display:block;width:100%;height:auto;overflow:visible}"
    ".dl-figure svg text{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif}"
    ".dl-caption{font-size:.92em;margin:.4rem 0 0}"
)


class Picture:
    """An inline SVG with the text that stands for it where it cannot be seen.

    Parameters
    ----------
    svg
        One ``<svg>`` element.
    alt
        What the picture shows, in a sentence or two: read aloud by screen readers.
    caption
        Optional line below it, HTML.
    """

    def __init__(self, svg: str, alt: str, caption: str = "") -> None:
        if not alt.strip():
            raise ValueError("alt is empty: expected a sentence that says what the picture shows")
        self.alt = alt
        self.caption = caption
        # The element's name and description are the alternative text; its parts are not read.
        self.svg = svg.replace(
            "<svg ", f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" ', 1
        )

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"

    def _repr_html_(self) -> str:
        caption = f'<div class="dl-caption">{self.caption}</div>' if self.caption else ""
        return wrap(f"{self.svg}{caption}")


def wrap(inner: str, classes: str = "", more_style: str = "") -> str:
    """Return a figure element with its style sheet, on one line so that no Markdown touches it."""
    names = f"dl-figure {classes}".strip()
    figure = f'<figure class="{names}"><style>{_STYLE}{more_style}</style>{inner}</figure>'
    return re.sub(r"\s*\n\s*", " ", figure)
