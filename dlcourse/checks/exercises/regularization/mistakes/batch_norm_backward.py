"""Mistakes in ``batch_norm_backward(dy, x, gamma, epsilon)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def parts(dy, x, gamma, epsilon, ddof=0):
    """Give the deviation, the normalized batch, and the gradients of scale and shift."""
    deviation = np.sqrt(x.var(axis=0, ddof=ddof) + epsilon)
    hat = (x - x.mean(axis=0)) / deviation
    return deviation, hat, (dy * hat).sum(axis=0), dy.sum(axis=0)


def combined(dy, gamma, deviation, hat, dgamma, dbeta, n):
    """Give the gradient of the batch."""
    return gamma / deviation * (dy - dbeta / n - hat * dgamma / n)


def right(dy, x, gamma, epsilon):
    """Give the gradients that a mistake then spoils."""
    deviation, hat, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    return combined(dy, gamma, deviation, hat, dgamma, dbeta, len(x)), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "You treat mean and variance as constants. They are made of the batch: each x moves both, and "
    "through them every y of its feature.",
)
def statistics_as_constants(dy, x, gamma, epsilon):
    deviation, _, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    return gamma / deviation * dy, dgamma, dbeta


@known_mistake(
    MISTAKES,
    "Your dx leaves out the way through the variance: - x̂ * dgamma / n is missing in the bracket.",
)
def variance_as_a_constant(dy, x, gamma, epsilon):
    deviation, _, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    return gamma / deviation * (dy - dbeta / len(x)), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "Your dx leaves out the way through the mean: - dbeta / n is missing in the bracket.",
)
def mean_as_a_constant(dy, x, gamma, epsilon):
    deviation, hat, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    return gamma / deviation * (dy - hat * dgamma / len(x)), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "The two sums in your dx are not divided by the number of examples, {n}: mean and variance are "
    "means, and each x has a share of 1 / {n} in them.",
)
def sums_for_means(dy, x, gamma, epsilon):
    deviation, hat, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    return gamma / deviation * (dy - dbeta - hat * dgamma), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "You add the way through the variance. It is subtracted: where x grows, so does the deviation "
    "that is divided by.",
)
def variance_added(dy, x, gamma, epsilon):
    deviation, hat, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    n = len(x)
    return gamma / deviation * (dy - dbeta / n + hat * dgamma / n), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "You leave gamma out of dx: y is gamma times the normalized batch, so the gradient is "
    "multiplied by gamma on its way back.",
)
def gamma_left_out(dy, x, gamma, epsilon):
    dx, dgamma, dbeta = right(dy, x, gamma, epsilon)
    return dx / gamma, dgamma, dbeta


@known_mistake(
    MISTAKES,
    "You do not divide dx by the standard deviation.",
)
def deviation_left_out(dy, x, gamma, epsilon):
    _, hat, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    return combined(dy, gamma, 1.0, hat, dgamma, dbeta, len(x)).astype(x.dtype), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "You divide dx by the variance. Divide by its root, sqrt(variance + epsilon).",
)
def divided_by_the_variance(dy, x, gamma, epsilon):
    deviation, hat, dgamma, dbeta = parts(dy, x, gamma, epsilon)
    return combined(dy, gamma, deviation**2, hat, dgamma, dbeta, len(x)), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "You normalize with the unbiased variance, divided by n - 1 = {less}. In the forward pass the "
    "batch is divided by n = {n}.",
)
def unbiased_variance(dy, x, gamma, epsilon):
    deviation, hat, dgamma, dbeta = parts(dy, x, gamma, epsilon, ddof=1)
    return combined(dy, gamma, deviation, hat, dgamma, dbeta, len(x)), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "You leave epsilon out. The gradient belongs to the forward pass as it was: "
    "sqrt(variance + epsilon).",
)
def epsilon_left_out(dy, x, gamma, epsilon):
    return right(dy, x, gamma, 0.0)


@known_mistake(
    MISTAKES,
    "You add epsilon to the standard deviation. It belongs to the variance, under the root.",
)
def epsilon_outside_the_root(dy, x, gamma, epsilon):
    deviation = np.sqrt(x.var(axis=0)) + epsilon
    hat = (x - x.mean(axis=0)) / deviation
    dgamma, dbeta = (dy * hat).sum(axis=0), dy.sum(axis=0)
    return combined(dy, gamma, deviation, hat, dgamma, dbeta, len(x)), dgamma, dbeta


@known_mistake(
    MISTAKES,
    "Your dgamma multiplies dy by x. It was the normalized batch that gamma was multiplied with: "
    "sum(dy * x̂).",
)
def dgamma_with_the_raw_batch(dy, x, gamma, epsilon):
    dx, _, dbeta = right(dy, x, gamma, epsilon)
    return dx, (dy * x).sum(axis=0), dbeta


@known_mistake(
    MISTAKES,
    "Your dgamma multiplies dy by x - mean, which has not been divided by the deviation yet.",
)
def dgamma_with_the_centred_batch(dy, x, gamma, epsilon):
    dx, _, dbeta = right(dy, x, gamma, epsilon)
    return dx, (dy * (x - x.mean(axis=0))).sum(axis=0), dbeta


@known_mistake(
    MISTAKES,
    "Your dgamma and dbeta are means over the batch. The average is in dy already: add up.",
)
def means_for_sums(dy, x, gamma, epsilon):
    dx, dgamma, dbeta = right(dy, x, gamma, epsilon)
    return dx, dgamma / len(x), dbeta / len(x)


@known_mistake(
    MISTAKES,
    "You have multiplied dgamma and dbeta by gamma. They are sums of dy * x̂ and of dy, as it came "
    "in.",
)
def gamma_in_the_parameters_gradients(dy, x, gamma, epsilon):
    dx, dgamma, dbeta = right(dy, x, gamma, epsilon)
    return dx, gamma * dgamma, gamma * dbeta


@known_mistake(
    MISTAKES,
    "You have exchanged dgamma and dbeta: dbeta is the sum of dy, dgamma that of dy * x̂.",
)
def gamma_and_beta_exchanged(dy, x, gamma, epsilon):
    dx, dgamma, dbeta = right(dy, x, gamma, epsilon)
    return dx, dbeta, dgamma


@known_mistake(
    MISTAKES,
    "You sum over the features, axis=1. Gamma and beta have a number for each feature and serve "
    "all examples: sum over the batch, axis=0.",
)
def summed_over_the_features(dy, x, gamma, epsilon):
    _, hat, _, _ = parts(dy, x, gamma, epsilon)
    return right(dy, x, gamma, epsilon)[0], (dy * hat).sum(axis=1), dy.sum(axis=1)


@known_mistake(
    MISTAKES,
    "Your gradient is that of layer normalization: mean and variance are taken over each example's "
    "features. Here they are taken over the batch, axis=0.",
)
def layer_normalization(dy, x, gamma, epsilon):
    deviation = np.sqrt(x.var(axis=1, keepdims=True) + epsilon)
    hat = (x - x.mean(axis=1, keepdims=True)) / deviation
    g = dy * gamma
    dx = g - g.mean(axis=1, keepdims=True) - hat * (g * hat).mean(axis=1, keepdims=True)
    return dx / deviation, (dy * hat).sum(axis=0), dy.sum(axis=0)


@known_mistake(
    MISTAKES,
    "You return the gradients of scale and shift for each example. All examples share gamma and "
    "beta: sum over the batch.",
)
def not_summed(dy, x, gamma, epsilon):
    _, hat, _, _ = parts(dy, x, gamma, epsilon)
    return right(dy, x, gamma, epsilon)[0], dy * hat, dy.copy()


@known_mistake(
    MISTAKES,
    "You write into the caller's dy, as dy *= gamma does. Make a new array.",
)
def changed_in_place(dy, x, gamma, epsilon):
    found = right(dy, x, gamma, epsilon)
    dy *= gamma
    return found


@known_mistake(
    MISTAKES,
    "Your gradients are float64 although float32 came in. Compute with the arguments themselves.",
)
def made_in_float64(dy, x, gamma, epsilon):
    dy, x, gamma = (array.astype(np.float64) for array in (dy, x, gamma))
    return right(dy, x, gamma, epsilon)
