"""``rnn_forward(x, h0, w_x, w_h, b)``: a state that goes through time."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.recurrence.mistakes.rnn_forward import MISTAKES
from dlcourse.checks.exercises.recurrence.sequences import (
    draw_sequences,
    run,
    run_bound,
    sequence_case,
)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw sequences."""
    return draw_sequences(rng, sequence_case)


def oracle(case: Case) -> tuple[Target]:
    """Go through the steps, example by example."""
    arrays = case.in_float64("x", "h0", "w_x", "w_h", "b")
    x, h0, *rest = arrays
    h = np.stack([run(one, first[np.newaxis], *rest)[0] for one, first in _examples(x, h0)])
    steps = x.shape[1] * (x.shape[2] + h0.shape[1] + 4)
    return (Target(h, steps=steps, magnitude=run_bound(*arrays)),)


def _examples(x: np.ndarray, h0: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(one[np.newaxis], first) for one, first in zip(x, h0, strict=True)]


def two_halves(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the second half of a sequence goes on from the state that the first half left."""
    arguments = dict(case.arguments)
    x, middle = arguments["x"], case.arguments["x"].shape[1] // 2
    arguments["x"], arguments["h0"] = x[:, middle:], outputs[0][:, middle - 1]
    (again,) = call(*arguments.values())
    (target,) = oracle(case)
    room = 2 * target.tolerance(case.precision)[:, middle:]
    if again.shape == room.shape and np.all(np.abs(again - outputs[0][:, middle:]) <= room):
        return None
    return (
        f"The steps from {middle} on, begun with the state that your function gave for the step "
        f"before, come out differently. The state is all that goes from one step to the next."
    )


RNN_FORWARD = Exercise(
    name="rnn_forward",
    title="a state that goes through time",
    arguments=("x", "h0", "w_x", "w_h", "b"),
    outputs=(Output("h", like="x"),),
    parts=(
        Part("values", 3, "the state after every step"),
        Part(
            "edge",
            1,
            "one example, one step, one unit, any layout in memory, large numbers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, the state is all that is handed on",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A step sums one product for each feature and unit; its rounding goes on through the "
        "weights of the state. The bound takes the same steps with all signs dropped, and the "
        "slope of tanh as 1, its largest."
    ),
    properties=(
        Property("two halves", two_halves, when=lambda case: case.arguments["x"].shape[1] > 1),
    ),
    mistakes=tuple(MISTAKES),
)
