"""``sum_all(x, total)``: the threads of a block add up in pairs, the blocks by an atomic."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Call, Case, Exercise, Launch, Output, Property, Target
from dlcourse.checks.exercises.cuda_kernels.launches import (
    EVERY_SECOND,
    THREADS,
    apart,
    parts,
    sizes,
    transactions,
)
from dlcourse.checks.exercises.cuda_kernels.mistakes.sum_all import MISTAKES

COUNTED = ("reads of x", "transactions of x", "atomics on total")


def numbers_for(
    rng: np.random.Generator,
    about: str,
    n: int,
    blocks: int,
    part: str = "values",
    numbers: Numbers = normal,
    begun: float = 0.0,
    scale: float = 1.0,
) -> Case:
    """Draw numbers for so many blocks; ``begun`` stands in the total before."""
    arguments = {
        **cast({"x": numbers(rng, n) * scale}, np.float32),
        "total": np.full(1, begun, np.float32),
    }
    launch = Launch(
        (blocks,),
        (THREADS,),
        ("total",),
        (("x", "reads"), ("x", "transactions"), ("total", "atomics")),
    )
    facts = {"n": n, **sizes({"blocks": blocks, "threads": THREADS})}
    return Case(arguments, about, part, facts, launch=launch)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw numbers for one block and for several, too many threads and too few."""
    return [
        numbers_for(rng, "five numbers and one block", 5, 1, numbers=quarters),
        numbers_for(rng, "as many numbers as threads", 2 * THREADS, 2),
        numbers_for(rng, "a last block that is not full", 3 * THREADS - 5, 3),
        numbers_for(rng, "one full block", THREADS, 1),
        numbers_for(rng, "a single number", 1, 1, "edge"),
        numbers_for(rng, "a block with nothing to do", 9, 2, "edge"),
        numbers_for(rng, "far more numbers than threads", 6 * THREADS + 3, 2, "edge"),
        numbers_for(rng, "a total that has begun", 20, 2, "edge", begun=2.5),
        numbers_for(rng, "one block, and a total that has begun", 13, 1, "edge", begun=-1.5),
        numbers_for(rng, "numbers around a thousand", 45, 2, "edge", scale=1e3),
        apart(numbers_for(rng, EVERY_SECOND, 21, 2, "edge")),
    ]


def oracle(case: Case) -> tuple[Target, ...]:
    """Add up in float64; count what neighbours that read neighbours need."""
    x, total = case.in_float64("x", "total")
    pieces = transactions(x.size, case.facts["blocks"], THREADS, case.precision.itemsize)
    return (
        Target(total + x.sum(), steps=x.size + 1, magnitude=np.abs(total) + np.abs(x).sum()),
        Target(np.array(x.size), at_most=True),
        Target(np.array(pieces), at_most=True),
        Target(np.array(case.facts["blocks"]), at_most=True),
    )


def order_is_free(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the sum does not depend on the order of its terms by more than rounding."""
    x, total = case.arguments.values()
    (again, *_) = call(rng.permutation(x), total)
    target = oracle(case)[0]
    if np.all(np.abs(again - target.value) <= target.tolerance(case.precision)):
        return None
    return "The same numbers in another order give another sum."


SUM_ALL = Exercise(
    name="sum_all",
    title="threads that work together",
    arguments=("x", "total"),
    outputs=(Output("total", like="x"), *map(Output, COUNTED)),
    parts=parts(
        (2, 1, 0.5, 1.5),
        "one number, an idle block, few threads, a total that has begun, gaps in memory",
        COUNTED,
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Each addition is rounded once, in any order.",
    properties=(
        Property(
            "the order is free",
            order_is_free,
            when=lambda case: case.about == "a last block that is not full",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
