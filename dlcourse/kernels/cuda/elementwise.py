"""Activations, a thread a number; the formulas are those of the CPU."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, kernel


def _forward(name: str, formula: Any) -> Callable:
    """Make the function that writes y = formula(x)."""

    @kernel("f4[::1], f4[::1]", f"{name}_forward")
    def run(x, y):
        i = cuda.grid(1)
        if i < x.size:
            y[i] = formula(x[i])

    def forward(x, y):
        run[blocks_for(x.size), THREADS](x, y)

    return _named(forward, f"{name}_forward")


def _backward(name: str, derivative: Any) -> Callable:
    """Make the function that writes dx = dy · derivative(x), or of y where that is cheaper."""

    @kernel("f4[::1], f4[::1], f4[::1]", f"{name}_backward")
    def run(x, dy, dx):
        i = cuda.grid(1)
        if i < x.size:
            dx[i] = dy[i] * derivative(x[i])

    def backward(x, dy, dx):
        run[blocks_for(x.size), THREADS](x, dy, dx)

    return _named(backward, f"{name}_backward")


def _forward_with_option(name: str, formula: Any) -> Callable:
    """Make the function that writes y = formula(x, option)."""

    @kernel("f4[::1], f4[::1], f4", f"{name}_forward")
    def run(x, y, option):
        i = cuda.grid(1)
        if i < x.size:
            y[i] = formula(x[i], option)

    def forward(x, y, option):
        run[blocks_for(x.size), THREADS](x, y, np.float32(option))

    return _named(forward, f"{name}_forward")


def _backward_with_option(name: str, derivative: Any) -> Callable:
    """Make the function that writes dx = dy · derivative(x, option)."""

    @kernel("f4[::1], f4[::1], f4[::1], f4", f"{name}_backward")
    def run(x, dy, dx, option):
        i = cuda.grid(1)
        if i < x.size:
            dx[i] = dy[i] * derivative(x[i], option)

    def backward(x, dy, dx, option):
        run[blocks_for(x.size), THREADS](x, dy, dx, np.float32(option))

    return _named(backward, f"{name}_backward")


def _named(function: Callable, name: str) -> Callable:
    function.__name__ = function.__qualname__ = name
    return function


relu_forward = _forward("relu", formulas.relu)
relu_backward = _backward("relu", formulas.relu_derivative)
sigmoid_forward = _forward("sigmoid", formulas.sigmoid)
sigmoid_backward = _backward("sigmoid", formulas.sigmoid_derivative)
tanh_forward = _forward("tanh", formulas.tanh)
tanh_backward = _backward("tanh", formulas.tanh_derivative)
gelu_forward = _forward("gelu", formulas.gelu)
gelu_backward = _backward("gelu", formulas.gelu_derivative)
silu_forward = _forward("silu", formulas.silu)
silu_backward = _backward("silu", formulas.silu_derivative)
softplus_forward = _forward("softplus", formulas.softplus)
softplus_backward = _backward("softplus", formulas.softplus_derivative)
leaky_relu_forward = _forward_with_option("leaky_relu", formulas.leaky_relu)
leaky_relu_backward = _backward_with_option("leaky_relu", formulas.leaky_relu_derivative)
elu_forward = _forward_with_option("elu", formulas.elu)
elu_backward = _backward_with_option("elu", formulas.elu_derivative)


@kernel("f4[::1], f4[::1], f4[::1]", "add")
def _add(a, b, y):
    i = cuda.grid(1)
    if i < y.size:
        y[i] = a[i] + b[i]


def add(a, b, y):
    """Write y = a + b."""
    _add[blocks_for(y.size), THREADS](a, b, y)
