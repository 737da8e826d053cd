"""``forward_pass(x, layers)``: a whole dense network, of any depth."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.drawing import Numbers, normal, quarters
from dlcourse.checks.drawing import sizes as different_sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.forward.mistakes.forward_pass import MISTAKES


def network(
    rng: np.random.Generator,
    about: str,
    n: int,
    sizes: list[int],
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """
    Draw a network and a batch such that every hidden layer has units on and units off.

    Where all are on a ReLU that is forgotten would not show. The output layer has both signs.
    """
    while True:
        x: np.ndarray = (numbers(rng, n, sizes[0]) * scale).astype(dtype)
        layers: list[tuple[np.ndarray, np.ndarray]] = [
            (numbers(rng, i, o).astype(dtype), numbers(rng, o).astype(dtype))
            for i, o in pairwise(sizes)
        ]
        if any(min(n * size, 9) < 2 for size in sizes[1:]) or shows_every_step(x, layers):
            break
    facts = {"n": n, "i": sizes[0], "o": sizes[-1], "layers": len(layers)}
    return Case({"x": x, "layers": layers}, about, part, facts=facts)


def shows_every_step(x: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether in every layer some unit is clearly on and some unit clearly off."""
    for w, b in layers:
        z = x @ w + b
        size = float(np.abs(z).max())
        if not (z.max() > 0.1 * size and z.min() < -0.1 * size):
            return False
        x = np.maximum(z, 0)
    return True


def laid_out_anew(case: Case, layout: Any, about: str) -> Case:
    """Lay out all arrays of a case in memory in another way, those in the list as well."""
    x, layers = case.arguments["x"], case.arguments["layers"]
    arguments = {"x": layout(x), "layers": [(layout(w), layout(b)) for w, b in layers]}
    return Case(arguments, about, case.part, case.facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw networks of every depth, then single rows and units, layouts, large numbers."""
    n, i, h, k, o = different_sizes(rng, 5, low=3)

    def plain() -> Case:
        return network(rng, "", n, [i, h, o], "edge")

    return [
        network(rng, "two examples, one hidden layer", 2, [2, 3, 2], numbers=quarters),
        network(rng, "one hidden layer in float32", n, [i, h, o], dtype=np.float32),
        network(rng, "two hidden layers", n, [i, h, k, o]),
        network(rng, "four hidden layers", n, [i, h, k, h + 1, k, o]),
        network(rng, "layers of one size", h, [h, h, h, h]),
        network(rng, "no hidden layer", n, [i, o], "depth"),
        network(rng, "a deep network in float32", 3, [i, *[8] * 9, o], "depth", np.float32),
        network(rng, "a single example", 1, [i, 6, k, o], "edge"),
        network(rng, "a single input and a single output", n, [1, h, 1], "edge"),
        network(rng, "a hidden layer of one unit", n, [i, 1, o], "edge"),
        network(rng, "inputs in the thousands", n, [i, h, o], "edge", np.float32, scale=1e3),
        laid_out_anew(plain(), np.asfortranarray, "arrays in Fortran order"),
        laid_out_anew(plain(), strided, "arrays that are every second element of larger ones"),
        laid_out_anew(plain(), read_only, "arrays that cannot be written to"),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go unit by unit, with a bound that adds sizes where the network adds numbers."""
    (x,) = case.in_float64("x")
    values, bound, steps = x, np.abs(x), 2
    last = len(case.arguments["layers"]) - 1
    for number, (w, b) in enumerate(case.arguments["layers"]):
        w, b = np.array(w, dtype=np.float64), np.array(b, dtype=np.float64)
        found = np.empty((len(x), len(b)))
        for unit in range(len(b)):
            found[:, unit] = b[unit]
            for source in range(len(w)):
                found[:, unit] += values[:, source] * w[source, unit]
        bound = bound @ np.abs(w) + np.abs(b)
        steps += len(w) + 2
        values = found if number == last else np.where(found > 0, found, 0.0)
    return (Target(values, steps, bound),)


def rows_one_by_one(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a batch gives what its rows give one by one."""
    x, layers = case.arguments["x"], case.arguments["layers"]
    row = int(rng.integers(len(x)))
    (again,) = call(x[row : row + 1], layers)
    (target,) = oracle(Case({"x": x[row : row + 1], "layers": layers}, ""))
    if again.shape == target.value.shape and np.all(
        np.abs(again - target.value) <= 2 * target.tolerance(case.precision)
    ):
        return None
    return "A row gives something else by itself than within the batch."


FORWARD_PASS = Exercise(
    name="forward_pass",
    title="the forward pass of a network of any depth",
    arguments=("x", "layers"),
    outputs=(Output("y", like="x"),),
    parts=(
        Part("values", 3, "the outputs of networks with hidden layers"),
        Part("depth", 1, "no hidden layer, and many", own_cases=True, needs=("values",)),
        Part(
            "edge",
            1,
            "single rows and units, any layout in memory, large inputs",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, rows can come one by one",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each layer sums one product per input and a bias, in any order, of numbers that the "
        "layer before has rounded: the bound goes through the layers with absolute values."
    ),
    properties=(Property("rows one by one", rows_one_by_one),),
    mistakes=tuple(MISTAKES),
)
