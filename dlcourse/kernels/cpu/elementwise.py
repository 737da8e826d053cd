"""Activations, one number at a time: arrays come flattened, so that one kernel serves all shapes.

A backward kernel reads what makes the derivative cheapest: ``x`` for ReLU, the output ``y`` for
sigmoid and tanh.
"""

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel


@kernel("T[::1], T[::1]")
def relu_forward(x, y):
    """Write y = max(x, 0)."""
    for i in range(x.size):
        y[i] = formulas.relu(x[i])


@kernel("T[::1], T[::1], T[::1]")
def relu_backward(x, dy, dx):
    """Write dx = dy where x > 0, else 0."""
    for i in range(x.size):
        dx[i] = dy[i] * formulas.relu_derivative(x[i])


@kernel("T[::1], T[::1]")
def sigmoid_forward(x, y):
    """Write y = 1 / (1 + exp(-x))."""
    for i in range(x.size):
        y[i] = formulas.sigmoid(x[i])


@kernel("T[::1], T[::1], T[::1]")
def sigmoid_backward(y, dy, dx):
    """Write dx = dy · y (1 - y)."""
    for i in range(y.size):
        dx[i] = dy[i] * formulas.sigmoid_derivative(y[i])


@kernel("T[::1], T[::1]")
def tanh_forward(x, y):
    """Write y = tanh(x)."""
    for i in range(x.size):
        y[i] = formulas.tanh(x[i])


@kernel("T[::1], T[::1], T[::1]")
def tanh_backward(y, dy, dx):
    """Write dx = dy · (1 - y²)."""
    for i in range(y.size):
        dx[i] = dy[i] * formulas.tanh_derivative(y[i])
