"""``max_pool_forward(x, size, stride)``: the largest number of each window."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.convolution.mistakes.max_pool_forward import MISTAKES
from dlcourse.checks.exercises.convolution.pooling import draw_pooling, pool_windows


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw images."""
    return draw_pooling(rng, ("x",))


def oracle(case: Case) -> tuple[Target]:
    """Sort each window and take its last number."""
    return (Target(np.sort(pool_windows(case), axis=3)[:, :, :, -1], steps=0),)


def order_is_all_that_counts(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that twice every number, and one more, gives twice every maximum, and one more."""
    arguments = dict(case.arguments)
    two, one = arguments["x"].dtype.type(2), arguments["x"].dtype.type(1)
    arguments["x"] = two * arguments["x"] + one
    (again,) = call(*arguments.values())
    if again.shape == outputs[0].shape and np.array_equal(again, two * outputs[0] + one):
        return None
    return "Where every pixel is doubled and made larger by 1, each maximum has to follow."


MAX_POOL_FORWARD = Exercise(
    name="max_pool_forward",
    title="the largest number of each window",
    arguments=("x", "size", "stride"),
    outputs=(Output("y", like="x"),),
    parts=(
        Part("values", 1, "windows side by side"),
        Part(
            "windows", 0.5, "windows that overlap or leave gaps", own_cases=True, needs=("values",)
        ),
        Part(
            "edge",
            0.5,
            "negative numbers, images of any size, any layout in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the image is left alone, only the order of numbers counts",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Numbers are picked and not computed with: they are exact.",
    properties=(Property("order is all that counts", order_is_all_that_counts),),
    mistakes=tuple(MISTAKES),
)
