"""Mistakes in ``adagrad_step(w, dw, s, rate, epsilon)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.descent.mistakes.any_step import in_any_step

MISTAKES: list[Mistake] = []


def right(w, dw, s, rate, epsilon):
    """Make the step that a mistake then spoils."""
    s = s + dw**2
    return w - rate * dw / (np.sqrt(s) + epsilon), s


@known_mistake(
    MISTAKES,
    "You divide by s itself. s is a sum of squares, in the unit of the gradient's square: divide "
    "by its root.",
)
def root_left_out(w, dw, s, rate, epsilon):
    s = s + dw**2
    return w - rate * dw / (s + epsilon), s


@known_mistake(
    MISTAKES,
    "Your epsilon stands inside the root, sqrt(s + epsilon). Here, as in PyTorch, it is added to "
    "the root: sqrt(s) + epsilon.",
)
def epsilon_inside_the_root(w, dw, s, rate, epsilon):
    s = s + dw**2
    return w - rate * dw / np.sqrt(s + epsilon), s


@known_mistake(
    MISTAKES,
    "You leave epsilon out. A parameter whose gradients have all been 0 then gets 0 / 0, which is "
    "nan, and stays nan for ever.",
)
def epsilon_left_out(w, dw, s, rate, epsilon):
    s = s + dw**2
    return w - rate * dw / np.sqrt(s), s


@known_mistake(
    MISTAKES,
    "Your s that is returned holds epsilon as well. It would be added at every step; s is the sum "
    "of the squares alone.",
)
def epsilon_added_to_the_sum(w, dw, s, rate, epsilon):
    s = s + dw**2 + epsilon
    return w - rate * dw / np.sqrt(s), s


@known_mistake(
    MISTAKES,
    "You divide by the root of the old s. Add the square of this gradient first, then divide: "
    "otherwise the first step, from s = 0, is enormous.",
)
def divided_by_the_old_sum(w, dw, s, rate, epsilon):
    return w - rate * dw / (np.sqrt(s) + epsilon), s + dw**2


@known_mistake(
    MISTAKES,
    "Your s is the square of this gradient alone. Adagrad adds it to what came before: s + dw**2.",
)
def nothing_added_up(w, dw, s, rate, epsilon):
    return right(w, dw, np.zeros_like(s), rate, epsilon)


@known_mistake(
    MISTAKES,
    "You add up the gradients and not their squares. Gradients of either sign would cancel, and "
    "the root of a negative sum is nan.",
)
def gradients_not_squared(w, dw, s, rate, epsilon):
    s = s + dw
    return w - rate * dw / (np.sqrt(s) + epsilon), s


@known_mistake(
    MISTAKES,
    "You add up the gradients' sizes, abs(dw), and not their squares: s + dw**2.",
)
def sizes_added_up(w, dw, s, rate, epsilon):
    s = s + np.abs(dw)
    return w - rate * dw / (np.sqrt(s) + epsilon), s


@known_mistake(
    MISTAKES,
    "You add up the squares of all parameters, as if they shared one rate. Adagrad's point is that "
    "each has its own: s + dw**2, element by element.",
)
def one_sum_for_all_parameters(w, dw, s, rate, epsilon):
    s = s + np.sum(dw**2)
    return w - rate * dw / (np.sqrt(s) + epsilon), s


@known_mistake(
    MISTAKES,
    "Your s is a mean of old and new, so it can shrink again. Adagrad's s is a sum and only grows; "
    "averaging is RMSprop's idea.",
)
def averaged_in_place_of_added(w, dw, s, rate, epsilon):
    s = (s + dw**2) / 2
    return w - rate * dw / (np.sqrt(s) + epsilon), s


@known_mistake(
    MISTAKES,
    "Your w is right, but you return the root of s. The next step would take the root again: "
    "return the sum of squares itself.",
)
def root_of_the_sum_returned(w, dw, s, rate, epsilon):
    w, s = right(w, dw, s, rate, epsilon)
    return w, np.sqrt(s)


@known_mistake(
    MISTAKES,
    "You divide by the root of this gradient's size, and s plays no part. Adagrad divides by the "
    "root of all squares added up so far, s.",
)
def divided_by_the_root_of_the_gradient(w, dw, s, rate, epsilon):
    return w - rate * dw / (np.sqrt(np.abs(dw)) + epsilon), s + dw**2


@known_mistake(
    MISTAKES,
    "You multiply by the root of s. Where gradients have been large the step must be short: "
    "divide.",
)
def multiplied_by_the_root(w, dw, s, rate, epsilon):
    s = s + dw**2
    return w - rate * dw * (np.sqrt(s) + epsilon), s


MISTAKES += in_any_step(right, ["s"], rate_at=3)
