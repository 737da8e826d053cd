"""Residual blocks: layers inside a layer, with a way past them."""

from collections import Counter
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.parameters import ParameterSpec, Shape


class Residual(Layer):
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

    def __init__(self, *layers: Layer, projection: Layer | None = None) -> None:
        super().__init__()
        if not layers:
            raise ValueError("layers is empty: expected at least one layer")
        for position, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"layers[{position}] is {validation.describe(layer)}: expected a layer such "
                    "as Dense(10)"
                )
        if projection is not None and not isinstance(projection, Layer):
            raise TypeError(
                f"projection is {validation.describe(projection)}: expected a layer or None"
            )
        self.layers = layers
        self.projection = projection

    @property
    def options(self) -> dict[str, Any]:
        return {"layers": self.layers, "projection": self.projection}

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> "Residual":
        return cls(*options["layers"], projection=options["projection"])

    def __repr__(self) -> str:
        inside = [repr(layer) for layer in self.layers]
        if self.projection is not None:
            inside.append(f"projection={self.projection!r}")
        return f"Residual({', '.join(inside)})"

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = input_shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
        past = input_shape if self.projection is None else self.projection.output_shape(input_shape)
        if shape != past:
            way = "x has" if self.projection is None else "the projection gives"
            raise ValueError(
                f"{self!r} adds f(x) of shape {shape} to x: expected {past}, the shape that {way}"
            )
        return shape

    def _named(self) -> list[tuple[str, Layer]]:
        """Return the layers inside with the names that they have within the block."""
        numbers, named = Counter[str](), []
        for layer in self.layers:
            kind = type(layer).__name__.lower()
            numbers[kind] += 1
            named.append((f"{kind}_{numbers[kind]}", layer))
        if self.projection is not None:
            named.append(("projection", self.projection))
        return named

    def build(
        self, input_shape: Shape, dtype: np.dtype, rng: np.random.Generator
    ) -> list[ParameterSpec]:
        super().build(input_shape, dtype, rng)
        specs, shape = [], input_shape
        for name, layer in self._named():
            layer.name = f"{self.name}.{name}"
            if layer is self.projection:
                shape = input_shape
            for spec in layer.build(shape, dtype, rng):
                specs.append(
                    ParameterSpec(f"{name}.{spec.name}", spec.shape, spec.initializer, spec.kind)
                )
            self.state.update({f"{name}.{key}": array for key, array in layer.state.items()})
            shape = layer.output_shape(shape)
        return specs

    def bind(self, values: dict[str, np.ndarray], gradients: dict[str, np.ndarray]) -> None:
        for name, layer in self._named():
            own = [key for key in values if key.startswith(name + ".")]
            layer.bind(
                {key.removeprefix(name + "."): values[key] for key in own},
                {key.removeprefix(name + "."): gradients[key] for key in own},
            )

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        inside = x
        for layer in self.layers:
            inside = layer.forward(inside, training)
        past = x if self.projection is None else self.projection.forward(x, training)
        y = self.buffers.get("y", inside.shape, x.dtype)
        kernels_for(x).add(inside.reshape(-1), past.reshape(-1), y.reshape(-1))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        inside = dy
        for layer in reversed(self.layers[1:]):
            inside = layer.backward(inside)  # type: ignore[assignment]  # asked for, so never None
        inside = self.layers[0].backward(inside, input_gradient)  # type: ignore[assignment]
        past = dy
        if self.projection is not None:
            past = self.projection.backward(dy, input_gradient)  # type: ignore[assignment]
        if not input_gradient:
            return None
        dx = self.buffers.get("dx", x.shape, x.dtype)
        kernels_for(x).add(inside.reshape(-1), past.reshape(-1), dx.reshape(-1))
        return dx
