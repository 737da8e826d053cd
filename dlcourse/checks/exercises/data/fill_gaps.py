"""``fill_gaps(train, test)``: gaps filled with the medians of the training table."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import CARE, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.data.mistakes.fill_gaps import MISTAKES
from dlcourse.checks.exercises.data.two_tables import rows_one_by_one, shapes


def tables(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int, int] | None = None,
    part: str = "",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """
    Draw two tables with gaps, the test table far from the training table.

    Each column of the training table has one or two gaps, so that the number of values is even in
    some columns and odd in others, and its first row has none in some column: what is filled from
    a neighbour is never there by accident.
    """
    n, m, i = shape or shapes(rng)
    train = numbers(rng, n, i) * scale
    test = numbers(rng, m, i) * scale + 5 * scale
    # A value far out in each column keeps the mean away from the median.
    train[0] += 30 * scale
    for column in range(i):
        gaps = 0 if n == 1 else min(1 + column % 2, n - 1)
        train[rng.permutation(n)[:gaps], column] = np.nan
        test[rng.permutation(m)[: max(1, m // 3)], column] = np.nan
    facts = {"n": n, "m": m, "i": i}
    return Case(cast({"train": train, "test": test}, dtype), about, part, facts=facts)


def with_a_column_of_gaps(case: Case) -> Case:
    """Leave no number in the first column of the test table."""
    case.arguments["test"][:, 0] = np.nan
    return case


def without_gaps(case: Case) -> Case:
    """Fill all gaps with a number that is then part of the table."""
    for name in ("train", "test"):
        array = case.arguments[name]
        array[np.isnan(array)] = 0.75
    return case


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary tables, then single rows and columns, columns of gaps, layouts."""
    n, m, i = shapes(rng)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return tables(rng, about, part="edge")

    return [
        tables(rng, "four rows of two numbers for training", (4, 2, 2), numbers=quarters),
        tables(rng, "tables in float32", dtype=np.float32),
        tables(rng, "tables in float64"),
        tables(rng, "tables with as many rows as columns", (n, n, n)),
        tables(rng, "a single row in test", (n, 1, i), "edge"),
        tables(rng, "a single column", (n, m, 1), "edge", np.float32),
        tables(rng, "a single row in train", (1, m, i), "edge"),
        with_a_column_of_gaps(tables(rng, "a column of test without a number", part="edge")),
        without_gaps(tables(rng, "tables without gaps", part="edge")),
        tables(rng, "numbers in the tens of thousands", part="edge", scale=1e4, dtype=np.float32),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Sort the numbers of each column of the training table by hand."""
    train, test = case.in_float64("train", "test")
    targets = []
    middles = []
    for column in train.T.tolist():
        numbers = sorted(value for value in column if value == value)
        half = len(numbers) // 2
        middles.append(
            numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2
        )
    for table in (train, test):
        rows = [
            [
                middle if value != value else value
                for value, middle in zip(row, middles, strict=True)
            ]
            for row in table.tolist()
        ]
        size = np.maximum(np.abs(np.array(rows)), np.nanmax(np.abs(train)))
        targets.append(Target(np.array(rows), steps=2, magnitude=size))
    return targets[0], targets[1]


FILL_GAPS = Exercise(
    name="fill_gaps",
    title="gaps filled with what the training table says",
    arguments=("train", "test"),
    outputs=(Output("train", like="train"), Output("test", like="test")),
    parts=(
        Part("train", 1, "the training table", outputs=("train",)),
        Part("test", 1.5, "the test table", outputs=("test",)),
        Part(
            "edge",
            0.5,
            "single rows, columns and whole columns of gaps, no gaps, any layout in memory",
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
        "Numbers that are there stay as they are; a median is one of them, or the mean of two, "
        "which may be taken in several ways."
    ),
    properties=(Property("rows one by one", rows_one_by_one(oracle)),),
    mistakes=tuple(MISTAKES),
)
