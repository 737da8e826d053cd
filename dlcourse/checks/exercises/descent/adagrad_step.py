"""``adagrad_step(w, dw, s, rate, epsilon)``: a rate for each parameter, which only falls."""

from __future__ import annotations

import math

from dlcourse.checks.exercises.descent.mistakes.adagrad_step import MISTAKES
from dlcourse.checks.exercises.descent.steps import step_exercise


def adagrad(
    w: float, dw: float, s: float, rate: float, epsilon: float
) -> list[tuple[float, float]]:
    """Step of one parameter, epsilon outside the root as in PyTorch."""
    s += dw * dw
    move = dw / (math.sqrt(s) + epsilon) * rate
    return [(w - move, abs(w) + abs(move)), (s, s)]


ADAGRAD_STEP = step_exercise(
    "adagrad_step",
    "a step of Adagrad",
    {"s": "the new sum of squares s"},
    ("rate", "epsilon"),
    adagrad,
    MISTAKES,
)
