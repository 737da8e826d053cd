"""Residual blocks: layers inside a layer, with a way past them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.layers.block import Block
from dlcourse.parameters import Shape


class Residual(Block):
    """Residual block, y = x + f(x), where f is a row of layers of its own.

    Parameters
    ----------
    *layers
        New layers, f, one after another.
    projection
        A new layer p for the way past them, y = p(x) + f(x), needed where f changes the shape:
        ``Dense(units)``, or ``Conv2D(filters, 1, stride=2)``.

    Attributes
    ----------
    layers, projection
        The layers inside. Their names are the block's with theirs: "residual_1.dense_1",
        "residual_1.projection"; so are those of their parameters and state.

    Notes
    -----
    Gradient: dx = dy + f's dx for dy, or p's in place of the first dy: some of dy always
    arrives undiminished, however many blocks there are (He, Zhang, Ren and Sun 2016, section 3.2).
    """

    reads_y = False

    def __init__(self, *layers: Layer, projection: Layer | None = None) -> None:
        super().__init__(*layers)
        if projection is not None and not isinstance(projection, Layer):
            raise TypeError(
                f"projection is {validation.describe(projection)}: expected a layer or None"
            )
        self.projection = projection

    @property
    def options(self) -> dict[str, Any]:
        return {"layers": self.layers, "projection": self.projection}

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = super().output_shape(input_shape)
        past = input_shape if self.projection is None else self.projection.output_shape(input_shape)
        if shape != past:
            way = "x has" if self.projection is None else "the projection gives"
            raise ValueError(
                f"{self!r} adds f(x) of shape {shape} to x: expected {past}, the shape that {way}"
            )
        return shape

    def named(self) -> Iterable[tuple[str, Layer, Shape]]:
        yield from super().named()
        if self.projection is not None:
            assert self.input_shape is not None
            yield "projection", self.projection, self.input_shape

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        inside = self._forward_inside(x, training)
        past = x if self.projection is None else self.projection.forward(x, training)
        y = self._output(inside.shape, x.dtype)
        kernels_for(x).add(inside.reshape(-1), past.reshape(-1), y.reshape(-1))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        inside = self._backward_inside(dy, input_gradient)
        past: np.ndarray | None = dy
        if self.projection is not None:
            past = self.projection.backward(dy, input_gradient)
        if inside is None or past is None:
            return None
        dx = self._dx(x)
        kernels_for(x).add(inside.reshape(-1), past.reshape(-1), dx.reshape(-1))
        return dx
