"""Two-dimensional convolution."""

from typing import Any

import numpy as np

from dlcourse import initializers, validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.layers.windows import Pair, image_shape, shortest, windows
from dlcourse.parameters import Initializer, ParameterSpec, Shape


class Conv2D(Layer):
    """Convolution of images with learnt filters, y[i, j] = b + Σ x[i·s + k, j·s + l] w[k, l].

    The sum is over k, l and the input channels; s is the stride. (Strictly this is a
    cross-correlation: the filter is not flipped. All deep-learning libraries mean this.)

    Parameters
    ----------
    filters
        Number of output channels.
    kernel_size
        Height and width of a filter: a number, or a pair.
    stride
        Distance between windows: a number, or a pair (down, across).
    padding
        Zeros around the image. A number or a pair (rows above and below, columns on either
        side), or "valid" for none, or "same" for an output as large as the input. "same" needs a
        stride of 1, where PyTorch and TensorFlow agree: kernel_size - 1 zeros in all, and where
        that is odd, the extra one below and on the right. At other strides PyTorch refuses
        "same" and TensorFlow pads more on the right than on the left: give a number there.
    initializer
        Fills ``w`` at the start; He's normal form by default. ``b`` starts at zero.

    Notes
    -----
    Shapes: x (n, height, width, inputs), w (kernel height, kernel width, inputs, filters),
    b (filters,), y (n, output height, output width, filters), where the output height is
    ⌊(height + padding above + padding below - kernel height) / stride⌋ + 1, the width likewise.

    Gradients: dw[k, l] = Σ x[n, i·s + k, j·s + l]ᵀ dy[n, i, j] over n, i and j; db = Σ dy;
    dx[n, i·s + k, j·s + l] collects dy[n, i, j] w[k, l]ᵀ from every window that it lies in
    (LeCun, Bottou, Bengio and Haffner 1998, section II; Dumoulin and Visin 2016 for shapes).
    """

    reads_y = False

    w: np.ndarray
    b: np.ndarray
    dw: np.ndarray
    db: np.ndarray

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str = "valid",
        initializer: Initializer = initializers.he_normal,
    ) -> None:
        super().__init__()
        self.filters = validation.count("filters", filters)
        self.kernel_size = validation.pair("kernel_size", kernel_size)
        self.stride = validation.pair("stride", stride)
        self.padding: Pair | str
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(
                    f'padding is {padding!r}: expected "same", "valid", a number or a pair'
                )
            if padding == "same" and self.stride != (1, 1):
                raise ValueError(
                    f'padding is "same" at a stride of {shortest(self.stride)}: expected a stride '
                    "of 1, or padding as a number"
                )
            self.padding = padding
        else:
            self.padding = validation.pair("padding", padding, least=0)
        self.initializer = validation.initializer("initializer", initializer)

    @property
    def options(self) -> dict[str, Any]:
        padding = self.padding if isinstance(self.padding, str) else shortest(self.padding)
        options: dict[str, Any] = {
            "filters": self.filters,
            "kernel_size": shortest(self.kernel_size),
            "stride": shortest(self.stride),
            "padding": padding,
        }
        if self.initializer != initializers.he_normal:
            options["initializer"] = self.initializer
        return options

    def _padding(self) -> tuple[Pair, Pair]:
        """Return the padding (above, on the left), and the sums (rows, columns) of both sides."""
        if isinstance(self.padding, tuple):
            above, left = self.padding
            return (above, left), (2 * above, 2 * left)
        if self.padding == "valid":
            return (0, 0), (0, 0)
        rows, columns = self.kernel_size[0] - 1, self.kernel_size[1] - 1
        return (rows // 2, columns // 2), (rows, columns)

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width, _ = image_shape(self, input_shape)
        _, padding = self._padding()
        rows, columns = windows(self, (height, width), self.kernel_size, self.stride, padding)
        return rows, columns, self.filters

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        shape = (*self.kernel_size, input_shape[2], self.filters)
        return [
            ParameterSpec("w", shape, self.initializer),
            ParameterSpec("b", (self.filters,), initializers.zeros, kind="bias"),
        ]

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        y = self._output((len(x), *self.output_shape(x.shape[1:])), x.dtype)
        padding, _ = self._padding()
        kernels_for(x).conv_forward(x, self.w, self.b, y, self.stride, padding, self.buffers)
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        dx = self._dx(x) if input_gradient else None
        padding, _ = self._padding()
        kernels_for(x).conv_backward(
            x, self.w, dy, self.dw, self.db, dx, self.stride, padding, self.buffers
        )
        return dx
