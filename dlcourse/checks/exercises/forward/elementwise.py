"""What the exercises on activations have in common: how their inputs are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import Case


def numbers_in(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, ...] | None = None,
    part: str = "",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
    **options: Any,
) -> Case:
    """Draw an array with numbers of both signs; ``options`` are further arguments."""
    shape = tuple(sizes(rng, 2)) if shape is None else shape
    x = numbers(rng, *shape) * scale
    if x.size > 1:
        # Both signs, whatever is drawn.
        x.flat[0], x.flat[1] = abs(x.flat[0]), -abs(x.flat[1])
    return Case({**cast({"x": x}, dtype), **options}, about, part, facts=options)


def of(x: list[float], about: str, part: str, dtype: type, **options: Any) -> Case:
    """Make a case of given numbers."""
    return Case({"x": np.array(x, dtype=dtype), **options}, about, part, facts=options)


def draw(rng: np.random.Generator, extremes: list[float], **options: Any) -> list[Case]:
    """Draw small arrays, matrices and others, then layouts, and extremes in both dtypes."""
    one, two = sizes(rng, 2)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return numbers_in(rng, about, part="edge", **options)

    return [
        numbers_in(rng, "four numbers", (4,), numbers=quarters, **options),
        numbers_in(rng, "a matrix in float32", dtype=np.float32, **options),
        numbers_in(rng, "a matrix in float64", **options),
        numbers_in(rng, "numbers around 5", scale=5, **options),
        numbers_in(rng, "a single number", (1,), "edge", numbers=quarters, **options),
        numbers_in(rng, "a column", (two, 1), "edge", np.float32, **options),
        numbers_in(rng, "an array with three axes", (2, one, 3), "edge", **options),
        *laid_out(layout, rng),
        of([0.0, 1.0, -1.0], "a 0 among the numbers", "extremes", np.float64, **options),
        of(extremes, "numbers far from 0 in float64", "extremes", np.float64, **options),
        of(extremes, "numbers far from 0 in float32", "extremes", np.float32, **options),
    ]
