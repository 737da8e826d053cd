"""``lstm_step(x, h, c, w_x, w_h, b)``: three gates and a cell."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.recurrence.gates import ARRAYS, draw_gates, step, sums_bound
from dlcourse.checks.exercises.recurrence.mistakes.lstm_step import MISTAKES


def oracle(case: Case) -> tuple[Target, Target]:
    """Take the step gate by gate; the slopes of a gate are 1/4, of tanh 1 at most."""
    x, h, c, w_x, w_h, b = arrays = case.in_float64(*ARRAYS)
    new_h, new_c = step(*arrays)
    i, f, g, o = np.split(sums_bound(x, h, w_x, w_h, b), 4, axis=1)
    # Each factor's error times the largest that the other can be.
    c_size = f * np.abs(c) / 4 + i / 4 + g + np.abs(c) + 1
    steps = x.shape[1] + h.shape[1] + 10
    return (
        Target(new_h, steps=steps, magnitude=o / 4 + c_size),
        Target(new_c, steps=steps, magnitude=c_size),
    )


def a_shut_cell_keeps(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that with the input gate shut and the forget gate open the cell stays as it is."""
    arguments = dict(case.arguments)
    units = arguments["h"].shape[1]
    b = np.zeros_like(arguments["b"])
    b[:units], b[units : 2 * units] = -500, 500
    arguments |= {"b": b, "x": 0 * arguments["x"], "h": 0 * arguments["h"]}
    _, c = call(*arguments.values())
    if c.shape == outputs[1].shape and np.allclose(c, case.arguments["c"], rtol=1e-6, atol=0):
        return None
    return (
        "With the input gate shut and the forget gate wide open, the cell does not keep what it "
        "holds: its first two blocks are those gates, in this order."
    )


LSTM_STEP = Exercise(
    name="lstm_step",
    title="three gates and a cell",
    arguments=ARRAYS,
    outputs=(Output("h", like="x"), Output("c", like="x")),
    parts=(
        Part("c", 2, "the new cell, c", outputs=("c",)),
        Part("h", 2, "the new state, h", outputs=("h",)),
        Part(
            "edge",
            1,
            "one example, one unit, gates far open and shut, any layout in memory",
            own_cases=True,
            needs=("c", "h"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, a shut cell keeps what it holds",
            aspects=CARE,
            needs=("c", "h"),
        ),
    ),
    draw=draw_gates,
    oracle=oracle,
    tolerance_reason=(
        "Each gate's sum has one product for each feature and unit, in any order; its error goes "
        "on by the slopes of sigmoid and tanh, 1/4 and 1 at most, and by the factor beside it."
    ),
    properties=(Property("a shut cell keeps what it holds", a_shut_cell_keeps),),
    mistakes=tuple(MISTAKES),
)
