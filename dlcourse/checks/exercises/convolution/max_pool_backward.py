"""``max_pool_backward(dy, x, size, stride)``: the gradient goes to where the maximum was."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.convolution.mistakes.max_pool_backward import MISTAKES
from dlcourse.checks.exercises.convolution.pooling import draw_pooling, pool_windows


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw images and an upstream gradient."""
    return draw_pooling(rng, ("dy", "x"))


def oracle(case: Case) -> tuple[Target]:
    """Go through the windows one by one and hand each entry of dy to one pixel."""
    dy, x = case.in_float64("dy", "x")
    size, stride = case.arguments["size"], case.arguments["stride"]
    winners = pool_windows(case).argmax(axis=3)  # the first of several, in reading order
    dx, magnitude = np.zeros_like(x), np.zeros_like(x)
    for (n, i, j, c), upstream in np.ndenumerate(dy):
        down, across = divmod(int(winners[n, i, j, c]), size)
        place = n, i * stride + down, j * stride + across, c
        dx[place] += upstream
        magnitude[place] += abs(upstream)
    return (Target(dx, steps=size * size, magnitude=magnitude),)


def nothing_is_lost(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the whole upstream gradient arrives, whatever it is."""
    arguments = dict(case.arguments)
    shape = arguments["dy"].shape
    drawn = rng.integers(1, 9, shape) / 8
    arguments["dy"] = drawn.astype(arguments["dy"].dtype)
    (dx,) = call(*arguments.values())
    sums = dx.sum(axis=(1, 2)) if dx.ndim == 4 else dx
    wanted = drawn.sum(axis=(1, 2))
    if sums.shape == wanted.shape and np.allclose(sums, wanted, rtol=1e-5, atol=0):
        return None
    return (
        "With another upstream gradient, dx does not hold as much as dy brought: every entry of dy "
        "goes to one pixel."
    )


MAX_POOL_BACKWARD = Exercise(
    name="max_pool_backward",
    title="the gradient goes to where the maximum was",
    arguments=("dy", "x", "size", "stride"),
    outputs=(Output("dx", like="x"),),
    parts=(
        Part("values", 1.5, "windows side by side, ties"),
        Part("windows", 1, "windows that overlap or leave gaps", own_cases=True, needs=("values",)),
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
            "the dtype is kept, the arguments are left alone, nothing of dy is lost",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A pixel collects from at most as many windows as a window has pixels, in any order."
    ),
    properties=(Property("nothing is lost", nothing_is_lost),),
    mistakes=tuple(MISTAKES),
)
