"""``rmsprop_step(w, dw, v, rate, beta, epsilon)``: rates from the recent gradients' size."""

from __future__ import annotations

import math

from dlcourse.checks.exercises.descent.mistakes.rmsprop_step import MISTAKES
from dlcourse.checks.exercises.descent.steps import step_exercise


def rmsprop(
    w: float, dw: float, v: float, rate: float, beta: float, epsilon: float
) -> list[tuple[float, float]]:
    """Step of one parameter, epsilon outside the root as in PyTorch."""
    v = math.fsum([beta * v, dw * dw, -beta * dw * dw])
    move = dw / (math.sqrt(v) + epsilon) * rate
    return [(w - move, abs(w) + abs(move)), (v, v)]


RMSPROP_STEP = step_exercise(
    "rmsprop_step",
    "a step of RMSprop",
    {"v": "the new average of squares v"},
    ("rate", "beta", "epsilon"),
    rmsprop,
    MISTAKES,
)
