"""``leaky_relu_and_slope(x, leak)``: ReLU, leaky ReLU, and their derivative with its kink."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.forward import elementwise
from dlcourse.checks.exercises.forward.mistakes.leaky_relu_and_slope import MISTAKES

EXTREMES = [0.0, -0.0, 1e-30, -1e-30, 1e4, -1e4, 1e30, -1e30]


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw the usual arrays with a leak, then some without one, and some with a leak of 1."""
    leak = float(rng.choice([0.125, 0.25, 0.375]))
    cases = elementwise.draw(rng, EXTREMES, leak=leak)
    return [
        *cases,
        elementwise.numbers_in(rng, "no leak: plain ReLU", part="extremes", leak=0.0),
        elementwise.of([0.0, -2.0, 3.0], "no leak, with a 0", "extremes", np.float32, leak=0.0),
        elementwise.numbers_in(rng, "a leak of 1: no kink at all", part="extremes", leak=1.0),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Look at each number by itself."""
    (x,) = case.in_float64("x")
    leak = float(case.arguments["leak"])
    y, slope = np.empty_like(x), np.empty_like(x)
    for index, value in np.ndenumerate(x):
        slope[index] = 1.0 if value > 0 else leak
        y[index] = value * slope[index]
    return Target(y, steps=2), Target(slope, steps=2)


def stretched(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that twice the input gives twice the output and the same slope."""
    y, slope = call(2 * case.arguments["x"], case.arguments["leak"])
    near = 16 * np.finfo(case.precision).eps
    if (
        y.shape == slope.shape == outputs[0].shape
        and np.all(np.abs(y - 2 * outputs[0]) <= near * np.abs(2 * outputs[0]))
        and np.array_equal(slope, outputs[1])
    ):
        return None
    return "Twice the input should give twice the output, with the same slope, and does not."


LEAKY_RELU_AND_SLOPE = Exercise(
    name="leaky_relu_and_slope",
    title="ReLU with a leak, and its slope",
    arguments=("x", "leak"),
    outputs=(Output("y", like="x"), Output("slope", like="x")),
    parts=(
        Part("y", 1, "the values", outputs=("y",)),
        Part("slope", 1, "the slopes", outputs=("slope",)),
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
            "exactly 0, no leak, a leak of 1, tiny and huge numbers",
            own_cases=True,
            needs=("y", "slope"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, x is left alone, twice the input gives twice the output",
            aspects=CARE,
            needs=("y", "slope"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="One product of two numbers that are known; the leak is rounded to the dtype.",
    properties=(Property("stretched", stretched),),
    mistakes=tuple(MISTAKES),
)
