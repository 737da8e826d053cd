"""``expected_improvement(mean, deviation, best)``: where is the next training worth its time?"""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.tuning.mistakes.expected_improvement import MISTAKES


def forecast(
    rng: np.random.Generator,
    about: str,
    n: int,
    part: str = "values",
    dtype: type = np.float64,
    readable: bool = False,
    certain: bool = False,
    scale: float = 1.0,
) -> Case:
    """Draw forecasts around the best loss so far, some better and some worse than it."""
    best = float(rng.integers(4, 9)) * 0.25
    gaps = rng.choice([-0.5, -0.25, 0.25, 0.5], n) if readable else rng.normal(0, 0.7, n)
    # Promising and hopeless forecasts are always among them.
    gaps[: min(n, 3)] = [0.5, -0.5, -0.25][: min(n, 3)]
    deviation = rng.choice([0.25, 0.5, 1.0], n) if readable else rng.uniform(0.2, 2.0, n)
    if certain:
        # One of them is exactly as good as the best: a gain of 0 over a deviation of 0.
        gaps[3] = 0.0
        deviation[:4] = 0.0
    arrays = cast({"mean": (best - gaps) * scale, "deviation": deviation * scale}, dtype)
    return Case({**arrays, "best": best * scale}, about, part, facts={"n": n, "best": best * scale})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary forecasts, then certain ones, hopeless ones, other scales and layouts."""
    n, m = sizes(rng, 2, low=4, high=9)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return forecast(rng, about, 5, "edge")

    hopeless = forecast(rng, "points that are far worse than the best", 4, "edge")
    hopeless.arguments["mean"][...] = hopeless.arguments["best"] + rng.uniform(10, 40, 4)
    hopeless.arguments["deviation"][...] = 1.0
    return [
        forecast(rng, "three points", 3, readable=True),
        forecast(rng, "forecasts in float32", m, dtype=np.float32),
        forecast(rng, "forecasts in float64", n),
        forecast(rng, "deviations of exactly 0", 6, "certain", certain=True),
        hopeless,
        forecast(rng, "losses in the thousands", n, "edge", scale=1e3),
        forecast(rng, "losses around a thousandth", n, "edge", scale=1e-3),
        forecast(rng, "a single point", 1, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Write Φ by the complementary error function, which keeps its digits far from 0."""
    mean, deviation = case.in_float64("mean", "deviation")
    best = float(case.arguments["best"])
    values, sizes_of_terms = [], []
    for centre, spread in zip(mean, deviation, strict=True):
        gain = best - centre
        if spread == 0.0:
            values.append(max(gain, 0.0))
            sizes_of_terms.append(abs(best) + abs(centre))
            continue
        z = gain / spread
        above = 0.5 * math.erfc(-z / math.sqrt(2.0))
        density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        values.append(gain * above + spread * density)
        sizes_of_terms.append(abs(best) + abs(centre) + spread)
    return (Target(np.array(values), steps=16, magnitude=np.array(sizes_of_terms)),)


def moves_and_grows_with_the_losses(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that other zero points and units of the loss do not change what is worth trying."""
    arguments = case.arguments
    mean, deviation = arguments["mean"], arguments["deviation"]
    (moved,) = call(mean + 8, deviation, arguments["best"] + 8)
    (grown,) = call(mean * 4, deviation * 4, arguments["best"] * 4)
    room = 1e-12 * (1 + np.abs(mean) + deviation)
    if moved.shape != mean.shape or np.any(np.abs(moved - outputs[0]) > 32 * room):
        return (
            "With 8 added to every loss and to the best one, the improvement to be expected is "
            "another. Only the distance to the best counts."
        )
    if grown.shape != mean.shape or np.any(np.abs(grown - 4 * outputs[0]) > 32 * room):
        return (
            "With all losses and deviations four times as large, the improvement to be expected "
            "is not: it has the unit of the loss."
        )
    return None


EXPECTED_IMPROVEMENT = Exercise(
    name="expected_improvement",
    title="what the next training is expected to gain",
    arguments=("mean", "deviation", "best"),
    outputs=(Output("improvement"),),
    parts=(
        Part("values", 2.5, "the expected improvement"),
        Part(
            "certain",
            1,
            "points whose loss is known exactly",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "edge",
            0.5,
            "hopeless points, small and large losses, any layout in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, only distances to the best count",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Two terms, no larger than the distance to the best and the deviation; that distance is a "
        "difference of two losses and off by as much as they are. z² φ(z) is below 1, so that the "
        "rounding of z does not grow in the exponential. A result far below rounding may be 0."
    ),
    properties=(
        Property(
            "moves and grows with the losses",
            moves_and_grows_with_the_losses,
            when=lambda case: case.about == "forecasts in float64",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
