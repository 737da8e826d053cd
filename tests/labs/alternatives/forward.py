"""
Right solutions of the forward lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import functools
import itertools
import math

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# sigmoid_and_slope


@alternative("sigmoid_and_slope")
def the_plain_formula(x):
    with np.errstate(over="ignore"):
        y = 1 / (1 + np.exp(-x))
    return y, y * (1 - y)


@alternative("sigmoid_and_slope")
def both_sides_by_themselves(x):
    small = np.exp(-np.abs(x))
    y = np.where(x >= 0, 1, small) / (1 + small)
    return y, small / (1 + small) ** 2


@alternative("sigmoid_and_slope")
def masks_on_a_new_array(x):
    y = np.empty_like(x)
    up = x >= 0
    y[up] = 1 / (1 + np.exp(-x[up]))
    e = np.exp(x[~up])
    y[~up] = e / (1 + e)
    return [y, y - y * y]


@alternative("sigmoid_and_slope")
def number_by_number(x):
    y, slope = np.zeros_like(x), np.zeros_like(x)
    for index, value in np.ndenumerate(x):
        small = math.exp(-abs(float(value)))
        y[index] = (1.0 if value >= 0 else small) / (1 + small)
        slope[index] = small / (1 + small) ** 2
    return y, slope


@alternative("sigmoid_and_slope")
def wide_and_by_logarithms(x):
    wide = x.astype(np.float64)
    y = np.exp(-np.logaddexp(0, -wide))
    return y.astype(x.dtype), (y * np.exp(-np.logaddexp(0, wide))).astype(x.dtype)


# leaky_relu_and_slope


@alternative("leaky_relu_and_slope")
def slope_first(x, leak):
    slope = np.where(x > 0, 1, leak).astype(x.dtype)
    return slope * x, slope


@alternative("leaky_relu_and_slope")
def larger_and_smaller(x, leak):
    slope = np.full_like(x, leak)
    slope[x > 0] = 1
    return np.maximum(x, 0) + leak * np.minimum(x, 0), slope


@alternative("leaky_relu_and_slope")
def masks_on_copies(x, leak):
    y, slope = x.copy(), np.ones_like(x)
    y[x <= 0] *= leak
    slope[x <= 0] = leak
    return y, slope


@alternative("leaky_relu_and_slope")
def number_after_number(x, leak):
    y, slope = np.empty_like(x), np.empty_like(x)
    for index in np.ndindex(x.shape):
        slope[index] = 1 if x[index] > 0 else leak
        y[index] = x[index] if x[index] > 0 else leak * x[index]
    return y, slope


@alternative("leaky_relu_and_slope")
def the_larger_of_two_lines(x, leak):
    """It holds for leaks up to 1."""
    on = (x > 0).astype(x.dtype)
    return np.maximum(x, leak * x), on + x.dtype.type(leak) * (1 - on)


# softmax_rows


@alternative("softmax_rows")
def largest_subtracted(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@alternative("softmax_rows")
def row_by_row(logits):
    p = np.empty_like(logits)
    for n, row in enumerate(logits):
        e = np.exp(row - np.max(row))
        p[n] = e / e.sum()
    return p


@alternative("softmax_rows")
def by_the_logarithm_of_the_sum(logits):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, np.newaxis])


@alternative("softmax_rows")
def columns_of_the_transpose(logits):
    e = np.exp(logits.T - logits.max(axis=1))
    return np.divide(e, e.sum(axis=0)).T


@alternative("softmax_rows")
def loops_alone(logits):
    n, c = logits.shape
    p = np.zeros((n, c), dtype=logits.dtype)
    for k in range(n):
        top = max(float(z) for z in logits[k])
        e = [math.exp(float(z) - top) for z in logits[k]]
        for j in range(c):
            p[k, j] = e[j] / sum(e)
    return p


# count_parameters


@alternative("count_parameters")
def neighbours(sizes):
    return sum(i * o for i, o in itertools.pairwise(sizes)), sum(sizes[1:])


@alternative("count_parameters")
def a_loop_with_two_counters(sizes):
    weights = biases = 0
    for layer in range(1, len(sizes)):
        weights += sizes[layer - 1] * sizes[layer]
        biases += sizes[layer]
    return weights, biases


@alternative("count_parameters")
def arrays_of_sizes(sizes):
    sizes = np.array(sizes, dtype=np.int64)
    return np.dot(sizes[:-1], sizes[1:]), np.sum(sizes) - sizes[0]


@alternative("count_parameters")
def one_layer_and_the_rest(sizes):
    if len(sizes) < 2:
        return 0, 0
    weights, biases = one_layer_and_the_rest(sizes[1:])
    return [sizes[0] * sizes[1] + weights, sizes[1] + biases]


# forward_pass


@alternative("forward_pass")
def all_but_the_last(x, layers):
    for w, b in layers[:-1]:
        x = np.maximum(x @ w + b, 0)
    w, b = layers[-1]
    return x @ w + b


@alternative("forward_pass")
def counted_layers(x, layers):
    for number, (w, b) in enumerate(layers, start=1):
        x = np.dot(x, w) + b
        if number < len(layers):
            x[x < 0] = 0
    return x


@alternative("forward_pass")
def relu_before_each_but_the_first(x, layers):
    for number in range(len(layers)):
        if number > 0:
            x = np.where(x > 0, x, x.dtype.type(0))
        x = np.einsum("ni,io->no", x, layers[number][0]) + layers[number][1]
    return x


@alternative("forward_pass")
def folded(x, layers):
    (w, b), *rest = layers

    def step(z, layer):
        return z.clip(min=0) @ layer[0] + layer[1]

    return functools.reduce(step, rest, x @ w + b)


@alternative("forward_pass")
def example_by_example_and_unit_by_unit(x, layers):
    outputs = np.zeros((len(x), len(layers[-1][1])), dtype=x.dtype)
    for n in range(len(x)):
        values = [float(value) for value in x[n]]
        for number, (w, b) in enumerate(layers):
            found = []
            for unit in range(w.shape[1]):
                z = float(b[unit])
                for i, value in enumerate(values):
                    z += value * float(w[i, unit])
                found.append(z if number == len(layers) - 1 else max(z, 0.0))
            values = found
        outputs[n] = values
    return outputs


# saturated_share


@alternative("saturated_share")
def mean_of_a_mask(y, low, high):
    return ((y <= low) | (y >= high)).mean(axis=0)


@alternative("saturated_share")
def one_minus_the_share_in_between(y, low, high):
    return 1 - np.mean((y > low) & (y < high), axis=0)


@alternative("saturated_share")
def unit_by_unit(y, low, high):
    shares = np.zeros(y.shape[1])
    for unit in range(y.shape[1]):
        for value in y[:, unit]:
            if value <= low or value >= high:
                shares[unit] += 1
    return shares / len(y)


@alternative("saturated_share")
def two_counts_added(y, low, high):
    return (np.count_nonzero(y <= low, axis=0) + np.count_nonzero(y >= high, axis=0)) / y.shape[0]


@alternative("saturated_share")
def sums_in_float32(y, low, high):
    mask = np.logical_or(y <= low, y >= high).astype(y.dtype)
    return np.ones(len(y), y.dtype) @ mask / y.dtype.type(len(y))
