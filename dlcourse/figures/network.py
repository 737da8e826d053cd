"""A small dense network as circles and lines, with what flows through it."""

from collections.abc import Sequence

import numpy as np

from dlcourse.figures import palette
from dlcourse.figures.drawing import canvas, element, number, text
from dlcourse.figures.picture import Picture

_RADIUS = 27.0


class NetworkPicture:
    """A network's units in columns, its weights as lines between them.

    Parameters
    ----------
    weights
        One array (inputs, outputs) for each layer of weights.
    names
        A heading for each column of units.
    width, row
        Width of the drawing and height of one row of units.

    Notes
    -----
    A unit shows its value inside, and below it the gradient of the loss for that value. A line is
    as wide as the size of the weight, or of its gradient where ``picture`` is told to show that.
    """

    def __init__(
        self,
        weights: Sequence[np.ndarray],
        names: Sequence[str],
        width: float = 480,
        row: float = 84,
    ) -> None:
        self.weights = [np.asarray(w, np.float64) for w in weights]
        self.sizes = [self.weights[0].shape[0], *(w.shape[1] for w in self.weights)]
        for before, after in zip(self.weights, self.weights[1:], strict=False):
            if before.shape[1] != after.shape[0]:
                raise ValueError(
                    f"weights of shapes {before.shape} and {after.shape} follow each other: "
                    "expected as many inputs as the layer before has outputs"
                )
        if len(names) != len(self.sizes):
            raise ValueError(
                f"names holds {len(names)} for {len(self.sizes)} columns: expected as many"
            )
        self.names, self.width, self.row = tuple(names), width, row
        self.height = 58 + row * (max(self.sizes) - 1) + _RADIUS + 26

    def picture(
        self,
        alt: str,
        values: Sequence[np.ndarray | None],
        gradients: Sequence[np.ndarray | None] = (),
        weight_gradients: Sequence[np.ndarray | None] = (),
        flow: int | None = None,
        backward: bool = False,
        caption: str = "",
        dropped: Sequence[np.ndarray | None] = (),
    ) -> Picture:
        """Return the drawing.

        Parameters
        ----------
        alt, caption
            As of ``Picture``.
        values, gradients
            For each column the units' values, and the loss's gradients for them; None while
            unknown.
        weight_gradients
            For each layer of weights their gradients; None while unknown, and the weights show.
        flow
            The layer of weights through which something moves just now, ``backward`` or not.
        dropped
            For each column which units are switched off, True or False; None where none is. Such a
            unit is crossed out, and no line leads to it or from it.
        """
        dropped = dropped or [None] * len(self.sizes)
        off = [
            np.zeros(size, bool) if column is None else np.asarray(column, bool)
            for size, column in zip(self.sizes, dropped, strict=True)
        ]
        gradients = gradients or [None] * len(self.sizes)
        weight_gradients = weight_gradients or [None] * len(self.weights)
        parts = [
            self._draw_weights(
                layer, weight_gradients[layer], flow == layer, backward, off[layer : layer + 2]
            )
            for layer in range(len(self.weights))
        ]
        for column, name in enumerate(self.names):
            parts.append(text(self._x(column), 18, name, 15, weight="600"))
            for unit in range(self.sizes[column]):
                if off[column][unit]:
                    parts.append(self._draw_dropped(column, unit))
                else:
                    parts.append(self._draw_unit(column, unit, values[column], gradients[column]))
        return Picture(canvas(self.width, self.height, *parts), alt, caption)

    def _x(self, column: int) -> float:
        margin = _RADIUS + 20
        return margin + column * (self.width - 2 * margin) / (len(self.sizes) - 1)

    def _y(self, column: int, unit: int) -> float:
        above = (max(self.sizes) - self.sizes[column]) / 2
        return 60 + self.row * (above + unit)

    def _draw_weights(
        self,
        layer: int,
        gradient: np.ndarray | None,
        moving: bool,
        backward: bool,
        off: list[np.ndarray],
    ) -> str:
        shown = self.weights[layer] if gradient is None else gradient
        largest = float(np.abs(shown).max()) or 1.0
        name = "ink" if gradient is None else "backward"
        if moving:
            name = "backward" if backward else "forward"
        lines = []
        for (i, o), value in np.ndenumerate(shown):
            if off[0][i] or off[1][o]:
                continue
            x1, y1 = self._x(layer), self._y(layer, i)
            x2, y2 = self._x(layer + 1), self._y(layer + 1, o)
            if moving and backward:  # dashes run the way the line is drawn
                x1, y1, x2, y2 = x2, y2, x1, y1
            share = abs(float(value)) / largest
            lines.append(
                element(
                    "line",
                    x1=x1,
                    y1=y1,
                    x2=x2,
                    y2=y2,
                    stroke=palette.colour(name),
                    stroke_width=0.6 + 4.4 * share,
                    stroke_opacity=0.25 + (0.6 if name != "ink" else 0.2) * share,
                    class_="dl-flow" if moving else None,
                )
            )
        return "".join(lines)

    def _draw_dropped(self, column: int, unit: int) -> str:
        x, y = self._x(column), self._y(column, unit)
        colour, arm = palette.colour("bad"), 9
        circle = element(
            "circle", cx=x, cy=y, r=_RADIUS, fill="none", stroke=palette.colour("ink"),
            stroke_opacity=0.4, stroke_dasharray="3 5",
        )  # fmt: skip
        cross = element(
            "path", d=f"M{x - arm:g} {y - arm:g}l{2 * arm} {2 * arm}m0 {-2 * arm}l{-2 * arm} "
            f"{2 * arm}", stroke=colour, stroke_width=2.5, fill="none",
        )  # fmt: skip
        return circle + cross

    def _draw_unit(
        self, column: int, unit: int, values: np.ndarray | None, gradients: np.ndarray | None
    ) -> str:
        x, y = self._x(column), self._y(column, unit)
        known = values is not None
        ring = "backward" if gradients is not None else "forward" if known else "ink"
        circle = element(
            "circle",
            cx=x,
            cy=y,
            r=_RADIUS,
            fill="var(--dl-page)",
            stroke=palette.colour(ring),
            stroke_width=2 if known else 1.2,
            stroke_opacity=None if known else 0.5,
        )
        inside = below = ""
        if values is not None:
            inside = text(x, y + 5, number(values[unit]), 14, "forward", weight="600")
        if gradients is not None:
            below = text(x, y + _RADIUS + 16, number(gradients[unit]), 14, "backward", weight="600")
        return circle + inside + below
