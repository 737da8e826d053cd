"""``glorot_uniform(u, fan_in, fan_out)``: Glorot and Bengio's rule, in its uniform form."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.exercise import Case, Target
from dlcourse.checks.exercises.initialization.mistakes.glorot_uniform import MISTAKES
from dlcourse.checks.exercises.initialization.scaling import initializer, proportional


def eighths(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw multiples of ⅛ between 0 and 1, exact in every float type."""
    return rng.choice([0.125, 0.25, 0.375, 0.625, 0.75, 0.875], shape)


def uniform(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw uniform numbers between 0 and 1, among them the 0 that a generator may give."""
    drawn = rng.random(shape)
    drawn.flat[int(rng.integers(drawn.size))] = 0.0
    return drawn


def oracle(case: Case) -> tuple[Target]:
    """Go from the variance 2 / (fan_in + fan_out) to the limit: a² / 3 is a uniform's variance."""
    (u,) = case.in_float64("u")
    variance = 2.0 / (case.arguments["fan_in"] + case.arguments["fan_out"])
    limit = math.sqrt(3.0 * variance)
    value = np.array([-limit + 2.0 * limit * float(one) for one in u.flat]).reshape(u.shape)
    return (Target(value, steps=6, magnitude=limit * (1.0 + 2.0 * u)),)


GLOROT_UNIFORM = initializer(
    "glorot_uniform",
    "Glorot's initializer, uniform",
    "u",
    eighths,
    uniform,
    oracle,
    "A root, a product and a difference: a few roundings, the difference with those of its terms.",
    proportional(
        "u",
        lambda u: 1 - u,
        "1 - u in place of u does not give -w: ½ has to become 0, and equal distances from ½ equal "
        "weights.",
    ),
    MISTAKES,
)
