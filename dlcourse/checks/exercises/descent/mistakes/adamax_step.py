"""Mistakes in ``adamax_step(w, dw, m, u, t, rate, beta1, beta2, epsilon)``, specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.descent.mistakes.any_step import in_any_step

MISTAKES: list[Mistake] = []


def average(dw, m, beta1):
    """Put the gradient into the average."""
    return beta1 * m + (1 - beta1) * dw


def largest(dw, u, beta2, epsilon):
    """Fade the largest size so far, and compare it with this gradient's."""
    return np.maximum(beta2 * u, np.abs(dw) + epsilon)


def right(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    """Make the step that a mistake then spoils."""
    m, u = average(dw, m, beta1), largest(dw, u, beta2, epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "Your m is not corrected. It starts at 0 and is too small at first: divide it by 1 - beta1**t "
    "before you use it.",
)
def no_bias_correction(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), largest(dw, u, beta2, epsilon)
    return w - rate * m / u, m, u


@known_mistake(
    MISTAKES,
    "You correct u by 1 - beta2**t. An average that starts at 0 needs that, but u is the larger of "
    "two sizes and is right from the first step.",
)
def largest_size_corrected(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), largest(dw, u, beta2, epsilon)
    return w - rate / (1 - beta1**t) * m / (u / (1 - beta2**t)), m, u


@known_mistake(
    MISTAKES,
    "You count the steps from 0: your power is beta1**(t - 1). Here t is 1 at the first step; with "
    "0 the correction would divide by 1 - 1.",
)
def steps_counted_from_zero(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, u, t - 1, rate, beta1, beta2, epsilon)


@known_mistake(
    MISTAKES,
    "You correct by 1 - beta1, without the power of t. That is right at the first step alone: "
    "1 - beta1**t.",
)
def correction_without_the_power(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), largest(dw, u, beta2, epsilon)
    return w - rate / (1 - beta1) * m / u, m, u


@known_mistake(
    MISTAKES,
    "Your u averages squares and you divide by its root: that is Adam. Adamax takes the larger of "
    "beta2 * u and the gradient's size.",
)
def adam(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), beta2 * u + (1 - beta2) * dw**2
    below = np.sqrt(u / (1 - beta2**t)) + epsilon
    return w - rate / (1 - beta1**t) * m / below, m, u


@known_mistake(
    MISTAKES,
    "You add beta2 * u and the gradient's size. Take the larger of the two: np.maximum.",
)
def added_in_place_of_the_larger(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), beta2 * u + np.abs(dw) + epsilon
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "You average the sizes, beta2 * u + (1 - beta2) * abs(dw). Take the larger of beta2 * u and "
    "the gradient's size: np.maximum.",
)
def sizes_averaged(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), beta2 * u + (1 - beta2) * (np.abs(dw) + epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "You take the smaller of the two. A parameter with one large gradient has to step carefully "
    "for a while: take the larger, np.maximum.",
)
def smaller_of_the_two(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), np.minimum(beta2 * u, np.abs(dw) + epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "You compare u with dw and not with its size: a large negative gradient is overlooked. Use "
    "np.abs(dw).",
)
def sign_kept_in_the_size(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), np.maximum(beta2 * u, dw + epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "Your old u never fades: one large gradient would slow a parameter down for ever. Compare "
    "beta2 * u with the new size.",
)
def old_size_not_faded(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), largest(dw, u, 1.0, epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "You fade the new size as well, beta2 * max(u, abs(dw)). Only the old u fades: this step's "
    "gradient counts in full.",
)
def new_size_faded_too(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), beta2 * np.maximum(u, np.abs(dw) + epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "You divide by the root of u. u is a size, not a square: divide by u itself.",
)
def root_taken(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), largest(dw, u, beta2, epsilon)
    return w - rate / (1 - beta1**t) * m / np.sqrt(u), m, u


@known_mistake(
    MISTAKES,
    "You square the gradient for u. u is a largest size, not an average of squares: np.abs(dw).",
)
def gradient_squared(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), np.maximum(beta2 * u, dw**2 + epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "You add epsilon to u when you divide, as Keras does. Here, as in PyTorch, it is added to the "
    "gradient's size, abs(dw) + epsilon, before the larger is taken.",
)
def epsilon_added_to_the_larger(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), largest(dw, u, beta2, 0.0)
    return w - rate / (1 - beta1**t) * m / (u + epsilon), m, u


@known_mistake(
    MISTAKES,
    "You leave epsilon out. A parameter whose gradients have all been 0 then gets 0 / 0, which is "
    "nan, and stays nan for ever.",
)
def epsilon_left_out(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, u, t, rate, beta1, beta2, 0.0)


@known_mistake(
    MISTAKES,
    "You take the largest size of all parameters, with max or np.max. Each parameter has its own "
    "u: np.maximum compares element by element.",
)
def one_size_for_all_parameters(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), np.maximum(beta2 * u, np.max(np.abs(dw)) + epsilon)
    return w - rate / (1 - beta1**t) * m / u, m, u


@known_mistake(
    MISTAKES,
    "You divide by the old u. Compare it with this gradient first: otherwise the first step, from "
    "u = 0, is endless.",
)
def divided_by_the_old_size(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m = average(dw, m, beta1)
    return w - rate / (1 - beta1**t) * m / u, m, largest(dw, u, beta2, epsilon)


@known_mistake(
    MISTAKES,
    "Your w is right, but you return the corrected m. The next step would correct it again: return "
    "m as it is before the correction.",
)
def corrected_average_returned(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    w, m, u = right(w, dw, m, u, t, rate, beta1, beta2, epsilon)
    return w, m / (1 - beta1**t), u


@known_mistake(
    MISTAKES,
    "You have exchanged beta1 and beta2: beta1 is for the average m, beta2 fades the largest size "
    "u.",
)
def betas_exchanged(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, u, t, rate, beta2, beta1, epsilon)


@known_mistake(
    MISTAKES,
    "You move w by the gradient and not by its average. Adamax keeps Adam's m: it replaces the "
    "second average, not the first.",
)
def gradient_in_place_of_its_average(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m, u = average(dw, m, beta1), largest(dw, u, beta2, epsilon)
    return w - rate * dw / u, m, u


MISTAKES += in_any_step(right, ["m", "u"], rate_at=5)
