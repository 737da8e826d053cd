"""Convolution as a matrix product whose matrix is never written down (implicit GEMM).

The rows of A are windows of an image: which number of x stands at (row, column) is computed where
the product fetches it (Chetlur et al. 2014, section 3). The same holds backward: dw is the product
of the transposed windows with dy, and dx that of dy's windows with the filters turned round.
"""

import numpy as np

from dlcourse.kernels.cuda.columns import sum_rows
from dlcourse.kernels.cuda.compile import device, divided
from dlcourse.kernels.cuda.products import (
    ZERO,
    Product,
    plain,
    store_plain,
    store_with_bias,
)

IMAGES = "f4[:, :, :, ::1]"
MATRIX = "f4[:, ::1]"


@device
def window(x, geometry, row, column):
    """The windows of x: a row for each output pixel, a column for each number of a filter."""
    height, width, out_height, out_width, _, across, down, right, above, left = geometry
    channels = x.shape[3]
    line, j = divided(row, out_width)
    n, i = divided(line, out_height)
    place_in_filter, c = divided(column, channels)
    k, m = divided(place_in_filter, across)
    h = np.int64(i) * down + np.int64(k) - above
    w = np.int64(j) * right + np.int64(m) - left
    inside = 0 <= h < height and 0 <= w < width
    return x[n, h, w, c] if inside else ZERO


@device
def window_transposed(x, geometry, row, column):
    """The windows of x as columns."""
    return window(x, geometry, column, row)


@device
def window_of_outputs(dy, geometry, row, column):
    """What reaches an input: a row for each pixel of x, a column for each (k, l, filter)."""
    height, width, out_height, out_width, _, across, down, right, above, left = geometry
    filters = dy.shape[3]
    line, w = divided(row, width)
    n, h = divided(line, height)
    place_in_filter, o = divided(column, filters)
    k, m = divided(place_in_filter, across)
    i = np.int64(h) + above - np.int64(k)
    j = np.int64(w) + left - np.int64(m)
    if i < 0 or j < 0:
        return ZERO
    row_of_y, beyond_row = divided(i, down)
    column_of_y, beyond_column = divided(j, right)
    y_row, y_column = np.int64(row_of_y), np.int64(column_of_y)
    is_a_step = np.int64(beyond_row + beyond_column) == 0
    inside = is_a_step and y_row < out_height and y_column < out_width
    return dy[n, y_row, y_column, o] if inside else ZERO


@device
def filters_by_input(w, geometry, row, column):
    """The filters with a row for each (k, l, filter) and a column for each input channel."""
    filters, across = w.shape[3], w.shape[1]
    place_in_filter, o = divided(row, filters)
    k, m = divided(place_in_filter, across)
    return w[k, m, column, o]


_forward = Product(
    "conv_forward", window, plain, store_with_bias, f"{IMAGES}, {MATRIX}, f4[::1], {MATRIX}",
    a_along_depth=True, b_along_depth=False,
)  # fmt: skip
_for_filters = Product(
    "conv_filters", window_transposed, plain, store_plain,
    f"{IMAGES}, {MATRIX}, f4[::1], {MATRIX}", a_along_depth=False, b_along_depth=False,
)  # fmt: skip
_for_inputs = Product(
    "conv_inputs", window_of_outputs, filters_by_input, store_plain,
    f"{IMAGES}, {IMAGES}, f4[::1], {MATRIX}", a_along_depth=True, b_along_depth=True,
)  # fmt: skip


def _geometry(x, w, y, stride, padding):
    return *x.shape[1:3], *y.shape[1:3], *w.shape[:2], *stride, *padding


def conv_forward(x, w, b, y, stride, padding, buffers):
    """Write y[n, i, j] = b + Σ x[n, i·stride + k, j·stride + l] w[k, l], over k and l.

    As on the CPU, but for ``buffers``, which are not needed.
    """
    filters = w.shape[3]
    rows, inner = y.size // filters, w.size // filters
    matrices = w.reshape(inner, filters), b, y.reshape(rows, filters)
    geometry = _geometry(x, w, y, stride, padding)
    _forward(x, *matrices, (rows, inner, filters), geometry)


def conv_backward(x, w, dy, dw, db, dx, stride, padding, buffers):
    """Write dw, db = Σ dy and, unless ``dx`` is None, dx."""
    filters, channels = w.shape[3], w.shape[2]
    rows, inner = dy.size // filters, w.size // filters
    geometry = _geometry(x, w, dy, stride, padding)
    dy_rows = dy.reshape(rows, filters)
    into = dw.reshape(inner, filters)
    _for_filters(x, dy_rows, db, into, (inner, rows, filters), geometry)
    sum_rows(dy_rows, db)
    if dx is not None:
        pixels = dx.size // channels
        sizes = pixels, inner // channels * filters, channels
        _for_inputs(dy, w, db, dx.reshape(pixels, channels), sizes, geometry)
