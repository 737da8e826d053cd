"""Optimizer steps over the flat parameter buffer: one call updates a whole model.

Scalars arrive as Python floats (float64) and are rounded to the buffer's own type once, so that
the loop stays in that type.
"""

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel


@kernel("T[::1], T[::1], f8")
def sgd_step(p, g, learning_rate):
    """Update p ← p - learning_rate · g."""
    rate = p.dtype.type(learning_rate)
    for i in range(p.size):
        p[i] -= rate * g[i]


@kernel("T[::1], T[::1], T[::1], f8, f8")
def momentum_step(p, g, v, learning_rate, momentum):
    """Update v ← momentum · v + g, then p ← p - learning_rate · v."""
    rate = p.dtype.type(learning_rate)
    friction = p.dtype.type(momentum)
    for i in range(p.size):
        v[i] = formulas.momentum_update(v[i], g[i], friction)
        p[i] -= rate * v[i]


@kernel("T[::1], T[::1], T[::1], T[::1], f8, f8, f8, f8, i8")
def adam_step(p, g, m, v, learning_rate, beta1, beta2, epsilon, t):
    """Update both moments and the parameters; ``t`` counts steps from 1."""
    real = p.dtype.type
    step_size = real(learning_rate / (1 - beta1**t))
    root_correction = real((1 - beta2**t) ** 0.5)
    b1, b2, eps = real(beta1), real(beta2), real(epsilon)
    for i in range(p.size):
        m[i], v[i] = formulas.adam_moments(m[i], v[i], g[i], b1, b2)
        p[i] = formulas.adam_update(p[i], m[i], v[i], step_size, root_correction, eps)
