"""Optimizer steps over the flat parameter buffer: one call updates a whole model.

Scalars arrive as Python floats (float64) and are rounded to the buffer's own type once, so that
the loop stays in that type. ``shrink`` is 1 - rate · decay, by which decoupled weight decay
multiplies a parameter before its step; 1 where there is none.
"""

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.threads import shared

#: How many parameters make a thread's part.
GRAIN = 32_768


@shared(0, 1, grain=GRAIN)
@kernel("T[::1], T[::1], f8, f8")
def sgd_step(p, g, learning_rate, shrink):
    """Update p ← shrink · p - learning_rate · g."""
    rate, keep = p.dtype.type(learning_rate), p.dtype.type(shrink)
    for i in range(p.size):
        p[i] = keep * p[i] - rate * g[i]


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], f8, f8, f8")
def momentum_step(p, g, v, learning_rate, momentum, shrink):
    """Update v ← momentum · v + g, then p ← shrink · p - learning_rate · v."""
    rate, keep = p.dtype.type(learning_rate), p.dtype.type(shrink)
    friction = p.dtype.type(momentum)
    for i in range(p.size):
        v[i] = formulas.momentum_update(v[i], g[i], friction)
        p[i] = keep * p[i] - rate * v[i]


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], f8, f8, f8")
def nesterov_step(p, g, v, learning_rate, momentum, shrink):
    """Update v ← momentum · v + g, then p ← shrink · p - learning_rate · (g + momentum · v)."""
    rate, keep = p.dtype.type(learning_rate), p.dtype.type(shrink)
    friction = p.dtype.type(momentum)
    for i in range(p.size):
        v[i] = formulas.momentum_update(v[i], g[i], friction)
        p[i] = keep * p[i] - rate * formulas.nesterov_direction(v[i], g[i], friction)


@shared(0, 1, 2, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], f8, f8, f8")
def adagrad_step(p, g, s, learning_rate, epsilon, shrink):
    """Update s ← s + g², then p ← shrink · p - learning_rate · g / (√s + epsilon)."""
    real = p.dtype.type
    rate, eps, keep = real(learning_rate), real(epsilon), real(shrink)
    for i in range(p.size):
        s[i] += g[i] * g[i]
        p[i] = formulas.adagrad_update(keep * p[i], g[i], s[i], rate, eps)


@shared(0, 1, 2, 3, 4, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], T[::1], T[::1], f8, f8, f8, f8, f8")
def rmsprop_step(p, g, v, mean, velocity, learning_rate, beta, epsilon, momentum, shrink):
    """Update v ← β v + (1-β) g², then p ← shrink · p - learning_rate · g / (√v + epsilon).

    With a ``mean`` (empty where there is none) it averages g as well, and its square is taken from
    v; with a ``velocity`` the step goes through momentum.
    """
    real = p.dtype.type
    rate, b, eps, keep = real(learning_rate), real(beta), real(epsilon), real(shrink)
    friction = real(momentum)
    centered, moving = mean.size > 0, velocity.size > 0
    for i in range(p.size):
        v[i] = formulas.moving_average(v[i], g[i] * g[i], b)
        variance = v[i]
        if centered:
            mean[i] = formulas.moving_average(mean[i], g[i], b)
            variance -= mean[i] * mean[i]
        direction = formulas.scaled_gradient(g[i], variance, eps)
        if moving:
            velocity[i] = formulas.momentum_update(velocity[i], direction, friction)
            direction = velocity[i]
        p[i] = keep * p[i] - rate * direction


@shared(0, 1, 2, 3, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], T[::1], f8, f8, f8, f8, i8, f8")
def adam_step(p, g, m, v, learning_rate, beta1, beta2, epsilon, t, shrink):
    """Update both moments and the parameters; ``t`` counts steps from 1."""
    real = p.dtype.type
    step_size = real(learning_rate / (1 - beta1**t))
    root_correction = real((1 - beta2**t) ** 0.5)
    b1, b2, eps, keep = real(beta1), real(beta2), real(epsilon), real(shrink)
    for i in range(p.size):
        m[i], v[i] = formulas.adam_moments(m[i], v[i], g[i], b1, b2)
        p[i] = formulas.adam_update(keep * p[i], m[i], v[i], step_size, root_correction, eps)


@shared(0, 1, 2, 3, 4, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], T[::1], T[::1], f8, f8, f8, f8, i8, f8")
def amsgrad_step(p, g, m, v, largest, learning_rate, beta1, beta2, epsilon, t, shrink):
    """Update as Adam does, with the largest v so far in place of v."""
    real = p.dtype.type
    step_size = real(learning_rate / (1 - beta1**t))
    root_correction = real((1 - beta2**t) ** 0.5)
    b1, b2, eps, keep = real(beta1), real(beta2), real(epsilon), real(shrink)
    for i in range(p.size):
        m[i], v[i] = formulas.adam_moments(m[i], v[i], g[i], b1, b2)
        largest[i] = max(largest[i], v[i])
        p[i] = formulas.adam_update(keep * p[i], m[i], largest[i], step_size, root_correction, eps)


@shared(0, 1, 2, 3, grain=GRAIN)
@kernel("T[::1], T[::1], T[::1], T[::1], f8, f8, f8, f8, i8, f8")
def adamax_step(p, g, m, u, learning_rate, beta1, beta2, epsilon, t, shrink):
    """Update m ← β₁ m + (1-β₁) g and u ← max(β₂ u, |g| + ε), then p by m / ((1-β₁ᵗ) u)."""
    real = p.dtype.type
    step_size = real(learning_rate / (1 - beta1**t))
    b1, b2, eps, keep = real(beta1), real(beta2), real(epsilon), real(shrink)
    for i in range(p.size):
        m[i] = formulas.moving_average(m[i], g[i], b1)
        u[i] = formulas.adamax_norm(u[i], g[i], b2, eps)
        p[i] = keep * p[i] - step_size * m[i] / u[i]
