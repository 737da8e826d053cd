"""``centred(x)``: every column moved so that its mean is 0."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.warmup.mistakes.centred import MISTAKES


def table(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int] | None = None,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
    offset: float = 0.0,
) -> Case:
    """Draw a table whose columns have different means, none of them near 0."""
    n, i = shape or sizes(rng, 2, low=3)
    drawn = numbers(rng, n, i) * scale
    drawn += scale * rng.integers(1, 4, i) * rng.choice([-2, 2], i) + offset
    return Case(cast({"x": drawn}, dtype), about, part, facts={"n": n, "i": i})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary tables, then odd shapes, layouts, and numbers far from 0."""
    one, two = sizes(rng, 2, low=3)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return table(rng, about, part="shapes")

    return [
        table(rng, "three rows of two columns", (3, 2), numbers=quarters),
        table(rng, "a table in float32", dtype=np.float32),
        table(rng, "a table in float64"),
        table(rng, "as many rows as columns", (one, one)),
        table(rng, "many rows", (60, 3), dtype=np.float32),
        table(rng, "a single row", (1, one), "shapes"),
        table(rng, "a single column", (two, 1), "shapes", np.float32),
        table(rng, "a single number", (1, 1), "shapes", numbers=quarters),
        *laid_out(layout, rng),
        table(rng, "numbers around 1000", part="shapes", dtype=np.float32, offset=1e3),
        table(rng, "numbers in the tens of thousands", part="shapes", scale=1e4),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go through the columns one by one, in float64."""
    (x,) = case.in_float64("x")
    value, size = np.empty_like(x), np.empty_like(x)
    for column in range(x.shape[1]):
        numbers = [float(number) for number in x[:, column]]
        mean = sum(numbers) / len(numbers)
        value[:, column] = [number - mean for number in numbers]
        size[:, column] = [
            abs(number) + sum(map(abs, numbers)) / len(numbers) for number in numbers
        ]
    return (Target(value, steps=len(x) + 3, magnitude=size),)


def moved_columns(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a column gives the same wherever it lies, and whatever is beside it."""
    x = case.arguments["x"]
    moved = x + rng.choice([-4, 4], x.shape[1]).astype(x.dtype)
    (again,) = call(moved)
    (target,) = oracle(Case({"x": moved}, ""))
    tolerance = 2 * target.tolerance(case.precision) + np.finfo(x.dtype).eps * np.abs(moved)
    if again.shape == outputs[0].shape and np.all(np.abs(again - outputs[0]) <= tolerance):
        return None
    return "Adding a number to all of a column changes the result, but only the mean has moved."


CENTRED = Exercise(
    name="centred",
    title="every column with mean 0",
    arguments=("x",),
    outputs=(Output("y", like="x"),),
    parts=(
        Part("values", 2, "each column minus its own mean"),
        Part(
            "shapes",
            1,
            "any shape, any layout in memory, numbers far from 0",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, x is left alone, a moved column gives the same",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The mean sums n numbers in any order, and the difference is off by as much as its two "
        "terms are, however near they lie."
    ),
    properties=(Property("moved columns", moved_columns),),
    mistakes=tuple(MISTAKES),
)
