"""
Right solutions of the regularization lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np

from tests.labs.alternatives import entering
from tests.labs.alternatives.data import ALTERNATIVES as DATA

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# penalty


@alternative("penalty")
def by_formula(w, l1, l2):
    return l1 * np.abs(w).sum() + l2 / 2 * (w**2).sum(), l1 * np.sign(w) + l2 * w


@alternative("penalty")
def one_product_for_the_squares(w, l1, l2):
    flat = w.ravel()
    value = l1 * np.linalg.norm(flat, 1) + 0.5 * l2 * (flat @ flat)
    return float(value), np.where(w == 0, w, l1 * np.sign(w) + l2 * w)


@alternative("penalty")
def weight_by_weight(w, l1, l2):
    value, gradient = 0.0, np.zeros_like(w)
    for index, one in np.ndenumerate(w):
        one = float(one)
        value += l1 * abs(one) + l2 * one * one / 2
        gradient[index] = l2 * one + math.copysign(l1, one) * (one != 0)
    return value, gradient


@alternative("penalty")
def in_float64_and_back(w, l1, l2):
    wide = w.astype(np.float64)
    signs = (wide > 0).astype(float) - (wide < 0)
    value = np.sum(l1 * wide * signs + l2 * np.square(wide) / 2)
    return value, (l1 * signs + l2 * wide).astype(w.dtype)


# decayed_step


@alternative("decayed_step")
def three_terms(w, b, step_w, step_b, rate, decay):
    return w - rate * step_w - rate * decay * w, b - rate * step_b


@alternative("decayed_step")
def shrunk_first(w, b, step_w, step_b, rate, decay):
    return w * (1 - rate * decay) - rate * step_w, b - step_b * rate


@alternative("decayed_step")
def decay_added_to_the_step(w, b, step_w, step_b, rate, decay):
    return [w - rate * (step_w + decay * w), b - rate * step_b]


@alternative("decayed_step")
def in_place_on_copies(w, b, step_w, step_b, rate, decay):
    w, b = w.copy(), b.copy()
    w *= 1 - rate * decay
    w -= rate * step_w
    b -= rate * step_b
    return w, b


# dropout


@alternative("dropout")
def mask_then_divided(x, dy, u, rate, training):
    if not training:
        return x, dy
    mask = u >= rate
    return x * mask / (1 - rate), dy * mask / (1 - rate)


@alternative("dropout")
def with_where(x, dy, u, rate, training):
    if training:
        scale = 1 / (1 - rate)
        return np.where(u < rate, 0, x * scale), np.where(u < rate, 0, dy * scale)
    return x.copy(), dy.copy()


@alternative("dropout")
def one_factor_for_both(x, dy, u, rate, training):
    factor = np.ones_like(x)
    if training:
        factor = ((u >= rate) / (1 - rate)).astype(x.dtype)
    return factor * x, factor * dy


@alternative("dropout")
def zeros_filled_in(x, dy, u, rate, training):
    if not training:
        return x, dy
    y, dx, kept = np.zeros_like(x), np.zeros_like(dy), np.logical_not(u < rate)
    y[kept] = x[kept] / (1 - rate)
    dx[kept] = dy[kept] / (1 - rate)
    return y, dx


@alternative("dropout")
def signal_by_signal(x, dy, u, rate, training):
    y, dx = np.empty_like(x), np.empty_like(dy)
    for index in np.ndindex(x.shape):
        factor = 1.0 if not training else 0.0 if u[index] < rate else 1 / (1 - rate)
        y[index], dx[index] = x[index] * factor, dy[index] * factor
    return y, dx


# batch_norm


@alternative("batch_norm")
def with_mean_and_var(x, gamma, beta, mean, variance, momentum, epsilon, training):
    m, v = mean, variance
    if training:
        m, v = x.mean(axis=0), x.var(axis=0)
        mean = (1 - momentum) * mean + momentum * m
        variance = (1 - momentum) * variance + momentum * x.var(axis=0, ddof=1)
    return gamma * (x - m) / np.sqrt(v + epsilon) + beta, mean, variance


@alternative("batch_norm")
def by_hand_in_two_passes(x, gamma, beta, mean, variance, momentum, epsilon, training):
    n = len(x)
    if not training:
        return (x - mean) / (variance + epsilon) ** 0.5 * gamma + beta, mean, variance
    m = x.sum(axis=0) / n
    squares = ((x - m) ** 2).sum(axis=0)
    y = (x - m) / np.sqrt(squares / n + epsilon) * gamma + beta
    return (
        y,
        mean + momentum * (m - mean),
        variance + momentum * (squares / (n - 1) - variance),
    )


@alternative("batch_norm")
def in_float64(x, gamma, beta, mean, variance, momentum, epsilon, training):
    wide = x.astype(np.float64)
    m, v = (wide.mean(0), wide.var(0)) if training else (mean, variance)
    y = ((wide - m) / np.sqrt(v + epsilon) * gamma + beta).astype(x.dtype)
    if training:
        mean = (mean + momentum * (m - mean)).astype(x.dtype)
        unbiased = v * len(x) / (len(x) - 1)
        variance = ((1 - momentum) * variance + momentum * unbiased).astype(x.dtype)
    return y, mean.copy(), variance.copy()


@alternative("batch_norm")
def feature_by_feature(x, gamma, beta, mean, variance, momentum, epsilon, training):
    y, mean, variance = np.zeros_like(x), mean.copy(), variance.copy()
    for i in range(x.shape[1]):
        column = x[:, i]
        m, v = (column.mean(), column.var()) if training else (mean[i], variance[i])
        y[:, i] = gamma[i] / np.sqrt(v + epsilon) * (column - m) + beta[i]
        if training:
            mean[i] = (1 - momentum) * mean[i] + momentum * m
            variance[i] = (1 - momentum) * variance[i] + momentum * np.var(column, ddof=1)
    return y, mean, variance


# batch_norm_backward


@alternative("batch_norm_backward")
def one_formula(dy, x, gamma, epsilon):
    d = np.sqrt(x.var(axis=0) + epsilon)
    hat = (x - x.mean(axis=0)) / d
    dbeta, dgamma = dy.sum(axis=0), (dy * hat).sum(axis=0)
    return gamma / d * (dy - dbeta / len(x) - hat * dgamma / len(x)), dgamma, dbeta


@alternative("batch_norm_backward")
def through_the_graph(dy, x, gamma, epsilon):
    n = len(x)
    centred = x - x.mean(axis=0)
    inverse = 1 / np.sqrt((centred**2).mean(axis=0) + epsilon)
    dhat = dy * gamma
    dvariance = (dhat * centred).sum(axis=0) * -0.5 * inverse**3
    dcentred = dhat * inverse + dvariance * 2 * centred / n
    dx = dcentred - dcentred.mean(axis=0)
    return dx, (dy * centred * inverse).sum(axis=0), dy.sum(axis=0)


@alternative("batch_norm_backward")
def with_means(dy, x, gamma, epsilon):
    inverse = (x.var(axis=0) + epsilon) ** -0.5
    hat = (x - x.mean(axis=0)) * inverse
    g = dy * gamma
    dx = inverse * (g - g.mean(axis=0) - hat * (g * hat).mean(axis=0))
    return dx, np.einsum("ni,ni->i", dy, hat), np.ones(len(dy), dy.dtype) @ dy


@alternative("batch_norm_backward")
def feature_by_feature_by_a_matrix(dy, x, gamma, epsilon):
    n, features = x.shape
    dx, dgamma, dbeta = np.zeros_like(x), np.zeros_like(gamma), np.zeros_like(gamma)
    for i in range(features):
        centred = x[:, i].astype(float) - x[:, i].astype(float).mean()
        d = np.sqrt(np.mean(centred**2) + epsilon)
        hat = centred / d
        jacobian = (np.identity(n) - 1 / n - np.outer(hat, hat) / n) / d
        dx[:, i] = gamma[i] * jacobian.T @ dy[:, i]
        dgamma[i], dbeta[i] = dy[:, i] @ hat, dy[:, i].sum()
    return dx, dgamma, dbeta


# augment: the exercise of the lab "data"

ALTERNATIVES["augment"] = DATA["augment"]
