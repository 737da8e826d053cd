"""``train_line(slopes, w, b, rate, steps)``: the training loop, judged by what it returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.drawing import Numbers, normal, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.warmup.mistakes.train_line import MISTAKES

Slopes = Callable[[Any, Any], tuple[float, np.ndarray, float]]


def squared_error(x: np.ndarray, y: np.ndarray) -> Slopes:
    """Make the function that a loop is handed: loss and slopes at (w, b), in the dtype of x."""

    def slopes(w: Any, b: Any) -> tuple[float, np.ndarray, float]:
        error = x @ np.asarray(w) + np.asarray(b, dtype=x.dtype) - y
        dw = 2 * x.T @ error / x.dtype.type(len(y))
        return float(np.mean(error**2)), dw, float(2 * error.mean())

    return slopes


def training(
    rng: np.random.Generator,
    about: str,
    steps: int,
    i: int | None = None,
    part: str = "arrives",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
    rate: float | None = None,
) -> Case:
    """Draw examples, a line to start from that is far from the best, and a rate that is safe."""
    i = int(rng.integers(2, 5)) if i is None else i
    n = i + int(rng.integers(3, 6))
    x = numbers(rng, n, i)
    # The examples' own steepness would make some rates explode: all are brought to the same.
    x = (x / np.sqrt(np.mean(np.sum(x**2, axis=1)))).astype(dtype)
    y: np.ndarray = (numbers(rng, n) * scale + 2 * scale).astype(dtype)
    w = ((numbers(rng, i) + rng.choice([-1, 1], i)) * scale).astype(dtype)
    arguments = {
        "slopes": squared_error(x, y),
        "w": w,
        "b": float(quarters(rng, 1)[0]) * scale,
        "rate": float(rng.choice([0.0625, 0.125, 0.1875])) if rate is None else rate,
        "steps": steps,
    }
    facts = {"steps": steps, "i": i, "rate": arguments["rate"]}
    return Case(arguments, about, part, facts=facts, hidden={"x": x, "y": y})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary trainings, then one step and none, one input, and a rate that is too high."""
    many, few = (int(steps) for steps in rng.permutation(np.arange(5, 12))[:2])
    read_only = training(rng, "weights that cannot be written to", few, part="edge")
    read_only.arguments["w"].flags.writeable = False
    return [
        training(rng, "two steps", 2),
        training(rng, f"{many} steps", many),
        training(rng, "float32", few, dtype=np.float32),
        training(rng, "forty steps", 40),
        training(rng, "a single step", 1, part="edge"),
        training(rng, "no step at all", 0, part="edge"),
        training(rng, "a single input", few, i=1, part="edge"),
        training(rng, "targets around a thousand", few, part="edge", scale=1e3),
        training(rng, "a rate that is too high, so that the loss grows", 6, part="edge", rate=2.0),
        read_only,
    ]


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """
    Take the steps in float64, with the normal equations in place of the learner's slopes.

    The mean square of x @ w + b - y is a quadratic function of (w, b), whose matrix and vector are
    computed once. The bounds go along the same path with absolute values in place of all numbers.
    """
    x = np.array(case.hidden["x"], dtype=np.float64)
    y = np.array(case.hidden["y"], dtype=np.float64)
    rate, steps = float(case.arguments["rate"]), int(case.arguments["steps"])
    extended = np.hstack([x, np.ones((len(y), 1))])
    at = np.append(np.array(case.arguments["w"], dtype=np.float64), case.arguments["b"])
    matrix, vector = extended.T @ extended / len(y), extended.T @ y / len(y)
    bound, sizes_of = np.abs(at), np.abs(extended)
    losses, magnitudes = np.zeros(steps), np.zeros(steps)
    for step in range(steps):
        losses[step] = np.mean((extended @ at - y) ** 2)
        size = sizes_of @ bound + np.abs(y)
        magnitudes[step] = np.mean(size**2)
        bound = bound + rate * 2 * sizes_of.T @ size / len(y)
        at = at - rate * 2 * (matrix @ at - vector)
    roundings = x.size + 3 * steps + 8
    # The bound grows as if all errors pushed the same way; never believe more than a thousandth.
    most = 1e-3 / float(np.finfo(case.precision).eps) / (4 * roundings)
    largest = float(np.max(np.abs(at)))
    w_bound = np.minimum(bound[:-1], most * np.maximum(np.abs(at[:-1]), largest))
    b_bound = min(bound[-1], most * max(abs(at[-1]), largest))
    return (
        Target(at[:-1], roundings, w_bound),
        Target(np.array(at[-1]), roundings, np.array(b_bound)),
        Target(losses, 2 * roundings, np.minimum(magnitudes, most * np.abs(losses).max(initial=0))),
    )


def in_two_stretches(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a training interrupted and taken up again arrives at the same place."""
    slopes, w, b, rate, steps = case.arguments.values()
    first = int(rng.integers(1, steps))
    w, b, before = call(slopes, w, b, rate, first)
    w, b, after = call(slopes, w, float(b), rate, steps - first)
    found = (w, b, np.concatenate([before, after]))
    for output, target, one in zip(outputs, oracle(case), found, strict=True):
        tolerance = 3 * target.tolerance(case.precision)
        if one.shape != output.shape or not np.all(np.abs(one - output) <= tolerance):
            return (
                f"{first} steps and then {steps - first} more, from where the first ones arrived, "
                f"give something else than {steps} steps at once: does your function keep "
                f"something between its calls?"
            )
    return None


TRAIN_LINE = Exercise(
    name="train_line",
    title="a training loop by hand",
    arguments=("slopes", "w", "b", "rate", "steps"),
    outputs=(Output("w", like="w"), Output("b"), Output("losses")),
    parts=(
        Part("arrives", 2, "where w and b arrive", outputs=("w", "b")),
        Part("losses", 1, "the losses on the way", outputs=("losses",)),
        Part(
            "edge",
            1,
            "one step, none, a single input, large numbers, a rate that is too high",
            own_cases=True,
            needs=("arrives", "losses"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, w is left alone, a training can be taken up again",
            aspects=CARE,
            needs=("arrives", "losses"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each step starts from what the one before has left: the bound follows the same path with "
        "absolute values. Where that grows beyond a thousandth of the largest number it says "
        "nothing any more, and a thousandth is taken: no mistake is that near."
    ),
    properties=(
        Property(
            "in two stretches",
            in_two_stretches,
            when=lambda case: case.part == "arrives" and case.arguments["w"].dtype == np.float64,
        ),
    ),
    mistakes=tuple(MISTAKES),
)
