"""``adam_update(w, dw, m, v, …)``: a step of Adam in one launch, each number read once."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal, quarters
from dlcourse.checks.exercise import Case, Exercise, Launch, Output, Target
from dlcourse.checks.exercises.cuda_kernels.launches import (
    EVERY_SECOND,
    apart,
    parts,
    sizes,
    transactions,
)
from dlcourse.checks.exercises.cuda_kernels.mistakes.adam_update import MISTAKES

COUNTED = ("reads of dw", "reads of m", "reads of v", "transactions of w")
ARGUMENTS = ("w", "dw", "m", "v", "step", "learning_rate", "beta1", "beta2", "epsilon")


def parameters(
    rng: np.random.Generator,
    about: str,
    n: int,
    blocks: int,
    threads: int,
    step: int,
    part: str = "values",
    numbers: Numbers = normal,
    scale: float = 1.0,
    fresh: bool = False,
) -> Case:
    """Draw parameters, a gradient and what Adam remembers; nothing yet where it is ``fresh``."""
    w, dw, m = numbers(rng, n), numbers(rng, n) * scale, numbers(rng, n) * scale
    v = np.abs(numbers(rng, n)) * scale**2 + scale**2 / 16
    if fresh:
        m, v = np.zeros((2, n))
    # Exact in float32 and different from each other; epsilon so large that its place shows.
    beta1, beta2 = rng.permutation([0.5, 0.625, 0.75, 0.875])[:2].tolist()
    numbers_given = {
        "step": step,
        "learning_rate": float(rng.choice([0.125, 0.25, 0.5])),
        "beta1": beta1,
        "beta2": beta2,
        "epsilon": 0.125 * scale,
    }
    arguments = {**cast({"w": w, "dw": dw, "m": m, "v": v}, np.float32), **numbers_given}
    launch = Launch(
        (blocks,),
        (threads,),
        ("w", "m", "v"),
        (("dw", "reads"), ("m", "reads"), ("v", "reads"), ("w", "transactions")),
    )
    facts = {"n": n, "step": step, **sizes({"blocks": blocks, "threads": threads})}
    return Case(arguments, about, part, facts, launch=launch)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw steps from the first on, for too many threads, just enough, and too few."""
    return [
        parameters(rng, "three parameters, step 2", 3, 2, 2, 2, numbers=quarters),
        parameters(rng, "the first step", 9, 2, 8, 1, fresh=True),
        parameters(rng, "as many threads as parameters", 24, 3, 8, 3),
        parameters(rng, "whole warps", 75, 2, 64, 5),
        parameters(rng, "a single parameter", 1, 1, 4, 4, "edge"),
        parameters(rng, "fewer threads than parameters", 41, 2, 8, 2, "edge"),
        parameters(rng, "gradients around a thousand", 13, 2, 8, 3, "edge", scale=1e3),
        parameters(rng, "tiny gradients", 13, 2, 8, 3, "edge", scale=1e-3),
        apart(parameters(rng, EVERY_SECOND, 11, 3, 4, 2, "edge")),
    ]


def oracle(case: Case) -> tuple[Target, ...]:
    """Follow Kingma and Ba (2015), algorithm 1, in float64."""
    w, dw, m, v = case.in_float64("w", "dw", "m", "v")
    step, rate, beta1, beta2, epsilon = (case.arguments[name] for name in ARGUMENTS[4:])
    m_size = beta1 * np.abs(m) + (1 - beta1) * np.abs(dw)
    m, v = beta1 * m + (1 - beta1) * dw, beta2 * v + (1 - beta2) * dw**2
    below = np.sqrt(v / (1 - beta2**step)) + epsilon
    size = rate * m_size / (1 - beta1**step) / below
    n, facts = w.size, case.facts
    pieces = transactions(n, facts["blocks"], facts["threads"], case.precision.itemsize)
    return (
        Target(w - rate * m / (1 - beta1**step) / below, steps=16, magnitude=np.abs(w) + size),
        Target(m, steps=4, magnitude=m_size),
        Target(v, steps=5),
        *(Target(np.array(n), at_most=True) for _ in range(3)),
        Target(np.array(pieces), at_most=True),
    )


ADAM_UPDATE = Exercise(
    name="adam_update",
    title="a step of Adam in one launch",
    arguments=ARGUMENTS,
    outputs=(*(Output(name, like="w") for name in "wmv"), *map(Output, COUNTED)),
    parts=parts(
        (2, 1, 0.5, 0.5),
        "one parameter, few threads, large and tiny gradients, gaps in memory",
        COUNTED,
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A dozen roundings on the way to a parameter; the two terms of m may cancel, so that their "
        "sizes count, not that of their sum."
    ),
    mistakes=tuple(MISTAKES),
)
