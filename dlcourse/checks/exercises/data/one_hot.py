"""``one_hot(codes, classes)``: a column for each category, and none for what is unknown."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.drawing import sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.data.mistakes.one_hot import MISTAKES


def of(codes: np.ndarray, classes: int, about: str, part: str = "values") -> Case:
    """Make a case of given codes."""
    facts = {"n": len(codes), "c": classes}
    return Case({"codes": codes, "classes": classes}, about, part, facts=facts)


def drawn(rng: np.random.Generator, about: str, n: int, classes: int, part: str = "values") -> Case:
    """Draw codes of which the largest never occurs, and some are unknown in the unknown part."""
    low = -1 if part == "unknown" else 0
    codes = rng.integers(low, max(classes - 1, 1), n)
    if part == "unknown":
        codes[rng.permutation(n)[: max(1, n // 4)]] = -1
    return of(codes, classes, about, part)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw known codes, then unknown ones, odd sizes, layouts and integer types."""
    n, classes, more = sizes(rng, 3, low=4)
    plain = drawn(rng, "codes in strided, read-only arrays", 7, classes, "unknown").arguments
    return [
        of(rng.permutation([0, 2, 2, 1]), 4, "four codes of four categories"),
        drawn(rng, "more codes than categories", n + more, classes),
        drawn(rng, "fewer codes than categories", 3, more + 3),
        drawn(rng, "as many codes as categories", classes, classes),
        of(rng.permutation([0, -1, 2, 1]), 4, "a code that is unknown", "unknown"),
        drawn(rng, "some codes that are unknown", n + 6, classes, "unknown"),
        of(np.full(3, -1), more, "nothing but unknown codes", "unknown"),
        of(np.array([int(rng.integers(1, more))]), more, "a single code", "edge"),
        of(np.zeros(n, dtype=int), 1, "a single category", "edge"),
        of(np.full(n, classes - 1), classes, "the last category throughout", "edge"),
        of(read_only(strided(plain["codes"])), classes, "codes in a strided array", "edge"),
        of(plain["codes"].astype(np.int32), classes, "codes in int32", "edge"),
        of(plain["codes"].astype(np.int8), classes, "codes in int8", "edge"),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Compare every code with every category, one by one."""
    codes, classes = case.arguments["codes"].tolist(), case.arguments["classes"]
    rows = [[1.0 if code == category else 0.0 for category in range(classes)] for code in codes]
    return (Target(np.array(rows).reshape(len(codes), classes)),)


def rows_in_another_order(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a row depends on its own code alone."""
    order = rng.permutation(len(outputs[0]))
    (again,) = call(case.arguments["codes"][order], case.arguments["classes"])
    if np.array_equal(again, outputs[0][order]):
        return None
    return "The same codes in another order give other rows: each row should depend on its code."


ONE_HOT = Exercise(
    name="one_hot",
    title="categories as columns",
    arguments=("codes", "classes"),
    outputs=(Output("encoded"),),
    parts=(
        Part("values", 1, "known categories", own_cases=True),
        Part("unknown", 1, "unknown categories", own_cases=True),
        Part(
            "edge",
            0.5,
            "one code, one category, any integer type, any layout",
            own_cases=True,
            needs=("values", "unknown"),
        ),
        Part(
            "care",
            0.5,
            "the codes are left alone, each row depends on its own code",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values", "unknown"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Zeros and ones are exact.",
    properties=(Property("rows in another order", rows_in_another_order),),
    mistakes=tuple(MISTAKES),
)
