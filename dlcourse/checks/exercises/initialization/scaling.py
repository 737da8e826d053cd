"""What the initializers have in common: ready-drawn numbers, scaled by the fans of a layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, sizes
from dlcourse.checks.exercise import (
    CARE,
    Call,
    Case,
    Exercise,
    Mistake,
    Output,
    Part,
    Property,
    Target,
)

Draws = Callable[..., np.ndarray]


def weights(
    rng: np.random.Generator,
    about: str,
    name: str,
    draws: Draws,
    shape: tuple[int, ...],
    part: str = "values",
    dtype: type = np.float32,
) -> Case:
    """Draw the numbers of one layer, and count its fans."""
    places = math.prod(shape[:-2])
    fan_in, fan_out = places * shape[-2], places * shape[-1]
    arrays = cast({name: draws(rng, *shape)}, dtype)
    facts = {"fan_in": fan_in, "fan_out": fan_out, "shape": shape}
    return Case({**arrays, "fan_in": fan_in, "fan_out": fan_out}, about, part, facts)


def draw_weights(rng: np.random.Generator, name: str, readable: Draws, draws: Draws) -> list[Case]:
    """Draw dense layers and convolutions, then extremes and odd layouts."""
    some, other = sizes(rng, 2, low=3)
    height, width, inputs, outputs = sizes(rng, 4, high=5)

    def case(about: str, *shape: int, part: str = "values", dtype: type = np.float32) -> Case:
        return weights(rng, about, name, draws, shape, part, dtype)

    def layout(rng: np.random.Generator, about: str) -> Case:
        shape = tuple(sizes(rng, 2, low=3))
        return weights(rng, about, name, draws, shape, "any", np.float64)

    return [
        weights(rng, "a small layer", name, readable, (4, 2), dtype=np.float64),
        case("a dense layer in float32", some, other),
        case("a dense layer in float64", other, some, dtype=np.float64),
        case("a convolution", height, width, inputs, outputs, part="convolution"),
        case(
            "a convolution in float64",
            *(width, height, outputs, inputs),
            part="convolution",
            dtype=np.float64,
        ),
        case("a dense layer with one output", some, 1, part="any"),
        case("a dense layer with one input", 1, other, part="any"),
        case("a single weight", 1, 1, part="any"),
        case("a large layer", 700, 3, part="any"),
        *laid_out(layout, rng),
    ]


def proportional(name: str, turned: Callable[[np.ndarray], np.ndarray], sentence: str) -> Property:
    """Make the check that turning the drawn numbers round turns the weights round, and no more."""

    def violation(
        call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
    ) -> str | None:
        arguments = dict(case.arguments)
        arguments[name] = turned(arguments[name])
        (again,) = call(*arguments.values())
        rounding = 16 * float(np.finfo(case.precision).eps) * float(np.max(np.abs(outputs[0])))
        if again.shape == outputs[0].shape and np.all(np.abs(again + outputs[0]) <= rounding):
            return None
        return sentence

    return Property("turned draws give turned weights", violation)


def initializer(
    function: str,
    title: str,
    name: str,
    readable: Draws,
    draws: Draws,
    oracle: Callable[[Case], Sequence[Target]],
    tolerance_reason: str,
    turning: Property,
    mistakes: Sequence[Mistake],
) -> Exercise:
    """
    Make the exercise of one initializer, which turns ready-drawn numbers into weights.

    Parameters
    ----------
    function, title, oracle, tolerance_reason, mistakes
        As in ``Exercise``.
    name
        Name of the argument that holds the drawn numbers.
    readable, draws
        How they are drawn: to be read in a message, and ordinarily.
    turning
        The property that the weights follow the drawn numbers.
    """
    return Exercise(
        name=function,
        title=title,
        arguments=(name, "fan_in", "fan_out"),
        outputs=(Output("w", like=name),),
        parts=(
            Part("values", 1.5, "the weights of a dense layer"),
            Part("convolution", 0.5, "those of a convolution", own_cases=True),
            Part(
                "any",
                0.5,
                "any shape, any layout in memory",
                own_cases=True,
                needs=("values",),
            ),
            Part(
                "care",
                0.5,
                f"the dtype is kept, {name} is left alone, the weights follow {name}",
                aspects=CARE,
                needs=("values",),
            ),
        ),
        draw=lambda rng: draw_weights(rng, name, readable, draws),
        oracle=oracle,
        tolerance_reason=tolerance_reason,
        properties=(turning,),
        mistakes=tuple(mistakes),
    )
