"""``find_faults(x)``: gaps, outliers and repeated rows of a table; all of them, and no others."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import cast, laid_out
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.data.mistakes.find_faults import MISTAKES


def clean(rng: np.random.Generator, n: int, i: int) -> np.ndarray:
    """
    Draw a table without faults: each column a ladder of n numbers in random order.

    All numbers are multiples of ¼ and small, so that quartiles and limits are exact in float32 as
    well, and a value that lies exactly on a limit does so in every right answer.
    """
    ladders = np.stack([rng.permutation(n) for _ in range(i)], axis=1).astype(float)
    return ladders * rng.choice([0.25, 1.0, 4.0], i) + rng.integers(-3, 4, i) * 10


def soil(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """
    Put in faults of every kind, and what looks like a fault and is none.

    In a ladder of n steps the quartiles are half its length apart. The limits lie one length away
    from the median: a value at 1.25 lengths is an outlier, one at 0.88 is not, though it would be
    with a shorter reach; three standard deviations reach farther than most outliers.
    """
    n, i = x.shape
    places = iter(rng.permutation(n))
    for column in range(i):
        length = np.ptp(x[:, column])
        middle = np.median(x[:, column])
        sides = rng.permutation([-1, 1])
        x[next(places), column] = middle + sides[0] * np.round(1.25 * length * 4) / 4
        x[next(places), column] = middle + sides[1] * np.round(1.75 * length * 4) / 4
        x[next(places), column] = middle + sides[0] * np.round(0.88 * length * 4) / 4
    return x


def punctured(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Take values away, at most one in a row, in every column."""
    rows = rng.permutation(len(x))[: 2 * x.shape[1]]
    x[rows, np.arange(len(rows)) % x.shape[1]] = np.nan
    return x


def with_repetitions(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """
    Repeat rows further down, one of them twice and one that has a gap.

    One row is added that is like another but has a 0 where that has a gap, and one that shares all
    but the last number with another.
    """
    i = x.shape[1]
    whole = np.flatnonzero(~np.isnan(x).any(axis=1))
    gappy = np.flatnonzero(np.isnan(x).any(axis=1))
    copies = [x[whole[0]], x[whole[1]], x[whole[0]]]
    if len(gappy) > 1 and i > 1:
        copies.append(x[gappy[0]])
        twin = x[gappy[1]].copy()
        twin[np.isnan(twin)] = 0
        copies.append(twin)
    if i > 1:
        nearly = x[whole[2]].copy()
        nearly[-1] += 0.25
        copies.append(nearly)
    # Neither beside each other nor beside their originals, but for one pair.
    copies = [copies[k] for k in rng.permutation(len(copies))]
    return np.concatenate([x, x[[whole[3]]], x[[whole[3]]], np.array(copies)])


def table(
    rng: np.random.Generator,
    about: str,
    i: int | None = None,
    part: str = "",
    dtype: type = np.float64,
    kinds: str = "outliers gaps repetitions",
) -> Case:
    """Draw a table with faults of the kinds named."""
    i = int(rng.integers(2, 5)) if i is None else i
    x = clean(rng, int(rng.integers(15, 21)), i)
    if "outliers" in kinds:
        x = soil(rng, x)
    if "gaps" in kinds:
        x = punctured(rng, x)
    if "repetitions" in kinds:
        x = with_repetitions(rng, x)
    return of(x.astype(dtype), about, part)


def of(x: np.ndarray, about: str, part: str = "") -> Case:
    """Make a case of a table."""
    return Case(cast({"x": x}, x.dtype.type), about, part, facts={"n": len(x), "i": x.shape[1]})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw readable tables with one kind of fault, then all kinds together, none, and edges."""
    nan = np.nan
    # The quartiles are 1 and 3, so the limits are -2 and 6.
    on_the_limits = np.array([[-2.0], [2], [0], [1], [4], [3], [2], [6], [2]])
    small = np.array([[1.0, nan], [2, 5], [1, nan], [nan, nan], [2, 0]])

    def layout(rng: np.random.Generator, about: str) -> Case:
        return table(rng, about, part="edge")

    return [
        of(small + rng.integers(1, 5), "five rows of two numbers"),
        table(rng, "a table with outliers", kinds="outliers"),
        table(rng, "a table with gaps", kinds="gaps"),
        table(rng, "a table with repeated rows", kinds="repetitions"),
        table(rng, "a table with faults of all kinds"),
        table(rng, "another table with faults of all kinds"),
        table(rng, "a table in float32", dtype=np.float32),
        table(rng, "a table without a fault", kinds="", part="edge"),
        of(on_the_limits[rng.permutation(9)], "values exactly on the limits", "edge"),
        table(rng, "a single column", i=1, part="edge"),
        of(np.array([[1.0, nan, -3.0]]), "a single row", "edge"),
        of(np.full((4, 2), 2.5), "all rows the same", "edge"),
        *laid_out(layout, rng),
    ]


def quartile(ordered: list[float], share: float) -> float:
    """Read off a quartile between two neighbours of the sorted numbers."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Sort every column by hand, and keep a set of the rows that have been seen."""
    rows = case.arguments["x"].astype(np.float64).tolist()
    missing = [[value != value for value in row] for row in rows]
    outlier = [[False] * len(row) for row in rows]
    for column in range(len(rows[0])):
        numbers = sorted(row[column] for row in rows if row[column] == row[column])
        if not numbers:
            continue
        first, third = quartile(numbers, 0.25), quartile(numbers, 0.75)
        reach = 1.5 * (third - first)
        for row, marks in zip(rows, outlier, strict=True):
            marks[column] = row[column] < first - reach or row[column] > third + reach
    seen: set[tuple[float | None, ...]] = set()
    repeated = []
    for row in rows:
        key = tuple(None if value != value else value for value in row)
        repeated.append(key in seen)
        seen.add(key)
    return Target(np.array(missing)), Target(np.array(outlier)), Target(np.array(repeated))


def columns_in_other_units(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that measuring the columns in other units changes no verdict."""
    x = case.arguments["x"]
    units = rng.choice([0.5, 2.0, 8.0], x.shape[1]).astype(x.dtype)
    again = call(x * units)
    if all(np.array_equal(one, other) for one, other in zip(again, outputs, strict=True)):
        return None
    return (
        "Measuring a column in another unit, say in cm and not in mm, changes which values you "
        "call faults."
    )


FIND_FAULTS = Exercise(
    name="find_faults",
    title="the faults of a table",
    arguments=("x",),
    outputs=(Output("missing"), Output("outlier"), Output("repeated")),
    parts=(
        Part("missing", 1, "the gaps", outputs=("missing",)),
        Part("outlier", 2, "the outliers", outputs=("outlier",)),
        Part("repeated", 2, "the repeated rows", outputs=("repeated",)),
        Part(
            "edge",
            0.5,
            "no fault, values on the limit, a single row or column, any layout in memory",
            own_cases=True,
            needs=("missing", "outlier", "repeated"),
        ),
        Part(
            "care",
            0.5,
            "x is left alone, other units change nothing",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("missing", "outlier", "repeated"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Verdicts are exact: all numbers are small multiples of ¼, so that quartiles and limits "
        "are computed without rounding in float32 as well."
    ),
    properties=(Property("columns in other units", columns_in_other_units),),
    mistakes=tuple(MISTAKES),
)
