"""Mistakes in ``sigmoid_and_slope(x)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def sigmoid(x):
    """Give the right value at any size, for mistakes that are made elsewhere."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def with_slope(y):
    """Give a value together with the slope that belongs to a sigmoid of that value."""
    return y, y * (1 - y)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute for "
    "whatever x it is given.",
)
def answer_of_the_example_typed_in(x):
    return np.array([0.5, 0.75], x.dtype), np.array([0.25, 0.1875], x.dtype)


@known_mistake(
    MISTAKES,
    "For large x you get NaN: exp(x) overflows to infinity, and infinity / (1 + infinity) is "
    "nothing. 1 / (1 + exp(-x)) is the same number and has no such trouble; for large negative x "
    "it goes to 1 / infinity, which is 0.",
)
def infinity_by_infinity(x):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x)
        return with_slope(e / (1 + e))


@known_mistake(
    MISTAKES,
    "Your sigmoid is right, but the slope is NaN for large negative x, where exp(-x) overflows and "
    "you divide infinity by infinity. Use y * (1 - y): y is known already.",
)
def slope_of_infinities(x):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(-x)
        return sigmoid(x), e / (1 + e) ** 2


@known_mistake(
    MISTAKES,
    "You cut x off at some size so that nothing overflows. Far out the sigmoid is tiny, but not "
    "cut off: exp(-x) may overflow harmlessly, since 1 / infinity is 0.",
)
def argument_cut_off(x):
    y = sigmoid(np.clip(x, -10, 10))
    return with_slope(y)


@known_mistake(
    MISTAKES,
    "You use exp(x) where exp(-x) belongs: your curve falls where it should rise.",
)
def sign_of_the_exponent(x):
    return with_slope(sigmoid(-x))


@known_mistake(
    MISTAKES,
    "You return 1 / (1 - exp(-x)). The exponential is added to 1.",
)
def exponential_subtracted(x):
    with np.errstate(all="ignore"):
        return with_slope(1 / (1 - np.exp(-x)))


@known_mistake(
    MISTAKES,
    "You return the tangent's curve, tanh, from -1 to 1. The sigmoid goes from 0 to 1.",
)
def tanh_in_place_of_the_sigmoid(x):
    y = np.tanh(x)
    return y, 1 - y**2


@known_mistake(
    MISTAKES,
    "You halve the argument, or double it: (1 + tanh(x)) / 2 is the sigmoid of 2 x. With x / 2 "
    "inside it is right.",
)
def sigmoid_of_twice_x(x):
    return with_slope(sigmoid(2 * x))


@known_mistake(
    MISTAKES,
    "Your slope is that of tanh, 1 - y². That of the sigmoid is y (1 - y).",
)
def slope_of_tanh(x):
    y = sigmoid(x)
    return y, 1 - y**2


@known_mistake(
    MISTAKES,
    "You take y (1 - y) of x itself: x * (1 - x). The slope is computed from the sigmoid y.",
)
def slope_from_the_input(x):
    return sigmoid(x), x * (1 - x)


@known_mistake(
    MISTAKES,
    "You take the sigmoid once more before the slope: y in y (1 - y) is the sigmoid of x, not the "
    "sigmoid of the sigmoid.",
)
def slope_of_the_sigmoid_of_the_sigmoid(x):
    y = sigmoid(x)
    again = sigmoid(y)
    return y, again * (1 - again)


@known_mistake(
    MISTAKES,
    "Your slope has the wrong sign: the sigmoid rises everywhere, so its slope is positive. "
    "y (1 - y), not y (y - 1).",
)
def slope_with_the_sign_turned(x):
    y = sigmoid(x)
    return y, y * (y - 1)


@known_mistake(
    MISTAKES,
    "Your slope is 1 - y, which is the same as exp(-x) / (1 + exp(-x)): the factor y is missing, "
    "or the square in the denominator.",
)
def factor_of_the_slope_left_out(x):
    y = sigmoid(x)
    return y, 1 - y


@known_mistake(
    MISTAKES,
    "Your slope is y (1 + y). By the chain rule it is y (1 - y).",
)
def slope_with_a_plus(x):
    y = sigmoid(x)
    return y, y * (1 + y)


@known_mistake(
    MISTAKES,
    "Your slope is that of y² or so, 2 y (1 - y): twice the right one.",
)
def slope_doubled(x):
    y = sigmoid(x)
    return y, 2 * y * (1 - y)


@known_mistake(
    MISTAKES,
    "You approximate the slope by a difference of two values. It is exact and cheaper to use "
    "y (1 - y).",
)
def slope_by_a_coarse_difference(x):
    step = x.dtype.type(1e-2)
    return sigmoid(x), ((sigmoid(x + step) - sigmoid(x)) / step).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You return a straight line that is cut off, 0.2 x + 0.5 (the hard sigmoid). The sigmoid is "
    "1 / (1 + exp(-x)).",
)
def hard_sigmoid(x):
    y = np.clip(x.dtype.type(0.2) * x + x.dtype.type(0.5), 0, 1)
    return y, np.where((y > 0) & (y < 1), x.dtype.type(0.2), x.dtype.type(0))


@known_mistake(
    MISTAKES,
    "You normalize over the whole array, as softmax does. The sigmoid looks at each number by "
    "itself.",
)
def softmax_in_place_of_the_sigmoid(x):
    e = np.exp(x - x.max())
    return with_slope(e / e.sum())


@known_mistake(
    MISTAKES,
    "You return 0 or 1. The sigmoid is no switch: it goes smoothly from 0 to 1.",
)
def rounded_to_a_switch(x):
    return np.where(x > 0, 1, 0).astype(x.dtype), np.zeros_like(x)


@known_mistake(
    MISTAKES,
    "You return the slope first. Return y, slope.",
)
def results_exchanged(x):
    return with_slope(sigmoid(x))[::-1]


@known_mistake(
    MISTAKES,
    "You return the sigmoid alone. Return both, y and slope.",
)
def slope_forgotten(x):
    return sigmoid(x)


@known_mistake(
    MISTAKES,
    "You write into x, as x *= -1 and np.exp(x, out=x) do. Make new arrays.",
)
def computed_in_place(x):
    y, slope = with_slope(sigmoid(x))
    x[...] = y
    return x, slope


@known_mistake(
    MISTAKES,
    "Your results are float64 although x is float32: np.zeros(…) and math.exp make float64. "
    "Compute with x itself, or use np.empty_like(x).",
)
def made_in_float64(x):
    return with_slope(sigmoid(x.astype(np.float64)))
