"""Activations, a thread a number; the formulas are those of the CPU.

A backward kernel reads what makes the derivative cheapest: ``x`` for ReLU, the output ``y`` for
sigmoid, tanh and ELU.
"""

from typing import Any

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, Kernel, blocks_for, kernel


def _value(name: str, formula: Any) -> Kernel:
    """Make the kernel that writes y = formula(x)."""

    @kernel("f4[::1], f4[::1]", name)
    def run(x, y):
        i = cuda.grid(1)
        if i < x.size:
            y[i] = formula(x[i])

    return run


def _slope(name: str, derivative: Any) -> Kernel:
    """Make the kernel that writes dx = dy · derivative(x), or of y where that is cheaper."""

    @kernel("f4[::1], f4[::1], f4[::1]", name)
    def run(x, dy, dx):
        i = cuda.grid(1)
        if i < x.size:
            dx[i] = dy[i] * derivative(x[i])

    return run


def _value_with_option(name: str, formula: Any) -> Kernel:
    """Make the kernel that writes y = formula(x, option)."""

    @kernel("f4[::1], f4[::1], f4", name)
    def run(x, y, option):
        i = cuda.grid(1)
        if i < x.size:
            y[i] = formula(x[i], option)

    return run


def _slope_with_option(name: str, derivative: Any) -> Kernel:
    """Make the kernel that writes dx = dy · derivative(x, option)."""

    @kernel("f4[::1], f4[::1], f4[::1], f4", name)
    def run(x, dy, dx, option):
        i = cuda.grid(1)
        if i < x.size:
            dx[i] = dy[i] * derivative(x[i], option)

    return run


def _run(kernel_of_numbers, x, *rest):
    kernel_of_numbers[blocks_for(x.size), THREADS](x, *rest)


_relu_forward = _value("relu_forward", formulas.relu)
_relu_backward = _slope("relu_backward", formulas.relu_derivative)
_sigmoid_forward = _value("sigmoid_forward", formulas.sigmoid)
_sigmoid_backward = _slope("sigmoid_backward", formulas.sigmoid_derivative)
_tanh_forward = _value("tanh_forward", formulas.tanh)
_tanh_backward = _slope("tanh_backward", formulas.tanh_derivative)
_leaky_relu_forward = _value_with_option("leaky_relu_forward", formulas.leaky_relu)
_leaky_relu_backward = _slope_with_option("leaky_relu_backward", formulas.leaky_relu_derivative)
_elu_forward = _value_with_option("elu_forward", formulas.elu)
_elu_backward = _slope_with_option("elu_backward", formulas.elu_derivative)
_gelu_forward = _value("gelu_forward", formulas.gelu)
_gelu_backward = _slope("gelu_backward", formulas.gelu_derivative)
_silu_forward = _value("silu_forward", formulas.silu)
_silu_backward = _slope("silu_backward", formulas.silu_derivative)
_softplus_forward = _value("softplus_forward", formulas.softplus)
_softplus_backward = _slope("softplus_backward", formulas.softplus_derivative)


def relu_forward(x, y):
    """Write y = max(x, 0)."""
    _run(_relu_forward, x, y)


def relu_backward(y, dy, dx):
    """Write dx = dy where y > 0, which is where x > 0, else 0."""
    _run(_relu_backward, y, dy, dx)


def sigmoid_forward(x, y):
    """Write y = 1 / (1 + exp(-x))."""
    _run(_sigmoid_forward, x, y)


def sigmoid_backward(y, dy, dx):
    """Write dx = dy · y (1 - y)."""
    _run(_sigmoid_backward, y, dy, dx)


def tanh_forward(x, y):
    """Write y = tanh(x)."""
    _run(_tanh_forward, x, y)


def tanh_backward(y, dy, dx):
    """Write dx = dy · (1 - y²)."""
    _run(_tanh_backward, y, dy, dx)


def leaky_relu_forward(x, y, slope):
    """Write y = x where x > 0, else slope · x."""
    _run(_leaky_relu_forward, x, y, np.float32(slope))


def leaky_relu_backward(y, dy, dx, slope):
    """Write dx = dy where y > 0, which is where x > 0, else slope · dy."""
    _run(_leaky_relu_backward, y, dy, dx, np.float32(slope))


def elu_forward(x, y, alpha):
    """Write y = x where x > 0, else alpha (exp(x) - 1)."""
    _run(_elu_forward, x, y, np.float32(alpha))


def elu_backward(y, dy, dx, alpha):
    """Write dx = dy where y > 0, else dy (y + alpha)."""
    _run(_elu_backward, y, dy, dx, np.float32(alpha))


def gelu_forward(x, y):
    """Write y = x Φ(x), Φ being the normal distribution function."""
    _run(_gelu_forward, x, y)


def gelu_backward(x, dy, dx):
    """Write dx = dy (Φ(x) + x φ(x)), φ being the normal density."""
    _run(_gelu_backward, x, dy, dx)


def silu_forward(x, y):
    """Write y = x · sigmoid(x)."""
    _run(_silu_forward, x, y)


def silu_backward(x, dy, dx):
    """Write dx = dy · s (1 + x (1 - s)), s = sigmoid(x)."""
    _run(_silu_backward, x, dy, dx)


def softplus_forward(x, y):
    """Write y = log(1 + exp(x))."""
    _run(_softplus_forward, x, y)


def softplus_backward(x, dy, dx):
    """Write dx = dy · sigmoid(x)."""
    _run(_softplus_backward, x, dy, dx)


@kernel("f4[::1], f4[::1], f4[::1]", "add")
def _add(a, b, y):
    i = cuda.grid(1)
    if i < y.size:
        y[i] = a[i] + b[i]


def add(a, b, y):
    """Write y = a + b."""
    _run(_add, a, b, y)
