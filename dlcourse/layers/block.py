"""Layers made of layers."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.buffers import Buffers
from dlcourse.devices import Device
from dlcourse.layers.base import Layer
from dlcourse.parameters import ParameterSpec, Shape
from dlcourse.team import Team


class Block(Layer):
    """A row of layers that counts as one; what it does with them is for subclasses to say.

    The names of the layers inside are the block's with theirs, "residual_1.dense_1"; so are those
    of their parameters and state.
    """

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        if not layers:
            raise ValueError("layers is empty: expected at least one layer")
        for position, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"layers[{position}] is {validation.describe(layer)}: expected a layer such "
                    "as Dense(10)"
                )
        self.layers = layers

    @property
    def options(self) -> dict[str, Any]:
        return {"layers": self.layers}

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> "Layer":
        others = {name: value for name, value in options.items() if name != "layers"}
        return cls(*options["layers"], **others)

    def __repr__(self) -> str:
        inside = [repr(layer) for layer in self.layers]
        others = [
            f"{name}={value!r}"
            for name, value in self.options.items()
            if name != "layers" and value is not None
        ]
        return f"{type(self).__name__}({', '.join([*inside, *others])})"

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = input_shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def named(self) -> Iterable[tuple[str, Layer, Shape]]:
        """Yield each layer inside with its name within the block and its input shape."""
        numbers = Counter[str]()
        assert self.input_shape is not None
        shape = self.input_shape
        for layer in self.layers:
            kind = type(layer).__name__.lower()
            numbers[kind] += 1
            yield f"{kind}_{numbers[kind]}", layer, shape
            shape = layer.output_shape(shape)

    def build(
        self, input_shape: Shape, dtype: np.dtype, rng: np.random.Generator
    ) -> list[ParameterSpec]:
        super().build(input_shape, dtype, rng)
        specs = []
        for name, layer, shape in self.named():
            layer.name = f"{self.name}.{name}"
            for spec in layer.build(shape, dtype, rng):
                specs.append(
                    ParameterSpec(f"{name}.{spec.name}", spec.shape, spec.initializer, spec.kind)
                )
        self._gather_state()
        return specs

    def _gather_state(self) -> None:
        """Let the block's state be that of the layers inside."""
        for name, layer, _ in self.named():
            self.state.update({f"{name}.{key}": array for key, array in layer.state.items()})

    def move(self, device: Device) -> None:
        super().move(device)
        for _, layer, _ in self.named():
            layer.move(device)
        self._gather_state()

    def bind(self, values: dict[str, np.ndarray], gradients: dict[str, np.ndarray]) -> None:
        for name, layer, _ in self.named():
            own = [key for key in values if key.startswith(name + ".")]
            layer.bind(
                {key.removeprefix(name + "."): values[key] for key in own},
                {key.removeprefix(name + "."): gradients[key] for key in own},
            )

    def join(self, team: Team) -> None:
        super().join(team)
        for layer in self.layers:
            layer.join(team)

    def work_in(self, buffers: Buffers) -> None:
        super().work_in(buffers)
        for name, layer, _ in self.named():
            layer.work_in(buffers.under(name))

    def share(self, pool: Buffers) -> None:
        for layer in self.layers:
            layer.share(pool)

    def _forward_inside(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Run x through the layers inside."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def _backward_inside(self, dy: np.ndarray, input_gradient: bool) -> np.ndarray | None:
        """Run dy back through the layers inside."""
        for layer in reversed(self.layers[1:]):
            dy = layer.backward(dy)  # type: ignore[assignment]  # asked for, so never None
        return self.layers[0].backward(dy, input_gradient)
