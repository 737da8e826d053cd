"""Mistakes in ``saturated_share(y, low, high)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def at_an_end(y, low, high):
    """Say which outputs are saturated."""
    return (y <= low) | (y >= high)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to count for "
    "whatever outputs it is given.",
)
def answer_of_the_example_typed_in(y, low, high):
    return np.array([0.5, 0.0])


@known_mistake(
    MISTAKES,
    "You take the share of each example: axis=1 runs over the {u} units. Each unit has a share, "
    "over the {n} examples: axis=0.",
)
def share_of_each_example(y, low, high):
    return at_an_end(y, low, high).mean(axis=1)


@known_mistake(
    MISTAKES,
    "You return one share for the whole layer. Each of the {u} units has its own: axis=0.",
)
def share_of_the_whole_layer(y, low, high):
    return at_an_end(y, low, high).mean()


@known_mistake(
    MISTAKES,
    "You return counts. The share is the count divided by the number of examples, {n}.",
)
def counted(y, low, high):
    return at_an_end(y, low, high).sum(axis=0)


@known_mistake(
    MISTAKES,
    "You divide by the number of units, {u}. A unit has an output for each of the {n} examples.",
)
def divided_by_the_number_of_units(y, low, high):
    return at_an_end(y, low, high).sum(axis=0) / y.shape[1]


@known_mistake(
    MISTAKES,
    "You divide by the number of all outputs, {n} times {u}. Each unit has {n}.",
)
def divided_by_the_number_of_outputs(y, low, high):
    return at_an_end(y, low, high).sum(axis=0) / y.size


@known_mistake(
    MISTAKES,
    "You return per cent. A share lies between 0 and 1.",
)
def in_per_cent(y, low, high):
    return 100 * at_an_end(y, low, high).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You return the share of outputs that are not saturated.",
)
def share_in_between(y, low, high):
    return 1 - at_an_end(y, low, high).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You count the upper end only. An output at or below low is saturated as well.",
)
def upper_end_only(y, low, high):
    return (y >= high).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You count the lower end only. An output at or above high is saturated as well.",
)
def lower_end_only(y, low, high):
    return (y <= low).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You leave out outputs exactly on a limit. They are saturated: use <= and >=. (A dead unit of "
    "ReLU is exactly 0.)",
)
def limits_left_out(y, low, high):
    return ((y < low) | (y > high)).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You ask for both at once: no number is below low and above high. Use or: |.",
)
def both_ends_at_once(y, low, high):
    return ((y <= low) & (y >= high)).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You count outputs at the very ends, 0 and 1 or -1 and 1. Saturated is what is at or beyond "
    "low and high.",
)
def at_the_very_ends(y, low, high):
    return ((np.abs(y) == 1) | (y == (0 if low >= 0 else -1))).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You compare the size |y| with high. The range need not lie evenly about 0, as that of the "
    "sigmoid does not: compare with low as well.",
)
def size_compared_with_the_upper_limit(y, low, high):
    return (np.abs(y) >= high).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You use limits of your own, -0.99 and 0.99, whatever the caller asks for: use low and high.",
)
def limits_typed_in(y, low, high):
    return at_an_end(y, -0.99, 0.99).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You have exchanged the limits: everything is above low or below high.",
)
def limits_exchanged(y, low, high):
    return ((y >= low) | (y <= high)).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You return whether a unit is saturated for all examples. How often it is, is asked for.",
)
def saturated_for_all(y, low, high):
    return at_an_end(y, low, high).all(axis=0).astype(float)


@known_mistake(
    MISTAKES,
    "You return whether a unit is ever saturated. How often it is, is asked for.",
)
def saturated_at_all(y, low, high):
    return at_an_end(y, low, high).any(axis=0).astype(float)


@known_mistake(
    MISTAKES,
    "You look at the mean output of each unit. One that jumps between both ends is always "
    "saturated, and its mean lies in the middle: look at each output, then take the mean.",
)
def mean_output_looked_at(y, low, high):
    return at_an_end(y.mean(axis=0), low, high).astype(float)


@known_mistake(
    MISTAKES,
    "You return True and False for each output. Take the mean over the examples: True counts as 1.",
)
def mask_returned(y, low, high):
    return at_an_end(y, low, high)


@known_mistake(
    MISTAKES,
    "The last example is missing: range(n) already stops before n, and so does a slice.",
)
def last_example_left_out(y, low, high):
    return at_an_end(y, low, high)[:-1].sum(axis=0) / len(y)


@known_mistake(
    MISTAKES,
    "Your shares are a table of one row. Leave the axis away: shape ({u},).",
)
def axis_kept(y, low, high):
    return at_an_end(y, low, high).mean(axis=0, keepdims=True)


@known_mistake(
    MISTAKES,
    "You divide with //, which drops all after the point: use /.",
)
def whole_division(y, low, high):
    return at_an_end(y, low, high).sum(axis=0) // len(y)


@known_mistake(
    MISTAKES,
    "You write the verdicts into y. The outputs belong to the layer: make a new array.",
)
def verdicts_written_into_the_outputs(y, low, high):
    found = at_an_end(y, low, high)
    y[...] = found
    return found.mean(axis=0)
