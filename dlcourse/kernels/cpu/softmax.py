"""Softmax over the rows of a matrix."""

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.threads import shared


@shared(0, 1, grain=32_768)
@kernel("T[:, ::1], T[:, ::1]")
def softmax_forward(x, y):
    """Write y = exp(x - largest) / Σ exp(x - largest), row by row: no exponential overflows."""
    rows, classes = x.shape
    for n in range(rows):
        largest = x[n, 0]
        for c in range(1, classes):
            largest = max(largest, x[n, c])
        total = x.dtype.type(0)
        for c in range(classes):
            exponential = formulas.exp(x[n, c] - largest)
            y[n, c] = exponential
            total += exponential
        factor = x.dtype.type(1) / total
        for c in range(classes):
            y[n, c] *= factor


@shared(0, 1, 2, grain=65_536)
@kernel("T[:, ::1], T[:, ::1], T[:, ::1]")
def softmax_backward(y, dy, dx):
    """Write dx = y (dy - Σ y dy), row by row: the Jacobian diag(y) - y yᵀ times dy."""
    rows, classes = y.shape
    for n in range(rows):
        mean = y.dtype.type(0)
        for c in range(classes):
            mean += y[n, c] * dy[n, c]
        for c in range(classes):
            dx[n, c] = y[n, c] * (dy[n, c] - mean)
