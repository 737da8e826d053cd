"""Matplotlib figures that take the page's colours."""

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any

from dlcourse.figures import palette
from dlcourse.figures.compact import compact
from dlcourse.figures.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Sizes in inches and points. At 5.6 inches a plot fills the text column; on a phone of 360 pixels
# its letters are still about nine pixels high.
WIDTH, HEIGHT = 5.6, 3.3

_STYLE: Any = {
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": palette.INK,
    "axes.labelcolor": palette.INK,
    "axes.titlecolor": palette.INK,
    "xtick.color": palette.INK,
    "ytick.color": palette.INK,
    "text.color": palette.INK,
    "axes.grid": True,
    "grid.color": palette.INK,
    "grid.alpha": 0.13,
    "lines.linewidth": 2,
    "figure.constrained_layout.use": True,
    "svg.fonttype": "none",  # letters stay letters: small, sharp, and found by a search
    "svg.hashsalt": "dlcourse",  # the same picture is the same text in every build
}
_COLOUR_ORDER = ("forward", "backward", "good", "other", "bad")


def axes(
    rows: int = 1, columns: int = 1, *, width: float = WIDTH, height: float = HEIGHT, **options: Any
) -> tuple["Figure", Any]:
    """Return a new figure and its axes, as ``matplotlib.pyplot.subplots`` does, in our style.

    Lines take the colours of the palette in order; ``palette.COLOURS[name][0]`` names one. The
    figure belongs to no window and is shown by ``show`` alone.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_style()):
        figure = Figure(figsize=(width, height))
        return figure, figure.subplots(rows, columns, **options)


def show(figure: "Figure", alt: str, caption: str = "") -> Picture:
    """Return a matplotlib figure as a picture of the page; ``alt`` says what it shows."""
    import matplotlib

    # A legend is made outside of our style, so it still has its frame.
    for plot in figure.axes:
        legend = plot.get_legend()
        if legend is not None:
            legend.set_frame_on(False)
    buffer = io.StringIO()
    with matplotlib.rc_context(_style()):
        figure.savefig(
            buffer,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return Picture(_page_svg(buffer.getvalue(), alt), alt, caption)


def _style() -> Any:
    from cycler import cycler

    colours = [palette.COLOURS[name][0] for name in _COLOUR_ORDER]
    return {**_STYLE, "axes.prop_cycle": cycler(color=colours)}


def _page_svg(text: str, alt: str) -> str:
    """Return matplotlib's SVG file as an element that fits into any page.

    Two drawings that are alike, such as two states behind a slider, still have ids of their own if
    what is said about them differs.
    """
    svg = compact(text)
    svg = re.sub(r"(?<=<svg )[^>]*(?=>)", _without_size, svg, count=1)

    # Ids are shared by the whole page: keep those that are referred to, and make them unique.
    used = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', svg))
    mark = hashlib.sha256((svg + alt).encode()).hexdigest()[:8]
    svg = re.sub(r'\sid="([\w.-]+)"', lambda m: f' id="{mark}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{mark}-", svg)

    # Letters in the page's font; colours by name, so that the page's theme decides.
    svg = re.sub(r"font-family:[^;\"]*;?", "", svg)
    for black in (palette.INK, "#000000"):
        svg = svg.replace(black, palette.colour("ink"))
    for name, (light, _) in palette.COLOURS.items():
        svg = svg.replace(light, palette.colour(name))
    return svg


def _without_size(match: re.Match[str]) -> str:
    """Return the drawing's attributes so that its width is the column's."""
    kept = re.sub(r'\b(?:width|height)="[^"]*"\s*', "", match[0])
    return f'stroke-linejoin="round" fill="{palette.colour("ink")}" {kept}'
