"""``momentum_step(w, dw, velocity, rate, momentum)``: gradient descent that gathers speed."""

from __future__ import annotations

from dlcourse.checks.exercises.descent.mistakes.momentum_step import MISTAKES
from dlcourse.checks.exercises.descent.steps import step_exercise


def momentum(
    w: float, dw: float, velocity: float, rate: float, momentum: float
) -> list[tuple[float, float]]:
    """Step of one parameter, as PyTorch has it: the rate is not inside the velocity."""
    new = dw + momentum * velocity
    size = abs(dw) + abs(momentum * velocity)
    return [(w - rate * new, abs(w) + rate * size), (new, size)]


MOMENTUM_STEP = step_exercise(
    "momentum_step",
    "a step of gradient descent with momentum",
    {"velocity": "the new velocity"},
    ("rate", "momentum"),
    momentum,
    MISTAKES,
)
