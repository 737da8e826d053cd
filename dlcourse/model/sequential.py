"""A network as a row of layers over one flat parameter buffer."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from dlcourse import devices, validation
from dlcourse.buffers import Buffers, Turns
from dlcourse.layers import Layer, copy_of
from dlcourse.model.summary import Summary
from dlcourse.parameters import Parameters
from dlcourse.team import Team


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
    device
        Where the model is, ``dlcourse.devices.CPU`` at first; see ``to``.
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

        self.device: devices.Device = devices.CPU
        self.parameters = Parameters(specs, self.dtype)
        for name, spec in specs.items():
            spec.initializer(self.parameters[name].value, rng)
        self._inputs, self._turns, pool = Buffers(), Turns(), Buffers()
        for layer in layers:
            layer.share(pool)
            layer.take_turns(self._turns)
        for layer, following in pairwise(layers):
            layer.precede(following)
        self._bind()

    def _bind(self) -> None:
        """Give each layer its views of the flat buffers."""
        for layer in self.layers:
            own = self.parameters.of_layer(layer.name)
            layer.bind(
                {name: part.value for name, part in own.items()},
                {name: part.gradient for name, part in own.items()},
            )

    def to(self, device: str | devices.Device) -> "Sequential":
        """Move the model to "cuda", a GPU, or back to "cpu", in place; return the model.

        Parameters, gradients and the layers' state are copied; work arrays are made anew; an
        optimizer's state follows at its next step. Arguments and results stay NumPy's: ``fit``,
        ``evaluate`` and ``predict`` copy to and fro, and so do ``forward`` and ``backward`` with
        what they are given, but these two leave their results on the GPU, for
        ``dlcourse.devices.to_host``.

        Raises
        ------
        RuntimeError
            There is no GPU that can be used.
        TypeError
            The model's type is float64, in which kernels for a GPU do not compute.
        """
        target = devices.device(device)
        if target is not self.device:
            target.check(self.dtype)
            self.parameters.move(target.put)
            for layer in self.layers:
                layer.move(target)
            self._bind()
            self._inputs.allocate_by(target.empty)
            self._turns.allocate_by(target.empty)
            self.device = target
        return self

    def join(self, team: Team) -> None:
        """Let every layer work for a team of processes; ``fit`` does it for as long as it lasts."""
        for layer in self.layers:
            layer.join(team)

    def checked_inputs(self, name: str, value: Any) -> np.ndarray:
        """Return inputs (n, *input_shape) after looking at shape, type and, if need be, numbers.

        What lies on a GPU was looked at, number by number, before it was copied there.
        """
        array = validation.batch(name, value, self.input_shape, self.input_dtype)
        if isinstance(array, np.ndarray):
            self.layers[0].check_inputs(array)
        return array

    def _here(self, name: str, array: np.ndarray) -> np.ndarray:
        """Return an array where the model is: itself, or a copy that the next one overwrites."""
        if isinstance(array, np.ndarray):
            if self.device is devices.CPU:
                return array
            copied = self._inputs.get(name, array.shape, array.dtype)
            devices.copy(array, copied)
            return copied
        if devices.device_of(array) is not self.device:
            raise ValueError(
                f"{name} is {validation.describe(array)}: expected an array on "
                f"{self.device.name!r}, where the model is, or one of NumPy's"
            )
        return array

    def __repr__(self) -> str:
        layers = ", ".join(map(repr, self.layers))
        return f"Sequential({layers}, input_shape={self.input_shape})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Copied or pickled as it is, each view would become an array of its own, and the flat
        # buffers nobody's. So the model is made anew, and given the numbers.
        layers = [copy_of(layer) for layer in self.layers]
        rates = {part.name: part.rate for part in self.parameters}
        numbers = {name: devices.to_host(array) for name, array in self.snapshot().items()}
        made_of = layers, self.input_shape, self.dtype.name
        return _made_again, (*made_of, numbers, rates, self.device.name)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        """Return the outputs (n, *output_shape) for a batch x (n, *input_shape).

        The result is the last layer's own buffer, overwritten by the next call.
        """
        x = self._here("x", self.checked_inputs("x", x))
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(
        self,
        dy: np.ndarray,
        input_gradient: bool = False,
        ready: Callable[[int], None] | None = None,
    ) -> np.ndarray | None:
        """Write every parameter's gradient for the latest ``forward``, given dy, the output's.

        The gradient for the input, a whole matrix product that training does not need, is
        computed and returned only where ``input_gradient`` asks for it.

        ``ready(start)`` is called after each layer: all gradients from that place of the flat
        buffer on are written. The last call's start is 0.
        """
        dy = self._here("dy", validation.batch("dy", dy, self.output_shape, self.dtype))
        start = self.parameters.values.size
        for layer in reversed(self.layers[1:]):
            dy = layer.backward(dy)  # type: ignore[assignment]  # asked for, so never None
            if ready is not None:
                own = self.parameters.of_layer(layer.name).values()
                start -= sum(part.value.size for part in own)
                ready(start)
        dx = self.layers[0].backward(dy, input_gradient)
        if ready is not None:
            ready(0)
        return dx if input_gradient else None

    def predict(self, x: np.ndarray, batch_size: int = 1024) -> np.ndarray:
        """Return the outputs for x in evaluation mode, as a new array, a batch at a time."""
        x = self.checked_inputs("x", x)
        size = validation.count("batch_size", batch_size)
        y = np.empty((len(x), *self.output_shape), self.dtype)
        for start in range(0, len(x), size):
            part = slice(start, start + size)
            devices.copy(self._predict(x[part]), y[part])
        return y

    def _predict(self, x: np.ndarray) -> np.ndarray:
        x = self._here("x", x)
        for layer in self.layers:
            x = layer.predict(x)
        return x

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
        return {name: devices.copy_of(array) for name, array in arrays.items()}

    def restore(self, snapshot: dict[str, np.ndarray]) -> None:
        """Put back, in place, what ``snapshot`` copied."""
        for name, array in {"parameters": self.parameters.values, **self.state}.items():
            devices.copy(snapshot[name], array)

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
    device: str,
) -> Sequential:
    """Return a model of these layers with the numbers of a snapshot."""
    model = Sequential(*layers, input_shape=input_shape, rng=0, dtype=dtype)
    model.restore(snapshot)
    for name, rate in rates.items():
        model.parameters.set_rate(name, rate)
    return model.to(device)
