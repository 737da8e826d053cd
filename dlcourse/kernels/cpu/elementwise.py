"""Activations, one number at a time: arrays come flattened, so that one kernel serves all shapes.

A backward kernel reads what makes the derivative cheapest: ``x`` for ReLU, the output ``y`` for
sigmoid, tanh and ELU. Options come as float64 and are rounded to the arrays' type once, before
the loop.
"""

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.threads import shared

#: How many numbers make a thread's part: with an exponential in it (0.2 ns each), and without.
GRAIN, CHEAP = 65_536, 131_072


@shared(0, 1, grain=CHEAP)
@kernel("T[::1], T[::1]")
def relu_forward(x, y):
    """Write y = max(x, 0)."""
    for i in range(x.size):
        y[i] = formulas.relu(x[i])


@shared(0, 1, 2, grain=CHEAP)
@kernel("T[::1], T[::1], T[::1]")
def relu_backward(y, dy, dx):
    """Write dx = dy where y > 0, which is where x > 0, else 0."""
    for i in range(y.size):
        dx[i] = dy[i] * formulas.relu_derivative(y[i])


@shared(0, 1, grain=GRAIN)
@kernel("T[::1], T[::1]")
def sigmoid_forward(x, y):
    """Write y = 1 / (1 + exp(-x))."""
    for i in range(x.size):
        y[i] = formulas.sigmoid(x[i])


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1]")
def sigmoid_backward(y, dy, dx):
    """Write dx = dy · y (1 - y)."""
    for i in range(y.size):
        dx[i] = dy[i] * formulas.sigmoid_derivative(y[i])


@shared(0, 1, grain=GRAIN)
@kernel("T[::1], T[::1]")
def tanh_forward(x, y):
    """Write y = tanh(x)."""
    for i in range(x.size):
        y[i] = formulas.tanh(x[i])


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1]")
def tanh_backward(y, dy, dx):
    """Write dx = dy · (1 - y²)."""
    for i in range(y.size):
        dx[i] = dy[i] * formulas.tanh_derivative(y[i])


@shared(0, 1, grain=CHEAP)
@kernel("T[::1], T[::1], f8")
def leaky_relu_forward(x, y, slope):
    """Write y = x where x > 0, else slope · x."""
    a = x.dtype.type(slope)
    for i in range(x.size):
        y[i] = formulas.leaky_relu(x[i], a)


@shared(0, 1, 2, grain=CHEAP)
@kernel("T[::1], T[::1], T[::1], f8")
def leaky_relu_backward(y, dy, dx, slope):
    """Write dx = dy where y > 0, which is where x > 0, else slope · dy."""
    a = y.dtype.type(slope)
    for i in range(y.size):
        dx[i] = dy[i] * formulas.leaky_relu_derivative(y[i], a)


@shared(0, 1, grain=GRAIN)
@kernel("T[::1], T[::1], f8")
def elu_forward(x, y, alpha):
    """Write y = x where x > 0, else alpha (exp(x) - 1)."""
    a = x.dtype.type(alpha)
    for i in range(x.size):
        y[i] = formulas.elu(x[i], a)


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], f8")
def elu_backward(y, dy, dx, alpha):
    """Write dx = dy where y > 0, else dy (y + alpha)."""
    a = y.dtype.type(alpha)
    for i in range(y.size):
        dx[i] = dy[i] * formulas.elu_derivative(y[i], a)


@shared(0, 1, grain=GRAIN)
@kernel("T[::1], T[::1]")
def gelu_forward(x, y):
    """Write y = x Φ(x), Φ being the normal distribution function."""
    for i in range(x.size):
        y[i] = formulas.gelu(x[i])


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1]")
def gelu_backward(x, dy, dx):
    """Write dx = dy (Φ(x) + x φ(x)), φ being the normal density."""
    for i in range(x.size):
        dx[i] = dy[i] * formulas.gelu_derivative(x[i])


@shared(0, 1, grain=GRAIN)
@kernel("T[::1], T[::1]")
def silu_forward(x, y):
    """Write y = x · sigmoid(x)."""
    for i in range(x.size):
        y[i] = formulas.silu(x[i])


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1]")
def silu_backward(x, dy, dx):
    """Write dx = dy · s (1 + x (1 - s)), s = sigmoid(x)."""
    for i in range(x.size):
        dx[i] = dy[i] * formulas.silu_derivative(x[i])


@shared(0, 1, grain=GRAIN)
@kernel("T[::1], T[::1]")
def softplus_forward(x, y):
    """Write y = log(1 + exp(x))."""
    for i in range(x.size):
        y[i] = formulas.softplus(x[i])


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1]")
def softplus_backward(x, dy, dx):
    """Write dx = dy · sigmoid(x)."""
    for i in range(x.size):
        dx[i] = dy[i] * formulas.softplus_derivative(x[i])


@shared(0, 1, 2, grain=CHEAP)
@kernel("T[::1], T[::1], T[::1]")
def add(a, b, y):
    """Write y = a + b."""
    for i in range(y.size):
        y[i] = a[i] + b[i]
