"""``binary_cross_entropy(logits, target)``: the loss of yes-or-no questions, from logits."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.losses.mistakes.binary_cross_entropy import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, ...] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw one case; both answers occur where there is room for them."""
    shape = shape or (sizes(rng, 1, low=3)[0],)
    target = rng.integers(0, 2, shape).astype(np.float64)
    if target.size >= 2:
        target.flat[rng.permutation(target.size)[:2]] = 0.0, 1.0
    arrays = {"logits": numbers(rng, *shape) * scale, "target": target}
    facts = {"n": shape[0], "size": target.size}
    return Case(cast(arrays, dtype), about, part, facts=facts)


def with_shares(rng: np.random.Generator) -> Case:
    """Draw targets between 0 and 1, as when several people have answered and not all agree."""
    case = batch(rng, "targets between 0 and 1", (4,), dtype=np.float64)
    case.arguments["target"][:] = rng.permutation([0.25, 0.5, 0.75, 1.0])
    return case


def sure(rng: np.random.Generator, size: float, dtype: type) -> Case:
    """Draw four sure answers: yes and no, each right and wrong."""
    case = batch(rng, f"logits of {size:g} and -{size:g}", (4,), "extremes", dtype)
    order = rng.permutation(4)
    case.arguments["logits"][:] = np.array([size, size, -size, -size])[order]
    case.arguments["target"][:] = np.array([1, 0, 1, 0])[order]
    return case


def all_on_one_side(rng: np.random.Generator, side: int) -> Case:
    """Draw large logits of one sign, so that only one way to overflow is met."""
    name = "positive" if side > 0 else "negative"
    case = batch(rng, f"large {name} logits", (4,), "extremes", np.float64)
    case.arguments["logits"][:] = side * rng.uniform(800, 1200, 4)
    return case


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then odd shapes and layouts, then sure answers."""
    one, two = sizes(rng, 2)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, (two, one), "shapes", np.float64)

    return [
        batch(rng, "three examples", (3,), dtype=np.float64, numbers=quarters),
        batch(rng, "a batch in float32"),
        batch(rng, "a batch in float64", dtype=np.float64),
        with_shares(rng),
        batch(rng, "a single example", (1,), "shapes", np.float64, quarters),
        batch(rng, "several questions for each example", (one, two), "shapes"),
        batch(rng, "a single column", (two, 1), "shapes", np.float64),
        *laid_out(layout, rng),
        batch(rng, "logits that are all 0", (3,), "extremes", scale=0.0),
        sure(rng, 30, np.float32),
        all_on_one_side(rng, 1),
        all_on_one_side(rng, -1),
        sure(rng, 1e4, np.float32),
        sure(rng, 1e4, np.float64),
        batch(rng, "logits in the thousands", part="extremes", scale=1e3),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go through the elements one by one, with the exponential of a negative number only."""
    logits, target = case.in_float64("logits", "target")
    losses = []
    for logit, truth in zip(logits.flat, target.flat, strict=True):
        miss = (1.0 - truth) * logit if logit >= 0 else -truth * logit
        losses.append(miss + math.log1p(math.exp(-abs(logit))))
    return (
        Target(
            np.array(sum(losses) / len(losses)),
            steps=len(losses) + 8,
            magnitude=np.array(1.0 + np.mean(np.abs(logits))),
        ),
    )


def yes_and_no_swapped(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that asking the opposite question, with opposite answers, costs the same."""
    arguments = case.arguments
    (again,) = call(-arguments["logits"], 1 - arguments["target"])
    tolerance = 2 * oracle(case)[0].tolerance(case.precision)
    if again.shape == () and abs(float(again) - float(outputs[0])) <= tolerance:
        return None
    return (
        "Swapping yes and no, −logits with 1 − target, changes the loss. Both answers are treated "
        "alike."
    )


BINARY_CROSS_ENTROPY = Exercise(
    name="binary_cross_entropy",
    title="binary cross-entropy, from logits of any size",
    arguments=("logits", "target"),
    outputs=(Output("loss"),),
    parts=(
        Part("values", 1, "the right number"),
        Part("shapes", 1, "any shape, any layout in memory", own_cases=True, needs=("values",)),
        Part(
            "extremes",
            1,
            "logits of any size, without overflow",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, yes and no are treated alike",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each loss is a multiple of the logit plus a logarithm of at most log 2, so it is good to "
        "a few eps of 1 + |logit|; the losses are summed in any order."
    ),
    properties=(Property("yes and no swapped", yes_and_no_swapped),),
    mistakes=tuple(MISTAKES),
)
