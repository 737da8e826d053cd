"""Mistakes in ``penalty(w, l1, l2)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def cost(w, l1, l2):
    """Give the right penalty."""
    return float(l1 * np.abs(w).sum() + l2 / 2 * (w**2).sum())


def pull(w, l1, l2):
    """Give its gradient."""
    return l1 * np.sign(w) + l2 * w


@known_mistake(
    MISTAKES,
    "You leave the half of L2 out, in the penalty and in the gradient. That is another convention "
    "(Keras's); here L2 costs l2 / 2 times the squares, so that its gradient is l2 * w.",
)
def half_left_out(w, l1, l2):
    return cost(w, l1, 2 * l2), pull(w, l1, 2 * l2)


@known_mistake(
    MISTAKES,
    "You leave the half out of the penalty, so that your gradient is not its gradient: "
    "l2 / 2 * sum(w²).",
)
def half_left_out_of_the_value(w, l1, l2):
    return cost(w, l1, 2 * l2), pull(w, l1, l2)


@known_mistake(
    MISTAKES,
    "Your gradient of L2 has a factor 2 too many: the derivative of l2 / 2 * w² is l2 * w.",
)
def two_in_the_gradient(w, l1, l2):
    return cost(w, l1, l2), pull(w, l1, 2 * l2)


@known_mistake(
    MISTAKES,
    "Your gradient of L2 is halved: the derivative of the square brings a 2, which meets the half.",
)
def half_in_the_gradient(w, l1, l2):
    return cost(w, l1, l2), pull(w, l1, l2 / 2)


@known_mistake(
    MISTAKES,
    "You have exchanged the two strengths: l1 belongs to the sizes |w|, l2 to the squares.",
)
def strengths_exchanged(w, l1, l2):
    return cost(w, l2, l1), pull(w, l2, l1)


@known_mistake(
    MISTAKES,
    "Your L1 adds up the weights with their signs, so positive and negative ones cancel. Add their "
    "sizes, np.abs(w).",
)
def absolute_value_left_out(w, l1, l2):
    return float(l1 * w.sum() + l2 / 2 * (w**2).sum()), pull(w, l1, l2)


@known_mistake(
    MISTAKES,
    "Your gradient of L1 is l1 for every weight. It has the sign of the weight: negative weights "
    "are pulled up.",
)
def sign_left_out(w, l1, l2):
    return cost(w, l1, l2), l1 + l2 * w


@known_mistake(
    MISTAKES,
    "Your gradient of L1 grows with the weight, l1 * w. L1 pulls all weights equally hard: "
    "l1 * sign(w).",
)
def pull_of_l1_grows(w, l1, l2):
    return cost(w, l1, l2), l1 * w + l2 * w


@known_mistake(
    MISTAKES,
    "Your gradient of L1 is l1 * |w|. The derivative of |w| is its sign.",
)
def size_for_the_sign(w, l1, l2):
    return cost(w, l1, l2), l1 * np.abs(w) + l2 * w


@known_mistake(
    MISTAKES,
    "You pull weights that are 0 away from it. By this lab's convention the derivative of |w| at 0 "
    "is 0, as np.sign has it.",
)
def zero_counts_as_positive(w, l1, l2):
    return cost(w, l1, l2), np.where(w >= 0, l1, -l1).astype(w.dtype) + l2 * w


@known_mistake(
    MISTAKES,
    "You divide w by its size to get the sign, and at a weight of 0 that is 0 / 0. Use np.sign(w).",
)
def zero_over_zero(w, l1, l2):
    return cost(w, l1, l2), l1 * (w / np.abs(w)) + l2 * w


@known_mistake(
    MISTAKES,
    "You take means over the weights. A penalty is a sum: each weight costs the same, however many "
    "there are.",
)
def means(w, l1, l2):
    return cost(w, l1, l2) / w.size, pull(w, l1, l2) / w.size


@known_mistake(
    MISTAKES,
    "Your penalty is a mean over the {n} weights, and your gradient that of the sum. A penalty is "
    "a sum.",
)
def mean_in_the_value(w, l1, l2):
    return cost(w, l1, l2) / w.size, pull(w, l1, l2)


@known_mistake(
    MISTAKES,
    "You take the root of the sum of squares, the length of w. L2 costs the squares themselves.",
)
def length_for_the_squares(w, l1, l2):
    value = l1 * np.abs(w).sum() + l2 / 2 * math.sqrt((w**2).sum())
    return float(value), pull(w, l1, l2)


@known_mistake(
    MISTAKES,
    "Your gradient leaves L1 out: each weight is also pulled by l1, in the direction of 0.",
)
def l1_not_in_the_gradient_at_all(w, l1, l2):
    return cost(w, l1, l2), pull(w, 0.0, l2)


@known_mistake(
    MISTAKES,
    "Your gradient has the wrong sign. A gradient points to where the penalty grows, away from 0; "
    "the step subtracts it.",
)
def gradient_turned_round(w, l1, l2):
    return cost(w, l1, l2), -pull(w, l1, l2)


@known_mistake(
    MISTAKES,
    "You square the sum and do not sum the squares: (w**2).sum(), not w.sum()**2.",
)
def square_of_the_sum(w, l1, l2):
    value = l1 * np.abs(w).sum() + l2 / 2 * w.sum() ** 2
    return float(value), pull(w, l1, l2)


@known_mistake(
    MISTAKES,
    "You return the sum of all gradients. The gradient has a number for each weight, in the shape "
    "of w.",
)
def gradient_summed(w, l1, l2):
    return cost(w, l1, l2), float(pull(w, l1, l2).sum())


@known_mistake(
    MISTAKES,
    "You write into the caller's w. Make a new array for the gradient.",
)
def weights_changed_in_place(w, l1, l2):
    value, gradient = cost(w, l1, l2), pull(w, l1, l2)
    w[...] = gradient
    return value, gradient


@known_mistake(
    MISTAKES,
    "Your gradient is float64 although float32 came in. np.where(…, 1.0, -1.0) and np.zeros(…) "
    "make float64; np.sign(w) keeps the dtype.",
)
def made_in_float64(w, l1, l2):
    return cost(w, l1, l2), pull(w.astype(np.float64), l1, l2)
