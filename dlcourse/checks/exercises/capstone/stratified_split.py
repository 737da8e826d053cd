"""``stratified_split(labels, order, holdout)``: three parts with the same share of each class."""

from __future__ import annotations

from collections import deque

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.capstone.mistakes.stratified_split import MISTAKES


def of(labels: np.ndarray, order: np.ndarray, holdout: int, about: str, part: str = "") -> Case:
    """Make a case of given labels and a given order."""
    arguments = {"labels": labels, "order": order, "holdout": holdout}
    return Case(arguments, about, part, facts={"n": len(labels), "holdout": holdout})


def labelled(
    rng: np.random.Generator, about: str, counts: tuple[int, ...], holdout: int, part: str = ""
) -> Case:
    """
    Draw labels with as many examples of each class as is said, in a random order.

    The order begins and ends with a run of one class, so that a cut without looking at the classes
    gives other parts.
    """
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    order = rng.permutation(len(labels))
    first = np.flatnonzero(labels[order] == int(np.argmax(counts)))
    run = first[: len(labels) // holdout + 1]
    order = np.concatenate([order[run], np.delete(order, run)])
    return of(labels, order, holdout, about, part)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw two and more classes, rare and absent ones, counts that do not divide, layouts."""
    few, many = int(rng.integers(6, 9)), int(rng.integers(17, 20))
    plain = labelled(rng, "", (11, 7, 5), 3).arguments
    return [
        labelled(rng, "ten examples of two classes", (6, 4), 2 + 1),
        labelled(rng, "three classes", (many, few, 11), 5),
        labelled(rng, "four classes, a fourth of each held out", (9, few, 14, 5), 4),
        labelled(rng, "counts just below a multiple", (11, 8, 14), 3),
        labelled(rng, "a class too rare to be held out", (15, 3, 9), 4, "edge"),
        labelled(rng, "a class number without an example", (8, 0, 13), 4, "edge"),
        labelled(rng, "a single example of a class", (9, 1), 3, "edge"),
        labelled(rng, "a single class", (11,), 4, "edge"),
        labelled(rng, "too few examples to hold any out", (2, 3), 5, "edge"),
        of(
            strided(plain["labels"]),
            read_only(strided(plain["order"])),
            plain["holdout"],
            "strided arrays",
            "edge",
        ),
        of(
            plain["labels"].astype(np.uint8),
            plain["order"].astype(np.int32),
            plain["holdout"],
            "labels in uint8, an order in int32",
            "edge",
        ),
    ]


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Deal the examples out one by one: each class has so many seats in the test, and so on."""
    labels = [int(label) for label in case.arguments["labels"]]
    seats = {label: labels.count(label) // case.arguments["holdout"] for label in set(labels)}
    in_test, in_validation = dict(seats), dict(seats)
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    waiting = deque(int(example) for example in case.arguments["order"])
    while waiting:
        example = waiting.popleft()
        label = labels[example]
        if in_test[label]:
            in_test[label] -= 1
            parts[2].append(example)
        elif in_validation[label]:
            in_validation[label] -= 1
            parts[1].append(example)
        else:
            parts[0].append(example)
    train, validation, test = (Target(np.array(part, dtype=np.int64)) for part in parts)
    return train, validation, test


def everyone_once(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check in another order that each example is in one part, and that the parts are right."""
    order = rng.permutation(case.arguments["order"])
    parts = call(case.arguments["labels"], order, case.arguments["holdout"])
    if sorted(int(one) for part in parts for one in part) != list(range(len(order))):
        return "In another order some example is in two parts, or in none: that is a leak."
    wanted = oracle(of(case.arguments["labels"], order, case.arguments["holdout"], ""))
    if all(np.array_equal(part, one.value) for part, one in zip(parts, wanted, strict=True)):
        return None
    return "The same labels in another order come out wrong: does your function keep something?"


STRATIFIED_SPLIT = Exercise(
    name="stratified_split",
    title="three parts with the same share of each class",
    arguments=("labels", "order", "holdout"),
    outputs=(Output("train"), Output("validation"), Output("test")),
    parts=(
        Part("train", 1, "the training part", outputs=("train",)),
        Part("held_out", 1.5, "the validation and the test part", outputs=("validation", "test")),
        Part(
            "edge",
            1,
            "rare, absent and single classes, nothing to hold out, any integer type",
            own_cases=True,
            needs=("train", "held_out"),
        ),
        Part(
            "care",
            0.5,
            "the arguments are left alone, each example is in one part in any order",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("train", "held_out"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Numbers of examples are exact.",
    properties=(Property("everyone once", everyone_once),),
    mistakes=tuple(MISTAKES),
)
