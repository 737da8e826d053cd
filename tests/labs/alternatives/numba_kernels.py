"""
Right solutions of the lab numba_kernels in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import itertools

import numpy as np
from numba import njit, prange

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)

# What the lab's own first cell imports.
PRELUDE = "import math\nimport numpy as np\nfrom numba import njit, prange\n"


# all_distances


@alternative("all_distances")
@njit
def three_loops(x, y):
    out = np.empty((len(x), len(y)), dtype=x.dtype)
    for i in range(len(x)):
        for j in range(len(y)):
            total = x.dtype.type(0)
            for k in range(x.shape[1]):
                difference = x[i, k] - y[j, k]
                total += difference * difference
            out[i, j] = total
    return out


@alternative("all_distances")
@njit(parallel=True)
def in_parallel_over_the_points(x, y):
    out = np.zeros((x.shape[0], y.shape[0]), dtype=x.dtype)
    for i in prange(x.shape[0]):
        for j in range(y.shape[0]):
            for k in range(x.shape[1]):
                out[i, j] += (x[i, k] - y[j, k]) ** 2
    return out


@alternative("all_distances")
@njit(fastmath=True)
def with_fast_maths(x, y):
    out = np.zeros((x.shape[0], y.shape[0]), dtype=x.dtype)
    for j in range(y.shape[0]):
        for i in range(x.shape[0]):
            total = 0.0
            for k in range(x.shape[1]):
                total += (y[j, k] - x[i, k]) ** 2
            out[i, j] = total
    return out


@alternative("all_distances")
def by_broadcasting_alone(x, y):
    return np.sum((x[:, None] - y[None]) ** 2, axis=-1)


# running_average


@alternative("running_average")
@njit
def column_by_column(x, beta):
    y = np.empty_like(x)
    for i in range(x.shape[1]):
        state = 0.0
        for t in range(x.shape[0]):
            state = beta * state + (1 - beta) * x[t, i]
            y[t, i] = state
    return y


@alternative("running_average")
@njit
def row_above(x, beta):
    y = np.empty_like(x)
    for t in range(x.shape[0]):
        for i in range(x.shape[1]):
            before = y[t - 1, i] if t > 0 else 0.0
            y[t, i] = before + (1 - beta) * (x[t, i] - before)
    return y


@alternative("running_average")
@njit(parallel=True)
def in_parallel_over_the_features(x, beta):
    y = np.zeros(x.shape, dtype=x.dtype)
    for i in prange(x.shape[1]):
        y[0, i] = (1 - beta) * x[0, i]
        for t in range(1, x.shape[0]):
            y[t, i] = beta * y[t - 1, i] + (1 - beta) * x[t, i]
    return y


@njit
def one_column(column, beta, out):
    state = 0.0
    for t in range(len(column)):
        state *= beta
        state += (1 - beta) * column[t]
        out[t] = state


@alternative("running_average")
def a_kernel_for_each_column(x, beta):
    y = np.empty(x.shape[::-1], dtype=x.dtype)
    for column, out in zip(np.ascontiguousarray(x.T), y, strict=True):
        one_column(column, beta, out)
    return np.ascontiguousarray(y.T)


# count_in_parts


@alternative("count_in_parts")
@njit
def part_by_part(labels, classes, parts):
    counts = np.zeros((parts, classes), dtype=np.int64)
    n = len(labels)
    for p in range(parts):
        for k in range(p * n // parts, (p + 1) * n // parts):
            counts[p, labels[k]] += 1
    return counts


@alternative("count_in_parts")
@njit(parallel=True)
def in_parallel_over_the_parts(labels, classes, parts):
    counts = np.zeros((parts, classes), dtype=np.int64)
    for p in prange(parts):
        mine = np.zeros(classes, dtype=np.int64)
        for label in labels[p * labels.size // parts : (p + 1) * labels.size // parts]:
            mine[label] += 1
        counts[p] = mine
    return counts


@alternative("count_in_parts")
@njit
def a_part_that_moves_on(labels, classes, parts):
    counts = np.zeros((parts, classes), dtype=np.int64)
    part = 0
    for k in range(len(labels)):
        while k >= (part + 1) * len(labels) // parts:
            part += 1
        counts[part, labels[k]] += 1
    return counts


@alternative("count_in_parts")
def by_bincount(labels, classes, parts):
    ends = [p * len(labels) // parts for p in range(parts + 1)]
    return np.array(
        [
            np.bincount(labels[start:end], minlength=classes)
            for start, end in itertools.pairwise(ends)
        ]
    )


# scatter_add


@alternative("scatter_add")
@njit
def token_by_token(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    for k in range(len(tokens)):
        for unit in range(dy.shape[1]):
            dw[tokens[k], unit] += dy[k, unit]
    return dw


@alternative("scatter_add")
@njit(parallel=True)
def in_parallel_over_the_units(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    for unit in prange(dy.shape[1]):
        for k in range(len(tokens)):
            dw[tokens[k], unit] += dy[k, unit]
    return dw


@alternative("scatter_add")
@njit
def row_by_row(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    for k, token in enumerate(tokens):
        dw[token] += dy[k]
    return dw


@alternative("scatter_add")
def by_add_at(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    np.add.at(dw, tokens, dy)
    return dw
