"""``penalty(w, l1, l2)``: what large weights cost, and the gradient of that."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.regularization.mistakes.penalty import MISTAKES


def weights(
    rng: np.random.Generator,
    about: str,
    part: str = "",
    shape: tuple[int, ...] | None = None,
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
    l1: float | None = None,
    l2: float | None = None,
    zeros: bool = False,
) -> Case:
    """Draw weights and two strengths that differ; with ``zeros`` every other weight is 0."""
    w = numbers(rng, *(sizes(rng, 2) if shape is None else shape)) * scale
    if zeros:
        w.flat[::2] = 0
    first, second = (float(one) for one in rng.permutation([0.125, 0.375, 0.75])[:2])
    l1, l2 = first if l1 is None else l1, second if l2 is None else l2
    facts = {"l1": l1, "l2": l2, "n": w.size}
    return Case({**cast({"w": w}, dtype), "l1": l1, "l2": l2}, about, part, facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw weights with both penalties and with one, then zeros, odd shapes and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return weights(rng, about, "edge")

    return [
        weights(rng, "four weights", shape=(2, 2), numbers=quarters),
        weights(rng, "a matrix of weights in float64"),
        weights(rng, "a matrix of weights in float32", dtype=np.float32),
        weights(rng, "L1 alone", l2=0.0),
        weights(rng, "L2 alone", l1=0.0),
        weights(rng, "no penalty", "edge", l1=0.0, l2=0.0),
        weights(rng, "weights that are 0", "edge", zeros=True),
        weights(rng, "a single weight", "edge", (1, 1), numbers=quarters),
        weights(rng, "a kernel with four axes", "edge", (2, 3, 1, 4)),
        weights(rng, "weights around a thousand", "edge", scale=1e3, dtype=np.float32),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Take one weight at a time, in float64."""
    (w,) = case.in_float64("w")
    l1, l2 = case.arguments["l1"], case.arguments["l2"]
    value, gradient = 0.0, np.zeros_like(w)
    for index, one in np.ndenumerate(w):
        value += l1 * max(one, -one) + l2 * one * one / 2
        gradient[index] = l2 * one + (l1 if one > 0 else -l1 if one < 0 else 0.0)
    return (
        Target(np.array(value), steps=w.size + 4),
        Target(gradient, steps=4, magnitude=l2 * np.abs(w) + l1),
    )


def even_and_odd(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that -w costs as much as w, and is pulled the other way just as hard."""
    value, gradient = call(*{**case.arguments, "w": -case.arguments["w"]}.values())
    near = [2 * target.tolerance(case.precision) for target in oracle(case)]
    if abs(value - outputs[0]) > near[0]:
        return "-w does not cost as much as w: only the sizes of the weights count."
    if np.any(np.abs(gradient + outputs[1]) > near[1]):
        return "With -w in place of w the gradient does not just turn round."
    return None


PENALTY = Exercise(
    name="penalty",
    title="L1 and L2, with their gradient",
    arguments=("w", "l1", "l2"),
    outputs=(Output("value"), Output("gradient", like="w")),
    parts=(
        Part("value", 1.25, "the penalty", outputs=("value",)),
        Part("gradient", 1.5, "its gradient", outputs=("gradient",)),
        Part(
            "edge",
            0.75,
            "weights that are 0, any shape, any layout in memory, large numbers",
            own_cases=True,
            needs=("value", "gradient"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, w is left alone, -w costs as much",
            aspects=CARE,
            needs=("value", "gradient"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A sum of terms that are not negative, a rounding for each; the gradient adds two terms "
        "for each weight."
    ),
    properties=(Property("even and odd", even_and_odd),),
    mistakes=tuple(MISTAKES),
)
