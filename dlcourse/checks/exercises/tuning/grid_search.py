"""``grid_search(objective, axes)``: every combination, and the best of them."""

from __future__ import annotations

import itertools
import math

import numpy as np

from dlcourse.checks.drawing import sizes
from dlcourse.checks.exercise import Aspect, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.tuning.mistakes.grid_search import MISTAKES
from dlcourse.checks.exercises.tuning.objectives import bowl, trainings_counted


def uneven(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw multiples of ¼ in rising order, the first step shorter than the second."""
    steps = rng.integers(1, 4, count) * 0.25
    if count > 2:
        steps[1:3] = 0.25, 0.75
    return np.cumsum(steps) + float(rng.integers(1, 8)) * 0.25


def search(
    rng: np.random.Generator,
    about: str,
    lengths: tuple[int, ...],
    part: str = "values",
    cliff: bool = False,
    tie: bool = False,
) -> Case:
    """
    Draw axes and a loss whose minimum lies inside them, neither first nor last where it can.

    With a ``cliff``, trainings beyond the first setting's middle diverge. With a ``tie``, the
    minimum lies half-way between two values of the last setting.
    """
    axes = tuple(uneven(rng, length) for length in lengths)
    places = [1 if length > 2 else 0 for length in lengths]
    centre = np.array([axis[place] for axis, place in zip(axes, places, strict=True)])
    if tie:
        last, place = axes[-1], places[-1]
        centre[-1] = (last[place] + last[place + 1]) / 2
    edge = float(axes[0][places[0]]) if cliff else math.inf
    slopes = rng.permutation(np.arange(1, len(axes) + 1)) * 0.5
    objective = bowl(centre, slopes, float(rng.integers(4, 9)) * 0.25, edge)
    n = math.prod(lengths)
    return Case({"objective": objective, "axes": axes}, about, part, facts={"n": n})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw two settings, then three, ties and trainings that diverge, then the smallest grids."""
    one, two, three = sizes(rng, 3, low=3, high=5)
    return [
        search(rng, "two settings, 3 and 2 values", (3, 2)),
        search(rng, "two settings", (one, two)),
        search(rng, "three settings", (three, one, two)),
        search(rng, "two points that are exactly as good", (one, three), tie=True),
        search(rng, "some trainings that diverge (nan)", (two, one), "diverged", cliff=True),
        search(rng, "many trainings that diverge (nan)", (5, two), "diverged", cliff=True),
        search(rng, "a single setting", (three,), "edge"),
        search(rng, "a setting with a single value", (1, one), "edge"),
        search(rng, "four settings", (2, 1, 3, 2), "edge"),
        search(rng, "a single point", (1, 1), "edge"),
    ]


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Go through the combinations in nested loops; all numbers are exact."""
    objective = case.arguments["objective"]
    points = np.array(
        list(itertools.product(*(map(float, axis) for axis in case.arguments["axes"])))
    )
    losses = [objective(point) for point in points]
    values = np.array([math.inf if math.isnan(loss) else loss for loss in losses])
    best = min(range(len(values)), key=lambda number: (values[number], number))
    return Target(points), Target(values, steps=4), Target(points[best])


GRID_SEARCH = Exercise(
    name="grid_search",
    title="every combination of the settings, and the best of them",
    arguments=("objective", "axes"),
    outputs=(Output("points"), Output("values"), Output("best")),
    parts=(
        Part("points", 1.5, "every combination, in order", outputs=("points",)),
        Part("values", 1, "the loss of each", outputs=("values",)),
        Part("best", 0.5, "the best point, the first one if two are as good", outputs=("best",)),
        Part(
            "diverged",
            0.5,
            "trainings that diverge",
            own_cases=True,
            needs=("points", "values", "best"),
        ),
        Part(
            "edge",
            0.5,
            "a single setting, a single value, four settings",
            own_cases=True,
            needs=("points", "values", "best"),
        ),
        Part(
            "care",
            1,
            "each training is run once, the arguments are left alone",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("points", "values", "best"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The points are the values of the axes themselves and the losses what the objective "
        "returns: multiples of ¼ and their squares, all exact."
    ),
    properties=(
        Property(
            "each training is run once",
            trainings_counted(lambda case: case.facts["n"], "points"),
            when=lambda case: case.about in ("two settings", "a single setting"),
        ),
    ),
    mistakes=tuple(MISTAKES),
)
