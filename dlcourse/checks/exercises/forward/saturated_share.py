"""``saturated_share(y, low, high)``: how often each unit is at the end of its range."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.forward.mistakes.saturated_share import MISTAKES

LADDERS = {
    # The ends of the range first, then where it is saturated.
    "tanh": (-1.0, 1.0, -0.75, 0.75),
    "sigmoid": (0.0, 1.0, 0.125, 0.875),
}


def outputs_of(
    rng: np.random.Generator,
    about: str,
    kind: str,
    shape: tuple[int, int] | None = None,
    part: str = "values",
    dtype: type = np.float64,
) -> Case:
    """
    Draw a layer's outputs, in sixteenths, so that some lie exactly on a limit.

    The first unit is at the upper end only, the second at the lower end only, the third always
    saturated, on both sides, as far as there are so many units and examples.
    """
    n, units = shape or sizes(rng, 2, low=4)
    least, most, low, high = LADDERS[kind]
    y = rng.integers(round(low * 16) + 1, round(high * 16), (n, units)) / 16
    lower = np.array([least, low])
    upper = np.array([most, high])
    for unit in range(units):
        rows = rng.permutation(n)
        some = int(rng.integers(1, n)) if n > 1 else 1
        if unit % 4 == 0:
            y[rows[:some], unit] = rng.choice(upper, some)
        elif unit % 4 == 1:
            y[rows[:some], unit] = rng.choice(lower, some)
        elif unit % 4 == 2:
            y[:, unit] = rng.choice(np.concatenate([lower, upper]), n)
    if n > 1:
        y[0, 0] = high  # exactly on the limit
    order = rng.permutation(units)
    arguments = {**cast({"y": y[:, order]}, dtype), "low": low, "high": high}
    return Case(arguments, about, part, facts={"n": n, "u": units, "low": low, "high": high})


def of_relu(rng: np.random.Generator, about: str, dtype: type = np.float64) -> Case:
    """Draw outputs of ReLU, dead units among them: saturated is 0 alone, at no upper end."""
    n, units = sizes(rng, 2, low=4)
    y = np.maximum(rng.integers(-8, 9, (n, units)) / 4, 0)
    y[:, 0] = 0
    y[:, 1] = rng.integers(1, 9, n) / 4
    arguments = {**cast({"y": y}, dtype), "low": 0.0, "high": float("inf")}
    facts = {"n": n, "u": units, "low": 0.0, "high": float("inf")}
    return Case(arguments, about, "relu", facts=facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw outputs of tanh and sigmoid, then of ReLU, then odd sizes and layouts."""
    one, two = sizes(rng, 2, low=4)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return outputs_of(rng, about, "tanh", part="edge")

    return [
        outputs_of(rng, "four examples and three units of tanh", "tanh", (4, 3)),
        outputs_of(rng, "a layer of tanh in float32", "tanh", dtype=np.float32),
        outputs_of(rng, "a layer of sigmoids", "sigmoid"),
        outputs_of(rng, "as many examples as units", "sigmoid", (one, one)),
        of_relu(rng, "a layer of ReLU with a dead unit"),
        of_relu(rng, "a layer of ReLU in float32", np.float32),
        outputs_of(rng, "a single example", "tanh", (1, two), "edge"),
        outputs_of(rng, "a single unit", "tanh", (two, 1), "edge", np.float32),
        outputs_of(rng, "many examples", "sigmoid", (100, 3), "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Count the examples of each unit one by one."""
    y = case.arguments["y"].tolist()
    low, high = case.arguments["low"], case.arguments["high"]
    shares = [
        sum(row[unit] <= low or row[unit] >= high for row in y) / len(y)
        for unit in range(len(y[0]))
    ]
    return (Target(np.array(shares), steps=len(y) + 2),)


def units_in_another_order(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that each unit is looked at by itself, and that the order of examples is nothing."""
    y = case.arguments["y"]
    units, examples = rng.permutation(y.shape[1]), rng.permutation(len(y))
    (again,) = call(y[examples][:, units], case.arguments["low"], case.arguments["high"])
    near = 4 * len(y) * np.finfo(case.precision).eps
    if again.shape == outputs[0].shape and np.all(np.abs(again - outputs[0][units]) <= near):
        return None
    return "The same units in another order have other shares: look at each unit by itself."


SATURATED_SHARE = Exercise(
    name="saturated_share",
    title="how often each unit is at the end of its range",
    arguments=("y", "low", "high"),
    outputs=(Output("share"),),
    parts=(
        Part("values", 1.5, "units of tanh and sigmoid"),
        Part("relu", 0.5, "units of ReLU, dead ones among them", own_cases=True),
        Part(
            "edge",
            0.5,
            "one example, one unit, many examples, any layout",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            0.5,
            "y is left alone, each unit is looked at by itself",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Counting is exact; a share may be summed from n shares of 1 / n.",
    properties=(Property("units in another order", units_in_another_order),),
    mistakes=tuple(MISTAKES),
)
