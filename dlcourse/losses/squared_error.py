"""Mean squared error."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.losses.base import Loss


class MeanSquaredError(Loss):
    """Mean of (y - target)² over all elements; dy = 2 (y - target) / size.

    ``target`` has the shape of ``y``. The mean is over examples *and* outputs, as PyTorch's.
    """

    classification = False

    def check_target(self, target: Any, output_shape: tuple[int, ...], rows: int, dtype: Any,
                     name: str = "target") -> np.ndarray:  # fmt: skip
        array = validation.real_array(name, target, np.dtype(dtype))
        if array.shape != (rows, *output_shape):
            raise ValueError(
                f"{name} has shape {array.shape}: expected {(rows, *output_shape)}, that of the "
                "outputs"
            )
        return array

    def forward(self, y: np.ndarray, target: np.ndarray) -> float:
        target = self.check_target(target, y.shape[1:], len(y), y.dtype)
        self._dy = self.buffers.get("dy", y.shape, y.dtype)
        return kernels_for(y).mean_squared_error(
            y.reshape(-1), target.reshape(-1), self._dy.reshape(-1)
        )
