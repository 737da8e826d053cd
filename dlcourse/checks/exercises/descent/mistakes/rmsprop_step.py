"""Mistakes in ``rmsprop_step(w, dw, v, rate, beta, epsilon)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.descent.mistakes.any_step import in_any_step

MISTAKES: list[Mistake] = []


def moved(w, dw, v, rate, epsilon):
    """Move w by the gradient over the root of v."""
    return w - rate * dw / (np.sqrt(v) + epsilon)


def right(w, dw, v, rate, beta, epsilon):
    """Make the step that a mistake then spoils."""
    v = beta * v + (1 - beta) * dw**2
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You have exchanged the weights of old and new: beta, {beta} here, belongs to the old v, and "
    "1 - beta to the new square.",
)
def weights_exchanged(w, dw, v, rate, beta, epsilon):
    return right(w, dw, v, rate, 1 - beta, epsilon)


@known_mistake(
    MISTAKES,
    "You add the new square in full, beta * v + dw**2. For an average the weights have to sum to "
    "1: the square gets 1 - beta.",
)
def new_square_not_weighted(w, dw, v, rate, beta, epsilon):
    v = beta * v + dw**2
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You keep all of the old v, v + (1 - beta) * dw**2, so it can only grow. The old average has "
    "to fade: multiply it by beta.",
)
def old_average_not_faded(w, dw, v, rate, beta, epsilon):
    v = v + (1 - beta) * dw**2
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You add up squares, v + dw**2: that is Adagrad, whose steps only shrink. RMSprop averages: "
    "beta * v + (1 - beta) * dw**2.",
)
def adagrad(w, dw, v, rate, beta, epsilon):
    v = v + dw**2
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You average the gradients and not their squares. Their average may be negative, and its root "
    "nan: RMS stands for root mean square.",
)
def gradients_averaged(w, dw, v, rate, beta, epsilon):
    v = beta * v + (1 - beta) * dw
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You average the gradients' sizes, abs(dw), and not their squares: RMS stands for root mean "
    "square.",
)
def sizes_averaged(w, dw, v, rate, beta, epsilon):
    v = beta * v + (1 - beta) * np.abs(dw)
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You square 1 - beta as well: ((1 - beta) * dw)**2. Only the gradient is squared.",
)
def weight_squared_too(w, dw, v, rate, beta, epsilon):
    v = beta * v + ((1 - beta) * dw) ** 2
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You divide by v itself. v is a mean of squares, in the unit of the gradient's square: divide "
    "by its root.",
)
def root_left_out(w, dw, v, rate, beta, epsilon):
    _, v = right(w, dw, v, rate, beta, epsilon)
    return w - rate * dw / (v + epsilon), v


@known_mistake(
    MISTAKES,
    "Your epsilon stands inside the root, sqrt(v + epsilon), as in TensorFlow. Here, as in "
    "PyTorch, it is added to the root: sqrt(v) + epsilon.",
)
def epsilon_inside_the_root(w, dw, v, rate, beta, epsilon):
    _, v = right(w, dw, v, rate, beta, epsilon)
    return w - rate * dw / np.sqrt(v + epsilon), v


@known_mistake(
    MISTAKES,
    "You leave epsilon out. A parameter whose gradients have all been 0 then gets 0 / 0, which is "
    "nan, and stays nan for ever.",
)
def epsilon_left_out(w, dw, v, rate, beta, epsilon):
    _, v = right(w, dw, v, rate, beta, epsilon)
    return w - rate * dw / np.sqrt(v), v


@known_mistake(
    MISTAKES,
    "You divide by the root of the old v. Put this gradient into the average first, then divide: "
    "otherwise the first step, from v = 0, is enormous.",
)
def divided_by_the_old_average(w, dw, v, rate, beta, epsilon):
    return moved(w, dw, v, rate, epsilon), right(w, dw, v, rate, beta, epsilon)[1]


@known_mistake(
    MISTAKES,
    "Your w is right, but you return the root of v. The next step would take the root again: "
    "return the mean of squares itself.",
)
def root_of_the_average_returned(w, dw, v, rate, beta, epsilon):
    w, v = right(w, dw, v, rate, beta, epsilon)
    return w, np.sqrt(v)


@known_mistake(
    MISTAKES,
    "You average over all parameters, as if they shared one rate. Each has its own v: "
    "dw**2, element by element, without np.mean.",
)
def one_average_for_all_parameters(w, dw, v, rate, beta, epsilon):
    v = beta * v + (1 - beta) * np.mean(dw**2)
    return moved(w, dw, v, rate, epsilon), v


@known_mistake(
    MISTAKES,
    "You use a beta of 0.9, whatever the caller asks for: use the argument beta.",
)
def beta_typed_in(w, dw, v, rate, beta, epsilon):
    return right(w, dw, v, rate, 0.9, epsilon)


MISTAKES += in_any_step(right, ["v"], rate_at=3)
