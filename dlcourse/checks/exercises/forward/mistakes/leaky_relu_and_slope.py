"""Mistakes in ``leaky_relu_and_slope(x, leak)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def value(x, leak):
    """Give the values as they should be, for mistakes in the slopes."""
    return np.where(x > 0, x, x * x.dtype.type(leak))


def steepness(x, leak):
    """Give the slopes as they should be, for mistakes in the values."""
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(leak))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute for "
    "whatever x and leak it is given.",
)
def answer_of_the_example_typed_in(x, leak):
    return np.array([2.0, 0.0, -1.0], x.dtype), np.array([1.0, 0.25, 0.25], x.dtype)


@known_mistake(
    MISTAKES,
    "You have exchanged the two sides: positive numbers pass in full, negative ones times {leak}.",
)
def sides_exchanged(x, leak):
    return value(-x, leak) * -1, steepness(-x, leak)


@known_mistake(
    MISTAKES,
    "You leave the leak out: negative numbers become 0, as in plain ReLU. Here they pass times "
    "{leak}.",
)
def no_leak_at_all(x, leak):
    return value(x, 0.0), steepness(x, 0.0)


@known_mistake(
    MISTAKES,
    "Your values are right, but the slope is 0 on the negative side, as for plain ReLU. It is the "
    "leak, {leak}.",
)
def slope_without_the_leak(x, leak):
    return value(x, leak), steepness(x, 0.0)


@known_mistake(
    MISTAKES,
    "Your slopes are right, but negative numbers become 0. They pass times {leak}.",
)
def value_without_the_leak(x, leak):
    return value(x, 0.0), steepness(x, leak)


@known_mistake(
    MISTAKES,
    "You use a leak of 0.01, whatever the caller asks for: use the argument leak.",
)
def leak_typed_in(x, leak):
    return value(x, 0.01), steepness(x, 0.01)


@known_mistake(
    MISTAKES,
    "Your slope at exactly 0 is 1. There is a kink, and any slope between the two sides could be "
    "defended; here, as in PyTorch, the 0 belongs to the negative side: use > and not >=.",
)
def zero_on_the_positive_side(x, leak):
    return value(x, leak), np.where(x >= 0, x.dtype.type(1), x.dtype.type(leak))


@known_mistake(
    MISTAKES,
    "Your slope at exactly 0 is the mean of both sides. Here, as in PyTorch, the 0 belongs to the "
    "negative side.",
)
def mean_of_both_slopes_at_zero(x, leak):
    middle = np.where(x == 0, x.dtype.type((1 + leak) / 2), steepness(x, leak))
    return value(x, leak), middle


@known_mistake(
    MISTAKES,
    "Your slope at exactly 0 is 0, as the sign of 0 is. Here the 0 belongs to the negative side, "
    "whose slope is the leak.",
)
def no_slope_at_zero(x, leak):
    return value(x, leak), np.where(x == 0, x.dtype.type(0), steepness(x, leak))


@known_mistake(
    MISTAKES,
    "Your slope is that of y / x, which is NaN at 0. Ask for the sign of x instead.",
)
def slope_by_division(x, leak):
    y = value(x, leak)
    with np.errstate(divide="ignore", invalid="ignore"):
        return y, y / x


@known_mistake(
    MISTAKES,
    "Your slope is x itself on the positive side. The derivative of x is 1.",
)
def slope_is_the_input(x, leak):
    return value(x, leak), np.where(x > 0, x, x.dtype.type(leak))


@known_mistake(
    MISTAKES,
    "Your slope is leak times x on the negative side. The derivative of leak · x is the leak "
    "alone.",
)
def slope_is_the_value_on_the_negative_side(x, leak):
    return value(x, leak), np.where(x > 0, x.dtype.type(1), x * x.dtype.type(leak))


@known_mistake(
    MISTAKES,
    "You subtract the leak on the negative side, x - leak, or add it. It is a factor: leak · x.",
)
def leak_subtracted(x, leak):
    return np.where(x > 0, x, x - x.dtype.type(leak)), steepness(x, leak)


@known_mistake(
    MISTAKES,
    "Negative numbers become the leak itself. They become leak · x: a line through 0.",
)
def leak_in_place_of_the_line(x, leak):
    return np.where(x > 0, x, x.dtype.type(leak)), steepness(x, leak)


@known_mistake(
    MISTAKES,
    "Negative numbers become minus the leak. They become leak · x: a line through 0.",
)
def minus_the_leak_in_place_of_the_line(x, leak):
    return np.where(x > 0, x, -x.dtype.type(leak)), steepness(x, leak)


@known_mistake(
    MISTAKES,
    "You divide by the leak on the negative side. Multiply.",
)
def divided_by_the_leak(x, leak):
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(x > 0, x, x / x.dtype.type(leak)), steepness(x, leak)


@known_mistake(
    MISTAKES,
    "Your values are never negative: leak · |x|. The leak keeps the sign.",
)
def leak_of_the_size(x, leak):
    return np.abs(value(x, leak)), steepness(x, leak)


@known_mistake(
    MISTAKES,
    "You add leak · x to ReLU on both sides: positive numbers come out too large by it. Take one "
    "side or the other.",
)
def leak_on_both_sides(x, leak):
    return value(x, 0.0) + x * x.dtype.type(leak), steepness(x, 0.0) + x.dtype.type(leak)


@known_mistake(
    MISTAKES,
    "You bend to an exponential on the negative side, as ELU does. Here it is a straight line, "
    "leak · x.",
)
def elu_in_place_of_a_leak(x, leak):
    bent = x.dtype.type(leak) * np.exp(np.minimum(x, 0))
    return np.where(x > 0, x, bent - x.dtype.type(leak)), np.where(x > 0, x.dtype.type(1), bent)


@known_mistake(
    MISTAKES,
    "You compare with 1, or cut positive numbers off at 1. They pass as they are, however large.",
)
def cut_off_at_one(x, leak):
    return np.minimum(value(x, leak), 1), steepness(x, leak)


@known_mistake(
    MISTAKES,
    "You return the slope first. Return y, slope.",
)
def results_exchanged(x, leak):
    return steepness(x, leak), value(x, leak)


@known_mistake(
    MISTAKES,
    "Your slope is an array of True and False. It is to hold numbers: 1 and the leak.",
)
def slope_as_a_mask(x, leak):
    return value(x, leak), x > 0


@known_mistake(
    MISTAKES,
    "You write into x, as x[x < 0] *= leak does. Make a new array: np.where, or begin with a copy.",
)
def leaked_in_place(x, leak):
    slope = steepness(x, leak)
    x *= slope
    return x, slope


@known_mistake(
    MISTAKES,
    "Your results are float64 although x is float32: np.where(x > 0, 1.0, leak) and np.ones(…) "
    "make float64. Convert with astype(x.dtype), or fill np.empty_like(x).",
)
def made_in_float64(x, leak):
    return value(x, leak), steepness(x.astype(np.float64), leak)
