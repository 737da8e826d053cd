"""``relu_backward(dy, x)``: the gradient of ReLU for its input."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.backprop.mistakes.relu_backward import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, ...] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw one case with both signs of x under both signs of dy, where there is room for them."""
    n, i = shape or sizes(rng, 2, low=3)
    x, dy = numbers(rng, n, i) * scale, numbers(rng, n, i) * scale
    if x.size >= 4:
        flat = rng.permutation(x.size)[:4]
        x.flat[flat] = np.abs(x.flat[flat]) * [1, 1, -1, -1]
        dy.flat[flat] = np.abs(dy.flat[flat]) * [1, -1, 1, -1]
    return Case(cast({"dy": dy, "x": x}, dtype), about, part, facts={"n": n, "i": i})


def with_zeros(rng: np.random.Generator) -> Case:
    """Draw a case where some x are exactly 0, of either sign, and one is tiny."""
    case = batch(rng, "some x exactly 0", (2, 3), "edge", np.float64, quarters)
    x = case.arguments["x"]
    places = rng.permutation(x.size)
    x.flat[places[:3]] = 0.0, -0.0, 1e-30
    return case


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then the kink at 0, odd shapes and layouts, and large numbers."""
    one, two = sizes(rng, 2)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, part="edge", dtype=np.float64)

    return [
        batch(rng, "two examples", (2, 3), dtype=np.float64, numbers=quarters),
        batch(rng, "a batch in float32"),
        batch(rng, "a batch in float64", dtype=np.float64),
        with_zeros(rng),
        batch(rng, "a single example", (1, one), "edge"),
        batch(rng, "a single unit", (two, 1), "edge"),
        batch(rng, "a single number", (1, 1), "edge", np.float64, quarters),
        batch(rng, "numbers around a thousand", part="edge", scale=1e3),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Look at one element at a time."""
    dy, x = case.in_float64("dy", "x")
    dx = np.array(
        [upstream if value > 0.0 else 0.0 for value, upstream in zip(x.flat, dy.flat, strict=True)]
    )
    return (Target(dx.reshape(x.shape), steps=1),)


def only_the_sign_of_x_counts(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that dx stays the same when every x keeps its sign and changes its size."""
    arguments = dict(case.arguments)
    factors = rng.choice([0.5, 2.0, 8.0], size=arguments["x"].shape)
    arguments["x"] = arguments["x"] * factors.astype(arguments["x"].dtype)
    (again,) = call(*arguments.values())
    (target,) = oracle(case)
    if again.shape == outputs[0].shape and np.all(
        np.abs(again - outputs[0]) <= 2 * target.tolerance(case.precision)
    ):
        return None
    return (
        "Making every x larger or smaller without changing its sign changes your dx: the slope of "
        "ReLU is 1 for every positive x, however large."
    )


RELU_BACKWARD = Exercise(
    name="relu_backward",
    title="the backward pass of ReLU",
    arguments=("dy", "x"),
    outputs=(Output("dx", like="x"),),
    parts=(
        Part("values", 2, "the right numbers"),
        Part(
            "edge",
            1,
            "x exactly 0, any shape, any layout in memory, large numbers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, only the sign of x counts",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each element is an element of dy or 0, at most multiplied by 1: a single rounding."
    ),
    properties=(Property("only the sign of x counts", only_the_sign_of_x_counts),),
    mistakes=tuple(MISTAKES),
)
