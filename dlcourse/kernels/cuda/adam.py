"""The steps of Adam, AMSGrad and Adamax over the flat parameter buffer: one launch each.

What depends on options and on the count of steps alone is computed on the host in float64 and
rounded once, as on the CPU. While a step is being recorded, the count is the device's, and so are
the corrections (see ``replays``): one launch more, of one thread.
"""

import math

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, kernel
from dlcourse.kernels.cuda.memory import workspace
from dlcourse.kernels.cuda.replays import replay_counter

real = np.float32


@kernel("i8[::1], i8, f4, f4, f4, f4[::1]", "adam_corrections")
def _corrections(counter, t, rate, log_beta1, log_beta2, corrections):
    if cuda.threadIdx.x == 0:
        count = real(t + counter[0])
        # 1 - βᵗ would lose its digits for β near 1; -(e^(t ln β) - 1) does not.
        corrections[0] = rate / -formulas.expm1(count * log_beta1)
        corrections[1] = math.sqrt(-formulas.expm1(count * log_beta2))


def _recorded_corrections(p, counter, t, learning_rate, beta1, beta2):
    """Return two numbers on the device: rate / (1 - β₁ᵗ) and √(1 - β₂ᵗ)."""
    logs = (real(math.log(beta) if beta > 0 else -math.inf) for beta in (beta1, beta2))
    corrections = workspace(p, "corrections", 2)
    _corrections[1, 32](counter, t, real(learning_rate), *logs, corrections)
    return corrections


@device
def adam_one(i, p, g, m, v, step_size, root_correction, beta1, beta2, epsilon, keep):
    """Update one parameter and its moments."""
    first, second = formulas.adam_moments(m[i], v[i], g[i], beta1, beta2)
    m[i], v[i] = first, second
    p[i] = formulas.adam_update(keep * p[i], first, second, step_size, root_correction, epsilon)


@device
def amsgrad_one(i, p, g, m, v, largest, step_size, root_correction, beta1, beta2, epsilon, keep):
    """Update one parameter, its moments and the largest of the second one."""
    first, second = formulas.adam_moments(m[i], v[i], g[i], beta1, beta2)
    m[i], v[i] = first, second
    second = second if second > largest[i] else largest[i]
    largest[i] = second
    p[i] = formulas.adam_update(keep * p[i], first, second, step_size, root_correction, epsilon)


@device
def adamax_one(i, p, g, m, u, step_size, beta1, beta2, epsilon, keep):
    """Update one parameter, its mean gradient and its norm."""
    first = formulas.moving_average(m[i], g[i], beta1)
    norm = formulas.adamax_norm(u[i], g[i], beta2, epsilon)
    m[i], u[i] = first, norm
    p[i] = keep * p[i] - step_size * first / norm


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4, f4, f4", "adam_step")
def _adam(p, g, m, v, step_size, root_correction, beta1, beta2, epsilon, keep):
    i = cuda.grid(1)
    if i < p.size:
        adam_one(i, p, g, m, v, step_size, root_correction, beta1, beta2, epsilon, keep)


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4", "adam_step_recorded")
def _adam_recorded(p, g, m, v, corrections, beta1, beta2, epsilon, keep):
    i = cuda.grid(1)
    if i < p.size:
        adam_one(i, p, g, m, v, corrections[0], corrections[1], beta1, beta2, epsilon, keep)


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4, f4, f4", "amsgrad_step")
def _amsgrad(p, g, m, v, largest, step_size, root_correction, beta1, beta2, epsilon, keep):
    i = cuda.grid(1)
    if i < p.size:
        scales = step_size, root_correction
        amsgrad_one(i, p, g, m, v, largest, *scales, beta1, beta2, epsilon, keep)


@kernel(
    "f4[::1], f4[::1], f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4", "amsgrad_step_recorded"
)
def _amsgrad_recorded(p, g, m, v, largest, corrections, beta1, beta2, epsilon, keep):
    i = cuda.grid(1)
    if i < p.size:
        scales = corrections[0], corrections[1]
        amsgrad_one(i, p, g, m, v, largest, *scales, beta1, beta2, epsilon, keep)


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4, f4", "adamax_step")
def _adamax(p, g, m, u, step_size, beta1, beta2, epsilon, keep):
    i = cuda.grid(1)
    if i < p.size:
        adamax_one(i, p, g, m, u, step_size, beta1, beta2, epsilon, keep)


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4, f4", "adamax_step_recorded")
def _adamax_recorded(p, g, m, u, corrections, beta1, beta2, epsilon, keep):
    i = cuda.grid(1)
    if i < p.size:
        adamax_one(i, p, g, m, u, corrections[0], beta1, beta2, epsilon, keep)


def _launch(kernels, arrays, learning_rate, beta1, beta2, epsilon, t, shrink, scales):
    """Launch the first kernel with the host's corrections, or the second with the device's."""
    p, options = arrays[0], map(real, (beta1, beta2, epsilon, shrink))
    grid, counter = (blocks_for(p.size), THREADS), replay_counter()
    if counter is None:
        kernels[0][grid](*arrays, *map(real, scales), *options)
    else:
        corrections = _recorded_corrections(p, counter, t, learning_rate, beta1, beta2)
        kernels[1][grid](*arrays, corrections, *options)


def adam_step(p, g, m, v, learning_rate, beta1, beta2, epsilon, t, shrink):
    """Update both moments and the parameters; ``t`` counts steps from 1."""
    scales = learning_rate / (1 - beta1**t), (1 - beta2**t) ** 0.5
    options = learning_rate, beta1, beta2, epsilon, t, shrink
    _launch((_adam, _adam_recorded), (p, g, m, v), *options, scales)


def amsgrad_step(p, g, m, v, largest, learning_rate, beta1, beta2, epsilon, t, shrink):
    """Update as Adam does, with the largest v so far in place of v."""
    scales = learning_rate / (1 - beta1**t), (1 - beta2**t) ** 0.5
    options = learning_rate, beta1, beta2, epsilon, t, shrink
    _launch((_amsgrad, _amsgrad_recorded), (p, g, m, v, largest), *options, scales)


def adamax_step(p, g, m, u, learning_rate, beta1, beta2, epsilon, t, shrink):
    """Update m ← β₁ m + (1-β₁) g and u ← max(β₂ u, |g| + ε), then p by m / ((1-β₁ᵗ) u)."""
    scales = (learning_rate / (1 - beta1**t),)
    options = learning_rate, beta1, beta2, epsilon, t, shrink
    _launch((_adamax, _adamax_recorded), (p, g, m, u), *options, scales)
