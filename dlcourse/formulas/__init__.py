"""Scalar mathematics, written once: each formula beside its derivative.

Every function here takes and returns single numbers, is compiled by Numba and inlined into the
loop that calls it, on the CPU and in CUDA kernels alike. Nothing here knows about arrays.

Constants are stored as float32: a float32 argument then stays float32 (a plain ``0.5`` is a
float64 and would widen the whole expression), and a float64 argument is still exact, because
each constant used is a number that float32 represents exactly. (With the JIT switched off they
are Python's floats, because NumPy lets a float32 scalar narrow what ``math`` returns.)
"""

import math

import numpy as np
from numba import config, njit

from dlcourse.formulas.exponentials import exp as exp
from dlcourse.formulas.exponentials import expm1 as expm1
from dlcourse.formulas.exponentials import tanh as tanh

formula = njit(inline="always")

constant = float if config.DISABLE_JIT else np.float32  # type: ignore[attr-defined]

ZERO = constant(0)
HALF = constant(0.5)
ONE = constant(1)


# --- activations: the value from x, the derivative from whichever of x and y is cheaper ----------


@formula
def relu(x):
    """Rectified linear unit, max(x, 0); asked this way round, NaN passes and is noticed."""
    return ZERO if x <= ZERO else x


@formula
def relu_derivative(x):
    """1 where x > 0, else 0 (the convention at the kink x = 0 is 0)."""
    return ONE if x > ZERO else ZERO


@formula
def sigmoid(x):
    """1 / (1 + exp(-x)), computed from exp(-|x|) so that nothing overflows."""
    z = exp(-abs(x))
    return (ONE if x >= ZERO else z) / (ONE + z)


@formula
def sigmoid_derivative(y):
    """Derivative of the sigmoid from its own value: y (1 - y)."""
    return y * (ONE - y)


@formula
def tanh_derivative(y):
    """Derivative of tanh from its own value: 1 - y²."""
    return ONE - y * y


# --- one parameter's update: g its gradient, the rest its state ----------------------------------


@formula
def momentum_update(v, g, momentum):
    """New velocity v' = momentum · v + g (PyTorch's form: the rate multiplies v' later)."""
    return momentum * v + g


@formula
def adam_moments(m, v, g, beta1, beta2):
    """New first and second moments: m' = β₁ m + (1-β₁) g and v' = β₂ v + (1-β₂) g²."""
    return beta1 * m + (ONE - beta1) * g, beta2 * v + (ONE - beta2) * g * g


@formula
def adam_update(p, m, v, step_size, root_correction, epsilon):
    """New parameter p' = p - step_size · m / (√v / root_correction + ε).

    ``step_size`` is the learning rate over 1 - β₁ᵗ and ``root_correction`` is √(1 - β₂ᵗ).
    """
    return p - step_size * m / (math.sqrt(v) / root_correction + epsilon)
