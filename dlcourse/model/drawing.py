"""A picture of a network: its layers from left to right, units as dots, shapes as blocks."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse import validation
from dlcourse.buffers import Shape
from dlcourse.model.sequential import Sequential

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Black, which a page with a dark theme turns into the colour of its text.
INK = "#000000"


def draw(model: Sequential, most_units: int = 8) -> "Figure":
    """Return a matplotlib figure of the model.

    Vectors are columns of dots, at most ``most_units`` of them with "⋮" for the rest, joined by a
    line for each weight where every unit sees every other; images and sequences are blocks that
    state their shape. Layers that change no shape (activations, dropout) are named between.

    Raises
    ------
    ImportError
        matplotlib is not installed; it comes with the course, not with the library alone.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            "draw needs matplotlib, which is not installed: pip install matplotlib"
        ) from None
    most_units = validation.count("most_units", most_units, least=2)

    columns: list[tuple[str, Shape, list[str], bool]] = [("input", model.input_shape, [], False)]
    for layer in model.layers:
        before = columns[-1][1]
        shape = layer.output_shape(before)
        if shape == before and not model.parameters.of_layer(layer.name):
            columns[-1][2].append(type(layer).__name__)
        else:
            dense = len(before) == len(shape) == 1
            columns.append((type(layer).__name__, shape, [], dense))

    figure = Figure(figsize=(1.2 + 1.7 * len(columns), 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.set_ylim(-1.75, 1.45)
    previous: np.ndarray | None = None
    for x, (name, shape, between, dense) in enumerate(columns):
        heights = _heights(shape, most_units)
        if heights is None:
            axes.text(
                x, 0, "×".join(map(str, shape)), ha="center", va="center", fontsize=9,
                bbox={"boxstyle": "round,pad=0.6", "facecolor": "none", "edgecolor": INK},
            )  # fmt: skip
        else:
            if dense and previous is not None:
                _join(axes, x, previous, heights)
            axes.plot(
                np.full(len(heights), x), heights, "o", markersize=9, color="#8fb4d9",
                markeredgecolor=INK, zorder=3,
            )  # fmt: skip
            if shape[0] > most_units:
                axes.text(x, 0, "⋮", ha="center", va="center", fontsize=14, zorder=4)
        axes.text(x, 1.3, name, ha="center", va="center", fontsize=10, weight="bold")
        label = "\n".join(["×".join(map(str, shape)), *between])
        axes.text(x, -1.3, label, ha="center", va="top", fontsize=9, color=INK)
        previous = heights
    return figure


def _heights(shape: tuple[int, ...], most_units: int) -> np.ndarray | None:
    """Return where a vector's dots stand, with a gap in the middle where some are left out."""
    if len(shape) != 1:
        return None
    if shape[0] == 1:
        return np.zeros(1)
    heights = np.linspace(1, -1, min(shape[0], most_units + 1))
    if shape[0] <= most_units:
        return heights
    return np.delete(heights, len(heights) // 2)


def _join(axes: Any, x: int, before: np.ndarray, after: np.ndarray) -> None:
    from matplotlib.collections import LineCollection

    lines = [[(x - 1, low), (x, high)] for low in before for high in after]
    axes.add_collection(LineCollection(lines, colors=INK, alpha=0.35, linewidths=0.5, zorder=1))
