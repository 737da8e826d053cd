"""What the two exercises about the LSTM share: its inputs, and a step for complex numbers."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import Case
from dlcourse.checks.exercises.recurrence.sequences import Sizes, weights

ARRAYS = ("x", "h", "c", "w_x", "w_h", "b")


def gate_case(
    rng: np.random.Generator,
    about: str,
    sizes: Sizes,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw one step's inputs, the two states before it, and the weights of the four gates."""
    arrays = {
        "x": numbers(rng, sizes.n, sizes.features) * scale,
        "h": numbers(rng, sizes.n, sizes.units) * 0.5,
        "c": numbers(rng, sizes.n, sizes.units),
        **weights(rng, sizes, numbers, blocks=4),
    }
    return Case(cast(arrays, dtype), about, part, facts=sizes.facts)


def draw_gates(rng: np.random.Generator) -> list[Case]:
    """Draw a readable step and ordinary ones, then odd sizes, layouts, and gates far open."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return gate_case(rng, about, Sizes(2, 1, 4, 5), part="edge")

    one_unit = gate_case(rng, "a single unit", Sizes(1, 1, 1, 1), numbers=quarters)
    return [
        one_unit,
        gate_case(rng, "three of everything", Sizes(3, 1, 3, 3)),
        gate_case(rng, "float32", Sizes(4, 1, 3, 2), dtype=np.float32),
        gate_case(rng, "float64", Sizes(3, 1, 2, 5)),
        gate_case(rng, "more features than units", Sizes(2, 1, 6, 3)),
        gate_case(rng, "a single example", Sizes(1, 1, 4, 3), part="edge"),
        gate_case(rng, "one feature, one unit", Sizes(5, 1, 1, 1), part="edge"),
        gate_case(rng, "gates far open and shut", Sizes(3, 1, 4, 2), part="edge", scale=300.0),
        *laid_out(layout, rng),
    ]


def sigmoid(s: np.ndarray) -> np.ndarray:
    """Give 1 / (1 + exp(-s)) by way of tanh, which never overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * s)


def step(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Take a step, gate by gate, for real and complex numbers and with axes in front."""
    units = h.shape[-1]
    sums = []
    for block in range(4):
        part = slice(block * units, (block + 1) * units)
        biases = b[..., np.newaxis, part]
        sums.append(np.matmul(x, w_x[..., part]) + np.matmul(h, w_h[..., part]) + biases)
    new = sigmoid(sums[1]) * c + sigmoid(sums[0]) * np.tanh(sums[2])
    return sigmoid(sums[3]) * np.tanh(new), new


def sums_bound(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray,
               b: np.ndarray) -> np.ndarray:  # fmt: skip
    """Give the sizes of all terms of the four sums, added up, and 1 for the function after."""
    return np.abs(x) @ np.abs(w_x) + np.abs(h) @ np.abs(w_h) + np.abs(b) + 1.0
