"""Optimizer steps over the flat parameter buffer: one launch updates a whole model (Adam: adam.py).

Options come as Python floats; what depends on them alone is computed on the host in float64 and
rounded once, as on the CPU.
"""

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, kernel

real = np.float32


@kernel("f4[::1], f4[::1], f4, f4", "sgd_step")
def _sgd(p, g, rate, keep):
    i = cuda.grid(1)
    if i < p.size:
        p[i] = keep * p[i] - rate * g[i]


def sgd_step(p, g, learning_rate, shrink):
    """Update p ← shrink · p - learning_rate · g."""
    _sgd[blocks_for(p.size), THREADS](p, g, real(learning_rate), real(shrink))


@kernel("f4[::1], f4[::1], f4[::1], f4, f4, f4", "momentum_step")
def _momentum(p, g, v, rate, friction, keep):
    i = cuda.grid(1)
    if i < p.size:
        velocity = formulas.momentum_update(v[i], g[i], friction)
        v[i] = velocity
        p[i] = keep * p[i] - rate * velocity


def momentum_step(p, g, v, learning_rate, momentum, shrink):
    """Update v ← momentum · v + g, then p ← shrink · p - learning_rate · v."""
    options = real(learning_rate), real(momentum), real(shrink)
    _momentum[blocks_for(p.size), THREADS](p, g, v, *options)


@kernel("f4[::1], f4[::1], f4[::1], f4, f4, f4", "nesterov_step")
def _nesterov(p, g, v, rate, friction, keep):
    i = cuda.grid(1)
    if i < p.size:
        velocity = formulas.momentum_update(v[i], g[i], friction)
        v[i] = velocity
        p[i] = keep * p[i] - rate * formulas.nesterov_direction(velocity, g[i], friction)


def nesterov_step(p, g, v, learning_rate, momentum, shrink):
    """Update v ← momentum · v + g, then p ← shrink · p - learning_rate · (g + momentum · v)."""
    options = real(learning_rate), real(momentum), real(shrink)
    _nesterov[blocks_for(p.size), THREADS](p, g, v, *options)


@kernel("f4[::1], f4[::1], f4[::1], f4, f4, f4", "adagrad_step")
def _adagrad(p, g, s, rate, epsilon, keep):
    i = cuda.grid(1)
    if i < p.size:
        total = s[i] + g[i] * g[i]
        s[i] = total
        p[i] = formulas.adagrad_update(keep * p[i], g[i], total, rate, epsilon)


def adagrad_step(p, g, s, learning_rate, epsilon, shrink):
    """Update s ← s + g², then p ← shrink · p - learning_rate · g / (√s + epsilon)."""
    options = real(learning_rate), real(epsilon), real(shrink)
    _adagrad[blocks_for(p.size), THREADS](p, g, s, *options)


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4, f4", "rmsprop_step")
def _rmsprop(p, g, v, mean, velocity, rate, beta, epsilon, friction, keep):
    i = cuda.grid(1)
    if i < p.size:
        variance = formulas.moving_average(v[i], g[i] * g[i], beta)
        v[i] = variance
        if mean.size > 0:
            average = formulas.moving_average(mean[i], g[i], beta)
            mean[i] = average
            variance -= average * average
        direction = formulas.scaled_gradient(g[i], variance, epsilon)
        if velocity.size > 0:
            direction = formulas.momentum_update(velocity[i], direction, friction)
            velocity[i] = direction
        p[i] = keep * p[i] - rate * direction


def rmsprop_step(p, g, v, mean, velocity, learning_rate, beta, epsilon, momentum, shrink):
    """Update v ← β v + (1-β) g², then p ← shrink · p - learning_rate · g / (√v + epsilon).

    ``mean`` (centred) and ``velocity`` (momentum) are empty where there is none.
    """
    options = map(real, (learning_rate, beta, epsilon, momentum, shrink))
    _rmsprop[blocks_for(p.size), THREADS](p, g, v, mean, velocity, *options)
