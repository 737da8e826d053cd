"""``standardize(train, test)``: mean 0 and standard deviation 1, as the training table has it."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import CARE, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.data.mistakes.standardize import MISTAKES
from dlcourse.checks.exercises.data.two_tables import rows_one_by_one, shapes


def tables(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int, int] | None = None,
    part: str = "",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
    offset: float = 0.0,
) -> Case:
    """Draw two tables; the test table has another mean and another spread."""
    n, m, i = shape or shapes(rng)
    units = rng.choice([0.5, 2.0, 4.0], i) * scale
    train = numbers(rng, n, i) * units + offset
    test = 3 * numbers(rng, m, i) * units + 2 * units + offset
    facts = {"n": n, "m": m, "i": i}
    return Case(cast({"train": train, "test": test}, dtype), about, part, facts=facts)


def with_constant_column(case: Case) -> Case:
    """Give the training table a column that says nothing, in exact numbers."""
    case.arguments["train"][:, -1] = 2.5
    return case


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary tables, then constant columns, single rows and columns, numbers far from 0."""
    n, m, i = shapes(rng)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return tables(rng, about, part="edge")

    def constant(about: str, **options: object) -> Case:
        return with_constant_column(tables(rng, about, part="constant", **options))  # type: ignore[arg-type]

    return [
        tables(rng, "three rows of two numbers for training", (3, 2, 2), numbers=quarters),
        tables(rng, "tables in float32", dtype=np.float32),
        tables(rng, "tables in float64"),
        tables(rng, "tables with as many rows as columns", (n, n, n)),
        constant("a column of train that is the same throughout"),
        constant("a constant column in float32", dtype=np.float32),
        tables(rng, "a single row in test", (n, 1, i), "edge"),
        tables(rng, "a single column", (n, m, 1), "edge", np.float32),
        tables(rng, "columns that hardly vary", part="edge", scale=1e-6),
        tables(rng, "numbers in the tens of thousands", part="edge", scale=1e4, dtype=np.float32),
        # As for years, or temperatures in kelvin: squares drown what varies.
        tables(rng, "numbers around a million", part="edge", offset=2.0**20),
        tables(rng, "numbers around 4,000", (6, 5, 3), "edge", np.float32, offset=2.0**12),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """
    Go through the columns one by one, in float64, twice through each: first mean, then spread.

    A mean is off by eps times the size of the numbers. That moves every result by as much over the
    standard deviation, and stretches it by as much again.
    """
    train, test = case.in_float64("train", "test")
    targets = []
    for table in (train, test):
        value, size = np.empty_like(table), np.empty_like(table)
        for column in range(table.shape[1]):
            numbers = train[:, column].tolist()
            mean = sum(numbers) / len(numbers)
            spread = (sum((number - mean) ** 2 for number in numbers) / len(numbers)) ** 0.5 or 1.0
            value[:, column] = [(number - mean) / spread for number in table[:, column].tolist()]
            largest = max(map(abs, numbers))
            moved = (np.abs(table[:, column]) + largest) / spread
            size[:, column] = moved + np.abs(value[:, column]) * (1 + largest / spread)
        targets.append(Target(value, steps=len(train) + 6, magnitude=size))
    return targets[0], targets[1]


STANDARDIZE = Exercise(
    name="standardize",
    title="columns with mean 0 and standard deviation 1",
    arguments=("train", "test"),
    outputs=(Output("train", like="train"), Output("test", like="test")),
    parts=(
        Part("train", 1.5, "the training table", outputs=("train",)),
        Part("test", 1.5, "the test table", outputs=("test",)),
        Part(
            "constant",
            0.5,
            "a constant column",
            own_cases=True,
            needs=("train", "test"),
        ),
        Part(
            "edge",
            0.5,
            "single rows and columns, any layout in memory, numbers far from 0",
            own_cases=True,
            needs=("train", "test"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, rows of test can come one by one",
            aspects=CARE,
            needs=("train", "test"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Mean and spread sum n numbers in any order. The mean is off by eps times the size of the "
        "numbers themselves, not of what is left of them: that over the standard deviation bounds "
        "the shift, and the same once more for the stretch."
    ),
    properties=(Property("rows one by one", rows_one_by_one(oracle)),),
    mistakes=tuple(MISTAKES),
)
