"""``squared_distances(x, y)``: each row of one table against each row of another."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.warmup.mistakes.squared_distances import MISTAKES


def tables(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int, int] | None = None,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw two tables of ``n`` and ``m`` rows, with ``i`` columns each."""
    n, m, i = shape or sizes(rng, 3)
    arrays = {"x": numbers(rng, n, i) * scale, "y": numbers(rng, m, i) * scale}
    return Case(cast(arrays, dtype), about, part, facts={"n": n, "m": m, "i": i})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary tables, then every kind of single row or column, layouts, large numbers."""
    one, two, three = sizes(rng, 3)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return tables(rng, about, part="shapes")

    return [
        tables(rng, "two rows against three", (2, 3, 2), numbers=quarters),
        tables(rng, "tables in float32", dtype=np.float32),
        tables(rng, "tables in float64"),
        tables(rng, "as many rows in x as in y", (one, one, two)),
        tables(rng, "as many rows as columns", (three, three, three)),
        tables(rng, "a single row in x", (1, one, two), "shapes"),
        tables(rng, "a single row in y", (two, 1, three), "shapes", np.float32),
        tables(rng, "a single column", (three, two, 1), "shapes"),
        tables(rng, "two single numbers", (1, 1, 1), "shapes", numbers=quarters),
        *laid_out(layout, rng),
        tables(rng, "numbers in the thousands", part="shapes", dtype=np.float32, scale=1e3),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go through all pairs one by one, in float64."""
    x, y = case.in_float64("x", "y")
    value, size = np.zeros((2, len(x), len(y)))
    for n, one in enumerate(x):
        for m, other in enumerate(y):
            for a, b in zip(one, other, strict=True):
                value[n, m] += (a - b) * (a - b)
                # Written out as a² - 2ab + b², which is allowed, rounding is relative to this.
                size[n, m] += (abs(a) + abs(b)) ** 2
    return (Target(value, steps=3 * x.shape[1] + 4, magnitude=size),)


def exchanged_is_transposed(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that exchanging the two tables transposes the result."""
    (again,) = call(case.arguments["y"], case.arguments["x"])
    (target,) = oracle(case)
    if again.T.shape == outputs[0].shape and np.all(
        np.abs(again.T - outputs[0]) <= 2 * target.tolerance(case.precision)
    ):
        return None
    return "Exchanging x and y should transpose the result, and does not."


SQUARED_DISTANCES = Exercise(
    name="squared_distances",
    title="squared distances between all pairs of rows",
    arguments=("x", "y"),
    outputs=(Output("d", like="x"),),
    parts=(
        Part("values", 2, "the squared distances"),
        Part(
            "shapes",
            1,
            "any shape, any layout in memory, large numbers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, x and y can be exchanged",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A sum of i squares, taken directly or written out as a² - 2ab + b² in three sums, whose "
        "terms are as large as (|a| + |b|)² even where the distance is small."
    ),
    properties=(Property("exchanged is transposed", exchanged_is_transposed),),
    mistakes=tuple(MISTAKES),
)
