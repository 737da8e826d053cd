"""``running_average(x, beta)``: each value needs the one before, which NumPy cannot do at once."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Call, Case, Exercise, Output, Property, Speed, Target
from dlcourse.checks.exercises.numba_kernels.kernels import EVERY_SECOND, apart, parts
from dlcourse.checks.exercises.numba_kernels.mistakes.running_average import MISTAKES


def series(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int],
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw ``steps`` moments of ``features`` numbers."""
    beta = float(rng.choice([0.625, 0.75, 0.875]))
    x = cast({"x": numbers(rng, *shape) * scale}, dtype)
    facts = {"steps": shape[0], "features": shape[1], "beta": beta}
    return Case({**x, "beta": beta}, about, part, facts=facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw series, then short ones, and one with gaps in memory."""
    return [
        series(rng, "three steps of one number", (3, 1), numbers=quarters),
        series(rng, "as many steps as features", (4, 4)),
        series(rng, "float64", (7, 3)),
        series(rng, "float32", (6, 2), dtype=np.float32),
        series(rng, "a single step", (1, 3), "edge"),
        series(rng, "a single feature", (6, 1), "edge"),
        series(rng, "numbers around a thousand", (5, 2), "edge", scale=1e3),
        apart(series(rng, EVERY_SECOND, (5, 3), "edge")),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Weigh every value by itself: x[k] has the weight (1 − β) βᵗ⁻ᵏ in step t."""
    (x,) = case.in_float64("x")
    beta = case.arguments["beta"]
    ages = np.subtract.outer(np.arange(len(x)), np.arange(len(x)))
    weights = np.where(ages >= 0, (1 - beta) * beta ** np.maximum(ages, 0), 0.0)
    return (Target(weights @ x, steps=2 * len(x) + 2, magnitude=weights @ np.abs(x)),)


def the_future_does_not_count(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a change of the last step changes no earlier average."""
    arguments = dict(case.arguments)
    arguments["x"] = arguments["x"].copy()
    arguments["x"][-1] += 8
    (again,) = call(*arguments.values())
    if again.shape == outputs[0].shape and np.array_equal(again[:-1], outputs[0][:-1]):
        return None
    return "A change of the last step changes earlier averages: an average knows only its past."


def row_by_row(x: np.ndarray, beta: float) -> np.ndarray:
    """Measure against this: a loop over the steps, each of them by NumPy."""
    y = np.empty_like(x)
    state = np.zeros_like(x[0])
    for t, now in enumerate(x):
        state = beta * state + (1 - beta) * now
        y[t] = state
    return y


RUNNING_AVERAGE = Exercise(
    name="running_average",
    title="a loop that cannot be avoided",
    arguments=("x", "beta"),
    outputs=(Output("y", like="x"),),
    parts=parts(2, 0.5, 0.5, 1, "one step, one feature, large numbers, gaps in memory"),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Two products and a sum in each step; what a step rounds fades with the average. The bound "
        "counts each step's roundings once, on the sizes of all terms."
    ),
    properties=(
        Property(
            "the future does not count",
            the_future_does_not_count,
            when=lambda case: case.about == "float64",
        ),
    ),
    mistakes=tuple(MISTAKES),
    speed=Speed(
        lambda rng: series(rng, "many steps", (2000, 16)),
        row_by_row,
        0.6,
        "a loop over 2000 steps with NumPy in each",
    ),
)
