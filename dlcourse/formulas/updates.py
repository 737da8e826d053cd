"""Changes of one parameter: p its value, g its gradient, the rest what an optimizer remembers."""

import math

from dlcourse.formulas.constants import HALF, ONE, ZERO, formula


@formula
def momentum_update(v, g, momentum):
    """New velocity v' = momentum · v + g (PyTorch's form: the rate multiplies v' later)."""
    return momentum * v + g


@formula
def nesterov_direction(v, g, momentum):
    """What Nesterov's form steps along: g + momentum · v', a look ahead by the new velocity."""
    return g + momentum * v


@formula
def moving_average(a, x, beta):
    """New average a' = β a + (1-β) x, which forgets exponentially."""
    return beta * a + (ONE - beta) * x


@formula
def adagrad_update(p, g, s, rate, epsilon):
    """New parameter p' = p - rate · g / (√s + ε), where s is the sum of all squares so far."""
    return p - rate * g / (math.sqrt(s) + epsilon)


@formula
def scaled_gradient(g, variance, epsilon):
    """g / (√variance + ε); rounding may leave a variance just below 0, which counts as 0."""
    return g / (math.sqrt(ZERO if variance < ZERO else variance) + epsilon)


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


@formula
def adamax_norm(u, g, beta2, epsilon):
    """New infinity norm u' = max(β₂ u, |g| + ε), of gradients that count less with age."""
    decayed, latest = beta2 * u, abs(g) + epsilon
    return decayed if decayed > latest else latest


@formula
def clip(g, limit):
    """The gradient held within ±limit; asked this way round, NaN passes and is noticed."""
    return limit if g > limit else (-limit if g < -limit else g)


@formula
def penalty(p, l1, l2):
    """Elastic-net penalty l1 · |p| + l2/2 · p²."""
    return l1 * abs(p) + HALF * l2 * p * p


@formula
def penalty_derivative(p, l1, l2):
    """Derivative of the penalty, l1 · sign(p) + l2 · p, with sign(0) = 0."""
    sign = (ONE if p > ZERO else ZERO) - (ONE if p < ZERO else ZERO)
    return l1 * sign + l2 * p
