"""A network as a row of layers over one flat parameter buffer."""

from collections import Counter
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.buffers import Buffers
from dlcourse.layers import Layer, copy_of
from dlcourse.model.summary import Summary
from dlcourse.parameters import Parameters


class Sequential:
    """Layers one after another, y = layer_k(… layer_1(x)).

    Parameters
    ----------
    *layers
        New layers, none of them part of another model.
    input_shape
        Shape of one example, without the batch: ``(64,)``.
    rng
        A ``numpy.random.Generator``, or a seed, for the first values of the parameters.
    dtype
        float32, or float64 for gradient checks.

    Attributes
    ----------
    layers
        The layers, with their names ("dense_1", "relu_1", "dense_2").
    parameters
        The two flat buffers and the named views into them.
    input_shape, output_shape
        Shapes of one example at either end.
    """

    def __init__(
        self,
        *layers: Layer,
        input_shape: tuple[int, ...],
        rng: np.random.Generator | int,
        dtype: Any = np.float32,
    ) -> None:
        if not layers:
            raise ValueError("layers is empty: expected at least one layer")
        for position, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"layers[{position}] is {validation.describe(layer)}: expected a layer such "
                    "as Dense(10)"
                )
        if not isinstance(input_shape, tuple):
            raise TypeError(
                f"input_shape is {validation.describe(input_shape)}: expected a tuple such as (64,)"
            )
        self.layers = layers
        self.dtype = validation.floating_dtype(dtype)
        self.input_shape = tuple(validation.count("input_shape", size) for size in input_shape)
        rng = validation.generator("rng", rng)

        specs, numbers, shape = {}, Counter[str](), self.input_shape
        for layer in layers:
            kind = type(layer).__name__.lower()
            numbers[kind] += 1
            layer.name = f"{kind}_{numbers[kind]}"
            for spec in layer.build(shape, self.dtype, rng):
                specs[f"{layer.name}.{spec.name}"] = spec
            shape = layer.output_shape(shape)
        self.output_shape = shape
        self.input_dtype = layers[0].input_dtype(self.dtype)

        self.parameters = Parameters(specs, self.dtype)
        for name, spec in specs.items():
            spec.initializer(self.parameters[name].value, rng)
        pool = Buffers()
        for layer in layers:
            layer.share(pool)
            own = self.parameters.of_layer(layer.name)
            layer.bind(
                {name: part.value for name, part in own.items()},
                {name: part.gradient for name, part in own.items()},
            )

    def __repr__(self) -> str:
        layers = ", ".join(map(repr, self.layers))
        return f"Sequential({layers}, input_shape={self.input_shape})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Copied or pickled as it is, each view would become an array of its own, and the flat
        # buffers nobody's. So the model is made anew, and given the numbers.
        layers = [copy_of(layer) for layer in self.layers]
        rates = {part.name: part.rate for part in self.parameters}
        return _made_again, (layers, self.input_shape, self.dtype.name, self.snapshot(), rates)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        """Return the outputs (n, *output_shape) for a batch x (n, *input_shape).

        The result is the last layer's own buffer, overwritten by the next call.
        """
        x = validation.batch("x", x, self.input_shape, self.input_dtype)
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, dy: np.ndarray, input_gradient: bool = False) -> np.ndarray | None:
        """Write every parameter's gradient for the latest ``forward``, given dy, the output's.

        The gradient for the input, a whole matrix product that training does not need, is
        computed and returned only where ``input_gradient`` asks for it.
        """
        dy = validation.batch("dy", dy, self.output_shape, self.dtype)
        for layer in reversed(self.layers[1:]):
            dy = layer.backward(dy)  # type: ignore[assignment]  # asked for, so never None
        dx = self.layers[0].backward(dy, input_gradient)
        return dx if input_gradient else None

    def predict(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Return the outputs for x in evaluation mode, as a new array, a batch at a time."""
        x = validation.batch("x", x, self.input_shape, self.input_dtype)
        size = validation.count("batch_size", batch_size)
        y = np.empty((len(x), *self.output_shape), self.dtype)
        for start in range(0, len(x), size):
            y[start : start + size] = self.forward(x[start : start + size], training=False)
        return y

    @property
    def state(self) -> dict[str, np.ndarray]:
        """What layers remember without learning it, by name ("batchnorm_1.mean")."""
        return {
            f"{layer.name}.{name}": array
            for layer in self.layers
            for name, array in layer.state.items()
        }

    def snapshot(self) -> dict[str, np.ndarray]:
        """Return copies of all that training changes in the model, for ``restore``."""
        arrays = {"parameters": self.parameters.values, **self.state}
        return {name: array.copy() for name, array in arrays.items()}

    def restore(self, snapshot: dict[str, np.ndarray]) -> None:
        """Put back, in place, what ``snapshot`` copied."""
        for name, array in {"parameters": self.parameters.values, **self.state}.items():
            array[...] = snapshot[name]

    def summary(self) -> Summary:
        """Return a table of layers, output shapes and parameter counts, as text and as HTML."""
        rows, shape = [], self.input_shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
            own = self.parameters.of_layer(layer.name)
            size = sum(part.value.size for part in own.values())
            rows.append((layer.name, repr(layer), shape, size))
        return Summary(self.input_shape, tuple(rows))


def _made_again(
    layers: list[Layer],
    input_shape: tuple[int, ...],
    dtype: str,
    snapshot: dict[str, np.ndarray],
    rates: dict[str, float],
) -> Sequential:
    """Return a model of these layers with the numbers of a snapshot."""
    model = Sequential(*layers, input_shape=input_shape, rng=0, dtype=dtype)
    model.restore(snapshot)
    for name, rate in rates.items():
        model.parameters.set_rate(name, rate)
    return model
