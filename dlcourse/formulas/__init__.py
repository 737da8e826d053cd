"""Scalar mathematics, written once: each formula beside its derivative.

Every function here takes and returns single numbers, is compiled by Numba and inlined into the
loop that calls it, on the CPU and in CUDA kernels alike. Nothing here knows about arrays.

Constants are stored as float32: a float32 argument then stays float32 (a plain ``0.5`` is a
float64 and would widen the whole expression), and a float64 argument is still exact, because
each constant used is a number that float32 represents exactly. (With the JIT switched off they
are Python's floats, because NumPy lets a float32 scalar narrow what ``math`` returns.)
"""

from dlcourse.formulas.activations import (
    elu,
    elu_derivative,
    gelu,
    gelu_derivative,
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    silu,
    silu_derivative,
    softplus,
    softplus_derivative,
    tanh_derivative,
)
from dlcourse.formulas.constants import HALF, ONE, ZERO, formula
from dlcourse.formulas.exponentials import exp, expm1, tanh
from dlcourse.formulas.losses import (
    absolute_error,
    binary_cross_entropy,
    hinge,
    huber,
    squared_error,
    squared_hinge,
)
from dlcourse.formulas.random import philox, random_words
from dlcourse.formulas.special import log1p_of_share, normal_density, normal_distribution
from dlcourse.formulas.updates import (
    adagrad_update,
    adam_moments,
    adam_update,
    adamax_norm,
    clip,
    momentum_update,
    moving_average,
    nesterov_direction,
    penalty,
    penalty_derivative,
    scaled_gradient,
)

__all__ = [
    "HALF",
    "ONE",
    "ZERO",
    "absolute_error",
    "adagrad_update",
    "adam_moments",
    "adam_update",
    "adamax_norm",
    "binary_cross_entropy",
    "clip",
    "elu",
    "elu_derivative",
    "exp",
    "expm1",
    "formula",
    "gelu",
    "gelu_derivative",
    "hinge",
    "huber",
    "leaky_relu",
    "leaky_relu_derivative",
    "log1p_of_share",
    "momentum_update",
    "moving_average",
    "nesterov_direction",
    "normal_density",
    "normal_distribution",
    "penalty",
    "penalty_derivative",
    "philox",
    "random_words",
    "relu",
    "relu_derivative",
    "scaled_gradient",
    "sigmoid",
    "sigmoid_derivative",
    "silu",
    "silu_derivative",
    "softplus",
    "softplus_derivative",
    "squared_error",
    "squared_hinge",
    "tanh",
    "tanh_derivative",
]
