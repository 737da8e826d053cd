"""``split_and_oversample(y, order, test_size)``: a test part, then a balanced training part."""

from __future__ import annotations

from collections import Counter
from itertools import cycle, islice

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.data.mistakes.split_and_oversample import MISTAKES


def of(
    y: np.ndarray, order: np.ndarray, test_size: int, about: str, part: str = "training"
) -> Case:
    """Make a case of given labels and a given order."""
    arguments = {"y": y, "order": order, "test_size": test_size}
    facts = {"n": len(y), "t": test_size, "k": len(y) - test_size}
    return Case(arguments, about, part, facts=facts)


def imbalanced(
    rng: np.random.Generator,
    about: str,
    in_train: tuple[int, ...],
    in_test: tuple[int, ...],
    part: str = "training",
) -> Case:
    """
    Draw labels and an order so that each part holds as many of each class as is said.

    Within a part the order is random, but the training part ends and begins with a rare class.
    """
    test = rng.permutation(np.repeat(np.arange(len(in_test)), in_test))
    train = rng.permutation(np.repeat(np.arange(len(in_train)), in_train))
    labels = np.concatenate([test, train])
    order = rng.permutation(len(labels))
    y = np.empty(len(labels), dtype=np.int64)
    y[order] = labels
    return of(y, order, len(test), about, part)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw two and more classes, then balanced ones, absent ones, single examples, layouts."""
    most, some = int(rng.integers(9, 13)), int(rng.integers(4, 6))
    plain = imbalanced(rng, "", (7, 3, 2), (2, 2, 1)).arguments

    return [
        imbalanced(rng, "eight examples of two classes", (4, 2), (1, 1)),
        imbalanced(rng, "two classes", (most, 4), (2, 3)),
        imbalanced(rng, "three classes", (some, most, 2), (2, 1, 2)),
        imbalanced(rng, "five classes", (2, some, most, some - 1, 5), (1, 2, 1, 3, 2)),
        imbalanced(rng, "a class more frequent in test than in train", (3, 8), (9, 2)),
        imbalanced(rng, "classes that are balanced already", (4, 4, 4), (2, 1, 3), "edge"),
        imbalanced(rng, "a class that only test has", (6, 2, 0, 3), (2, 1, 2, 2), "edge"),
        imbalanced(rng, "a single example of a rare class", (5, 1), (2, 1), "edge"),
        imbalanced(rng, "a single class", (5,), (3,), "edge"),
        imbalanced(rng, "a single test example", (6, 3), (1, 0), "edge"),
        imbalanced(rng, "no test part at all", (5, 3), (0, 0), "edge"),
        of(
            strided(plain["y"]),
            read_only(strided(plain["order"])),
            plain["test_size"],
            "strided arrays",
            "edge",
        ),
        of(
            plain["y"].astype(np.uint8),
            plain["order"].astype(np.int32),
            plain["test_size"],
            "labels in uint8, an order in int32",
            "edge",
        ),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Deal the examples out one by one."""
    labels = [int(label) for label in case.arguments["y"]]
    waiting = [int(example) for example in case.arguments["order"]]
    test = [waiting.pop(0) for _ in range(case.arguments["test_size"])]
    counts = Counter(labels[example] for example in waiting)
    train = list(waiting)
    for label in sorted(counts):
        members = [example for example in waiting if labels[example] == label]
        train += islice(cycle(members), counts[label], max(counts.values()))
    # A cycle taken from place k begins anew where k is a multiple of its length: as it does here.
    return Target(np.array(train, dtype=np.int64)), Target(np.array(test, dtype=np.int64))


def nothing_on_both_sides(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check in another order that no example is on both sides and that classes are balanced."""
    y, test_size = case.arguments["y"], case.arguments["test_size"]
    order = rng.permutation(case.arguments["order"])
    train, test = call(y, order, test_size)
    if set(train.tolist()) & set(test.tolist()):
        return "Some example is in train and in test: what is tested on was trained on."
    wanted = oracle(Case({"y": y, "order": order, "test_size": test_size}, ""))
    if np.array_equal(train, wanted[0].value) and np.array_equal(test, wanted[1].value):
        return None
    return "The same labels in another order come out wrong: does your function keep something?"


SPLIT_AND_OVERSAMPLE = Exercise(
    name="split_and_oversample",
    title="a test part, and a balanced training part",
    arguments=("y", "order", "test_size"),
    outputs=(Output("train"), Output("test")),
    parts=(
        Part("test", 1, "the test part", outputs=("test",)),
        Part("training", 2, "the balanced training part", outputs=("train",)),
        Part(
            "edge",
            1,
            "balanced, absent and single classes, no test part, any integer type",
            own_cases=True,
            needs=("test", "training"),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, no example is on both sides",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("test", "training"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Numbers of examples are exact.",
    properties=(Property("nothing on both sides", nothing_on_both_sides),),
    mistakes=tuple(MISTAKES),
)
