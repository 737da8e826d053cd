"""``fit_network(w1, b1, w2, b2, x, y, rate, steps)``: a network that underfits."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.drawing import cast, laid_out
from dlcourse.checks.exercise import Case, Exercise, Output, Target
from dlcourse.checks.exercises.diagnosis.mistakes.fit_network import MISTAKES
from dlcourse.checks.exercises.diagnosis.programs import program_parts


def regression(
    rng: np.random.Generator,
    about: str,
    n: int,
    i: int,
    h: int,
    steps: int,
    part: str = "values",
    dtype: type = np.float64,
) -> Case:
    """
    Draw a network and data with targets below 0, so that outputs have to be negative.

    No sum of a hidden unit is near 0 on the whole way: then rounding would decide whether it is
    on. Cases where one is are drawn again.
    """
    while True:
        arrays = {
            "w1": rng.standard_normal((i, h)),
            "b1": rng.standard_normal(h) * 0.5,
            "w2": rng.standard_normal(h),
            "b2": rng.standard_normal(()) * 0.5,
            "x": rng.standard_normal((n, i)),
            "y": rng.standard_normal(n) - 1.0,
        }
        rate = 0.0625
        given = cast({k: np.asarray(v) for k, v in arrays.items()}, dtype)
        given["b2"] = float(given["b2"])
        case = Case({**given, "rate": rate, "steps": steps}, about, part, facts={"n": n, "h": h})
        kinks, outs, share = walked(case)[-3:]
        if kinks > 1e-3 and outs > 1e-3 and 0.1 <= share <= 0.9:
            return case


def walked(case: Case) -> Any:
    """
    Train by loops over examples, in float64.

    Returns the parameters, the bounds of their errors, how near to 0 a hidden sum and an output
    came, and the share of hidden units that were on.
    """
    w1, b1, w2, x, y = case.in_float64("w1", "b1", "w2", "x", "y")
    b2, rate, steps = (case.arguments[k] for k in ("b2", "rate", "steps"))
    nearest, lowest, on, size = np.inf, np.inf, [], 1.0
    for _ in range(steps):
        dw1, db1, dw2, db2 = np.zeros_like(w1), np.zeros_like(b1), np.zeros_like(w2), 0.0
        for n in range(len(x)):
            sums = x[n] @ w1 + b1
            hidden = np.where(sums > 0, sums, 0.0)
            output = float(hidden @ w2) + b2
            error = 2.0 * (output - y[n]) / len(x)
            back = np.where(sums > 0, error * w2, 0.0)
            dw1 += np.outer(x[n], back)
            db1 += back
            dw2 += error * hidden
            db2 += error
            nearest = min(nearest, float(np.abs(sums).min()))
            lowest = min(lowest, abs(output))
            on.append(np.mean(sums > 0))
            size = max(size, *(float(np.abs(v).max()) for v in (sums, hidden, w1, w2)), abs(output))
        w1, b1, w2, b2 = w1 - rate * dw1, b1 - rate * db1, w2 - rate * dw2, b2 - rate * db2
    return (w1, b1, w2, b2), size, nearest, lowest, float(np.mean(on)) if on else 0.5


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw small networks, one hidden unit, one input, one example, and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return regression(rng, about, 5, 2, 3, 2, "edge")

    return [
        regression(rng, "one step of a small network", 4, 2, 3, 1),
        regression(rng, "three steps", 7, 3, 4, 3),
        regression(rng, "five steps in float32", 6, 2, 5, 5, dtype=np.float32),
        regression(rng, "a single input", 6, 1, 4, 3, "edge"),
        regression(rng, "as many examples as inputs and units", 3, 3, 3, 2, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, ...]:
    """Take the parameters from the walk through single examples."""
    found, size, *_ = walked(case)
    steps = 200.0 * case.arguments["steps"]
    return tuple(
        Target(np.asarray(value), steps=steps, magnitude=np.full(np.shape(value), size**2))
        for value in found
    )


FIT_NETWORK = Exercise(
    name="fit_network",
    title="mend a network that underfits",
    arguments=("w1", "b1", "w2", "b2", "x", "y", "rate", "steps"),
    outputs=(
        Output("w1", like="w1"),
        Output("b1", like="w1"),
        Output("w2", like="w1"),
        Output("b2"),
    ),
    parts=program_parts(
        "the mended training",
        "one input, square shapes, any layout in memory",
        "the dtype is kept, the arguments are left alone",
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A few steps through sums of at most seven terms; every number on the way is below the "
        "largest one that is met, and products below its square. Hidden sums keep away from 0, "
        "where rounding would switch a unit."
    ),
    mistakes=tuple(MISTAKES),
)
