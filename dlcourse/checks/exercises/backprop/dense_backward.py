"""``dense_backward(dy, x, w)``: the gradients of a dense layer for its input and parameters."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.backprop.mistakes.dense_backward import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int, int] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw one case of ``n`` examples, ``i`` inputs and ``o`` outputs."""
    n, i, o = shape or sizes(rng, 3)
    arrays = {
        "dy": numbers(rng, n, o) * scale,
        "x": numbers(rng, n, i) * scale,
        "w": numbers(rng, i, o) * scale,
    }
    return Case(cast(arrays, dtype), about, part, facts={"n": n, "i": i, "o": o})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then odd shapes, odd layouts and large numbers."""
    one, two = sizes(rng, 2)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, part="shapes", dtype=np.float64)

    return [
        # Square, so that a transposed matrix shows in the numbers and not as an exception.
        batch(rng, "two examples", (2, 2, 2), dtype=np.float64, numbers=quarters),
        batch(rng, "three of everything", (3, 3, 3), dtype=np.float64),
        batch(rng, "a batch in float32"),
        batch(rng, "a batch in float64", dtype=np.float64),
        batch(rng, "a single example", (1, one, two), "shapes"),
        batch(rng, "a single number", (1, 1, 1), "shapes", np.float64, quarters),
        batch(rng, "one input", (two, 1, one), "shapes"),
        batch(rng, "one output", (one, two, 1), "shapes"),
        batch(rng, "numbers around a thousand", part="shapes", scale=1e3),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Sum the contributions of one output, or one example, at a time, in float64."""
    dy, x, w = case.in_float64("dy", "x", "w")
    dx, dx_magnitude = np.zeros_like(x), np.zeros_like(x)
    for o in range(dy.shape[1]):
        through = np.multiply.outer(dy[:, o], w[:, o])
        dx += through
        dx_magnitude += np.abs(through)
    dw, dw_magnitude = np.zeros_like(w), np.zeros_like(w)
    db, db_magnitude = np.zeros(w.shape[1]), np.zeros(w.shape[1])
    for example, upstream in zip(x, dy, strict=True):
        share = np.multiply.outer(example, upstream)
        dw += share
        dw_magnitude += np.abs(share)
        db += upstream
        db_magnitude += np.abs(upstream)
    return (
        Target(dx, steps=dy.shape[1] + 1, magnitude=dx_magnitude),
        Target(dw, steps=len(x) + 1, magnitude=dw_magnitude),
        Target(db, steps=len(x), magnitude=db_magnitude),
    )


def predicts_the_change(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """
    Check the gradients against the forward pass itself, in a random direction.

    With L = Σ dy y and y = x w + b, a step along (u, v, s) changes L by
    Σ dx u + Σ dw v + Σ db s. The central difference of a product of two linear functions has no
    error of its own, whatever the step, so the step is 1 and only rounding is left.
    """
    dy, x, w = case.in_float64("dy", "x", "w")
    u, v = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
    s = rng.standard_normal(w.shape[1])
    change = np.sum(dy * (((x + u) @ (w + v) + s) - ((x - u) @ (w - v) - s))) / 2
    predicted = sum(
        np.sum(gradient * along) for gradient, along in zip(outputs, (u, v, s), strict=True)
    )
    size = np.sum(np.abs(dy) * (((np.abs(x) + np.abs(u)) @ (np.abs(w) + np.abs(v))) + np.abs(s)))
    steps = 4 * (x.size + w.size + dy.size)
    if abs(change - predicted) <= steps * float(np.finfo(case.precision).eps) * size:
        return None
    return (
        f"A small step in a random direction changes the loss by {change:.4g}, but your three "
        f"gradients together predict {predicted:.4g}."
    )


def proportional_to_the_upstream_gradient(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that four times the upstream gradient gives four times everything, exactly."""
    arguments = dict(case.arguments)
    arguments["dy"] = arguments["dy"] * 4
    for output, target, once, again in zip(
        ("dx", "dw", "db"), oracle(case), outputs, call(*arguments.values()), strict=True
    ):
        tolerance = 8 * target.tolerance(case.precision)
        if again.shape != once.shape or np.any(np.abs(again - 4.0 * once) > tolerance):
            return (
                f"Four times the upstream gradient dy does not give four times {output}: every "
                f"gradient is proportional to dy."
            )
    return None


DENSE_BACKWARD = Exercise(
    name="dense_backward",
    title="the backward pass of a dense layer",
    arguments=("dy", "x", "w"),
    outputs=(Output("dx", like="x"), Output("dw", like="w"), Output("db", like="w")),
    parts=(
        Part("dx", 1.5, "the gradient of the input, dx", outputs=("dx",)),
        Part("dw", 1.5, "the gradient of the weights, dw", outputs=("dw",)),
        Part("db", 1, "the gradient of the bias, db", outputs=("db",)),
        Part(
            "shapes",
            1,
            "any shape, any layout in memory, large numbers",
            own_cases=True,
            needs=("dx", "dw", "db"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, the gradients fit together",
            aspects=CARE,
            needs=("dx", "dw", "db"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "dx sums one product per output, dw one per example, db one number per example; the order "
        "of summation is free, so each error is bounded by the number of terms times eps times "
        "the sum of the terms' absolute values."
    ),
    properties=(
        Property("predicts the change of the loss", predicts_the_change),
        Property("proportional to the upstream gradient", proportional_to_the_upstream_gradient),
    ),
    mistakes=tuple(MISTAKES),
)
