"""Mistakes in ``descend_clipped(w, gradient, rate, limit, steps)``, specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def clipped(g, limit):
    """Shorten a gradient that is longer than the limit."""
    length = np.linalg.norm(g)
    return g * (limit / length) if length > limit else g


def descended(w, gradient, rate, steps, treated):
    """Go down by treated gradients."""
    with np.errstate(all="ignore"):
        for _ in range(steps):
            w = w - rate * treated(gradient(w))
    return w


@known_mistake(
    MISTAKES,
    "The program is as broken as before: it shortens the gradient after the step, when it is too "
    "late. Clip first, then step.",
)
def clipped_after_the_step(w, gradient, rate, limit, steps):
    return descended(w, gradient, rate, steps, lambda g: g)


@known_mistake(
    MISTAKES,
    "You cut each entry of the gradient off at the limit. That turns it another way: shorten it as "
    "a whole, all entries by the same factor.",
)
def entries_cut_off(w, gradient, rate, limit, steps):
    return descended(w, gradient, rate, steps, lambda g: np.clip(g, -limit, limit))


@known_mistake(
    MISTAKES,
    "You bring every gradient to the length of the limit, short ones as well. Near the minimum "
    "steps then never become small: only those that are too long are shortened.",
)
def short_ones_lengthened(w, gradient, rate, limit, steps):
    return descended(
        w, gradient, rate, steps, lambda g: g * (limit / max(np.linalg.norm(g), 1e-300))
    )


@known_mistake(
    MISTAKES,
    "You give gradients that are too long the length 1. They get the length of the limit, {limit}.",
)
def shortened_to_one(w, gradient, rate, limit, steps):
    return descended(
        w,
        gradient,
        rate,
        steps,
        lambda g: g / np.linalg.norm(g) if np.linalg.norm(g) > limit else g,
    )


@known_mistake(
    MISTAKES,
    "You divide by the square of the norm: the root is missing.",
)
def root_left_out(w, gradient, rate, limit, steps):
    return descended(
        w, gradient, rate, steps, lambda g: g * (limit / (g @ g)) if g @ g > limit else g
    )


@known_mistake(
    MISTAKES,
    "You measure the gradient by its largest entry. Its norm is the root of the sum of squares.",
)
def measured_by_the_largest_entry(w, gradient, rate, limit, steps):
    def treated(g):
        largest = np.abs(g).max()
        return g * (limit / largest) if largest > limit else g

    return descended(w, gradient, rate, steps, treated)


@known_mistake(
    MISTAKES,
    "You measure the gradient by the sum of its entries' sizes. Its norm is the root of the sum of "
    "squares.",
)
def measured_by_the_sum(w, gradient, rate, limit, steps):
    def treated(g):
        total = np.abs(g).sum()
        return g * (limit / total) if total > limit else g

    return descended(w, gradient, rate, steps, treated)


@known_mistake(
    MISTAKES,
    "You clip the step, rate times the gradient, and not the gradient. The limit is for the "
    "gradient: clip first, then multiply by the rate.",
)
def step_clipped(w, gradient, rate, limit, steps):
    with np.errstate(all="ignore"):
        for _ in range(steps):
            w = w - clipped(rate * gradient(w), limit)
    return w


@known_mistake(
    MISTAKES,
    "You clip the parameters and not the gradient: w may be as large as it needs to be.",
)
def parameters_clipped(w, gradient, rate, limit, steps):
    with np.errstate(all="ignore"):
        for _ in range(steps):
            w = clipped(w - rate * gradient(w), limit)
    return w


@known_mistake(
    MISTAKES,
    "You skip the step when the gradient is too long, so w never leaves the cliff. Shorten it and "
    "step.",
)
def long_ones_skipped(w, gradient, rate, limit, steps):
    return descended(w, gradient, rate, steps, lambda g: g if np.linalg.norm(g) <= limit else 0 * g)


@known_mistake(
    MISTAKES,
    "You make the rate smaller and do not clip. That hides the cliff from this start alone, and "
    "every other step becomes slow.",
)
def smaller_rate(w, gradient, rate, limit, steps):
    return descended(w, gradient, rate / 100, steps, lambda g: g)


@known_mistake(
    MISTAKES,
    "You replace nan and infinity by numbers, as np.nan_to_num does. The gradient has exploded "
    "long before: clip it.",
)
def nan_replaced(w, gradient, rate, limit, steps):
    return descended(w, gradient, rate, steps, lambda g: np.clip(np.nan_to_num(g), -1e3, 1e3))


@known_mistake(
    MISTAKES,
    "You go uphill: subtract the clipped gradient.",
)
def uphill(w, gradient, rate, limit, steps):
    return descended(w, gradient, -rate, steps, lambda g: clipped(g, limit))


@known_mistake(
    MISTAKES,
    "You compute the gradient once, before the loop. It changes with w: ask for it in every step.",
)
def gradient_asked_once(w, gradient, rate, limit, steps):
    g = clipped(gradient(w), limit)
    return w - rate * steps * g


@known_mistake(
    MISTAKES,
    "You return from inside the loop: one step is taken and not {steps}.",
)
def one_step_alone(w, gradient, rate, limit, steps):
    return descended(w, gradient, rate, min(steps, 1), lambda g: clipped(g, limit))


@known_mistake(
    MISTAKES,
    "You move the caller's w, as w -= … does. Make a new array: w = w - ….",
)
def moved_in_place(w, gradient, rate, limit, steps):
    w[...] = descended(w, gradient, rate, steps, lambda g: clipped(g, limit))
    return w
