"""What the recurrent layers share: options, the order of time, skipped steps, carried state."""

import math
from typing import Any, ClassVar

import numpy as np

from dlcourse import initializers, validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.parameters import Initializer, ParameterSpec, Shape


def uniform_by_units(array: np.ndarray, rng: np.random.Generator) -> None:
    """Fill uniformly from ±1/√units, as PyTorch does, for one gate's block (…, units)."""
    bound = 1 / math.sqrt(array.shape[-1])
    array[...] = rng.uniform(-bound, bound, array.shape)


class Recurrent(Layer):
    """A layer that goes through a sequence step by step and hands a state from each to the next.

    Parameters
    ----------
    units
        Size of the state h, which is also the output.
    return_sequences
        Return the state after every step, (n, steps, units), not the last alone, (n, units).
    padding
        A number that fills up short sequences: a step whose features *all* equal it is skipped,
        the state is carried on unchanged and so is its gradient. The last state is then that
        after the last step that was not skipped. Zero suits an ``Embedding`` with a padding
        index. None skips nothing.
    stateful
        The number of sequences whose state is carried on from batch to batch: example k of a
        batch continues example k of the batch before (training or not), until ``reset_state``.
        Every batch must then hold that many examples. No gradient crosses from batch to batch
        (truncated backpropagation through time). None starts every batch at zero.
    initializer, recurrent_initializer
        Fill the weights of the inputs, ``w_x``, and of the state, ``w_h``, one gate's block at a
        time, so that fans are those of one gate. By default both draw uniformly from ±1/√units,
        as PyTorch does.
    """

    reads_x = False  # but a copy of its own, in the order of time

    #: How many blocks of size ``units`` lie side by side in ``w_x``, ``w_h`` and ``b``.
    gates: ClassVar[int]
    #: The names of what is handed from step to step.
    states: ClassVar[tuple[str, ...]] = ("h",)

    w_x: np.ndarray
    w_h: np.ndarray
    b: np.ndarray
    _x: np.ndarray
    dw_x: np.ndarray
    dw_h: np.ndarray
    db: np.ndarray

    def __init__(
        self,
        units: int,
        *,
        return_sequences: bool = False,
        padding: float | None = None,
        stateful: int | None = None,
        initializer: Initializer = uniform_by_units,
        recurrent_initializer: Initializer = uniform_by_units,
    ) -> None:
        super().__init__()
        self.units = validation.count("units", units)
        self.return_sequences = validation.flag("return_sequences", return_sequences)
        self.padding = None if padding is None else validation.number("padding", padding)
        self.stateful = None if stateful is None else validation.count("stateful", stateful)
        self.initializer = validation.initializer("initializer", initializer)
        self.recurrent_initializer = validation.initializer(
            "recurrent_initializer", recurrent_initializer
        )

    @property
    def options(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {"units": self.units}
        if self.return_sequences:
            chosen["return_sequences"] = True
        if self.padding is not None:
            chosen["padding"] = self.padding
        if self.stateful is not None:
            chosen["stateful"] = self.stateful
        for name in ("initializer", "recurrent_initializer"):
            if getattr(self, name) != uniform_by_units:
                chosen[name] = getattr(self, name)
        return chosen

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2:
            raise ValueError(
                f"{self!r} got inputs of shape {input_shape}: expected two dimensions, "
                "(steps, features)"
            )
        steps = validation.count("steps", input_shape[0])
        validation.count("features", input_shape[1])
        return (steps, self.units) if self.return_sequences else (self.units,)

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        size = self.gates * self.units
        return [
            ParameterSpec("w_x", (input_shape[1], size), self._by_gates(self.initializer)),
            ParameterSpec("w_h", (self.units, size), self._by_gates(self.recurrent_initializer)),
            ParameterSpec("b", (size,), self._fill_bias, kind="bias"),
        ]

    def _by_gates(self, initializer: Initializer) -> Initializer:
        """Return an initializer that fills each gate's block of columns on its own."""

        def fill(array: np.ndarray, rng: np.random.Generator) -> None:
            for block in np.split(array, self.gates, axis=1):
                initializer(block, rng)

        return fill

    def _fill_bias(self, array: np.ndarray, rng: np.random.Generator) -> None:
        initializers.zeros(array, rng)

    def build(
        self, input_shape: Shape, dtype: np.dtype, rng: np.random.Generator
    ) -> list[ParameterSpec]:
        specs = super().build(input_shape, dtype, rng)
        if self.stateful is not None:
            for name in self.states:
                self.state[name] = np.zeros((self.stateful, self.units), dtype)
        return specs

    def reset_state(self) -> None:
        """Start the next batch of a ``stateful`` layer from a state of zeros."""
        if self.stateful is None:
            raise RuntimeError(
                f"{self!r} carries no state from batch to batch: expected a layer made with "
                "stateful=n, n the number of sequences in a batch"
            )
        for array in self.state.values():
            kernels_for(array).fill(array.reshape(-1), 0.0)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        return self._run(x, every_step=True)

    def _run(self, x: np.ndarray, every_step: bool) -> np.ndarray:
        """Go through the steps, and keep what ``backward`` needs of each, or the latest alone."""
        rows, steps, features = x.shape
        if self.stateful is not None and rows != self.stateful:
            raise ValueError(
                f"x holds {rows} sequences: expected {self.stateful}, whose state {self!r} "
                "carries from batch to batch"
            )
        kernels = kernels_for(x)
        self._x = by_time = self.buffers.get("x", (steps, rows, features), x.dtype)
        kernels.swap_rows_and_steps(x, by_time)
        self._kept = self.buffers.get("kept", (steps, rows), np.uint8)
        kernels.mark_steps(by_time, self.padding, self._kept)

        self._states = {}
        for name in self.states:
            whole = every_step or (name == "h" and self.return_sequences)
            places = steps + 1 if whole else 2
            array = self.buffers.get(name, (places, rows, self.units), x.dtype)
            first = array[0].reshape(-1)
            if self.stateful is None:
                kernels.fill(first, 0.0)
            else:
                kernels.copy(self.state[name].reshape(-1), first)
            self._states[name] = array
        self._go_forward(by_time, steps if every_step else 1)
        for name, carried in self.state.items():
            last = self._states[name][steps % len(self._states[name])]
            kernels.copy(last.reshape(-1), carried.reshape(-1))

        h = self._states["h"]
        if not self.return_sequences:
            return h[steps % len(h)]
        y = self.buffers.get("y", (rows, steps, self.units), x.dtype)
        kernels.swap_rows_and_steps(h[1:], y)
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        by_time = self._latest("_x")
        kernels = kernels_for(by_time)
        steps, rows, features = by_time.shape
        dy_by_time = self._scratch("dy", (steps, rows, self.units))
        if self.return_sequences:
            kernels.swap_rows_and_steps(dy, dy_by_time)
        else:
            kernels.fill(dy_by_time.reshape(-1), 0.0)
            kernels.copy(dy.reshape(-1), dy_by_time[steps - 1].reshape(-1))
        if not input_gradient:
            self._go_backward(dy_by_time, None)
            return None
        dx_by_time = self._scratch("dx by time", (steps, rows, features))
        self._go_backward(dy_by_time, dx_by_time)
        dx = self._scratch("dx", (rows, steps, features))
        kernels.swap_rows_and_steps(dx_by_time, dx)
        return dx

    def _scratch(self, name: str, shape: Shape) -> np.ndarray:
        """Return a work buffer of the type of the inputs."""
        return self.buffers.get(name, shape, self._x.dtype)

    def _go_forward(self, x: np.ndarray, places: int) -> None:
        """Write the states after each step, for x (steps, n, features) and the first states.

        What else there is of a step is kept of so many, all or the latest.
        """
        raise NotImplementedError

    def _go_backward(self, dy: np.ndarray, dx: np.ndarray | None) -> None:
        """Write the parameters' gradients and dx, if given; both arguments are time-major."""
        raise NotImplementedError
