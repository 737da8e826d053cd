"""``train_one_epoch(w, x, y, order, batch_size, step)``: every example once, and the mean loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.loop.mistakes.train_one_epoch import MISTAKES


def step_of(rate: float) -> Callable[..., tuple[np.ndarray, float]]:
    """Make a training step: least squares, its loss measured before the step is taken."""

    def step(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
        error = x @ w - y
        return w - rate * 2 / len(x) * (x.T @ error), float(np.mean(error * error))

    return step


def epoch(
    rng: np.random.Generator,
    about: str,
    n: int,
    batch_size: int,
    part: str = "",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw examples, and an order around a cycle, which leaves no example where it is."""
    i = int(rng.integers(2, 5))
    around = rng.permutation(n)
    order = np.empty(n, dtype=np.int64)
    order[around] = np.roll(around, -1)
    arrays: dict[str, Any] = cast(
        {
            "w": numbers(rng, i) * scale,
            "x": numbers(rng, n, i),
            "y": numbers(rng, n) * scale,
            "order": order,
        },
        dtype,
    )
    rate = float(rng.choice([1, 2]) / 32)
    return Case(
        {**arrays, "batch_size": batch_size, "step": step_of(rate)},
        about,
        part,
        facts={"n": n, "batch_size": batch_size, "last": n % batch_size or min(batch_size, n)},
        hidden={"rate": rate},
    )


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw epochs whose last batch is short, then even ones, extremes, odd layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return epoch(rng, about, int(rng.integers(5, 9)), 3, "edge")

    size = int(rng.integers(3, 5))
    return [
        epoch(rng, "three examples in batches of two", 3, 2, numbers=quarters),
        epoch(rng, "a short last batch", 2 * size + 2, size),
        epoch(rng, "a single example in the last batch", 2 * size + 1, size),
        epoch(rng, "batches that come out even", 3 * size, size),
        epoch(rng, "float32", 2 * size + 1, size, dtype=np.float32),
        epoch(rng, "one batch of all examples", 6, 6, "edge"),
        epoch(rng, "batches of one example", 5, 1, "edge"),
        epoch(rng, "a batch size larger than the number of examples", 5, 8, "edge"),
        epoch(rng, "a single example", 1, 1, "edge"),
        epoch(rng, "targets around a thousand", 7, 3, "edge", scale=1e3),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """
    Step through the batches one example at a time, in float64, without the step that was handed in.

    The bound of the error goes the same way with absolute values in place of every number. A loss
    is a mean of squares, so its bound is the mean of the bounds' squares.
    """
    w, x, y = case.in_float64("w", "x", "y")
    rate, batch_size = case.hidden["rate"], case.arguments["batch_size"]
    bound, taken, losses, sizes = np.abs(w), 0, [], []
    waiting = [int(example) for example in case.arguments["order"]]
    while waiting:
        batch, waiting = waiting[:batch_size], waiting[batch_size:]
        gradient, size = np.zeros_like(w), np.zeros_like(w)
        for example in batch:
            error = float(np.dot(x[example], w)) - y[example]
            largest = float(np.abs(x[example]) @ bound) + abs(y[example])
            gradient += error * x[example]
            size += largest * np.abs(x[example])
            losses.append(error * error)
            sizes.append(largest * largest)
        w = w - rate * 2.0 / len(batch) * gradient
        bound = bound + rate * 2.0 / len(batch) * size
        taken += 1
    steps = taken + len(w) + min(batch_size, len(x)) + 4
    return (
        Target(w, steps=steps, magnitude=bound),
        Target(np.mean(losses), steps=2 * steps + len(x), magnitude=np.mean(sizes)),
    )


def nothing_moves_where_the_step_stands_still(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check with a step that does nothing, and whose loss is the first target of its batch."""
    arguments = dict(case.arguments)
    arguments["step"] = lambda w, x, y: (w, float(y[0]))
    w, loss = call(*arguments.values())
    given = case.arguments["w"]
    if w.shape != given.shape or np.any(w != given):
        return "With a step that leaves w as it is, w changes: move it by the step alone."
    order, size = case.arguments["order"], case.arguments["batch_size"]
    y = np.array(case.arguments["y"], dtype=np.float64)
    parts = [order[k : k + size] for k in range(0, len(order), size)]
    wanted = sum(len(part) * y[part[0]] for part in parts) / len(y)
    rounding = 64 * float(np.finfo(case.precision).eps) * float(np.max(np.abs(y)))
    if loss.shape == () and abs(float(loss) - wanted) <= rounding:
        return None
    return (
        "With another step, whose loss is another, the mean loss is wrong: take the losses that "
        "step returns."
    )


TRAIN_ONE_EPOCH = Exercise(
    name="train_one_epoch",
    title="one epoch, and its mean loss",
    arguments=("w", "x", "y", "order", "batch_size", "step"),
    outputs=(Output("w", like="w"), Output("loss")),
    parts=(
        Part("w", 2, "the parameters after the epoch", outputs=("w",)),
        Part("loss", 1.5, "the mean loss of the examples", outputs=("loss",)),
        Part(
            "edge",
            1,
            "one batch, batches of one, any layout in memory, large numbers",
            own_cases=True,
            needs=("w", "loss"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the arguments are left alone, any step will do",
            aspects=CARE,
            needs=("w", "loss"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each step sums one product per input and one per example of the batch and starts from "
        "what the step before has left: the bound follows the same path with absolute values. A "
        "loss squares what it is given, which doubles the relative error."
    ),
    properties=(
        Property(
            "nothing moves where the step stands still", nothing_moves_where_the_step_stands_still
        ),
    ),
    mistakes=tuple(MISTAKES),
)
