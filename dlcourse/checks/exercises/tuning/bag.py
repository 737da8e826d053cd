"""``bag(fit, x, y, rows, new, classes)``: many models, each on a sample of its own, and a vote."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.drawing import laid_out, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.tuning.mistakes.bag import MISTAKES


def nearest_mean(x: Any, y: Any, new: Any) -> np.ndarray:
    """Fit a model, one mean for each class, and give the classes of new examples."""
    x, y, new = np.asarray(x, np.float64), np.asarray(y), np.asarray(new, np.float64)
    present = np.unique(y)
    means = np.stack([x[y == label].mean(axis=0) for label in present])
    distances = ((new[:, np.newaxis] - means) ** 2).sum(axis=2)
    return np.asarray(present[distances.argmin(axis=1)])


def table(rng: np.random.Generator, shift: int) -> Any:
    """Make a model that knows nothing but how its sample sums up: sensitive to every row."""

    def fit(x: Any, y: Any, new: Any) -> np.ndarray:
        y = np.asarray(y)
        marks = np.asarray(x, np.float64)[:, 0] * 4 + y * 3
        start = int(np.round(np.sum(marks * (1 + np.arange(len(y)))))) + shift
        steps = np.round(np.asarray(new, np.float64)[:, 0] * 4).astype(np.int64)
        return np.unique(y)[(start + steps) % len(np.unique(y))]

    return fit


def sampled(
    rng: np.random.Generator,
    about: str,
    models: int,
    n: int,
    m: int,
    classes: int,
    part: str = "values",
    exact: bool = False,
) -> Case:
    """
    Draw examples, one bootstrap sample for each model, and new examples to vote on.

    The last class is never among the labels, as it happens with a rare one: nobody votes for it.
    """
    x = rng.integers(-6, 7, (n, 3)) * 0.25 if exact else rng.standard_normal((n, 3))
    y = np.append(np.arange(classes - 1), rng.integers(0, classes - 1, n - classes + 1))
    x[:, 1] += y
    new = rng.integers(-6, 7, (m, 3)) * 0.25 if exact else rng.standard_normal((m, 3)) * 1.5
    new[:, 1] += rng.integers(0, classes - 1, m)
    rows = rng.integers(0, n, (models, n))
    rows[:, -1] = rows[:, 0]  # a row that is drawn twice, in every sample
    fit = table(rng, int(rng.integers(0, 100))) if exact else nearest_mean
    arguments = {"fit": fit, "x": x, "y": y, "rows": rows, "new": new, "classes": classes}
    return Case(arguments, about, part, facts={"models": models, "classes": classes, "m": m})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw odd and even numbers of models, then ties, one model, one example and layouts."""
    n, m = sizes(rng, 2, low=9, high=14)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return sampled(rng, about, 3, 8, 5, 3, "edge")

    return [
        sampled(rng, "three models", 3, 7, 4, 3),
        sampled(rng, "seven models", 7, n, 2 * m, 4),
        sampled(rng, "models that look at every row", 5, n, m, 4, exact=True),
        sampled(rng, "four models, which often tie", 4, n, 15, 5, exact=True),
        sampled(rng, "two models, which often tie", 2, m, 16, 4, "edge", exact=True),
        sampled(rng, "a single model", 1, n, m, 3, "edge"),
        sampled(rng, "a single new example", 5, m, 1, 3, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Ask the models one after the other and count with a plain list."""
    fit, x, y, rows, new, classes = case.arguments.values()
    counts = [[0] * classes for _ in new]
    for sample in rows:
        chosen = [int(row) for row in sample]
        answers = fit(np.array([x[r] for r in chosen]), np.array([y[r] for r in chosen]), new)
        for example, answer in enumerate(answers):
            counts[example][int(answer)] += 1
    winners = [row.index(max(row)) for row in counts]
    return Target(np.array(winners)), Target(np.array(counts))


def models_in_any_order(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the votes do not depend on which model is asked first."""
    again = {**case.arguments, "rows": case.arguments["rows"][::-1].copy()}
    found = call(*again.values())
    if all(np.array_equal(one, other) for one, other in zip(found, outputs, strict=True)):
        return None
    return (
        "With the models in reverse order the result is another. Votes are counted, in any order."
    )


BAG = Exercise(
    name="bag",
    title="bagging: models on bootstrap samples, and their vote",
    arguments=("fit", "x", "y", "rows", "new", "classes"),
    outputs=(Output("predicted"), Output("votes")),
    parts=(
        Part("votes", 2, "who votes for what", outputs=("votes",)),
        Part("predicted", 1, "who wins", outputs=("predicted",)),
        Part(
            "edge",
            1,
            "ties, one model, one new example, any layout in memory",
            own_cases=True,
            needs=("votes", "predicted"),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, models may come in any order",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("votes", "predicted"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Votes are counted: whole numbers, exact.",
    properties=(
        Property(
            "models in any order",
            models_in_any_order,
            when=lambda case: case.about == "seven models",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
