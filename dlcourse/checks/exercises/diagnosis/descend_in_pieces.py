"""``descend_in_pieces(w, x, y, pieces, rate, steps)``: swings that never end."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import Call, Case, Exercise, Output, Property, Target
from dlcourse.checks.exercises.diagnosis.mistakes.descend_in_pieces import MISTAKES
from dlcourse.checks.exercises.diagnosis.programs import program_parts


def large_batch(
    rng: np.random.Generator,
    about: str,
    n: int,
    pieces: int,
    steps: int,
    i: int | None = None,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
) -> Case:
    """Draw a regression whose batch is too large for the memory, to be seen in pieces."""
    i = int(rng.integers(2, 5)) if i is None else i
    arrays = {"w": numbers(rng, i), "x": numbers(rng, n, i), "y": numbers(rng, n)}
    given = {"pieces": pieces, "rate": 0.0625, "steps": steps}
    return Case({**cast(arrays, dtype), **given}, about, part, facts={"n": n, **given})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw even and uneven pieces, one piece, a piece for each example, and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return large_batch(rng, about, 7, 3, 2, 3, "edge")

    return [
        large_batch(rng, "one step, two pieces of two examples", 4, 2, 1, 2, numbers=quarters),
        large_batch(rng, "three steps, even pieces", 12, 3, 3),
        large_batch(rng, "uneven pieces", 11, 3, 4),
        large_batch(rng, "uneven pieces in float32", 9, 4, 3, dtype=np.float32),
        large_batch(rng, "one piece", 6, 1, 3, part="edge"),
        large_batch(rng, "a piece for each example", 5, 5, 2, part="edge"),
        large_batch(rng, "a single input", 7, 2, 3, 1, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Take all examples at once: in pieces or not, the mean is the same."""
    w, x, y = case.in_float64("w", "x", "y")
    rate, steps = case.arguments["rate"], case.arguments["steps"]
    size = np.abs(w)
    for _ in range(steps):
        gradient, bound = np.zeros_like(w), np.zeros_like(w)
        for example, target in zip(x, y, strict=True):
            gradient += (float(np.dot(example, w)) - target) * example
            bound += (np.abs(example) @ size + abs(target)) * np.abs(example)
        w, size = w - rate * 2 / len(x) * gradient, size + rate * 2 / len(x) * bound
    return (Target(w, steps=(len(x) + len(w) + 6) * max(steps, 1), magnitude=size),)


def cut_otherwise(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that other pieces of the same batch make no difference."""
    for pieces in (1, 2, len(case.arguments["x"])):
        (found,) = call(*{**case.arguments, "pieces": pieces}.values())
        (target,) = oracle(case)
        if found.shape != outputs[0].shape or np.any(
            np.abs(found - outputs[0]) > 4 * target.tolerance(case.precision)
        ):
            return (
                f"Cut into {pieces} pieces the same batch gives another w. The gradient is the "
                f"mean over all examples, however they are cut."
            )
    return None


DESCEND_IN_PIECES = Exercise(
    name="descend_in_pieces",
    title="mend a training that never settles",
    arguments=("w", "x", "y", "pieces", "rate", "steps"),
    outputs=(Output("w", like="w"),),
    parts=program_parts(
        "the mended descent",
        "one piece, a piece for each example, any layout in memory",
        "the dtype is kept, the arguments are left alone, other pieces change nothing",
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each step sums one product per input and one per example, in any order and in any "
        "pieces, and starts from what the step before has left; the bound follows the same path "
        "with absolute values."
    ),
    properties=(
        Property("cut otherwise", cut_otherwise, when=lambda case: case.about == "uneven pieces"),
    ),
    mistakes=tuple(MISTAKES),
)
