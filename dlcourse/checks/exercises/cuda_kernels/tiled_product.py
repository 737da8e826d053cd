"""``tiled_product(a, b, c)``: a block fetches tiles that all of its threads use."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Case, Exercise, Launch, Output, Target
from dlcourse.checks.exercises.cuda_kernels.launches import (
    EVERY_SECOND,
    TILE,
    apart,
    garbage,
    parts,
)
from dlcourse.checks.exercises.cuda_kernels.mistakes.tiled_product import MISTAKES

COUNTED = ("reads of a", "reads of b", "reads of c")


def matrices(
    rng: np.random.Generator,
    about: str,
    rows: int,
    inner: int,
    columns: int,
    part: str = "values",
    numbers: Numbers = normal,
    spare: int = 0,
) -> Case:
    """Draw two matrices, for as many blocks as cover the product, and ``spare`` more each way."""
    across, down = -(-columns // TILE) + spare, -(-rows // TILE) + spare
    arguments = {
        **cast({"a": numbers(rng, rows, inner), "b": numbers(rng, inner, columns)}, np.float32),
        "c": garbage(rng, rows, columns),
    }
    launch = Launch(
        (across, down),
        (TILE, TILE),
        ("c",),
        (("a", "reads"), ("b", "reads"), ("c", "reads")),
    )
    facts = {"rows": rows, "inner": inner, "columns": columns, "across": across, "down": down}
    return Case(arguments, about, part, {**facts, "tile": TILE}, launch=launch)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw matrices that fill their tiles, and such that do not."""
    return [
        matrices(rng, "two rows and two columns", 2, 2, 2, numbers=quarters),
        matrices(rng, "matrices that fill their tiles", 8, 4, 12),
        matrices(rng, "two tiles along the inner dimension", 4, 8, 8),
        matrices(rng, "sizes that do not fill a tile", 5, 7, 10),
        matrices(rng, "a single row", 1, 6, 5, "edge"),
        matrices(rng, "a single column", 6, 9, 1, "edge"),
        matrices(rng, "an inner dimension of one", 3, 1, 6, "edge"),
        matrices(rng, "blocks with nothing to do", 3, 5, 2, "edge", spare=1),
        apart(matrices(rng, EVERY_SECOND, 5, 6, 3, "edge")),
    ]


def oracle(case: Case) -> tuple[Target, ...]:
    """Add up outer products; each block needs its rows of a and its columns of b once."""
    a, b = case.in_float64("a", "b")
    product, magnitude = np.zeros((2, len(a), b.shape[1]))
    for k in range(a.shape[1]):
        product += np.multiply.outer(a[:, k], b[k])
        magnitude += np.multiply.outer(np.abs(a[:, k]), np.abs(b[k]))
    return (
        Target(product, steps=a.shape[1] + 1, magnitude=magnitude),
        Target(np.array(a.size * case.facts["across"]), at_most=True),
        Target(np.array(b.size * case.facts["down"]), at_most=True),
        Target(np.array(0), at_most=True),
    )


TILED_PRODUCT = Exercise(
    name="tiled_product",
    title="tiles in shared memory",
    arguments=("a", "b", "c"),
    outputs=(Output("c", like="a"), *map(Output, COUNTED)),
    parts=parts(
        (2.5, 1, 0.5, 2),
        "one row, one column, an inner dimension of one, idle blocks, gaps in memory",
        COUNTED,
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="As many products as the inner dimension is long, added in any order.",
    mistakes=tuple(MISTAKES),
)
