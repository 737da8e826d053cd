"""``descend_epoch(w, x, y, order, batch_size, rate)``: batch, mini-batch and stochastic descent."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.descent.mistakes.descend_epoch import MISTAKES


def epoch(
    rng: np.random.Generator,
    about: str,
    n: int,
    batch_size: int,
    i: int | None = None,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw ``n`` examples of ``i`` inputs, and an order that leaves no example in its place."""
    i = int(rng.integers(2, 5)) if i is None else i
    arrays = {
        "w": numbers(rng, i) * scale,
        "x": numbers(rng, n, i),
        "y": numbers(rng, n) * scale,
        "order": out_of_place(rng, n),
    }
    last = n % batch_size or min(batch_size, n)
    return Case(
        {**cast(arrays, dtype), "batch_size": batch_size, "rate": float(rng.choice([1, 2]) / 32)},
        about,
        part,
        facts={"n": n, "batch_size": batch_size, "last": last},
    )


def out_of_place(rng: np.random.Generator, n: int) -> np.ndarray:
    """
    Draw an order that neither keeps an example in its place nor is its own inverse.

    Three examples or more are taken around a random cycle; with fewer there is no choice.
    """
    around = rng.permutation(n)
    order = np.empty(n, dtype=np.int64)
    order[around] = np.roll(around, -1)
    return order


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw epochs whose last batch is short, then the two extremes, odd sizes and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return epoch(rng, about, int(rng.integers(5, 9)), 3, part="edge")

    batch_size = int(rng.integers(3, 5))
    return [
        epoch(rng, "three examples in batches of two", 3, 2, 2, numbers=quarters),
        epoch(rng, "a short last batch", 2 * batch_size + 2, batch_size),
        epoch(rng, "a single example in the last batch", 2 * batch_size + 1, batch_size),
        epoch(rng, "batches that come out even", 3 * batch_size, batch_size),
        epoch(rng, "float32", 2 * batch_size + 1, batch_size, dtype=np.float32),
        epoch(rng, "one batch of all examples (batch gradient descent)", 6, 6, part="extremes"),
        epoch(rng, "batches of one example (stochastic descent)", 6, 1, part="extremes"),
        epoch(rng, "a batch size larger than the number of examples", 5, 8, part="extremes"),
        epoch(rng, "a single example", 1, 1, part="edge"),
        epoch(rng, "a single input", 7, 3, i=1, part="edge"),
        epoch(rng, "targets around a thousand", 7, 3, part="edge", scale=1e3),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """
    Step through the batches one example at a time, in float64.

    The bound of the error goes the same way with absolute values in place of every number, so that
    what one step adds is carried on by the steps that follow.
    """
    w, x, y = case.in_float64("w", "x", "y")
    rate, batch_size = case.arguments["rate"], case.arguments["batch_size"]
    bound, taken = np.abs(w), 0
    waiting = [int(example) for example in case.arguments["order"]]
    while waiting:
        batch, waiting = waiting[:batch_size], waiting[batch_size:]
        gradient, size = np.zeros_like(w), np.zeros_like(w)
        for example in batch:
            error = float(np.dot(x[example], w)) - y[example]
            gradient += error * x[example]
            size += (np.abs(x[example]) @ bound + abs(y[example])) * np.abs(x[example])
        w = w - rate * 2.0 / len(batch) * gradient
        bound = bound + rate * 2.0 / len(batch) * size
        taken += 1
    return (Target(w, steps=taken + len(w) + min(batch_size, len(x)) + 4, magnitude=bound),)


def one_batch_does_not_care_for_the_order(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a single batch of all examples gives the same in any order."""
    arguments = dict(case.arguments)
    arguments["order"] = rng.permutation(arguments["order"])
    (again,) = call(*arguments.values())
    (target,) = oracle(case)
    if again.shape == outputs[0].shape and np.all(
        np.abs(again - outputs[0]) <= 2 * target.tolerance(case.precision)
    ):
        return None
    return (
        "With all examples in one batch, another order gives another w. A mean does not depend on "
        "the order of its terms."
    )


DESCEND_EPOCH = Exercise(
    name="descend_epoch",
    title="one epoch of gradient descent, in batches of any size",
    arguments=("w", "x", "y", "order", "batch_size", "rate"),
    outputs=(Output("w", like="w"),),
    parts=(
        Part("values", 2, "batches in the given order, a step after each"),
        Part(
            "extremes",
            1,
            "one batch of all, batches of one",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "edge",
            1,
            "one example, one input, any layout in memory, large numbers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, one batch has no order",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each step sums one product per input and one per example of the batch, in any order, and "
        "starts from what the step before has left: the bound follows the same path with absolute "
        "values, and the roundings of all steps are counted."
    ),
    properties=(
        Property(
            "one batch does not care for the order",
            one_batch_does_not_care_for_the_order,
            when=lambda case: case.arguments["batch_size"] >= len(case.arguments["x"]),
        ),
    ),
    mistakes=tuple(MISTAKES),
)
