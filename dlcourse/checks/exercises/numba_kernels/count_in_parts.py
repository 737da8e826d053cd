"""``count_in_parts(labels, classes, parts)``: each part counts for itself, so none waits."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import (
    Aspect,
    Call,
    Case,
    Exercise,
    Output,
    Part,
    Property,
    Speed,
    Target,
)
from dlcourse.checks.exercises.numba_kernels.kernels import EVERY_SECOND, apart
from dlcourse.checks.exercises.numba_kernels.mistakes.count_in_parts import MISTAKES


def labelled(
    rng: np.random.Generator, about: str, n: int, classes: int, parts: int, part: str = "values"
) -> Case:
    """Draw labels, none of which is alike its neighbour."""
    steps = rng.integers(1, classes, n) if classes > 1 else np.zeros(n, dtype=np.int64)
    labels = (np.cumsum(steps) + rng.integers(classes)) % classes
    arguments = {"labels": labels, "classes": classes, "parts": parts}
    return Case(arguments, about, part, facts={"n": n, "classes": classes, "parts": parts})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw labels in parts that come out even, and in parts that do not."""
    return [
        labelled(rng, "six labels in two parts", 6, 2, 2),
        labelled(rng, "parts that are not all as long", 11, 3, 4),
        labelled(rng, "as many parts as classes", 14, 3, 3),
        labelled(rng, "parts of many labels", 60, 5, 7),
        labelled(rng, "a single part", 9, 4, 1, "edge"),
        labelled(rng, "fewer labels than parts", 3, 4, 5, "edge"),
        labelled(rng, "a single class", 8, 1, 3, "edge"),
        with_more_classes(rng),
        apart(labelled(rng, EVERY_SECOND, 13, 3, 4, "edge")),
    ]


def with_more_classes(rng: np.random.Generator) -> Case:
    """Draw labels of which the last classes do not come up."""
    case = labelled(rng, "classes that do not come up", 5, 4, 2, "edge")
    arguments = {**case.arguments, "classes": 7}
    return Case(arguments, case.about, case.part, facts={**case.facts, "classes": 7})


def oracle(case: Case) -> tuple[Target]:
    """Ask for each label in which part it lies, and count it there."""
    labels, classes, parts = case.arguments.values()
    counts = np.zeros((parts, classes), dtype=np.int64)
    ends = [(part + 1) * len(labels) // parts for part in range(parts)]
    for place, label in enumerate(labels):
        counts[next(p for p, end in enumerate(ends) if place < end), label] += 1
    return (Target(counts),)


def nobody_is_lost(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that many parts together count what one part counts, ten times over."""
    labels, classes, parts = case.arguments.values()
    for _ in range(10):
        many = np.concatenate([labels] * 50)
        (counts,) = call(many, classes, parts)
        if counts.ndim != 2 or not np.array_equal(
            counts.sum(axis=0), np.bincount(many, minlength=classes)
        ):
            return (
                "With more labels, some are lost or counted twice: do two threads write to the "
                "same element? Each part has a row of its own."
            )
    return None


def class_by_class(labels: np.ndarray, classes: int, parts: int) -> np.ndarray:
    """Measure against this: one look at each part for each class."""
    counts = np.zeros((parts, classes), dtype=np.int64)
    n = len(labels)
    for part in range(parts):
        mine = labels[part * n // parts : (part + 1) * n // parts]
        for label in range(classes):
            counts[part, label] = np.count_nonzero(mine == label)
    return counts


COUNT_IN_PARTS = Exercise(
    name="count_in_parts",
    title="counting without a race",
    arguments=("labels", "classes", "parts"),
    outputs=(Output("counts"),),
    parts=(
        Part("values", 2, "the right counts"),
        Part(
            "edge",
            1,
            "one part, more parts than labels, one class, gaps in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the labels are left alone, none is lost or counted twice",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
        Part(
            "speed",
            1,
            "it is compiled, and as fast as loops can be",
            aspects=(Aspect.SPEED,),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="A count is right or wrong.",
    properties=(
        Property(
            "nobody is lost",
            nobody_is_lost,
            when=lambda case: case.about == "parts of many labels",
        ),
    ),
    mistakes=tuple(MISTAKES),
    speed=Speed(
        lambda rng: labelled(rng, "many labels", 100_000, 10, 4),
        class_by_class,
        25.0,
        "NumPy does class by class, for 100,000 labels",
    ),
)
