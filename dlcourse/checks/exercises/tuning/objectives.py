"""Stand-ins for a training: functions from one point of settings to its loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.exercise import Call, Case

Objective = Callable[[Any], float]


def bowl(centre: np.ndarray, slopes: np.ndarray, above: float, cliff: float = np.inf) -> Objective:
    """
    Make a loss that is smallest at ``centre`` and never below ``above``.

    Beyond ``cliff`` in the first setting the training diverges: the loss is nan. With multiples of
    ¼ for all numbers the loss is exact, so that two points can be exactly as good as each other.
    """

    def objective(point: Any) -> float:
        point = np.asarray(point, dtype=np.float64)
        if point.shape != centre.shape:
            raise ValueError(f"a point has shape {centre.shape}, this one has {point.shape}")
        if point[0] > cliff:
            return float("nan")
        return above + sum(
            float(slope) * float(value - middle) ** 2
            for value, middle, slope in zip(point, centre, slopes, strict=True)
        )

    return objective


def trainings_counted(
    wanted: Callable[[Case], int], unit: str
) -> Callable[[Call, Case, tuple[np.ndarray, ...], np.random.Generator], str | None]:
    """Make the check that no training is run in vain: each one may take hours."""

    def violation(
        call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
    ) -> str | None:
        made = 0

        def counted(point: Any) -> float:
            nonlocal made
            made += 1
            return case.arguments["objective"](point)

        call(*{**case.arguments, "objective": counted}.values())
        expected = wanted(case)
        if made == expected:
            return None
        return (
            f"Your results are right, but objective is called {made} times, and there are "
            f"{expected} {unit}. Each call is a whole training: call once for each, and keep the "
            f"result."
        )

    return violation
