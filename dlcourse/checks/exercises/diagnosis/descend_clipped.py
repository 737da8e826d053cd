"""``descend_clipped(w, gradient, rate, limit, steps)``: a training that ended in nan."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlcourse.checks.drawing import laid_out, normal, quarters
from dlcourse.checks.exercise import Call, Case, Exercise, Output, Property, Target
from dlcourse.checks.exercises.diagnosis.mistakes.descend_clipped import MISTAKES
from dlcourse.checks.exercises.diagnosis.programs import program_parts


def cliff(centre: np.ndarray, steepness: float) -> Any:
    """Make the gradient of a loss like the sum of (w - centre)**4: steep far out, flat within."""

    def gradient(w: Any) -> np.ndarray:
        return steepness * (np.asarray(w, dtype=np.float64) - centre) ** 3

    return gradient


def slope(centre: np.ndarray, steepness: float) -> Any:
    """Make the gradient of a bowl, which never explodes."""

    def gradient(w: Any) -> np.ndarray:
        return steepness * (np.asarray(w, dtype=np.float64) - centre)

    return gradient


def descent(
    rng: np.random.Generator,
    about: str,
    k: int,
    steps: int,
    part: str = "values",
    wild: bool = True,
    limit: float = 2.0,
    numbers: Any = normal,
) -> Case:
    """Draw a start far out on the cliff, or in a bowl where clipping is seldom needed."""
    centre = numbers(rng, k)
    away = rng.choice([-1.0, 1.0], k) * (rng.integers(4, 9, k) * 0.5 + 1.0)
    w = centre + away
    gradient = cliff(centre, 4.0) if wild else slope(centre, 0.5)
    rate = 0.25 if wild else 0.5
    arguments = {"w": w, "gradient": gradient, "rate": rate, "limit": limit, "steps": steps}
    return Case(arguments, about, part, facts={"limit": limit, "steps": steps})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw gradients that explode, that need clipping now and then, that never do, and zeros."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return descent(rng, about, 3, 4, "edge")

    resting = descent(rng, "a start at the minimum, where the gradient is 0", 3, 3, "edge", False)
    resting.arguments["w"][...] -= resting.arguments["gradient"](resting.arguments["w"]) * 2.0
    return [
        descent(rng, "one step with two parameters", 2, 1, numbers=quarters),
        descent(rng, "gradients that explode", 3, 8),
        descent(rng, "gradients that explode, six parameters", 6, 6, limit=1.5),
        descent(rng, "gradients that are too long at first", 4, 9, wild=False, limit=1.0),
        descent(rng, "gradients below the limit", 3, 4, wild=False, limit=1e3),
        descent(rng, "a single parameter", 1, 5, "edge"),
        Case(resting.arguments, resting.about, "edge", resting.facts),
        descent(rng, "no steps at all", 2, 0, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Step by plain numbers, the norm by ``math.hypot``."""
    (start,) = case.in_float64("w")
    _, gradient, rate, limit, steps = case.arguments.values()
    w = [float(value) for value in start]
    for _ in range(steps):
        g = [float(value) for value in gradient(np.array(w))]
        length = math.hypot(*g)
        if length > limit:
            g = [value / length * limit for value in g]
        w = [value - rate * g_value for value, g_value in zip(w, g, strict=True)]
    size = np.abs(start) + rate * limit * steps + np.abs(w)
    return (Target(np.array(w), steps=2e4, magnitude=size),)


def no_step_is_too_long(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check one step from wild places: never longer than rate times limit, always downhill."""
    _, gradient, rate, limit, _ = case.arguments.values()
    for size in (1.0, 1e3, 1e6):
        w = case.arguments["w"] + size * rng.standard_normal(case.arguments["w"].shape)
        (arrived,) = call(w, gradient, rate, limit, 1)
        step, g = arrived - w, gradient(w)
        room = 1e-9 * (limit + size)
        if not np.linalg.norm(step) <= rate * limit + room:
            return (
                f"From far away a step has the length {np.linalg.norm(step):.4g}, expected at "
                f"most rate * limit = {rate * limit:g}."
            )
        if not np.allclose(
            step * np.linalg.norm(g),
            -g * np.linalg.norm(step),
            atol=1e-6 * np.linalg.norm(g) * (1 + size),
        ):
            return "From far away a step does not go the way of the gradient, straight downhill."
    return None


DESCEND_CLIPPED = Exercise(
    name="descend_clipped",
    title="mend a training that ends in nan",
    arguments=("w", "gradient", "rate", "limit", "steps"),
    outputs=(Output("w", like="w"),),
    parts=program_parts(
        "the mended descent",
        "one parameter, a gradient of 0, no steps, any layout in memory",
        "the arguments are left alone, no step is too long from anywhere",
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Near the minimum of the quartic a step can magnify what the step before was off by, by "
        "rate times the second derivative: at most some tens over a few steps, hence 20,000 "
        "roundings for at most nine steps. A mistake is off by a tenth and more."
    ),
    properties=(
        Property(
            "no step is too long",
            no_step_is_too_long,
            when=lambda case: case.about == "gradients that explode",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
