"""``adamax_step(w, dw, m, u, t, rate, beta1, beta2, epsilon)``: Adam by the largest gradient."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.exercise import Call, Case, Property
from dlcourse.checks.exercises.descent.mistakes.adamax_step import MISTAKES
from dlcourse.checks.exercises.descent.steps import step_exercise


def adamax(
    w: float,
    dw: float,
    m: float,
    u: float,
    t: int,
    rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> list[tuple[float, float]]:
    """Step of one parameter, epsilon added to the gradient's size as in PyTorch."""
    size = beta1 * abs(m) + (1 - beta1) * abs(dw)
    m = beta1 * m + (1 - beta1) * dw
    faded, now = beta2 * u, abs(dw) + epsilon
    u = faded if faded > now else now
    factor = rate / (1 - math.pow(beta1, t)) / u
    return [(w - factor * m, abs(w) + factor * size), (m, size), (u, u)]


def first_step_is_at_most_the_rate(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check the bound at the first step, for gradients of very different sizes."""
    arguments = dict(case.arguments)
    zeros = np.zeros_like(arguments["w"])
    sizes = 10.0 ** rng.integers(-6, 7, zeros.shape)
    arguments |= {"w": zeros, "dw": sizes, "m": zeros, "u": zeros, "t": 1}
    moved = np.abs(call(*arguments.values())[0])
    if moved.shape == zeros.shape and np.all(moved <= arguments["rate"] * (1 + 1e-12)):
        return None
    return (
        f"At the first step a parameter moves by {float(np.max(moved)):.4g}, more than the rate "
        f"{arguments['rate']:.4g}: the corrected m is the gradient itself, and u is no smaller "
        f"than its size."
    )


ADAMAX_STEP = step_exercise(
    "adamax_step",
    "a step of Adamax",
    {"m": "the new average m", "u": "the new largest size u"},
    ("t", "rate", "beta1", "beta2", "epsilon"),
    adamax,
    MISTAKES,
    properties=[
        Property(
            "the first step is at most the rate",
            first_step_is_at_most_the_rate,
            when=lambda case: case.about == "many parameters at a later step",
        )
    ],
)
