"""``dense_forward(x, w, b)``: the forward pass of a dense layer, ``y = x w + b``."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import (
    Aspect,
    Call,
    Case,
    Exercise,
    Output,
    Part,
    Property,
    Target,
)


def batch(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int, int] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers=normal,
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


# Wrong solutions that people really write.


def _bias_left_out(x, w, b):
    return x @ w


def _bias_subtracted(x, w, b):
    return x @ w - b


def _weights_transposed(x, w, b):
    return x @ w.T + b


def _factors_swapped(x, w, b):
    return w @ x + b


def _elementwise_product(x, w, b):
    return x * w + b


def _bias_down_the_batch(x, w, b):
    return x @ w + b[:, np.newaxis]


def _bias_into_the_weights(x, w, b):
    return x @ (w + b)


def _bias_to_the_first_example(x, w, b):
    y = x @ w
    y[0] += b
    return y


def _averaged(x, w, b):
    return x @ w / len(x) + b


def _rectified(x, w, b):
    return np.maximum(x @ w + b, 0)


def _first_example_only(x, w, b):
    return x[0] @ w + b


def _examples_in_columns(x, w, b):
    return w.T @ x.T + b[:, np.newaxis]


def _last_example_skipped(x, w, b):
    y = np.zeros((len(x), len(b)), dtype=x.dtype)
    for n in range(len(x) - 1):
        y[n] = x[n] @ w + b
    return y


def _last_input_skipped(x, w, b):
    y = np.zeros((len(x), len(b)), dtype=x.dtype) + b
    for i in range(x.shape[1] - 1):
        y += np.outer(x[:, i], w[i])
    return y


def _squeezed(x, w, b):
    return np.squeeze(x @ w + b)


def _float64_buffer(x, w, b):
    y = np.zeros((x.shape[0], w.shape[1]))
    for n in range(x.shape[0]):
        y[n] = x[n] @ w + b
    return y


def _always_float32(x, w, b):
    return (x @ w + b).astype(np.float32)


def _whole_numbers(x, w, b):
    y = np.zeros((x.shape[0], w.shape[1]), dtype=int)
    for n in range(x.shape[0]):
        y[n] = x[n] @ w + b
    return y


def _weights_changed(x, w, b):
    w *= np.ones_like(w) + 0 * w
    w += 0
    y = x @ w
    w += b
    return y + b


def _example_answer_typed_in(x, w, b):
    return np.array([[2.0, -1.0], [0.5, 4.0]], dtype=x.dtype)


MISTAKES = ()

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
            aspects=(Aspect.DTYPE, Aspect.UNTOUCHED, Aspect.PROPERTY),
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
    mistakes=MISTAKES,
)
