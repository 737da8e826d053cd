"""``loss_and_gradient(logits, labels, losses, dlogits)``: softmax cross-entropy, a block a row."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Call, Case, Exercise, Launch, Output, Property, Target
from dlcourse.checks.exercises.cuda_kernels.launches import (
    EVERY_SECOND,
    THREADS,
    apart,
    garbage,
    parts,
)
from dlcourse.checks.exercises.cuda_kernels.mistakes.loss_and_gradient import MISTAKES

COUNTED = ("reads of logits", "reads of dlogits")


def scores(
    rng: np.random.Generator,
    about: str,
    rows: int,
    classes: int,
    part: str = "values",
    numbers: Numbers = normal,
    shift: float = 0.0,
    scale: float = 1.0,
) -> Case:
    """Draw logits and labels for a block a row; no label is the number of its row."""
    labels = (np.arange(rows) + rng.integers(1, max(classes, 2), rows)) % classes
    arguments = {
        **cast({"logits": numbers(rng, rows, classes) * scale + shift}, np.float32),
        "labels": labels,
        "losses": garbage(rng, rows),
        "dlogits": garbage(rng, rows, classes),
    }
    launch = Launch(
        (rows,),
        (THREADS,),
        ("losses", "dlogits"),
        (("logits", "reads"), ("dlogits", "reads")),
    )
    facts = {"rows": rows, "classes": classes, "threads": THREADS}
    return Case(arguments, about, part, facts, launch=launch)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw fewer classes than threads, as many, and more, then logits of all sizes."""
    return [
        scores(rng, "two rows of three classes", 2, 3, numbers=quarters),
        scores(rng, "as many classes as threads", 3, THREADS),
        scores(rng, "more classes than threads", 4, 2 * THREADS + 5),
        scores(rng, "fewer classes than threads", 5, 6, scale=3),
        scores(rng, "a single row", 1, 7, "edge"),
        with_one_far_above(rng),
        scores(rng, "two classes", 3, 2, "edge"),
        scores(rng, "large logits", 2, 5, "edge", shift=400.0),
        scores(rng, "logits far below zero", 2, 19, "edge", shift=-400.0),
        apart(scores(rng, EVERY_SECOND, 3, 5, "edge")),
    ]


def with_one_far_above(rng: np.random.Generator) -> Case:
    """Draw logits of which one is far above the others: the last, then the first."""
    case = scores(rng, "one logit far above the others", 2, THREADS + 3, "edge")
    case.arguments["logits"][[0, 1], [-1, 0]] += 200
    return case


def oracle(case: Case) -> tuple[Target, ...]:
    """Sum logarithms by ``logaddexp``; the gradient from the logarithms of the probabilities."""
    (logits,) = case.in_float64("logits")
    labels = case.arguments["labels"]
    rows, classes = logits.shape
    log_sums = np.logaddexp.reduce(logits, axis=1, keepdims=True)
    log_probabilities = logits - log_sums
    picked = np.arange(classes) == labels[:, np.newaxis]
    probabilities = np.exp(log_probabilities)
    # A logit's own rounding, and that of its distance from the largest, goes into the exponent.
    sizes = 1 + np.abs(log_probabilities) + np.ptp(logits, axis=1, keepdims=True)
    losses = -log_probabilities[picked]
    return (
        Target(losses, steps=classes + 8, magnitude=sizes.max(axis=1)),
        Target(
            (probabilities - picked) / rows,
            steps=classes + 8,
            magnitude=(probabilities * sizes + picked) / rows,
        ),
        Target(np.array(3 * logits.size + 2 * rows), at_most=True),
        Target(np.array(logits.size), at_most=True),
    )


def same_when_shifted(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that adding a number to all logits of a row changes neither loss nor gradient."""
    logits, *rest = case.arguments.values()
    shifts = rng.choice([-2.0, 0.5, 4.0], (len(logits), 1)).astype(np.float32)
    losses, gradient, *_ = call(logits + shifts, *rest)
    targets = oracle(case)
    for got, target in zip((losses, gradient), targets, strict=False):
        # The shift is rounded once more, with the sum's size.
        if not np.all(np.abs(got - target.value) <= 8 * target.tolerance(case.precision)):
            return "The same number added to all logits of a row changes its loss or gradient."
    return None


LOSS_AND_GRADIENT = Exercise(
    name="loss_and_gradient",
    title="a loss and its gradient",
    arguments=("logits", "labels", "losses", "dlogits"),
    outputs=(
        Output("losses", like="logits"),
        Output("dlogits", like="logits"),
        *map(Output, COUNTED),
    ),
    parts=parts(
        (3, 1, 0.5, 0.5), "one row, two classes, large and small logits, gaps in memory", COUNTED
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Terms are added in any order; an exponential turns the rounding of its argument into one "
        "of its value, so that the sizes of the exponents count."
    ),
    properties=(
        Property(
            "the same when shifted",
            same_when_shifted,
            when=lambda case: case.about == "fewer classes than threads",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
