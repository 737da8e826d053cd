"""``dense_forward(x, w, b)``: the forward pass of a dense layer, ``y = x w + b``."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.backprop.mistakes.dense_forward import MISTAKES


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
        "x": numbers(rng, n, i) * scale,
        "w": numbers(rng, i, o) * scale,
        "b": numbers(rng, o) * scale,
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


def oracle(case: Case) -> tuple[Target]:
    """Sum the products one input at a time, in float64."""
    x, w, b = case.in_float64("x", "w", "b")
    y = np.tile(b, (len(x), 1))
    magnitude = np.abs(y)
    for i in range(x.shape[1]):
        product = np.multiply.outer(x[:, i], w[i])
        y += product
        magnitude += np.abs(product)
    return (Target(y, steps=x.shape[1] + 1, magnitude=magnitude),)


def rows_one_by_one(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that each example gets the answer it gets in a batch of its own."""
    arguments = dict(case.arguments)
    row = int(rng.integers(len(arguments["x"])))
    arguments["x"] = arguments["x"][row : row + 1].copy()
    (alone,) = call(*arguments.values())
    (target,) = oracle(case)
    tolerance = 2 * target.tolerance(case.precision)[row]
    if alone.shape == (1, *outputs[0].shape[1:]) and np.all(
        np.abs(alone[0] - outputs[0][row]) <= tolerance
    ):
        return None
    return (
        f"Example {row} gets another answer in a batch of its own than among the others: "
        f"the examples of a batch must not influence each other."
    )


DENSE_FORWARD = Exercise(
    name="dense_forward",
    title="the forward pass of a dense layer",
    arguments=("x", "w", "b"),
    outputs=(Output("y", like="x"),),
    parts=(
        Part("values", 2, "the right numbers"),
        Part(
            "shapes",
            1,
            "any shape, any layout in memory, large numbers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments and the other examples are left alone",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each element is a sum of i products and a bias, i + 1 terms; the order of summation is "
        "free, so the error is bounded by (i + 1) eps times the sum of the terms' absolute values."
    ),
    properties=(Property("rows one by one", rows_one_by_one),),
    mistakes=tuple(MISTAKES),
)
