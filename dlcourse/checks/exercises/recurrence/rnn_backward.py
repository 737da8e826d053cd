"""``rnn_backward(dh, x, h0, h, w_x, w_h)``: backpropagation through time."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, normal
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.recurrence.mistakes.rnn_backward import MISTAKES
from dlcourse.checks.exercises.recurrence.sequences import (
    Sizes,
    derivatives,
    draw_sequences,
    run,
    sequence_case,
)

FORWARD = ("x", "h0", "w_x", "w_h", "b")


def backward_case(
    rng: np.random.Generator,
    about: str,
    sizes: Sizes,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw a forward pass and an upstream gradient for every step."""
    case = sequence_case(rng, about, sizes, part, dtype, numbers, scale)
    h: np.ndarray = run(*case.in_float64(*FORWARD)).astype(dtype)
    given = case.arguments
    arguments = {
        "dh": numbers(rng, *h.shape).astype(dtype),
        **{name: given[name] for name in ("x", "h0")},
        "h": h,
        **{name: given[name] for name in ("w_x", "w_h")},
    }
    return Case(arguments, case.about, case.part, case.facts, hidden={"b": given["b"]})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw sequences with their states."""
    return draw_sequences(rng, backward_case)


def oracle(case: Case) -> tuple[Target, ...]:
    """
    Differentiate the forward pass itself, by complex steps; nothing goes backwards here.

    The bound of the rounding does: what each gradient's terms would add up to without their signs,
    with the slope of tanh as 1.
    """
    dh, x, h0, h, w_x, w_h = case.in_float64(*case.arguments)
    arrays = {"x": x, "h0": h0, "w_x": w_x, "w_h": w_h}
    arrays["b"] = np.array(case.hidden["b"], dtype=np.float64)

    def loss(moved: dict[str, np.ndarray]) -> np.ndarray:
        return np.sum(run(*(moved[name] for name in FORWARD)) * dh, axis=(1, 2, 3))

    values = derivatives(loss, arrays, FORWARD)  # type: ignore[arg-type]
    sizes = bounds(*(np.abs(array) for array in (dh, x, h0, h, w_x, w_h)))
    steps = x.shape[1] * (x.shape[2] + h0.shape[1] + len(x) + 6)
    return tuple(
        Target(value, steps=steps, magnitude=size)
        for value, size in zip(values, sizes, strict=True)
    )


def bounds(
    dh: np.ndarray, x: np.ndarray, h0: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Add up the sizes of all terms of dx, dh0, dw_x, dw_h and db."""
    ds = np.zeros_like(dh)
    carried = np.zeros_like(h0)
    for t in reversed(range(dh.shape[1])):
        ds[:, t] = dh[:, t] + carried
        carried = ds[:, t] @ w_h.T
    before = np.concatenate([h0[:, np.newaxis], h[:, :-1]], axis=1)
    dw_x = np.tensordot(x, ds, axes=((0, 1), (0, 1)))
    dw_h = np.tensordot(before, ds, axes=((0, 1), (0, 1)))
    # h is given to the precision of its dtype, which every product with it inherits.
    return ds @ w_x.T, carried, dw_x, dw_h, ds.sum(axis=(0, 1))


def proportional_to_the_upstream_gradient(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the gradients of two upstream gradients add up to those of their sum."""
    arguments = dict(case.arguments)
    other = rng.standard_normal(arguments["dh"].shape).astype(arguments["dh"].dtype)
    arguments["dh"] = other
    apart = call(*arguments.values())
    arguments["dh"] = case.arguments["dh"] + other
    together = call(*arguments.values())
    targets = oracle(Case({**case.arguments, "dh": np.abs(case.arguments["dh"]) + np.abs(other)},
                          "", hidden=case.hidden))  # fmt: skip
    for output, target, one, two, both in zip(
        RNN_BACKWARD.outputs, targets, outputs, apart, together, strict=True
    ):
        room = 4 * target.tolerance(case.precision)
        if both.shape != one.shape or np.any(np.abs(both - one - two) > room):
            return (
                f"The {output.name} of two upstream gradients do not add up to the {output.name} "
                f"of their sum: every gradient is linear in dh."
            )
    return None


RNN_BACKWARD = Exercise(
    name="rnn_backward",
    title="backpropagation through time",
    arguments=("dh", "x", "h0", "h", "w_x", "w_h"),
    outputs=tuple(Output(name, like="x") for name in ("dx", "dh0", "dw_x", "dw_h", "db")),
    parts=(
        Part("dx", 1.5, "the gradient of the inputs, dx", outputs=("dx",)),
        Part("dh0", 1, "the gradient of the first state, dh0", outputs=("dh0",)),
        Part("dw", 2.5, "the gradients of the weights and biases", outputs=("dw_x", "dw_h", "db")),
        Part(
            "edge",
            1,
            "one example, one step, one unit, any layout in memory, large numbers",
            own_cases=True,
            needs=("dx", "dh0", "dw"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, all is linear in dh",
            aspects=CARE,
            needs=("dx", "dh0", "dw"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "What reaches a step from later ones goes through one product with the weights of the "
        "state for each step between; the bound adds up the sizes of all terms, with the slope of "
        "tanh as 1, its largest. It is counted once for each term and each step."
    ),
    properties=(
        Property(
            "linear in the upstream gradient",
            proportional_to_the_upstream_gradient,
            when=lambda case: case.part != "edge",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
