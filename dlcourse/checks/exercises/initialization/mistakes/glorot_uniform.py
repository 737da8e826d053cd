"""Mistakes in ``glorot_uniform(u, fan_in, fan_out)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def spread(u, limit):
    """Stretch the numbers between 0 and 1 over ± the limit."""
    return limit * (2 * u - 1)


def bound(fan_in, fan_out):
    """Give Glorot and Bengio's limit."""
    return math.sqrt(6 / (fan_in + fan_out))


@known_mistake(
    MISTAKES,
    "Your weights run from 0 to the limit, so all of them are positive. u runs from 0 to 1; "
    "stretch it to -limit … limit: limit * (2 * u - 1).",
)
def only_positive(u, fan_in, fan_out):
    return u * bound(fan_in, fan_out)


@known_mistake(
    MISTAKES,
    "Your weights run over half of the range only: u - 0.5 goes from -½ to ½. The limit is reached "
    "on both sides with 2 * u - 1.",
)
def half_of_the_range(u, fan_in, fan_out):
    return (u - 0.5) * bound(fan_in, fan_out)


@known_mistake(
    MISTAKES,
    "Your range is shifted: 2 * limit * u - 1 begins at -1. Shift by the limit, not by 1.",
)
def shifted_by_one(u, fan_in, fan_out):
    return 2 * bound(fan_in, fan_out) * u - 1


@known_mistake(
    MISTAKES,
    "You take the standard deviation √(2 / (fan_in + fan_out)) as the limit. A uniform number on "
    "±a has the standard deviation a / √3, so the limit is √(6 / (fan_in + fan_out)).",
)
def deviation_as_the_limit(u, fan_in, fan_out):
    return spread(u, math.sqrt(2 / (fan_in + fan_out)))


@known_mistake(
    MISTAKES,
    "You leave the root out: 6 / (fan_in + fan_out) is the square of the limit.",
)
def root_left_out(u, fan_in, fan_out):
    return spread(u, 6 / (fan_in + fan_out))


@known_mistake(
    MISTAKES,
    "You take the root of 6 alone: √6 / (fan_in + fan_out). The sum of the fans stands under the "
    "root as well.",
)
def root_of_six_alone(u, fan_in, fan_out):
    return spread(u, math.sqrt(6) / (fan_in + fan_out))


@known_mistake(
    MISTAKES,
    "You divide by the root of fan_in and then add fan_out: parentheses are missing around "
    "fan_in + fan_out.",
)
def parentheses_missing(u, fan_in, fan_out):
    return spread(u, math.sqrt(6 / fan_in + fan_out))


@known_mistake(
    MISTAKES,
    "That is He's limit, √(6 / fan_in). Glorot's takes both fans, √(6 / (fan_in + fan_out)).",
)
def fan_in_alone(u, fan_in, fan_out):
    return spread(u, math.sqrt(6 / fan_in))


@known_mistake(
    MISTAKES,
    "That is LeCun's limit, √(3 / fan_in). Glorot's takes both fans, √(6 / (fan_in + fan_out)).",
)
def lecun(u, fan_in, fan_out):
    return spread(u, math.sqrt(3 / fan_in))


@known_mistake(
    MISTAKES,
    "You use fan_out alone. That keeps the size of gradients on the way back; Glorot's rule is the "
    "compromise with the way forward, √(6 / (fan_in + fan_out)).",
)
def fan_out_alone(u, fan_in, fan_out):
    return spread(u, math.sqrt(3 / fan_out))


@known_mistake(
    MISTAKES,
    "You divide 6 by the mean of the fans. The variance is 1 / mean, and a uniform number on ±a "
    "has the variance a² / 3: so it is 3 / mean, or 6 / (fan_in + fan_out).",
)
def six_over_the_mean(u, fan_in, fan_out):
    return spread(u, math.sqrt(6 / ((fan_in + fan_out) / 2)))


@known_mistake(
    MISTAKES,
    "You multiply the fans. Glorot's rule adds them.",
)
def fans_multiplied(u, fan_in, fan_out):
    return spread(u, math.sqrt(6 / (fan_in * fan_out)))


@known_mistake(
    MISTAKES,
    "You read the fans off the array's first two sizes, which is right for a dense layer only. Use "
    "the arguments fan_in and fan_out.",
)
def fans_from_the_shape(u, fan_in, fan_out):
    return spread(u, math.sqrt(6 / (u.shape[0] + u.shape[1])))


@known_mistake(
    MISTAKES,
    "Your weights run from +limit down to -limit. As a distribution that is as good; here u = 0 is "
    "to become -limit, so that the same draws give everybody the same weights.",
)
def upside_down(u, fan_in, fan_out):
    return spread(1 - u, bound(fan_in, fan_out))


@known_mistake(
    MISTAKES,
    "You keep the weights within ±0.01, whatever the fans are. The right limit is here "
    "√(6 / ({fan_in} + {fan_out})).",
)
def a_hundredth(u, fan_in, fan_out):
    return spread(u, 0.01)


@known_mistake(
    MISTAKES,
    "You draw new numbers. They have been drawn: stretch those of u.",
)
def drawn_again(u, fan_in, fan_out):
    limit = bound(fan_in, fan_out)
    return np.random.default_rng(0).uniform(-limit, limit, u.shape).astype(u.dtype)


@known_mistake(
    MISTAKES,
    "Your w is float64 although float32 came in. np.sqrt(6 / …) of plain numbers gives a float64 "
    "of NumPy's, which makes everything that it meets float64: use math.sqrt.",
)
def root_in_float64(u, fan_in, fan_out):
    return spread(u.astype(np.float64), bound(fan_in, fan_out))


@known_mistake(
    MISTAKES,
    "You write into the caller's u. Make a new array: w = limit * (2 * u - 1).",
)
def in_place(u, fan_in, fan_out):
    u *= 2
    u -= 1
    u *= bound(fan_in, fan_out)
    return u
