"""``saxpy(a, x, y, out)``: a thread an element, and each thread as many as there are too few of."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Case, Exercise, Launch, Output, Target
from dlcourse.checks.exercises.cuda_kernels.launches import (
    EVERY_SECOND,
    apart,
    garbage,
    parts,
    sizes,
    transactions,
)
from dlcourse.checks.exercises.cuda_kernels.mistakes.saxpy import MISTAKES

COUNTED = ("reads of x", "reads of out", "transactions of x")


def vectors(
    rng: np.random.Generator,
    about: str,
    n: int,
    blocks: int,
    threads: int,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
) -> Case:
    """Draw two vectors and a factor, for so many blocks of so many threads."""
    arrays = cast({"x": numbers(rng, n), "y": numbers(rng, n)}, dtype)
    arguments = {
        "a": float(quarters(rng, 1)[0]) * 3,
        **arrays,
        "out": garbage(rng, n).astype(dtype),
    }
    launch = Launch(
        (blocks,),
        (threads,),
        ("out",),
        (("x", "reads"), ("out", "reads"), ("x", "transactions")),
    )
    facts = {"n": n, **sizes({"blocks": blocks, "threads": threads})}
    return Case(arguments, about, part, facts, launch=launch)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw vectors for launches with too many threads, just enough, and too few."""
    return [
        vectors(rng, "three numbers and two blocks of two threads", 3, 2, 2, numbers=quarters),
        vectors(rng, "as many threads as numbers", 32, 2, 16),
        vectors(rng, "a last block that is not full", 45, 3, 16),
        vectors(rng, "more blocks than threads in a block", 26, 7, 4),
        vectors(rng, "whole warps", 150, 3, 64),
        vectors(rng, "float64", 21, 3, 8, dtype=np.float64),
        vectors(rng, "a single number", 1, 1, 8, "edge"),
        vectors(rng, "a block with nothing to do", 5, 2, 8, "edge"),
        vectors(rng, "fewer threads than numbers", 50, 2, 8, "edge"),
        vectors(rng, "a single thread", 7, 1, 1, "edge"),
        apart(vectors(rng, EVERY_SECOND, 11, 3, 4, "edge")),
    ]


def oracle(case: Case) -> tuple[Target, ...]:
    """Compute it at once; count what neighbours that read neighbours need."""
    x, y = case.in_float64("x", "y")
    a = case.arguments["a"]
    n, facts = x.size, case.facts
    pieces = transactions(n, facts["blocks"], facts["threads"], case.precision.itemsize)
    return (
        Target(a * x + y, steps=3, magnitude=np.abs(a * x) + np.abs(y)),
        Target(np.array(n), at_most=True),
        Target(np.array(0), at_most=True),
        Target(np.array(pieces), at_most=True),
    )


SAXPY = Exercise(
    name="saxpy",
    title="a thread for each number",
    arguments=("a", "x", "y", "out"),
    outputs=(Output("out", like="x"), *map(Output, COUNTED)),
    parts=parts(
        (2, 1, 0.5, 0.5), "one number, an idle block, too few threads, gaps in memory", COUNTED
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="A product and a sum, and the rounding of the factor to float32.",
    mistakes=tuple(MISTAKES),
)
