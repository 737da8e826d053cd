"""``all_distances(x, y)``: a triple loop, where NumPy makes a large array on its way."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Call, Case, Exercise, Output, Property, Speed, Target
from dlcourse.checks.exercises.numba_kernels.kernels import EVERY_SECOND, apart, parts
from dlcourse.checks.exercises.numba_kernels.mistakes.all_distances import MISTAKES


def points(
    rng: np.random.Generator,
    about: str,
    sizes: tuple[int, int, int],
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    shift: float = 0.0,
) -> Case:
    """Draw ``n`` and ``m`` points with ``d`` coordinates."""
    n, m, d = sizes
    arrays = {"x": numbers(rng, n, d) + shift, "y": numbers(rng, m, d) + shift}
    return Case(cast(arrays, dtype), about, part, facts={"n": n, "m": m, "d": d})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw points, then few of them, far from zero, and with gaps in memory."""
    return [
        points(rng, "two points and one", (2, 1, 2), numbers=quarters),
        points(rng, "as many points as others", (4, 4, 3)),
        points(rng, "float64", (4, 3, 5)),
        points(rng, "float32", (3, 5, 4), dtype=np.float32),
        points(rng, "a single point each", (1, 1, 3), "edge"),
        points(rng, "a single coordinate", (3, 4, 1), "edge"),
        points(rng, "points that are far from zero", (3, 4, 2), "edge", shift=1e5),
        apart(points(rng, EVERY_SECOND, (3, 4, 2), "edge")),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go through the coordinates and add up the squares of the differences."""
    x, y = case.in_float64("x", "y")
    total = np.zeros((len(x), len(y)))
    for i in range(x.shape[1]):
        total += np.subtract.outer(x[:, i], y[:, i]) ** 2
    return (Target(total, steps=x.shape[1] + 3),)


def moved_together(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that exchanging the two sets of points turns the table over its diagonal."""
    (again,) = call(case.arguments["y"], case.arguments["x"])
    (target,) = oracle(case)
    if again.shape == outputs[0].T.shape and np.all(
        np.abs(again.T - outputs[0]) <= 2 * target.tolerance(case.precision)
    ):
        return None
    return "The distance from a point to another is not the distance back."


def by_broadcasting(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Measure against this: all differences at once."""
    return np.sum((x[:, np.newaxis] - y) ** 2, axis=2)


ALL_DISTANCES = Exercise(
    name="all_distances",
    title="a triple loop",
    arguments=("x", "y"),
    outputs=(Output("out", like="x"),),
    parts=parts(2, 1, 1, 1, "one point, one coordinate, far from zero, gaps in memory"),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each difference is rounded once, by eps of its own size, and so is its square; the terms "
        "are positive and are added in any order."
    ),
    properties=(
        Property("there and back", moved_together, when=lambda case: case.about == "float64"),
    ),
    mistakes=tuple(MISTAKES),
    speed=Speed(
        lambda rng: points(rng, "many points", (80, 75, 64)),
        by_broadcasting,
        4.0,
        "NumPy does by broadcasting, for 80 and 75 points with 64 coordinates",
    ),
)
