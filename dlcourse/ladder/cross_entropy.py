"""Softmax cross-entropy: the gradient of the mean loss of a batch for its logits."""

import math
from collections.abc import Callable

import numpy as np
from numba import prange

from dlcourse.ladder.rungs import Ladder
from dlcourse.losses import SoftmaxCrossEntropy


def cross_entropy(logits, labels, dy):
    """Write dy[n, c] = (softmax of row n at c, less 1 where c is the label) / rows.

    The largest logit is taken off first, so that no exponential is infinite.
    """
    for n in prange(len(logits)):
        row, out = logits[n], dy[n]
        largest = row[0]
        for c in range(len(row)):
            largest = max(largest, row[c])
        total = 0.0
        for c in range(len(row)):
            out[c] = math.exp(row[c] - largest)
            total += out[c]
        for c in range(len(row)):
            out[c] /= total * len(logits)
        out[labels[n]] -= 1.0 / len(logits)


class CrossEntropy(Ladder):
    """A batch of ``rows`` with so many classes."""

    name = "softmax cross-entropy"
    loops = staticmethod(cross_entropy)

    def __init__(self, rows: int = 4096, classes: int = 32) -> None:
        rng = np.random.default_rng(0)
        logits = rng.standard_normal((rows, classes), dtype=np.float32)
        self.inputs = logits, rng.integers(0, classes, rows)
        self.operations = rows * classes

    def result_shape(self) -> tuple[int, ...]:
        return self.inputs[0].shape

    def numpy(self) -> np.ndarray:
        logits, labels = self.inputs
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        shares[np.arange(len(labels)), labels] -= 1
        shares /= len(labels)
        return shares

    def library(self) -> Callable[[], np.ndarray]:
        logits, labels = self.inputs
        loss = SoftmaxCrossEntropy()

        def run() -> np.ndarray:
            loss.forward(logits, labels)
            return loss.backward()

        return run
