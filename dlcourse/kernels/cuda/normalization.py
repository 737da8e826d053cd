"""Batch and layer normalization on matrices (rows, features); images come with a pixel a row.

Sums over the rows are in float32 with compensation (Kahan 1965): what an addition rounds away is
carried on to the next, so that a hundred thousand rows lose no digits. Many rows are shared among
blocks, as ``columns`` has it. ``sums``, the CPU's room for float64 sums, is not needed.
"""

import math

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.columns import add_up, rows_of_a_share
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, divided, kernel
from dlcourse.kernels.cuda.memory import workspace
from dlcourse.kernels.cuda.reductions import warp_sum

real = np.float32
ZERO, ONE = real(0), real(1)

#: Columns: a block works on 32 of them, 16 rows at a time. Rows: a warp works on each.
COLUMNS, ROWS = 32, 16
LANES, WARPS = 32, 4


@device
def add(total, lost, value):
    """Return the new sum and what its rounding lost."""
    value -= lost
    new = total + value
    return new, (new - total) - value


@device
def down_the_block(sums, value):
    """Return the sum of a column's values over the rows of the block."""
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    sums[down, across] = value
    cuda.syncthreads()
    total = ZERO
    for k in range(ROWS):
        total += sums[k, across]
    cuda.syncthreads()  # nobody writes the next sums before all have read these
    return total


@kernel("f4[:, ::1], i8, f4[::1], f4[::1]", "column_moments")
def _column_moments(x, share, mean, variance):
    sums = cuda.shared.array((ROWS, COLUMNS), np.float32)
    i = cuda.blockIdx.x * COLUMNS + cuda.threadIdx.x
    inside = i < x.shape[1]
    begin = cuda.blockIdx.y * share
    end = min(x.shape[0], begin + share)
    count = real(end - begin)
    total, lost = ZERO, ZERO
    if inside:
        for n in range(begin + cuda.threadIdx.y, end, ROWS):
            total, lost = add(total, lost, x[n, i])
    centre = down_the_block(sums, total) / count
    total, lost = ZERO, ZERO
    if inside:
        for n in range(begin + cuda.threadIdx.y, end, ROWS):
            difference = x[n, i] - centre
            total, lost = add(total, lost, difference * difference)
    spread = down_the_block(sums, total) / count
    if inside and cuda.threadIdx.y == 0:
        place = cuda.blockIdx.y * x.shape[1] + i
        mean[place] = centre
        variance[place] = spread


@kernel("f4[::1], f4[::1], i8, i8, i8, f4[::1], f4[::1]", "merge_moments")
def _merge_moments(means, variances, rows, share, shares, mean, variance):
    """The moments of all from those of each share (Chan, Golub and LeVeque 1983)."""
    i = cuda.grid(1)
    columns = mean.size
    if i < columns:
        total = ZERO
        for k in range(shares):
            total += real(min(share, rows - k * share)) * means[k * columns + i]
        centre = total / real(rows)
        total = ZERO
        for k in range(shares):
            away = means[k * columns + i] - centre
            within = variances[k * columns + i] + away * away
            total += real(min(share, rows - k * share)) * within
        mean[i] = centre
        variance[i] = total / real(rows)


def column_moments(x, sums, mean, variance):
    """Write the mean and the (biased) variance of each column."""
    rows, columns = x.shape
    share, shares = rows_of_a_share(rows, columns)
    grid = (blocks_for(columns, COLUMNS), shares), (COLUMNS, ROWS)
    if shares == 1:
        _column_moments[grid](x, share, mean, variance)
        return
    means, variances = (workspace(x, name, shares * columns) for name in ("means", "variances"))
    _column_moments[grid](x, share, means, variances)
    merged = means, variances, rows, share, shares, mean, variance
    _merge_moments[blocks_for(columns, 64), 64](*merged)


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], f4, f4, f4", "update_running_moments")
def _update_running(running_mean, running_variance, mean, variance, keep, take, take_unbiased):
    i = cuda.grid(1)
    if i < mean.size:
        running_mean[i] = keep * running_mean[i] + take * mean[i]
        running_variance[i] = keep * running_variance[i] + take_unbiased * variance[i]


def update_running_moments(running_mean, running_variance, mean, variance, momentum, rows):
    """Move the running moments towards the batch's: r ← (1 - momentum) r + momentum · batch.

    The running variance takes the unbiased variance, rows / (rows - 1) times the biased one.
    """
    shares = real(1 - momentum), real(momentum), real(momentum * rows / (rows - 1))
    arrays = running_mean, running_variance, mean, variance
    _update_running[blocks_for(mean.size), THREADS](*arrays, *shares)


@kernel("f4[::1], f4, f4[::1]", "reciprocal_deviation")
def _reciprocal(variance, epsilon, reciprocal):
    i = cuda.grid(1)
    if i < variance.size:
        reciprocal[i] = ONE / math.sqrt(variance[i] + epsilon)


def reciprocal_deviation(variance, epsilon, reciprocal):
    """Write 1 / √(variance + ε)."""
    _reciprocal[blocks_for(variance.size), THREADS](variance, real(epsilon), reciprocal)


@kernel("f4[:, ::1], f4[::1], f4[::1], f4[::1], f4[::1], f4[:, ::1]", "batch_norm_forward")
def _batch_norm_forward(x, mean, reciprocal, gamma, beta, y):
    number = cuda.grid(1)
    if number < x.size:
        n, i = divided(number, x.shape[1])
        y[n, i] = (x[n, i] - mean[i]) * (reciprocal[i] * gamma[i]) + beta[i]


def batch_norm_forward(x, mean, reciprocal, gamma, beta, y):
    """Write y = γ (x - mean) · reciprocal + β, each of them a number for each column."""
    _batch_norm_forward[blocks_for(x.size), THREADS](x, mean, reciprocal, gamma, beta, y)


@kernel(
    "f4[:, ::1], f4[:, ::1], f4[::1], f4[::1], i8, f4[::1], f4[::1], i8",
    "norm_parameter_gradients",
)
def _parameter_gradients(x, dy, mean, reciprocal, share, dgamma, dbeta, by_row):
    sums = cuda.shared.array((ROWS, COLUMNS), np.float32)
    i = cuda.blockIdx.x * COLUMNS + cuda.threadIdx.x
    inside = i < x.shape[1]
    begin = cuda.blockIdx.y * share
    end = min(x.shape[0], begin + share)
    beta_total, beta_lost, gamma_total, gamma_lost = ZERO, ZERO, ZERO, ZERO
    if inside:
        for n in range(begin + cuda.threadIdx.y, end, ROWS):
            at = n if by_row else i
            normalized = (x[n, i] - mean[at]) * reciprocal[at]
            beta_total, beta_lost = add(beta_total, beta_lost, dy[n, i])
            gamma_total, gamma_lost = add(gamma_total, gamma_lost, dy[n, i] * normalized)
    beta_total = down_the_block(sums, beta_total)
    gamma_total = down_the_block(sums, gamma_total)
    if inside and cuda.threadIdx.y == 0:
        place = cuda.blockIdx.y * x.shape[1] + i
        dbeta[place] = beta_total
        dgamma[place] = gamma_total


def parameter_gradients(x, dy, mean, reciprocal, dgamma, dbeta, by_row):
    """Write dγ and dβ, moments being those of a column or, if ``by_row``, of a row."""
    rows, columns = x.shape
    share, shares = rows_of_a_share(rows, columns)
    grid = (blocks_for(columns, COLUMNS), shares), (COLUMNS, ROWS)
    into = dgamma, dbeta
    if shares > 1:
        into = tuple(workspace(x, name, shares * columns) for name in ("dgammas", "dbetas"))
    _parameter_gradients[grid](x, dy, mean, reciprocal, share, *into, by_row)
    if shares > 1:
        add_up(into[0], shares, dgamma)
        add_up(into[1], shares, dbeta)


def batch_norm_parameter_gradients(x, dy, mean, reciprocal, sums, dgamma, dbeta):
    """Write dγ = Σₙ dy · x̂, with x̂ = (x - mean) · reciprocal, and dβ = Σₙ dy."""
    parameter_gradients(x, dy, mean, reciprocal, dgamma, dbeta, 0)


@kernel(
    "f4[:, ::1], f4[:, ::1], f4[::1], f4[::1], f4[::1], f4[::1], f4[::1], f4[:, ::1], f4",
    "batch_norm_backward",
)
def _batch_norm_backward(x, dy, mean, reciprocal, gamma, dgamma, dbeta, dx, share):
    number = cuda.grid(1)
    if number < x.size:
        n, i = divided(number, x.shape[1])
        normalized = (x[n, i] - mean[i]) * reciprocal[i]
        centred = dy[n, i] - share * (dbeta[i] + normalized * dgamma[i])
        dx[n, i] = gamma[i] * reciprocal[i] * centred


def batch_norm_backward(x, dy, mean, reciprocal, gamma, dgamma, dbeta, dx):
    """Write dx = γ · reciprocal · (dy - dβ / rows - x̂ dγ / rows), x̂ = (x - mean) · reciprocal."""
    arrays = x, dy, mean, reciprocal, gamma, dgamma, dbeta, dx
    _batch_norm_backward[blocks_for(x.size), THREADS](*arrays, real(1 / x.shape[0]))


@kernel("f4[:, ::1], f4[::1], f4[::1], f4[:, ::1]", "scale_columns")
def _scale_columns(dy, gamma, reciprocal, dx):
    number = cuda.grid(1)
    if number < dy.size:
        n, i = divided(number, dy.shape[1])
        dx[n, i] = gamma[i] * reciprocal[i] * dy[n, i]


def scale_columns(dy, gamma, reciprocal, dx):
    """Write dx = γ · reciprocal · dy: batch normalization backward with moments held fixed."""
    _scale_columns[blocks_for(dy.size), THREADS](dy, gamma, reciprocal, dx)


@kernel("f4[:, ::1], f4[::1], f4[::1], f4, f4, f4[::1], f4[::1], f4[:, ::1]", "layer_norm_forward")
def _layer_norm_forward(x, gamma, beta, epsilon, share, mean, reciprocal, y):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * WARPS + cuda.threadIdx.y
    if n >= x.shape[0]:  # a whole warp has no row
        return
    total = ZERO
    for i in range(lane, x.shape[1], LANES):
        total += x[n, i]
    row_mean = warp_sum(total) * share
    squares = ZERO
    for i in range(lane, x.shape[1], LANES):
        difference = x[n, i] - row_mean
        squares += difference * difference
    row_reciprocal = ONE / math.sqrt(warp_sum(squares) * share + epsilon)
    for i in range(lane, x.shape[1], LANES):
        y[n, i] = gamma[i] * ((x[n, i] - row_mean) * row_reciprocal) + beta[i]
    if lane == 0:
        mean[n] = row_mean
        reciprocal[n] = row_reciprocal


def layer_norm_forward(x, gamma, beta, epsilon, mean, reciprocal, y):
    """Write y = γ x̂ + β with x̂ = (x - mean) / √(variance + ε), the moments those of the row.

    ``mean`` and ``reciprocal`` (one number a row) are kept for the backward pass.
    """
    options = real(epsilon), real(1 / x.shape[1])
    grid = blocks_for(x.shape[0], WARPS), (LANES, WARPS)
    _layer_norm_forward[grid](x, gamma, beta, *options, mean, reciprocal, y)


@kernel("f4[:, ::1], f4[:, ::1], f4[::1], f4[::1], f4[::1], f4, f4[:, ::1]", "layer_norm_backward")
def _layer_norm_backward(x, dy, mean, reciprocal, gamma, share, dx):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * WARPS + cuda.threadIdx.y
    if n >= x.shape[0]:
        return
    row_mean, row_reciprocal = mean[n], reciprocal[n]
    sum_g, sum_gx = ZERO, ZERO
    for i in range(lane, x.shape[1], LANES):
        g = gamma[i] * dy[n, i]
        sum_g += g
        sum_gx += g * (x[n, i] - row_mean) * row_reciprocal
    sum_g = warp_sum(sum_g) * share
    sum_gx = warp_sum(sum_gx) * share
    for i in range(lane, x.shape[1], LANES):
        normalized = (x[n, i] - row_mean) * row_reciprocal
        dx[n, i] = (gamma[i] * dy[n, i] - sum_g - normalized * sum_gx) * row_reciprocal


def layer_norm_backward(x, dy, mean, reciprocal, gamma, dgamma, dbeta, dx):
    """Write dγ = Σₙ dy · x̂, dβ = Σₙ dy and dx = (g - mean(g) - x̂ · mean(g x̂)) · reciprocal.

    Here g = γ dy, x̂ = (x - mean) · reciprocal, and means are over the row.
    """
    parameter_gradients(x, dy, mean, reciprocal, dgamma, dbeta, 1)
    rows = blocks_for(x.shape[0], WARPS), (LANES, WARPS)
    share = real(1 / x.shape[1])
    _layer_norm_backward[rows](x, dy, mean, reciprocal, gamma, share, dx)
