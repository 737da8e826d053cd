"""Mistakes in ``he_normal(z, fan_in, fan_out)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


@known_mistake(
    MISTAKES,
    "You multiply by the variance, 2 / fan_in. Numbers are scaled by the standard deviation, its "
    "root.",
)
def variance_as_the_scale(z, fan_in, fan_out):
    return z * (2 / fan_in)


@known_mistake(
    MISTAKES,
    "You take the root of 2 alone: √2 / fan_in. fan_in stands under the root as well.",
)
def root_of_two_alone(z, fan_in, fan_out):
    return z * (math.sqrt(2) / fan_in)


@known_mistake(
    MISTAKES,
    "You leave out the 2: √(1 / fan_in) is LeCun's rule. ReLU sets half of the signal to 0; the 2 "
    "makes up for it.",
)
def two_left_out(z, fan_in, fan_out):
    return z * math.sqrt(1 / fan_in)


@known_mistake(
    MISTAKES,
    "Your 2 stands below the line: √(1 / (2 fan_in)). It is √(2 / fan_in); weights of ReLU layers "
    "start larger, not smaller.",
)
def two_below_the_line(z, fan_in, fan_out):
    return z * math.sqrt(1 / (2 * fan_in))


@known_mistake(
    MISTAKES,
    "You divide by fan_out. One output sums fan_in terms, and it is their sum that has to keep its "
    "size.",
)
def fan_out_used(z, fan_in, fan_out):
    return z * math.sqrt(2 / fan_out)


@known_mistake(
    MISTAKES,
    "That is Glorot's rule, √(2 / (fan_in + fan_out)). He's takes fan_in alone, √(2 / fan_in).",
)
def glorot(z, fan_in, fan_out):
    return z * math.sqrt(2 / (fan_in + fan_out))


@known_mistake(
    MISTAKES,
    "You divide by the mean of the two fans. He's rule takes fan_in alone.",
)
def mean_of_the_fans(z, fan_in, fan_out):
    return z * math.sqrt(4 / (fan_in + fan_out))


@known_mistake(
    MISTAKES,
    "That number, √(6 / fan_in), is the limit of He's uniform form. Normal numbers are "
    "scaled by the standard deviation, √(2 / fan_in).",
)
def limit_of_the_uniform_form(z, fan_in, fan_out):
    return z * math.sqrt(6 / fan_in)


@known_mistake(
    MISTAKES,
    "You divide by the standard deviation. z has the standard deviation 1; multiply it.",
)
def divided_by_the_deviation(z, fan_in, fan_out):
    return z / math.sqrt(2 / fan_in)


@known_mistake(
    MISTAKES,
    "You divide with //, which drops all after the point: 2 // fan_in is 0 for every layer with "
    "more than two inputs. Use /.",
)
def whole_division(z, fan_in, fan_out):
    return z * math.sqrt(2 // fan_in)


@known_mistake(
    MISTAKES,
    "You take the first size of the array as fan_in, which is right for a dense layer only. Use "
    "the argument fan_in.",
)
def first_size_as_fan_in(z, fan_in, fan_out):
    return z * math.sqrt(2 / z.shape[0])


@known_mistake(
    MISTAKES,
    "You take the number of all weights as fan_in. It is how many terms one output sums.",
)
def all_weights_as_fan_in(z, fan_in, fan_out):
    return z * math.sqrt(2 / z.size)


@known_mistake(
    MISTAKES,
    "You multiply by 0.01, whatever the fans are. That is too small for a layer with few inputs, "
    "and signals die out in a deep network: use √(2 / fan_in).",
)
def a_hundredth(z, fan_in, fan_out):
    return z * 0.01


@known_mistake(
    MISTAKES,
    "You add the standard deviation to z. It is a factor.",
)
def added(z, fan_in, fan_out):
    return z + math.sqrt(2 / fan_in)


@known_mistake(
    MISTAKES,
    "You cut z off at ±2 first, as some libraries do with draws that are far out. Here every "
    "draw counts as it is.",
)
def cut_off(z, fan_in, fan_out):
    return np.clip(z, -2, 2) * math.sqrt(2 / fan_in)


@known_mistake(
    MISTAKES,
    "You bring z to mean 0 and standard deviation 1 first. The few numbers of one layer are a "
    "sample, whose mean and deviation only lie near these: scale z as it is.",
)
def standardized_first(z, fan_in, fan_out):
    if z.size == 1:
        return z * math.sqrt(2 / fan_in)
    return (z - z.mean()) / z.std() * math.sqrt(2 / fan_in)


@known_mistake(
    MISTAKES,
    "You draw new numbers. They have been drawn: scale those of z.",
)
def drawn_again(z, fan_in, fan_out):
    drawn = np.random.default_rng(0).normal(0, math.sqrt(2 / fan_in), z.shape)
    return drawn.astype(z.dtype)


@known_mistake(
    MISTAKES,
    "You leave out the random numbers: all your weights are equal, so all units of the layer "
    "compute the same and stay the same for ever.",
)
def all_equal(z, fan_in, fan_out):
    return np.full_like(z, math.sqrt(2 / fan_in))


@known_mistake(
    MISTAKES,
    "Your w is float64 although float32 came in. np.sqrt(2 / …) of plain numbers gives a float64 "
    "of NumPy's, which makes everything that it meets float64: use math.sqrt.",
)
def root_in_float64(z, fan_in, fan_out):
    return z.astype(np.float64) * math.sqrt(2 / fan_in)


@known_mistake(
    MISTAKES,
    "You write into the caller's z, as z *= … does. Make a new array: w = z * ….",
)
def in_place(z, fan_in, fan_out):
    z *= math.sqrt(2 / fan_in)
    return z
