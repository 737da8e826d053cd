"""Losses for numbers: how far an output is from its target."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.losses.base import ElementwiseLoss


class MeanSquaredError(ElementwiseLoss):
    """Mean of (y - target)² over all elements; dy = 2 (y - target) / size.

    The mean is over examples *and* outputs, as PyTorch's. Shapes: y and target (n, …).
    """

    classification = False

    def _mean(self, kernels: ModuleType, y: np.ndarray, target: np.ndarray, weight: np.ndarray,
              mass: float, dy: np.ndarray) -> float:  # fmt: skip
        return kernels.mean_squared_error(y, target, weight, mass, dy)


class MeanAbsoluteError(ElementwiseLoss):
    """Mean of |y - target| over all elements; dy = sign(y - target) / size, 0 at the kink.

    Its best constant is the median: one wild target pulls no harder than any other. PyTorch's
    ``L1Loss``. Shapes: y and target (n, …).
    """

    classification = False

    def _mean(self, kernels: ModuleType, y: np.ndarray, target: np.ndarray, weight: np.ndarray,
              mass: float, dy: np.ndarray) -> float:  # fmt: skip
        return kernels.mean_absolute_error(y, target, weight, mass, dy)


class Huber(ElementwiseLoss):
    """Mean of ½ e² where |e| < delta, else delta (|e| - ½ delta), with e = y - target.

    Squared for small errors, absolute for large ones; dy is e held within ±delta, over the size.
    Huber 1964. PyTorch's ``HuberLoss``; its ``SmoothL1Loss`` is this divided by delta. Shapes:
    y and target (n, …).
    """

    classification = False

    def __init__(self, delta: float = 1.0) -> None:
        super().__init__()
        self.delta = validation.number("delta", delta, above=0)

    @property
    def options(self) -> dict[str, Any]:
        return {"delta": self.delta}

    def _mean(self, kernels: ModuleType, y: np.ndarray, target: np.ndarray, weight: np.ndarray,
              mass: float, dy: np.ndarray) -> float:  # fmt: skip
        return kernels.huber(y, target, weight, mass, self.delta, dy)
