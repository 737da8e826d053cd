"""``adam_step(w, dw, m, v, t, rate, beta1, beta2, epsilon)``: momentum and RMSprop, corrected."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.exercise import Call, Case, Property
from dlcourse.checks.exercises.descent.mistakes.adam_step import MISTAKES
from dlcourse.checks.exercises.descent.steps import step_exercise


def adam(
    w: float,
    dw: float,
    m: float,
    v: float,
    t: int,
    rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> list[tuple[float, float]]:
    """Step of one parameter, epsilon added to the corrected root as in the paper and PyTorch."""
    size = beta1 * abs(m) + (1 - beta1) * abs(dw)
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw * dw
    below = math.sqrt(v / (1 - math.pow(beta2, t))) + epsilon
    factor = rate / (1 - math.pow(beta1, t)) / below
    return [(w - factor * m, abs(w) + factor * size), (m, size), (v, v)]


def indifferent_to_the_scale_of_the_gradient(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that with epsilon 0 gradients four times as large, always, move w just as far."""
    arguments = dict(case.arguments)
    arguments |= {"epsilon": 0.0}
    before = call(*arguments.values())[0]
    arguments |= {"dw": arguments["dw"] * 4, "m": arguments["m"] * 4, "v": arguments["v"] * 16}
    after = call(*arguments.values())[0]
    size = np.abs(case.arguments["w"]) + np.abs(before - case.arguments["w"])
    if after.shape == before.shape and np.all(np.abs(after - before) <= 1e-12 * (1 + size)):
        return None
    return (
        "With epsilon 0 and all gradients four times as large, now and before, w does not move "
        "just as far: m and the root of v grow alike, so Adam's step does not depend on the "
        "gradient's scale."
    )


ADAM_STEP = step_exercise(
    "adam_step",
    "a step of Adam",
    {"m": "the new average m", "v": "the new average of squares v"},
    ("t", "rate", "beta1", "beta2", "epsilon"),
    adam,
    MISTAKES,
    properties=[
        Property(
            "indifferent to the scale of the gradient",
            indifferent_to_the_scale_of_the_gradient,
            when=lambda case: case.about == "many parameters at a later step",
        )
    ],
    points=(1.5, 2.5, 1, 1),
)
