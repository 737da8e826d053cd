"""``share_right(scores, labels)``: how often the highest score is the right one."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.warmup.mistakes.share_right import MISTAKES


def scored(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int] | None = None,
    part: str = "values",
    dtype: type = np.float64,
    scale: float = 1.0,
    offset: float = 0.0,
    right: int | None = None,
    integers: type = np.int64,
) -> Case:
    """
    Draw scores of which a chosen number is right.

    The scores of a row are quarters, all different, so that no two are ever equal. Unless chosen,
    more than half are right but not all: then no count agrees by accident with that of the lowest
    scores. A label that is not right is the one with the lowest score every other time.
    """
    n, c = shape or sizes(rng, 2, low=4)
    ladder = np.arange(c) * 0.25
    scores = np.array([rng.permutation(ladder) for _ in range(n)]) + 0.25
    scores = scores * scale + offset
    right = int(rng.integers(n // 2 + 1, n)) if right is None else right
    ranks = np.argsort(-scores, axis=1)
    wrong = rng.integers(1, c, n) if c > 1 else np.zeros(n, dtype=int)
    place = np.where(np.arange(n) < right, 0, wrong)
    labels = ranks[np.arange(n), place]
    order = rng.permutation(n)
    arrays = {"scores": scores[order], "labels": labels[order].astype(integers)}
    facts = {"n": n, "c": c, "right": right, "wrong": n - right}
    return Case(cast(arrays, dtype), about, part, facts=facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then all right and none right, odd sizes, layouts and labels."""
    one, two = sizes(rng, 2, low=4)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return scored(rng, about, part="edge")

    return [
        scored(rng, "three examples of two classes", (3, 2), right=2),
        scored(rng, "scores in float32", dtype=np.float32),
        scored(rng, "scores in float64"),
        scored(rng, "as many examples as classes", (one, one)),
        scored(rng, "many examples", (101, 5)),
        scored(rng, "scores that are all negative", offset=-20),
        scored(rng, "everything right", (two, one), "edge", right=two),
        scored(rng, "nothing right", (two, one), "edge", right=0),
        scored(rng, "a single example", (1, one), "edge", right=1),
        scored(rng, "a single class", (two, 1), "edge", right=two),
        *laid_out(layout, rng),
        scored(rng, "scores in the tens of thousands", part="edge", scale=4e4, dtype=np.float32),
        scored(rng, "labels in int32", part="edge", integers=np.int32),
        scored(rng, "labels in uint8 and many examples", (90, 4), "edge", integers=np.uint8),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Look for a higher score in each row, one by one."""
    scores, labels = case.arguments["scores"].tolist(), case.arguments["labels"].tolist()
    right = sum(
        all(score <= row[label] for score in row) for row, label in zip(scores, labels, strict=True)
    )
    return (Target(np.array(right / len(labels)), steps=len(labels) + 2),)


def only_the_order_of_scores_counts(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that stretching and moving the scores of a row changes nothing."""
    scores, labels = case.arguments["scores"], case.arguments["labels"]
    stretch = rng.choice([0.5, 2.0, 4.0], (len(scores), 1)).astype(scores.dtype)
    (again,) = call(scores * stretch - stretch, labels)
    (target,) = oracle(case)
    if again.shape == () and abs(float(again) - target.value) <= target.tolerance(case.precision):
        return None
    return (
        "Doubling a row's scores, or subtracting the same number from all of them, changes your "
        "share: only which score is the highest should count."
    )


SHARE_RIGHT = Exercise(
    name="share_right",
    title="the share of examples whose highest score is the right one",
    arguments=("scores", "labels"),
    outputs=(Output("share"),),
    parts=(
        Part("values", 2, "the share of right answers"),
        Part(
            "edge",
            1,
            "all right, none right, any size, any layout, any integer labels",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, only the order of the scores counts",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Counting is exact; a share may be summed from n shares of 1 / n.",
    properties=(Property("only the order of scores counts", only_the_order_of_scores_counts),),
    mistakes=tuple(MISTAKES),
)
