"""``lstm_step_backward(dh, dc, x, h, c, w_x, w_h, b)``: back through gates and cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.recurrence.gates import ARRAYS, draw_gates, step
from dlcourse.checks.exercises.recurrence.mistakes.lstm_step_backward import MISTAKES
from dlcourse.checks.exercises.recurrence.sequences import derivatives

OUTPUTS = ("dx", "dh_before", "dc_before", "dw_x", "dw_h", "db")


def with_upstream(case: Case, rng: np.random.Generator) -> Case:
    """Put upstream gradients of the new state and the new cell in front."""
    h = case.arguments["h"]
    if case.about == "a single unit":
        # In quarters as everything else, and not alike.
        values = rng.permutation([0.5, -1.5]).astype(h.dtype)
        upstream = {"dh": values[:1].reshape(1, 1), "dc": values[1:].reshape(1, 1)}
    else:
        upstream = {name: np.empty_like(h) for name in ("dh", "dc")}
        for array in upstream.values():
            array[...] = rng.standard_normal(h.shape)
            array.flags.writeable = h.flags.writeable
    arguments: dict[str, Any] = {**upstream, **case.arguments}
    return Case(arguments, case.about, case.part, case.facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw steps and upstream gradients."""
    return [with_upstream(case, rng) for case in draw_gates(rng)]


def oracle(case: Case) -> tuple[Target, ...]:
    """Differentiate the step itself, by complex steps; nothing goes backwards here."""
    dh, dc = case.in_float64("dh", "dc")
    arrays = dict(zip(ARRAYS, case.in_float64(*ARRAYS), strict=True))

    def loss(moved: Mapping[str, np.ndarray]) -> np.ndarray:
        new_h, new_c = step(*(moved[name] for name in ARRAYS))
        return np.sum(dh * new_h + dc * new_c, axis=(1, 2))

    values = derivatives(loss, arrays, ARRAYS)
    x, h, c, w_x, w_h, _ = (np.abs(array) for array in arrays.values())
    # Every slope is 1 at most. A gate near 0 or 1 has lost digits that its slope then shows.
    cell = np.abs(dh) + np.abs(dc)
    sums = (np.abs(x) @ w_x + h @ w_h + np.abs(arrays["b"]) + 1).max()
    ds = np.tile(cell * (c + 1) + np.abs(dh), 4) * sums
    sizes = (ds @ w_x.T, ds @ w_h.T, cell * sums * (c + 1), x.T @ ds, h.T @ ds, ds.sum(axis=0))
    steps = x.shape[1] + 5 * h.shape[1] + len(x) + 10
    return tuple(
        Target(value, steps=steps, magnitude=size)
        for value, size in zip(values, sizes, strict=True)
    )


def examples_do_not_mix(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that an example gets the same gradients alone, and that the weights' add up."""
    total: list[Any] = [0.0] * 6
    for row in range(len(case.arguments["x"])):
        arguments = dict(case.arguments)
        for name in ("dh", "dc", "x", "h", "c"):
            arguments[name] = arguments[name][row : row + 1]
        for number, one in enumerate(call(*arguments.values())):
            total[number] = total[number] + one if number > 2 else [*(total[number] or []), *one]
    for name, whole, parts, target in zip(OUTPUTS, outputs, total, oracle(case), strict=True):
        together = np.array(parts)
        room = 4 * target.tolerance(case.precision)
        if together.shape != whole.shape or np.any(np.abs(together - whole) > room):
            return (
                f"{name} of the batch is not what its examples give one by one: examples have "
                f"nothing to do with each other, and the weights' gradients add up."
            )
    return None


LSTM_STEP_BACKWARD = Exercise(
    name="lstm_step_backward",
    title="back through gates and cell",
    arguments=("dh", "dc", *ARRAYS),
    outputs=tuple(Output(name, like="x") for name in OUTPUTS),
    parts=(
        Part("dc", 2, "the gradient of the cell before, dc_before", outputs=("dc_before",)),
        Part("dx", 2, "the gradients of x and of the state before", outputs=("dx", "dh_before")),
        Part("dw", 2, "the gradients of weights and biases", outputs=("dw_x", "dw_h", "db")),
        Part(
            "edge",
            1,
            "one example, one unit, gates far open and shut, any layout in memory",
            own_cases=True,
            needs=("dc", "dx", "dw"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, examples do not mix",
            aspects=CARE,
            needs=("dc", "dx", "dw"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The gates' sums are off by the sizes of their terms, and every slope is 1 at most, so the "
        "gradient of a sum is off by no more than the upstream gradients times that; then each "
        "result sums one product for each unit of four gates, or for each example."
    ),
    properties=(
        Property("examples do not mix", examples_do_not_mix, when=lambda case: case.part != "edge"),
    ),
    mistakes=tuple(MISTAKES),
)
