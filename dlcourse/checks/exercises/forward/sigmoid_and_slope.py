"""``sigmoid_and_slope(x)``: the sigmoid of any number, and its derivative."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.forward import elementwise
from dlcourse.checks.exercises.forward.mistakes.sigmoid_and_slope import MISTAKES

EXTREMES = [12.0, -12.0, 40.0, -40.0, 90.0, -90.0, 800.0, -800.0, 1e4, -1e4]


def oracle(case: Case) -> tuple[Target, Target]:
    """
    Take the exponential of minus the size, which never overflows, and sort out the sign after.

    An exponential is off by as many eps as its argument is large: hence the steps. Near 1 the
    slope y (1 - y) is as far off as y is, relative to 1.
    """
    (x,) = case.in_float64("x")
    y, slope = np.empty_like(x), np.empty_like(x)
    for index, value in np.ndenumerate(x):
        small = math.exp(-abs(value))
        y[index] = 1 / (1 + small) if value >= 0 else small / (1 + small)
        slope[index] = small / (1 + small) ** 2
    steps = 8 + np.minimum(np.abs(x), 100)
    return Target(y, steps), Target(slope, steps, y)


def mirrored(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that sigmoid(-x) is 1 - sigmoid(x), and that the slope is the same on both sides."""
    y, slope = call(-case.arguments["x"])
    near = 100 * np.finfo(case.precision).eps
    if (
        y.shape == slope.shape == outputs[0].shape
        and np.all(np.abs(y + outputs[0] - 1) <= near)
        and np.all(np.abs(slope - outputs[1]) <= near)
    ):
        return None
    return "sigmoid(-x) should be 1 - sigmoid(x), with the same slope, and is not."


SIGMOID_AND_SLOPE = Exercise(
    name="sigmoid_and_slope",
    title="the sigmoid and its slope",
    arguments=("x",),
    outputs=(Output("y", like="x"), Output("slope", like="x")),
    parts=(
        Part("y", 1, "the sigmoid", outputs=("y",)),
        Part("slope", 1, "its slope", outputs=("slope",)),
        Part(
            "edge",
            0.5,
            "any shape, any layout in memory",
            own_cases=True,
            needs=("y", "slope"),
        ),
        Part(
            "extremes",
            1,
            "numbers far from 0, of both signs",
            own_cases=True,
            needs=("y", "slope"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, x is left alone, both sides mirror each other",
            aspects=CARE,
            needs=("y", "slope"),
        ),
    ),
    draw=lambda rng: elementwise.draw(rng, EXTREMES),
    oracle=oracle,
    tolerance_reason=(
        "An exponential carries the rounding of its argument, x eps; the slope is a difference "
        "from 1 and may lose what is smaller than eps beside y."
    ),
    properties=(Property("mirrored", mirrored),),
    mistakes=tuple(MISTAKES),
)
