"""SVG elements as text."""

import html

from dlcourse.figures import palette


def element(tag: str, inner: str = "", **attributes: object) -> str:
    """Return one element; ``stroke_width`` is written ``stroke-width``, ``class_`` ``class``."""
    pairs = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(_written(value), quote=True)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{pairs}>{inner}</{tag}>" if inner else f"<{tag}{pairs}/>"


def text(
    x: float,
    y: float,
    words: str,
    size: float = 15,
    colour: str = "ink",
    anchor: str = "middle",
    weight: str | None = None,
) -> str:
    """Return a line of text whose middle (or start, or end) of the base line is at (x, y)."""
    return element(
        "text",
        html.escape(words),
        x=x,
        y=y,
        font_size=size,
        fill=palette.colour(colour),
        text_anchor=None if anchor == "start" else anchor,
        font_weight=weight,
    )


def canvas(width: float, height: float, *parts: str) -> str:
    """Return a whole picture of this size, which shrinks with the page and grows by a fifth."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg" '
        f'style="max-width:{1.2 * width:g}px;margin:auto">'
        f"{''.join(parts)}</svg>"
    )


def number(value: float) -> str:
    """Return a number as short as a picture needs it, with a true minus sign."""
    written = f"{value:.2f}"
    if float(written) == 0:
        written = "0" if value == 0 else f"{value:.1e}"
    return written.replace("-", "−")


def _written(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
