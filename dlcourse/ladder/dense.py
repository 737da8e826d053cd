"""A dense layer, y = x w + b."""

from collections.abc import Callable

import numpy as np
from numba import prange

from dlcourse.ladder.rungs import Ladder
from dlcourse.layers import Dense
from dlcourse.model import Sequential


def dense(x, w, b, y):
    """Write y[n, o] = b[o] + Σᵢ x[n, i] w[i, o]: lists of lists, or arrays.

    The innermost loop runs along a row of w and of y, the order in which they lie in memory, and
    no turn of it waits for the one before: so it becomes vector instructions.
    """
    for n in prange(len(x)):  # to Python, the same as range
        row, total = x[n], y[n]
        for o in range(len(b)):
            total[o] = b[o]
        for i in range(len(w)):
            for o in range(len(b)):
                total[o] += row[i] * w[i][o]


class DenseLayer(Ladder):
    """A batch of ``rows`` through ``inputs`` → ``outputs``."""

    name = "dense"
    loops = staticmethod(dense)

    def __init__(self, rows: int = 64, inputs: int = 256, outputs: int = 64) -> None:
        rng = np.random.default_rng(0)
        x, w, b = (
            rng.standard_normal(shape, dtype=np.float32)
            for shape in ((rows, inputs), (inputs, outputs), outputs)
        )
        self.inputs = x, w, b
        self.operations = 2 * rows * inputs * outputs

    def result_shape(self) -> tuple[int, ...]:
        return len(self.inputs[0]), len(self.inputs[2])

    def numpy(self) -> np.ndarray:
        x, w, b = self.inputs
        return x @ w + b

    def library(self) -> Callable[[], np.ndarray]:
        x, w, b = self.inputs
        layer = Dense(len(b))
        model = Sequential(layer, input_shape=x.shape[1:], rng=0)
        layer.w[...], layer.b[...] = w, b
        return lambda: model.forward(x)
