"""``output_size(size, kernel, stride, padding)``: how many windows there are along a side."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.convolution.mistakes.output_size import MISTAKES


def side(about: str, size: int, kernel: int, stride: int, padding: int, part: str) -> Case:
    """Ask for the windows along one side."""
    arguments = {"size": size, "kernel": kernel, "stride": stride, "padding": padding}
    return Case(arguments, about, part, facts={**arguments, "wide": size + 2 * padding})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw sides that windows fill exactly, sides with a rest, and windows that do not fit."""
    kernel = int(rng.integers(3, 6))
    stride = int(rng.integers(3, 5))
    steps = int(rng.integers(3, 7))
    exact = kernel + steps * stride
    return [
        side("stride 1, no padding", kernel + steps, kernel, 1, 0, "plain"),
        side("stride 1 and padding", kernel + steps, kernel, 1, 2, "plain"),
        side("a stride that comes out even", exact, kernel, stride, 0, "plain"),
        side("a stride that leaves one pixel over", exact + 1, kernel, stride, 0, "rest"),
        side("a stride that lacks one pixel", exact + stride - 1, kernel, stride, 0, "rest"),
        side("stride, padding and a rest", exact + stride - 2, kernel, stride, 3, "rest"),
        side("a filter of one pixel", 4 + steps, 1, 1, 0, "corners"),
        side("a filter of an even size with padding", 2 * steps, 4, 2, 1, "corners"),
        side("a filter as large as the side", kernel, kernel, stride, 0, "corners"),
        side("a filter that fits by its padding alone", kernel - 1, kernel, 2, 1, "corners"),
        side("a filter that is one pixel too large", kernel - 1, kernel, stride, 0, "corners"),
        side("a filter that is far too large", 3, 15, 2, 1, "corners"),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Walk along the side and count the windows that end within it."""
    size, kernel, stride, padding = case.arguments.values()
    start, found = -padding, 0
    while start + kernel <= size + padding:
        start, found = start + stride, found + 1
    return (Target(np.array(found)),)


def a_whole_number(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the count can be the size of an array."""
    if outputs[0].dtype.kind in "iu":
        return None
    return (
        f"Your count is {float(outputs[0])}, a float. The size of an array is a whole number: "
        f"np.zeros({float(outputs[0])}) is refused."
    )


OUTPUT_SIZE = Exercise(
    name="output_size",
    title="how many windows there are along a side",
    arguments=("size", "kernel", "stride", "padding"),
    outputs=(Output("count"),),
    parts=(
        Part("plain", 1, "windows that fill the side", own_cases=True),
        Part("rest", 1, "strides that leave a rest", own_cases=True, needs=("plain",)),
        Part(
            "corners",
            0.5,
            "filters of any size, also too large ones",
            own_cases=True,
            needs=("plain",),
        ),
        Part(
            "care",
            0.5,
            "the count is a whole number",
            aspects=(Aspect.PROPERTY, Aspect.UNTOUCHED),
            needs=("plain",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="A count is right or wrong.",
    properties=(Property("a whole number", a_whole_number),),
    mistakes=tuple(MISTAKES),
)
