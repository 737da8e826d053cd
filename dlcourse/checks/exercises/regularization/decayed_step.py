"""``decayed_step(w, b, step_w, step_b, rate, decay)``: weight decay, apart from the gradient."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.regularization.mistakes.decayed_step import MISTAKES


def layer(
    rng: np.random.Generator,
    about: str,
    part: str = "",
    shape: tuple[int, int] | None = None,
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
    still: bool = False,
) -> Case:
    """Draw the parameters of a dense layer and the steps of its optimizer, or steps of 0."""
    i, o = sizes(rng, 2) if shape is None else shape
    arrays = {
        "w": numbers(rng, i, o) * scale,
        "b": numbers(rng, o) * scale,
        "step_w": numbers(rng, i, o) * (not still),
        "step_b": numbers(rng, o) * (not still),
    }
    rate, decay = float(rng.choice([0.25, 0.5])), float(rng.choice([0.125, 0.375, 0.75]))
    facts = {"rate": rate, "decay": decay}
    return Case({**cast(arrays, dtype), **facts}, about, part, facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw layers in both float types, then steps of 0, odd shapes and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return layer(rng, about, "edge")

    return [
        layer(rng, "a layer of two units", shape=(1, 2), numbers=quarters),
        layer(rng, "a layer in float64"),
        layer(rng, "a layer in float32", dtype=np.float32),
        layer(rng, "steps that are 0", "edge", still=True),
        layer(rng, "a single weight", "edge", (1, 1), numbers=quarters),
        layer(rng, "as many inputs as outputs", "edge", (3, 3)),
        layer(rng, "parameters around a thousand", "edge", scale=1e3, dtype=np.float32),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Take one parameter at a time: what it keeps, less what the optimizer wants."""
    w, b, step_w, step_b = case.in_float64("w", "b", "step_w", "step_b")
    rate, decay = case.arguments["rate"], case.arguments["decay"]
    new_w, new_b = np.zeros_like(w), np.zeros_like(b)
    for index in np.ndindex(w.shape):
        new_w[index] = (1.0 - rate * decay) * w[index] - rate * step_w[index]
    for index in np.ndindex(b.shape):
        new_b[index] = b[index] - rate * step_b[index]
    return (
        Target(new_w, steps=5, magnitude=2 * np.abs(w) + rate * np.abs(step_w)),
        Target(new_b, steps=3, magnitude=np.abs(b) + rate * np.abs(step_b)),
    )


def decay_does_not_act_through_the_step(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that what the weights lose depends on them alone, whatever the optimizer does."""
    arguments = dict(case.arguments)
    w, rate = arguments["w"].astype(np.float64), arguments["rate"]
    arguments["step_w"] = arguments["step_w"] * 4
    (again, _), (target, _) = call(*arguments.values()), oracle(case)
    lost = w - outputs[0] - rate * case.arguments["step_w"].astype(np.float64)
    lost_again = w - again - rate * arguments["step_w"].astype(np.float64)
    if np.all(np.abs(lost - lost_again) <= 16 * target.tolerance(case.precision)):
        return None
    return "With a step four times as large the weights decay by something else."


DECAYED_STEP = Exercise(
    name="decayed_step",
    title="a step with decoupled weight decay",
    arguments=("w", "b", "step_w", "step_b", "rate", "decay"),
    outputs=(Output("w", like="w"), Output("b", like="b")),
    parts=(
        Part("w", 1.25, "the weights, which decay", outputs=("w",)),
        Part("b", 0.75, "the biases, which do not", outputs=("b",)),
        Part(
            "edge",
            0.5,
            "steps of 0, any shape, any layout in memory, large numbers",
            own_cases=True,
            needs=("w", "b"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the arguments are left alone",
            aspects=CARE,
            needs=("w", "b"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="A few operations on each parameter; a difference is off as its terms are.",
    properties=(
        Property("decay does not act through the step", decay_does_not_act_through_the_step),
    ),
    mistakes=tuple(MISTAKES),
)
