"""``evaluate(labels, predictions, classes)``: a report that a single number cannot give."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.capstone.mistakes.evaluate import MISTAKES

#: So many standard deviations of the normal distribution hold 95 % of it.
Z = 1.96


def of(labels: np.ndarray, predictions: np.ndarray, classes: int, about: str, part: str) -> Case:
    """Make a case of given labels and predictions."""
    arguments = {"labels": labels, "predictions": predictions, "classes": classes}
    facts = {"n": len(labels), "classes": classes}
    return Case(arguments, about, part, facts=facts)


def judged(
    rng: np.random.Generator,
    about: str,
    counts: tuple[int, ...],
    right: tuple[int, ...],
    guess: tuple[int, ...],
    part: str = "",
) -> Case:
    """
    Draw ``counts[k]`` examples of class k, of which ``right[k]`` are recognized.

    The others are all taken for class ``guess[k]``.
    """
    labels, predictions = [], []
    for k, (count, hits) in enumerate(zip(counts, right, strict=True)):
        labels += [k] * count
        predictions += [k] * hits + [guess[k]] * (count - hits)
    order = rng.permutation(len(labels))
    return of(
        np.array(labels, dtype=np.int64)[order],
        np.array(predictions, dtype=np.int64)[order],
        len(counts),
        about,
        part,
    )


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw balanced and imbalanced classes, absent ones, everything right, everything wrong."""
    a, b = int(rng.integers(3, 6)), int(rng.integers(9, 12))
    plain = judged(rng, "", (7, 4, 3), (5, 3, 1), (1, 2, 0)).arguments
    return [
        judged(rng, "five examples of two classes", (3, 2), (2, 1), (1, 0)),
        judged(rng, "three classes", (a, b, 6), (a - 1, b - 4, 4), (1, 2, 0)),
        judged(rng, "a rare class", (40 + a, 4), (38, 1), (1, 0)),
        judged(rng, "four classes", (b, 5, a + 9, 7), (b - 3, 3, a + 4, 6), (2, 0, 0, 1)),
        judged(rng, "a class that is never predicted", (b, 3, 6), (b - 2, 0, 5), (2, 0, 0), "edge"),
        judged(rng, "a class that only predictions have", (8, 0, a), (6, 0, 2), (1, 2, 0), "edge"),
        judged(rng, "a class that nobody has", (b, 0, 7), (b - 3, 0, 5), (2, 2, 0), "edge"),
        judged(rng, "the last class is absent", (6, 5, 0), (4, 3, 0), (1, 0, 0), "edge"),
        judged(
            rng, "the only example of a class, missed", (b, 1, 5), (b - 2, 0, 4), (2, 0, 0), "edge"
        ),
        judged(rng, "everything right", (4, 3), (4, 3), (1, 0), "edge"),
        judged(rng, "everything wrong", (a, 3), (0, 0), (1, 0), "edge"),
        judged(rng, "a single example", (0, 1), (0, 1), (0, 0), "edge"),
        judged(rng, "three hundred examples", (200, 70 + a, 30), (180, 60, 11), (2, 0, 1), "edge"),
        of(
            strided(plain["labels"]),
            read_only(strided(plain["predictions"])),
            3,
            "strided arrays",
            "edge",
        ),
        of(
            plain["labels"].astype(np.uint8),
            plain["predictions"].astype(np.int32),
            3,
            "labels in uint8, predictions in int32",
            "edge",
        ),
    ]


def oracle(case: Case) -> tuple[Target, ...]:
    """
    Count example by example; find the interval's ends as the roots of its quadratic equation.

    An end is a share p0 whose distance from the accuracy is Z of its own standard errors:
    (p - p0)² = Z² p0 (1 - p0) / n.
    """
    labels, predictions = (
        [int(one) for one in case.arguments[name]] for name in ("labels", "predictions")
    )
    classes, n = case.arguments["classes"], len(labels)
    table = np.zeros((classes, classes), dtype=np.int64)
    for true, guess in zip(labels, predictions, strict=True):
        table[true, guess] += 1
    scores = []
    for k in range(classes):
        hits = int(table[k, k])
        asked = sum(true == k for true in labels) + sum(guess == k for guess in predictions)
        if asked:
            scores.append(2.0 * hits / asked)
    p = sum(map(int.__eq__, labels, predictions)) / n
    a, b, c = 1 + Z * Z / n, -(2 * p + Z * Z / n), p * p
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    one = np.ones(())
    return (
        Target(table),
        Target(np.array(p), steps=4, magnitude=one),
        Target(np.array(sum(scores) / len(scores)), steps=8 + classes, magnitude=one),
        # The root of a difference: half of the digits are lost where everything is right or wrong.
        Target(np.array((-b - root) / (2 * a)), steps=64, magnitude=one),
        Target(np.array((-b + root) / (2 * a)), steps=64, magnitude=one),
    )


def renamed(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that other numbers for the classes move rows and columns, and no score."""
    labels, predictions, classes = case.arguments.values()
    new = rng.permutation(classes)
    found = call(new[labels], new[predictions], classes)
    moved = np.empty_like(outputs[0])
    moved[np.ix_(new, new)] = outputs[0]
    if found[0].shape == moved.shape and np.array_equal(found[0], moved):
        if all(np.allclose(x, y, atol=1e-9) for x, y in zip(found[1:], outputs[1:], strict=True)):
            return None
        return "When the classes get other numbers, a score changes: all classes count alike."
    return "When the classes get other numbers, the table is not the same with rows exchanged."


EVALUATE = Exercise(
    name="evaluate",
    title="confusion, accuracy with its interval, macro F1",
    arguments=("labels", "predictions", "classes"),
    outputs=tuple(Output(name) for name in ("confusion", "accuracy", "macro_f1", "low", "high")),
    parts=(
        Part("table", 1, "the table of confusions, and the accuracy"),
        Part("f1", 1, "the macro F1", outputs=("macro_f1",)),
        Part("interval", 1.5, "the interval of the accuracy", outputs=("low", "high")),
        Part(
            "edge",
            1,
            "absent classes, everything right or wrong, a single example, any integer type",
            own_cases=True,
            needs=("table", "f1", "interval"),
        ),
        Part(
            "care",
            0.5,
            "the arguments are left alone, and no class is treated otherwise than the others",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("table", "f1", "interval"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Counts are exact. The scores are quotients of counts, and the ends of the interval lie "
        "between 0 and 1, a few roundings of such numbers away from their exact values."
    ),
    properties=(
        Property(
            "renamed", renamed, when=lambda case: case.about in ("three classes", "a rare class")
        ),
    ),
    mistakes=tuple(MISTAKES),
)
