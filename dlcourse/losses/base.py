"""What every loss is: a number for a batch, and its gradient for the model's output."""

from typing import Any

import numpy as np

from dlcourse.buffers import Buffers


class Loss:
    """The mean over a batch of how wrong an output is.

    ``forward(y, target)`` returns the loss as a Python float; ``backward()`` returns its gradient
    for the ``y`` of the latest ``forward``, in a buffer that the next call overwrites.

    Attributes
    ----------
    classification
        Whether targets are labels, so that accuracy means something.
    """

    classification: bool

    def __init__(self) -> None:
        self.buffers = Buffers()
        self._dy: np.ndarray | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def check_target(self, target: Any, output_shape: tuple[int, ...], rows: int, dtype: Any,
                     name: str = "target") -> np.ndarray:  # fmt: skip
        """Return ``target`` ready for ``forward``, or say in one sentence what is wrong with it."""
        raise NotImplementedError

    def forward(self, y: np.ndarray, target: np.ndarray) -> float:
        """Return the mean loss of the outputs ``y`` (n, …) against ``target``."""
        raise NotImplementedError

    def backward(self) -> np.ndarray:
        """Return dy, the gradient of the latest loss for its ``y``."""
        if self._dy is None:
            raise RuntimeError(f"{type(self).__name__}.backward came before any forward")
        return self._dy
