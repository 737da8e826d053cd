"""A calculation drawn as a graph: values on their way forward, gradients on their way back."""

from collections.abc import Iterable
from dataclasses import dataclass

from dlcourse.figures import palette
from dlcourse.figures.drawing import canvas, element, number, text
from dlcourse.figures.picture import Picture

_RADIUS = 21.0


@dataclass(frozen=True)
class _Node:
    x: float
    y: float
    label: str
    box: bool


@dataclass(frozen=True)
class _Edge:
    source: str
    target: str
    value: float
    gradient: float
    name: str


class Graph:
    """A graph of operations, with a number above each edge and one below it.

    Parameters
    ----------
    width, height
        Size of the drawing; up to 500 wide its letters can be read on a phone.

    Notes
    -----
    Above an edge, in the colour "forward", stands the value that flows along it; below it, in the
    colour "backward", the derivative of the end result for that value.
    """

    def __init__(self, width: float = 500, height: float = 220) -> None:
        self.width, self.height = width, height
        self._nodes: dict[str, _Node] = {}
        self._edges: list[_Edge] = []

    def node(self, name: str, x: float, y: float, label: str, box: bool = False) -> None:
        """Add an operation (a circle), or an input or result (``box``), centred at (x, y)."""
        self._nodes[name] = _Node(x, y, label, box)

    def edge(self, source: str, target: str, value: float, gradient: float, name: str = "") -> None:
        """Add an edge, with the value that flows along it and the result's derivative for it.

        ``name`` is what the formulas call the value; it is written above an edge that is level.
        """
        for node in (source, target):
            if node not in self._nodes:
                raise ValueError(f"no node is called {node!r}: expected {', '.join(self._nodes)}")
        self._edges.append(_Edge(source, target, float(value), float(gradient), name))

    def picture(
        self,
        alt: str,
        forward: Iterable[int] | None = None,
        backward: Iterable[int] | None = None,
        caption: str = "",
        flow: Iterable[int] = (),
    ) -> Picture:
        """Return the drawing.

        Parameters
        ----------
        alt, caption
            As of ``Picture``.
        forward, backward
            Numbers of the edges whose value, and whose gradient, is shown; all by default.
        flow
            Numbers of the edges along which something is moving just now.
        """
        everything = range(len(self._edges))
        shown = set(everything if forward is None else forward)
        back = set(everything if backward is None else backward)
        moving = set(flow)
        parts = [
            self._draw_edge(edge, i in shown, i in back, i in moving)
            for i, edge in enumerate(self._edges)
        ]
        parts += [self._draw_node(node) for node in self._nodes.values()]
        return Picture(canvas(self.width, self.height, *parts), alt, caption)

    def _draw_node(self, node: _Node) -> str:
        ink = palette.colour("ink")
        if node.box:
            shape = element(
                "rect",
                x=node.x - 19,
                y=node.y - 17,
                width=38,
                height=34,
                rx=7,
                fill=ink,
                fill_opacity=0.08,
                stroke=ink,
                stroke_opacity=0.35,
            )
        else:
            shape = element(
                "circle",
                cx=node.x,
                cy=node.y,
                r=_RADIUS,
                fill=ink,
                fill_opacity=0.04,
                stroke=ink,
                stroke_width=1.5,
            )
        label = text(node.x, node.y + 5.5, node.label, 16 if len(node.label) < 4 else 13)
        return shape + label

    def _draw_edge(self, edge: _Edge, forward: bool, backward: bool, moving: bool) -> str:
        a, b = self._nodes[edge.source], self._nodes[edge.target]
        length = ((b.x - a.x) ** 2 + (b.y - a.y) ** 2) ** 0.5
        ux, uy = (b.x - a.x) / length, (b.y - a.y) / length
        start, end = (20.0 if a.box else _RADIUS) + 2, (20.0 if b.box else _RADIUS) + 2
        x1, y1, x2, y2 = a.x + ux * start, a.y + uy * start, b.x - ux * end, b.y - uy * end
        name = "backward" if backward else "forward" if forward else "ink"
        if moving and backward:  # dashes run the way the line is drawn
            x1, y1, x2, y2 = x2, y2, x1, y1
        line = element(
            "line",
            x1=x1,
            y1=y1,
            x2=x2,
            y2=y2,
            stroke=palette.colour(name),
            stroke_width=3 if moving else 1.6,
            stroke_opacity=None if forward or backward else 0.35,
            class_="dl-flow" if moving else None,
        )
        # Numbers step aside across the line, just as far as their own width and height ask.
        mx, my = (x1 + x2) / 2, (y1 + y2) / 2
        nx, ny = (uy, -ux) if ux > 0 else (-uy, ux)  # points up, or to the right of a rising line
        parts = [line, text(mx, my - 27, edge.name, 15)] if edge.name else [line]
        for shown, side, value, colour in (
            (forward, 1, edge.value, "forward"),
            (backward, -1, edge.gradient, "backward"),
        ):
            if shown:
                words = number(value)
                aside = side * (4.6 * len(words) * abs(nx) + 7 * abs(ny) + 4)
                parts.append(
                    text(mx + nx * aside, my + ny * aside + 5, words, 14.5, colour, weight="600")
                )
        return "".join(parts)
