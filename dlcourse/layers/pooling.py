"""Pooling: images made smaller, window by window."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.layers.windows import Pair, image_shape, shortest, windows
from dlcourse.parameters import Shape


class _Pool2D(Layer):
    """What both kinds of pooling check and store."""

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.pool_size = validation.pair("pool_size", pool_size)
        self.stride = self.pool_size if stride is None else validation.pair("stride", stride)
        self.padding = validation.pair("padding", padding, least=0)
        if any(2 * pad > size for pad, size in zip(self.padding, self.pool_size, strict=True)):
            raise ValueError(
                f"padding is {shortest(self.padding)}: expected at most half of the pool size, "
                f"{shortest(self.pool_size)}, or a window could hold nothing but padding"
            )

    @property
    def options(self) -> dict[str, Any]:
        return {
            "pool_size": shortest(self.pool_size),
            "stride": shortest(self.stride),
            "padding": shortest(self.padding),
        }

    @property
    def _windows(self) -> tuple[Pair, Pair, Pair]:
        return self.pool_size, self.stride, self.padding

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width, channels = image_shape(self, input_shape)
        padding = 2 * self.padding[0], 2 * self.padding[1]
        rows, columns = windows(self, (height, width), self.pool_size, self.stride, padding)
        return rows, columns, channels


class MaxPool2D(_Pool2D):
    """The largest number of each window, in each channel.

    Parameters
    ----------
    pool_size
        Height and width of a window: a number, or a pair.
    stride
        Distance between windows: a number, or a pair (down, across); the pool size by default.
    padding
        Rows above and below, columns on either side, at most half a window: a number, or a pair.
        Padding is never the largest.

    Notes
    -----
    Shapes: x (n, height, width, channels), y (n, output height, output width, channels), sizes
    as for ``Conv2D``. Gradient: dy goes to where its window's largest number was, to the first
    of equal ones (row by row), as in PyTorch; NaN counts as largest, so that it is noticed
    (Zhou and Chellappa 1988; Jarrett, Kavukcuoglu, Ranzato and LeCun 2009).
    """

    reads_x = False
    reads_y = False

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        shape = (len(x), *self.output_shape(x.shape[1:]))
        y = self._output(shape, x.dtype)
        self._place = self.buffers.get("place", shape, np.int32)
        kernels_for(x).max_pool_forward(x, y, self._place, *self._windows)
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        x = self._latest("_x")
        dx = self._dx(x)
        kernels_for(x).max_pool_backward(dy, self._place, dx, *self._windows)
        return dx


class AveragePool2D(_Pool2D):
    """The mean of each window, in each channel.

    Parameters
    ----------
    pool_size, stride, padding
        As for ``MaxPool2D``.
    count_padding
        Whether padding counts, as zeros, in the mean: yes by default, as in PyTorch
        (``count_include_pad``). Without it a window over the edge is divided by the number of
        pixels that it holds.

    Notes
    -----
    Shapes as for ``MaxPool2D``. Gradient: each dy is shared out equally over its window
    (LeCun, Bottou, Bengio and Haffner 1998, section II, "sub-sampling").
    """

    reads_x = False
    reads_y = False

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        count_padding: bool = True,
    ) -> None:
        super().__init__(pool_size, stride, padding)
        self.count_padding = validation.flag("count_padding", count_padding)

    @property
    def options(self) -> dict[str, Any]:
        return {**super().options, "count_padding": self.count_padding}

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        y = self._output((len(x), *self.output_shape(x.shape[1:])), x.dtype)
        kernels_for(x).average_pool_forward(x, y, *self._windows, self.count_padding)
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        x = self._latest("_x")
        dx = self._dx(x)
        kernels_for(x).average_pool_backward(dy, dx, *self._windows, self.count_padding)
        return dx


class GlobalAveragePool2D(Layer):
    """The mean of each channel over the whole image: (n, height, width, channels) → (n, channels).

    It takes the place of the large dense layer at the end of a convolutional network, whatever
    the size of the images (Lin, Chen and Yan 2014, section 3.2). Gradient: dx = dy / (height ·
    width) at every pixel.
    """

    reads_x = False
    reads_y = False

    def output_shape(self, input_shape: Shape) -> Shape:
        return (image_shape(self, input_shape)[2],)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        images, height, width, channels = x.shape
        y = self._output((images, channels), x.dtype)
        window = (height, width)  # one, over the whole image
        kernels_for(x).average_pool_forward(
            x, y.reshape(images, 1, 1, channels), window, window, (0, 0), True
        )
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        x = self._latest("_x")
        images, height, width, channels = x.shape
        dx = self._dx(x)
        window = (height, width)
        kernels_for(x).average_pool_backward(
            dy.reshape(images, 1, 1, channels), dx, window, window, (0, 0), True
        )
        return dx
