"""Activations: the value from x, the derivative from whichever of x and y is cheaper."""

import math

from dlcourse.formulas.constants import HALF, ONE, ZERO, formula
from dlcourse.formulas.exponentials import exp, expm1


@formula
def relu(x):
    """Rectified linear unit, max(x, 0); asked this way round, NaN passes and is noticed."""
    return ZERO if x <= ZERO else x


@formula
def relu_derivative(x):
    """1 where x > 0, else 0 (the convention at the kink x = 0 is 0)."""
    return ONE if x > ZERO else ZERO


@formula
def leaky_relu(x, slope):
    """Leaky rectified linear unit, x where x > 0, else slope · x."""
    return x if x > ZERO else slope * x


@formula
def leaky_relu_derivative(x, slope):
    """1 where x > 0, else the slope (also at the kink)."""
    return ONE if x > ZERO else slope


@formula
def elu(x, alpha):
    """Exponential linear unit, x where x > 0, else α (eˣ - 1); expm1 keeps small x exact."""
    return x if x > ZERO else alpha * expm1(x)


@formula
def elu_derivative(y, alpha):
    """Derivative of ELU from its own value: 1 where y > 0, else α eˣ = y + α."""
    return ONE if y > ZERO else y + alpha


@formula
def gelu(x, root_half):
    """Gaussian error linear unit, x Φ(x), where Φ(x) = ½ erfc(-x √½).

    By erfc the lower tail keeps its digits: 1 + erf(x √½), as often written, is 0 in float32
    from x = -5.6 on.
    """
    return HALF * x * math.erfc(-x * root_half)


@formula
def gelu_derivative(x, root_half, density):
    """Derivative of GELU, Φ(x) + x φ(x); ``density`` is the normal density at 0, 1 / √(2π)."""
    return HALF * math.erfc(-x * root_half) + x * density * exp(-HALF * x * x)


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
def silu(x):
    """Sigmoid linear unit (swish), x · sigmoid(x)."""
    return x * sigmoid(x)


@formula
def silu_derivative(x):
    """Derivative of SiLU, s (1 + x (1 - s)) with s = sigmoid(x)."""
    s = sigmoid(x)
    return s * (ONE + x * (ONE - s))


@formula
def softplus(x):
    """log(1 + eˣ) as max(x, 0) + log(1 + exp(-|x|)), so that nothing overflows."""
    return relu(x) + math.log1p(exp(-abs(x)))


@formula
def softplus_derivative(x):
    """Derivative of softplus: the sigmoid of x."""
    return sigmoid(x)


@formula
def tanh_derivative(y):
    """Derivative of tanh from its own value: 1 - y²."""
    return ONE - y * y
