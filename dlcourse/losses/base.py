"""What every loss is: a number for a batch, and its gradient for the model's output."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import devices, validation
from dlcourse.buffers import Buffers, Shape
from dlcourse.devices import device_of
from dlcourse.kernels import kernels_for


class Loss:
    """The mean over a batch of how wrong an output is.

    ``forward(y, target)`` returns the loss as a Python float; ``backward()`` returns its gradient
    for the ``y`` of the latest ``forward``, in a buffer that the next call overwrites.

    With ``forward(y, target, weight)`` the mean is Σ weight · loss / Σ weight, so that weight 2
    counts as the example twice and weight 0 as if it were not there. One weight goes with one
    example, (n,), or with one place of it, (n, steps) say: how steps beyond a sequence's end are
    left out.

    Attributes
    ----------
    classification
        Whether targets are classes, so that accuracy means something.
    """

    classification: bool

    def __init__(self) -> None:
        self.buffers = Buffers()
        self._dy: np.ndarray | None = None
        self._filled: dict[str, np.ndarray] = {}

    @property
    def options(self) -> dict[str, Any]:
        """The arguments the loss was made with, as its representation shows them."""
        return {}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{type(self).__name__}({arguments})"

    def check_target(self, target: Any, output_shape: Shape, rows: int, dtype: Any,
                     name: str = "target") -> np.ndarray:  # fmt: skip
        """Return ``target`` ready for ``forward``, or say in one sentence what is wrong with it."""
        raise NotImplementedError

    def forward(self, y: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None) -> float:
        """Return the mean loss of the outputs ``y`` (n, …) against ``target``.

        On a GPU it is a number that stays there until somebody asks for it, ``float(value)`` say.
        """
        raise NotImplementedError

    def _begin(self, y: Any) -> np.ndarray:
        """Return checked outputs; work arrays are beside them from now on."""
        y = validation.outputs("y", y)
        self.buffers.allocate_by(device_of(y).empty)
        self._dy = self.buffers.get("dy", y.shape, y.dtype)
        return y

    def _beside(self, y: np.ndarray, name: str, array: np.ndarray) -> np.ndarray:
        """Return what goes with y where y is: ``array`` itself, or a copy in a work array."""
        if isinstance(array, np.ndarray) and not isinstance(y, np.ndarray):
            self.buffers.allocate_by(device_of(y).empty)
            copied = self.buffers.get(name, array.shape, array.dtype)
            devices.copy(array, copied)
            return copied
        return array

    def _constant(self, name: str, y: np.ndarray, shape: Shape, value: Any) -> np.ndarray:
        """Return an array beside y that always holds the same, a number or an array of them."""
        array = self.buffers.get(name, shape, y.dtype)
        if self._filled.get(name) is not array:
            devices.copy(np.full(shape, value, y.dtype), array)
            self._filled[name] = array
        return array

    def backward(self) -> np.ndarray:
        """Return dy, the gradient of the latest loss for its ``y``."""
        if self._dy is None:
            raise RuntimeError(f"{type(self).__name__}.backward came before any forward")
        return self._dy

    def decisions(self, output_shape: Shape) -> int:
        """Return how many classes one example's output chooses: one, or one for each step, say."""
        raise TypeError(f"{self!r} is no classification loss: nothing is decided")

    def count_correct(self, y: np.ndarray, target: np.ndarray) -> int:
        """Return how many of the batch's decisions are right."""
        raise TypeError(f"{self!r} is no classification loss: nothing is decided")


class ElementwiseLoss(Loss):
    """A loss that is the mean over examples *and* outputs of one term each.

    ``target`` has the shape of ``y``; where each example has a single output, (n, 1), it may also
    be (n,). The two are never broadcast against each other: (n, 1) minus (n,) would be (n, n).
    """

    def check_target(self, target: Any, output_shape: Shape, rows: int, dtype: Any,
                     name: str = "target") -> np.ndarray:  # fmt: skip
        array = validation.real_array(name, target, np.dtype(dtype))
        if array.shape == (rows,) and output_shape == (1,):
            array = array.reshape(rows, 1)
        if array.shape != (rows, *output_shape):
            raise ValueError(
                f"{name} has shape {array.shape}: expected {(rows, *output_shape)}, that of the "
                "outputs"
            )
        if isinstance(array, np.ndarray):  # on a GPU: looked at before it was copied there
            self._check_values(array, name)
        return array

    def _check_values(self, array: np.ndarray, name: str) -> None:
        """Refuse targets that this loss has no meaning for."""

    def forward(self, y: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None) -> float:
        y = self._begin(y)
        target = self.check_target(target, y.shape[1:], len(y), y.dtype)
        target, dy = self._beside(y, "target", target), self.backward()
        if weight is None:
            weight, mass = self._constant("one", y, (1,), 1), 1.0
        else:
            weight, mass = validation.sample_weights("weight", weight, y.shape, y.dtype)
            weight = self._beside(y, "weight", weight)
        # One row for each weight; without weights the whole batch is a single row.
        shape = (weight.size, y.size // weight.size)
        value = self._mean(
            kernels_for(y),
            y.reshape(shape),
            target.reshape(shape),
            weight.reshape(-1),
            mass * shape[1],
            dy.reshape(shape),
        )
        return devices.number(value)

    def _mean(
        self,
        kernels: ModuleType,
        y: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
        mass: float,
        dy: np.ndarray,
    ) -> float:
        """Call the kernel."""
        raise NotImplementedError
