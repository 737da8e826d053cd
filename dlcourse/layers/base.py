"""What every layer is: shapes, parameters, buffers, forward and backward."""

from typing import Any, ClassVar

import numpy as np

from dlcourse.buffers import Buffers, Turns
from dlcourse.devices import Device
from dlcourse.parameters import ParameterSpec, Shape
from dlcourse.team import ALONE, Team


class Layer:
    """One step of a network, x → y, with its gradient, dy → dx, beside it.

    A layer is told its input shape once, by the model that it becomes part of (``build``), and
    asks for its parameters then. The model owns the memory of all parameters and hands the layer
    its views (``bind``): ``w`` with its gradient ``dw``, ``b`` with ``db``.

    What a layer remembers from step to step without learning it by gradients (running statistics,
    a dropout counter) lies in ``state``, arrays by name, which are changed in place: a model saves
    and restores them with its parameters.

    ``forward`` and ``backward`` return buffers that the next call overwrites. ``backward`` belongs
    to the latest ``forward``, and overwrites gradients, it does not add to them. In a model, what
    ``backward`` and ``predict`` return lies in two arrays that all layers use in turn, and so does
    an output of ``forward`` that no ``backward`` reads: what comes before a ReLU, say.
    """

    #: Whether ``backward`` reads the numbers of x and of y again, or hands on either's memory.
    reads_x: ClassVar[bool] = True
    reads_y: ClassVar[bool] = True

    def __init__(self) -> None:
        self.name = type(self).__name__.lower()
        self.input_shape: Shape | None = None
        self.state: dict[str, np.ndarray] = {}
        self.buffers = Buffers()
        self.turns: Turns | None = None
        self.keeps_output = True
        self._predicting = False
        self.team = ALONE

    @property
    def options(self) -> dict[str, Any]:
        """The arguments the layer was made with, as its representation and a saved file show."""
        return {}

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> "Layer":
        """Return a layer made with these options."""
        return cls(**options)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{type(self).__name__}({arguments})"

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one example's output; refuse an input shape that cannot be."""
        return input_shape

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        """Return what this layer has to learn, for inputs of this shape."""
        return []

    def input_dtype(self, dtype: np.dtype) -> np.dtype:
        """Return the type of the inputs, given the model's: the same, unless they are indices."""
        return dtype

    def build(
        self, input_shape: Shape, dtype: np.dtype, rng: np.random.Generator
    ) -> list[ParameterSpec]:
        """Fix the input shape (of one example) and return the parameters asked for.

        A layer with ``state`` makes it here; one that draws random numbers takes its key from
        ``rng`` here.
        """
        if self.input_shape is not None:
            raise ValueError(f"{self!r} is part of a model already: make a new layer for each")
        self.output_shape(input_shape)
        self.input_shape = input_shape
        return self.parameter_specs(input_shape)

    def bind(self, values: dict[str, np.ndarray], gradients: dict[str, np.ndarray]) -> None:
        """Take the views of the model's flat buffers as ``w``, ``dw`` and so on."""
        for name, value in values.items():
            setattr(self, name, value)
            setattr(self, "d" + name, gradients[name])

    def check_inputs(self, x: np.ndarray) -> None:
        """Refuse inputs that only a look at each number can tell are wrong; none, mostly.

        A model asks its first layer before it copies a batch to where it lives.
        """

    def move(self, device: Device) -> None:
        """Take the state and the work arrays to a device; what ``forward`` kept is forgotten.

        Whole numbers (how many steps a dropout has made) stay: kernels get them by value.
        """
        for name, array in self.state.items():
            if array.dtype.kind == "f":
                self.state[name] = device.put(array)
        self.buffers.allocate_by(device.empty)
        self._forget()

    def join(self, team: Team) -> None:
        """Work for a team of processes from now on, of whose batches this one has some rows.

        Only a layer that looks at the whole batch, or at an example's place in it, cares.
        """
        self.team = team

    def work_in(self, buffers: Buffers) -> None:
        """Use these buffers in place of the layer's own."""
        self.buffers = buffers

    def take_turns(self, turns: Turns) -> None:
        """Write there what only the next layer reads, as the model's other layers do."""
        self.turns = turns

    def precede(self, following: "Layer") -> None:
        """Do not keep an output that neither this layer's ``backward`` reads nor the next one's."""
        self.keeps_output = self.reads_y or following.reads_x

    def share(self, pool: Buffers) -> None:
        """Put into ``pool`` what need not be kept between forward and backward: nothing, mostly."""

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        """Return y for the batch x, keeping what ``backward`` needs."""
        raise NotImplementedError

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return what ``forward`` returns in evaluation mode; no ``backward`` may follow.

        A layer that keeps much for ``backward`` may do without it here.
        """
        self._predicting = True
        try:
            return self.forward(x, training=False)
        finally:
            self._predicting = False
            self._forget()

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        """Write the parameters' gradients; return dx, or None where it is not asked for."""
        raise NotImplementedError

    def _output(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """Return where y goes: memory of the layer's own, if a ``backward`` is to find it there."""
        kept = self.keeps_output and not self._predicting
        buffers = self.buffers if kept or self.turns is None else self.turns
        return buffers.get("y", shape, dtype)

    def _dx(self, x: np.ndarray) -> np.ndarray:
        """Return where the gradient of x goes."""
        buffers = self.buffers if self.turns is None else self.turns
        return buffers.get("dx", x.shape, x.dtype)

    def _forget(self) -> None:
        """Let go what ``forward`` kept: it is another's, or elsewhere."""
        for kept in ("_x", "_y"):
            self.__dict__.pop(kept, None)

    def _latest(self, name: str) -> np.ndarray:
        """Return what ``forward`` kept under this name."""
        kept = self.__dict__.get(name)
        if kept is None:
            raise RuntimeError(f"{self.name}.backward came before any forward")
        return kept


def copy_of(layer: Layer) -> Layer:
    """Return a new layer made with the same options, layers inside it too.

    What it has learnt, and the model it is part of, are not copied.
    """
    return type(layer).from_options({name: _new(value) for name, value in layer.options.items()})


def _new(value: Any) -> Any:
    if isinstance(value, Layer):
        return copy_of(value)
    if isinstance(value, tuple):
        return tuple(map(_new, value))
    return value
