"""``confusion_matrix(target, predicted, classes)``: who is taken for whom, counted."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.drawing import sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.losses.mistakes.confusion_matrix import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    n: int,
    classes: int,
    part: str = "values",
) -> Case:
    """Draw true and guessed labels; some pair of different classes occurs more often than its twin.

    Otherwise the table could happen to be its own transpose, or hold nothing above 1.
    """
    target, predicted = rng.integers(0, classes, (2, n))
    if n >= 5 and classes >= 3:
        one, other, third = rng.permutation(classes)[:3]
        target[:5] = one, one, one, third, other
        predicted[:5] = other, other, other, third, other
    return with_labels(target, predicted, classes, about, part)


def with_labels(
    target: np.ndarray, predicted: np.ndarray, classes: int, about: str, part: str
) -> Case:
    """Make a case of given labels."""
    arguments = {"target": target, "predicted": predicted, "classes": classes}
    return Case(arguments, about, part, facts={"n": len(target), "c": classes})


def absent(rng: np.random.Generator, about: str, occurring: slice) -> Case:
    """Draw labels of seven classes of which only some occur."""
    chosen = np.arange(7)[occurring]
    target, predicted = rng.choice(chosen, (2, 9))
    # The first and the last of them do occur.
    target[:3], predicted[:3] = (chosen[0], chosen[-1], chosen[0]), (chosen[-1],) * 3
    return with_labels(target, predicted, 7, about, "edge")


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then absent classes, odd sizes and layouts."""
    (classes,) = sizes(rng, 1, low=3)
    ordinary = batch(rng, "labels in strided, read-only arrays", 12, classes, "edge")
    target, predicted = (ordinary.arguments[name] for name in ("target", "predicted"))
    return [
        batch(rng, "six examples of three classes", 6, 3),
        batch(rng, "a batch", 20, classes),
        batch(rng, "another batch", 50, classes + 1),
        absent(rng, "the last classes never occurring", slice(0, 4)),
        absent(rng, "the first classes never occurring", slice(3, 7)),
        absent(rng, "classes in the middle never occurring", slice(0, 7, 3)),
        with_labels(target, target.copy(), classes, "everything guessed right", "edge"),
        batch(rng, "a single example", 1, 4, "edge"),
        batch(rng, "a single class", 3, 1, "edge"),
        batch(rng, "many examples", 3000, 3, "edge"),
        with_labels(
            read_only(strided(target)), strided(predicted), classes, ordinary.about, "edge"
        ),
        with_labels(
            target.astype(np.int32), predicted.astype(np.int32), classes, "labels in int32", "edge"
        ),
        with_labels(
            target.astype(np.uint8), predicted.astype(np.uint8), classes, "labels in uint8", "edge"
        ),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Count the pairs one by one."""
    classes = case.arguments["classes"]
    counts = [[0] * classes for _ in range(classes)]
    for true, guessed in zip(case.arguments["target"], case.arguments["predicted"], strict=True):
        counts[int(true)][int(guessed)] += 1
    return (Target(np.array(counts, dtype=np.int64)),)


def swapped_is_transposed(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that swapping truth and guess transposes the table."""
    arguments = case.arguments
    (again,) = call(arguments["predicted"], arguments["target"], arguments["classes"])
    if np.array_equal(again, outputs[0].T):
        return None
    return "Swapping target and predicted should transpose the table, and does not."


CONFUSION_MATRIX = Exercise(
    name="confusion_matrix",
    title="the confusion matrix",
    arguments=("target", "predicted", "classes"),
    outputs=(Output("counts"),),
    parts=(
        Part("values", 1, "the right counts"),
        Part(
            "edge",
            1,
            "classes that never occur, any size, any integer dtype",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, truth and guess have their places",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Counts are exact.",
    properties=(Property("swapped is transposed", swapped_is_transposed),),
    mistakes=tuple(MISTAKES),
)
