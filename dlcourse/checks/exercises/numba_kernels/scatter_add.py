"""``scatter_add(dy, tokens, rows)``: the gradient of an embedding, collected without a race."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Call, Case, Exercise, Output, Property, Speed, Target
from dlcourse.checks.exercises.numba_kernels.kernels import EVERY_SECOND, apart, parts
from dlcourse.checks.exercises.numba_kernels.mistakes.scatter_add import MISTAKES


def tokens_case(
    rng: np.random.Generator,
    about: str,
    sizes: tuple[int, int, int],
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw ``n`` tokens, of which some come up more than once and the last row's does not."""
    n, units, rows = sizes
    tokens = rng.permutation(np.arange(n) % max(rows - 1, 1))
    dy = cast({"dy": numbers(rng, n, units) * scale}, dtype)
    facts = {"n": n, "units": units, "rows": rows}
    return Case({**dy, "tokens": tokens, "rows": rows}, about, part, facts=facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw tokens that come up again, then few, and with gaps in memory."""
    return [
        tokens_case(rng, "three tokens", (3, 2, 3), numbers=quarters),
        tokens_case(rng, "as many tokens as rows and units", (4, 4, 4)),
        tokens_case(rng, "float64", (9, 3, 5)),
        tokens_case(rng, "float32", (8, 4, 3), dtype=np.float32),
        tokens_case(rng, "a single token", (1, 3, 4), "edge"),
        tokens_case(rng, "a single row", (5, 3, 1), "edge"),
        tokens_case(rng, "a single unit", (6, 1, 4), "edge"),
        tokens_case(rng, "numbers around a thousand", (7, 2, 3), "edge", scale=1e3),
        apart(tokens_case(rng, EVERY_SECOND, (7, 3, 4), "edge")),
    ]


def chosen(tokens: np.ndarray, rows: int) -> np.ndarray:
    """Give a matrix with a 1 where a token is a row's: (rows, n)."""
    return (np.arange(rows)[:, np.newaxis] == tokens).astype(np.float64)


def oracle(case: Case) -> tuple[Target]:
    """Multiply with the tokens written as ones and zeros."""
    (dy,) = case.in_float64("dy")
    picks = chosen(case.arguments["tokens"], case.arguments["rows"])
    steps = np.maximum(picks.sum(axis=1, keepdims=True), 1)
    return (Target(picks @ dy, steps=steps, magnitude=picks @ np.abs(dy)),)


def nothing_is_lost(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that many tokens of one kind all arrive, ten times over."""
    rows, units = case.arguments["rows"], case.arguments["dy"].shape[1]
    dy = np.ones((4000, units), dtype=case.arguments["dy"].dtype)
    tokens = np.arange(4000) % 2
    for _ in range(10):
        (dw,) = call(dy, tokens, rows)
        if dw.shape != (rows, units) or np.any(dw[:2] != 2000):
            return (
                "With thousands of tokens of the same two kinds, some are lost: do two threads add "
                "to the same row? Let each thread have its own columns."
            )
    return None


def by_add_at(dy: np.ndarray, tokens: np.ndarray, rows: int) -> np.ndarray:
    """Measure against this: NumPy's own way to add where indices repeat."""
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    np.add.at(dw, tokens, dy)
    return dw


SCATTER_ADD = Exercise(
    name="scatter_add",
    title="adding where others add as well",
    arguments=("dy", "tokens", "rows"),
    outputs=(Output("dw", like="dy"),),
    parts=parts(2, 1, 1, 1, "one token, one row, one unit, large numbers, gaps in memory"),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each element is a sum of as many numbers as its token comes up, in any order."
    ),
    properties=(
        Property("nothing is lost", nothing_is_lost, when=lambda case: case.about == "float64"),
    ),
    mistakes=tuple(MISTAKES),
    speed=Speed(
        lambda rng: tokens_case(rng, "many tokens", (3000, 32, 50)),
        by_add_at,
        8.0,
        "NumPy's np.add.at does, for 3000 tokens of 32 units",
    ),
)
