"""Softmax and cross-entropy as one loss: together they are stable, and their gradient is simple."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.losses.base import Loss


class SoftmaxCrossEntropy(Loss):
    """Mean of -log softmax(y)[label] over the batch; dy = (softmax(y) - onehot) / n.

    Takes logits (the outputs before any softmax) of shape (n, classes), and whole-number labels
    of shape (n,). Bridle 1990; the value never overflows, because a row's largest logit is
    subtracted first.
    """

    classification = True

    def check_target(self, target: Any, output_shape: tuple[int, ...], rows: int, dtype: Any,
                     name: str = "target") -> np.ndarray:  # fmt: skip
        if len(output_shape) != 1 or output_shape[0] < 2:
            raise ValueError(
                f"{self!r} got outputs of shape {output_shape}: expected (classes,) with at least "
                "two classes, one logit each"
            )
        return validation.labels(name, target, rows, output_shape[0])

    def forward(self, y: np.ndarray, target: np.ndarray) -> float:
        kernels = kernels_for(y)
        if not (
            type(target) is np.ndarray
            and target.dtype == np.int64
            and target.shape == y.shape[:1]
            and target.flags.c_contiguous
            and y.ndim == 2
            and y.shape[1] > 1
            and kernels.first_label_outside(target, y.shape[1]) < 0
        ):
            target = self.check_target(target, y.shape[1:], len(y), y.dtype)
        self._dy = self.buffers.get("dy", y.shape, y.dtype)
        return kernels.softmax_cross_entropy(y, target, self._dy)
