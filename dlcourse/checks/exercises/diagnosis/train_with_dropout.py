"""``train_with_dropout(w, x, y, x_new, y_new, masks, keep, rate)``: a curve that lies."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, laid_out, normal, quarters
from dlcourse.checks.exercise import Case, Exercise, Output, Target
from dlcourse.checks.exercises.diagnosis.mistakes.train_with_dropout import MISTAKES
from dlcourse.checks.exercises.diagnosis.programs import program_parts


def training(
    rng: np.random.Generator,
    about: str,
    epochs: int,
    n: int,
    m: int,
    i: int,
    part: str = "values",
    numbers: Numbers = normal,
    keep: float | None = None,
) -> Case:
    """Draw data, more or fewer new examples, and a mask for each epoch with both kinds of entry."""
    keep = float(rng.choice([0.5, 0.75])) if keep is None else keep
    masks = rng.random((epochs, n, i)) < keep
    if epochs and keep < 1:
        masks[:, 0, 0], masks[:, -1, -1] = False, True
        # Every input is kept at least once: no column is all zeros.
        masks[:, rng.integers(0, n), 1 if i > 1 else 0] = True
    arguments = {
        "w": numbers(rng, i),
        "x": numbers(rng, n, i),
        "y": numbers(rng, n) * 2,
        "x_new": numbers(rng, m, i),
        "y_new": numbers(rng, m) * 2,
        "masks": masks if keep < 1 else np.ones((epochs, n, i), dtype=bool),
        "keep": keep,
        "rate": 0.125,
    }
    return Case(arguments, about, part, facts={"keep": keep, "epochs": epochs})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw trainings with more and with fewer new examples, then nothing dropped, and layouts."""
    i = int(rng.integers(3, 6))

    def layout(rng: np.random.Generator, about: str) -> Case:
        return training(rng, about, 2, 5, 4, 3, "edge")

    return [
        training(rng, "one epoch with two inputs", 1, 2, 2, 2, numbers=quarters, keep=0.5),
        training(rng, "three epochs, as many new examples as old", 3, 6, 6, i),
        training(rng, "four epochs, fewer new examples", 4, 8, 5, i),
        training(rng, "more new examples than old", 2, 4, 7, i),
        training(rng, "nothing is dropped", 2, 5, 3, 3, "edge", keep=1.0),
        training(rng, "a single new example", 2, 5, 1, i, "edge"),
        training(rng, "a single input", 3, 4, 4, 1, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Train by sums over single examples; bounds go along with absolute values."""
    w, x, y, x_new, y_new = case.in_float64("w", "x", "y", "x_new", "y_new")
    masks, keep, rate = (case.arguments[k] for k in ("masks", "keep", "rate"))
    size, losses, sizes = np.abs(w), [], []
    for mask in masks:
        gradient, bound = np.zeros_like(w), np.zeros_like(w)
        for example, target, on in zip(x, y, mask, strict=True):
            seen = np.where(on, example / keep, 0.0)
            gradient += 2.0 / len(x) * (float(np.dot(seen, w)) - target) * seen
            bound += 2.0 / len(x) * (np.abs(seen) @ size + abs(target)) * np.abs(seen)
        w, size = w - rate * gradient, size + rate * bound
        errors = [float(np.dot(example, w)) - t for example, t in zip(x_new, y_new, strict=True)]
        losses.append(sum(error**2 for error in errors) / len(errors))
        sizes.append(float(np.mean((np.abs(x_new) @ size + np.abs(y_new)) ** 2)))
    steps = (len(w) + len(x) + len(x_new) + 8) * max(len(masks), 1)
    return Target(w, steps, size), Target(np.array(losses), 2 * steps, np.array(sizes))


TRAIN_WITH_DROPOUT = Exercise(
    name="train_with_dropout",
    title="mend a validation curve that lies",
    arguments=("w", "x", "y", "x_new", "y_new", "masks", "keep", "rate"),
    outputs=(Output("w"), Output("losses")),
    parts=program_parts(
        "the mended training and its curve",
        "nothing dropped, one input, one new example, any layout in memory",
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Sums over inputs and examples, in any order, a few steps one after the other; the bounds "
        "follow the same way with absolute values."
    ),
    mistakes=tuple(MISTAKES),
)
