"""Losses for one decision between two classes, or for many of them that exclude nothing."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.buffers import Shape
from dlcourse.kernels import kernels_for
from dlcourse.losses.base import ElementwiseLoss


class BinaryLoss(ElementwiseLoss):
    """A loss whose outputs each say yes (above 0) or no."""

    classification = True
    #: Targets above this mean yes.
    boundary: float

    def decisions(self, output_shape: Shape) -> int:
        return int(np.prod(output_shape))

    def count_correct(self, y: np.ndarray, target: np.ndarray) -> int:
        target = self.check_target(target, y.shape[1:], len(y), y.dtype)
        target = self._beside(y, "target", target)
        return kernels_for(y).count_same_side(y.reshape(-1), target.reshape(-1), self.boundary)


class BinaryCrossEntropy(BinaryLoss):
    """Mean of -w t log σ(y) - (1 - t) log(1 - σ(y)) over all elements, σ being the sigmoid.

    Takes logits, the outputs before any sigmoid, of any size: nothing overflows. dy is
    (σ(y) - t) / size for w = 1. PyTorch's ``BCEWithLogitsLoss``.

    Parameters
    ----------
    positive_weight
        w, how much more a missed yes costs than a wrong yes: for classes of unequal size, their
        ratio (PyTorch's ``pos_weight``). The mean is not divided by it.

    Notes
    -----
    Shapes: y and target (n, …); targets are 0 and 1, or probabilities between.
    """

    boundary = 0.5

    def __init__(self, positive_weight: float = 1.0) -> None:
        super().__init__()
        self.positive_weight = validation.number("positive_weight", positive_weight, above=0)

    @property
    def options(self) -> dict[str, Any]:
        return {} if self.positive_weight == 1 else {"positive_weight": self.positive_weight}

    def _check_values(self, array: np.ndarray, name: str) -> None:
        flat = array.reshape(-1)
        bad = kernels_for(array).first_outside(flat, 0.0, 1.0)
        if bad >= 0:
            raise ValueError(
                f"{name} holds {flat[bad]:g}: expected 0 and 1, or probabilities between"
            )

    def _mean(self, kernels: ModuleType, y: np.ndarray, target: np.ndarray, weight: np.ndarray,
              mass: float, dy: np.ndarray) -> float:  # fmt: skip
        return kernels.binary_cross_entropy(y, target, weight, mass, self.positive_weight, dy)


class SignLoss(BinaryLoss):
    """A loss whose targets are the signs -1 and 1."""

    boundary = 0.0

    def _check_values(self, array: np.ndarray, name: str) -> None:
        flat = array.reshape(-1)
        bad = kernels_for(array).first_not_sign(flat)
        if bad >= 0:
            raise ValueError(
                f"{name} holds {flat[bad]:g}: expected -1 and 1 (from labels 0 and 1: 2 t - 1)"
            )


class Hinge(SignLoss):
    """Mean of max(0, 1 - t y) over all elements, t = ±1; dy = -t / size where that is above 0.

    Outputs on the right side by 1 or more cost nothing (Cortes and Vapnik 1995); 0 is taken as the
    derivative at the kink. Shapes: y and target (n, …).
    """

    def _mean(self, kernels: ModuleType, y: np.ndarray, target: np.ndarray, weight: np.ndarray,
              mass: float, dy: np.ndarray) -> float:  # fmt: skip
        return kernels.hinge(y, target, weight, mass, dy)


class SquaredHinge(SignLoss):
    """Mean of max(0, 1 - t y)² over all elements, t = ±1; dy = -2 t max(0, 1 - t y) / size.

    Without a kink, and harder on what is far on the wrong side. Shapes: y and target (n, …).
    """

    def _mean(self, kernels: ModuleType, y: np.ndarray, target: np.ndarray, weight: np.ndarray,
              mass: float, dy: np.ndarray) -> float:  # fmt: skip
        return kernels.squared_hinge(y, target, weight, mass, dy)
