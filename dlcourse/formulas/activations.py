"""Activations: the value from x, the derivative from whichever of x and y is cheaper."""

from dlcourse.formulas.constants import ONE, ZERO, formula
from dlcourse.formulas.exponentials import exp, expm1
from dlcourse.formulas.special import log1p_of_share, normal_density, normal_distribution


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
def gelu(x):
    """Gaussian error linear unit, x Φ(x), with Φ the normal distribution function.

    Φ keeps its digits in the lower tail: ½ (1 + erf(x √½)), as often written, is 0 in float32
    from x = -5.6 on.
    """
    return x * normal_distribution(x)


@formula
def gelu_derivative(x):
    """Derivative of GELU, Φ(x) + x φ(x), with φ the normal density."""
    return normal_distribution(x) + x * normal_density(x)


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
    return relu(x) + log1p_of_share(exp(-abs(x)))


@formula
def softplus_derivative(x):
    """Derivative of softplus: the sigmoid of x."""
    return sigmoid(x)


@formula
def tanh_derivative(y):
    """Derivative of tanh from its own value: 1 - y²."""
    return ONE - y * y
