"""``rate_at(step, steps, warmup, peak, final)``: a straight rise, then half a cosine down."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.descent.mistakes.rate_at import MISTAKES


def moment(
    rng: np.random.Generator,
    about: str,
    step: int,
    steps: int,
    warmup: int,
    part: str,
) -> Case:
    """Draw the rates and ask for one step's."""
    peak = float(rng.choice([0.25, 0.5, 0.75]))
    final = float(rng.choice([0.03125, 0.0625, 0.125]))
    arguments = {"step": step, "steps": steps, "warmup": warmup, "peak": peak, "final": final}
    return Case(arguments, about, part, facts=arguments)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw a moment in each stretch of a training, and its corners."""
    warmup = int(rng.integers(4, 9))
    steps = warmup + int(rng.integers(12, 25))
    rising = int(rng.integers(1, warmup - 1))
    early, late = warmup + int(rng.integers(2, 5)), steps - int(rng.integers(2, 5))
    return [
        moment(rng, "a step in the middle of the rise", rising, steps, warmup, "rise"),
        moment(rng, "the very first step", 0, steps, warmup, "rise"),
        moment(rng, "the last step of the rise", warmup - 1, steps, warmup, "rise"),
        moment(rng, "the first step after the rise", warmup, steps, warmup, "fall"),
        moment(rng, "a step early in the fall", early, steps, warmup, "fall"),
        moment(rng, "a step late in the fall", late, steps, warmup, "fall"),
        moment(rng, "the middle of the fall", warmup + 8, warmup + 16, warmup, "fall"),
        moment(rng, "the first step after the end", steps, steps, warmup, "corners"),
        moment(rng, "long after the end", 2 * steps + 3, steps, warmup, "corners"),
        moment(rng, "no rise, the first step", 0, steps, 0, "corners"),
        moment(rng, "no rise, a later step", early, steps, 0, "corners"),
        moment(rng, "a rise of one step", 0, steps, 1, "corners"),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Use cos² (a / 2) = (1 + cos a) / 2: another way to the same half cosine."""
    step, steps, warmup, peak, final = (float(value) for value in case.arguments.values())
    if step < warmup:
        rate = peak * (step + 1) / (warmup + 1)
    else:
        done = min((step - warmup) / (steps - warmup), 1.0)
        rate = final + (peak - final) * math.cos(done * math.pi / 2) ** 2
    return (Target(np.array(rate), steps=16, magnitude=np.array(peak + final)),)


def proportional_to_the_rates(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that twice the peak and twice the final rate give twice every rate."""
    arguments = dict(case.arguments)
    arguments |= {"peak": 2 * arguments["peak"], "final": 2 * arguments["final"]}
    (again,) = call(*arguments.values())
    if again.shape == () and abs(float(again) - 2 * float(outputs[0])) <= 1e-12:
        return None
    return "Twice the peak and twice the final rate do not give twice the rate of the same step."


RATE_AT = Exercise(
    name="rate_at",
    title="a schedule: warm-up, then half a cosine",
    arguments=("step", "steps", "warmup", "peak", "final"),
    outputs=(Output("rate"),),
    parts=(
        Part("rise", 1, "the rise", own_cases=True),
        Part("fall", 1.5, "the fall", own_cases=True),
        Part(
            "corners",
            1,
            "after the end, without a rise",
            own_cases=True,
            needs=("rise", "fall"),
        ),
        Part(
            "care",
            0.5,
            "rates follow the peak and the final rate",
            aspects=(Aspect.PROPERTY, Aspect.UNTOUCHED),
            needs=("rise", "fall"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A few operations on numbers no larger than the peak, with a cosine near whose zero only "
        "the absolute error is small."
    ),
    properties=(Property("proportional to the rates", proportional_to_the_rates),),
    mistakes=tuple(MISTAKES),
)
