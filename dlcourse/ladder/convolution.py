"""A convolution of images with filters, stride 1, nothing around the image."""

from collections.abc import Callable

import numpy as np
from numba import prange

from dlcourse.ladder.rungs import Ladder
from dlcourse.layers import Conv2D
from dlcourse.model import Sequential


def convolution(x, w, b, y):
    """Write y[n, r, c, f] = b[f] + Σ x[n, r + k, c + l, i] w[k, l, i, f], over k, l and i."""
    for n in prange(len(x)):
        for r in range(len(y[0])):
            for c in range(len(y[0][0])):
                total = y[n][r][c]
                for f in range(len(b)):
                    total[f] = b[f]
                for k in range(len(w)):
                    for j in range(len(w[0])):
                        pixel = x[n][r + k][c + j]
                        for i in range(len(pixel)):
                            for f in range(len(b)):
                                total[f] += pixel[i] * w[k][j][i][f]


class Convolution(Ladder):
    """Images of ``side`` × ``side`` with so many channels, filters of 3 × 3."""

    name = "convolution"
    loops = staticmethod(convolution)

    def __init__(
        self, images: int = 16, side: int = 14, channels: int = 4, filters: int = 16
    ) -> None:
        rng = np.random.default_rng(0)
        x, w, b = (
            rng.standard_normal(shape, dtype=np.float32)
            for shape in ((images, side, side, channels), (3, 3, channels, filters), filters)
        )
        self.inputs = x, w, b
        self.operations = 2 * int(np.prod(self.result_shape())) * 9 * channels

    def result_shape(self) -> tuple[int, ...]:
        x, w, b = self.inputs
        return len(x), x.shape[1] - len(w) + 1, x.shape[2] - len(w[0]) + 1, len(b)

    def numpy(self) -> np.ndarray:
        """A view that holds every window, and one product of all windows with all filters."""
        x, w, b = self.inputs
        windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[:2], axis=(1, 2))
        return np.tensordot(windows, w, axes=([4, 5, 3], [0, 1, 2])) + b

    def library(self) -> Callable[[], np.ndarray]:
        x, w, b = self.inputs
        layer = Conv2D(len(b), w.shape[:2])
        model = Sequential(layer, input_shape=x.shape[1:], rng=0)
        layer.w[...], layer.b[...] = w, b
        return lambda: model.forward(x)
