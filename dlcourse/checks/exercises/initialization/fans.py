"""``fans(shape)``: how many inputs one output sums, how many outputs one input feeds."""

from __future__ import annotations

from itertools import product

import numpy as np

from dlcourse.checks.drawing import sizes
from dlcourse.checks.exercise import Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.initialization.mistakes.fans import MISTAKES


def case(kind: str, part: str, *shape: int) -> Case:
    """Ask for the fans of one shape."""
    facts = {"shape": shape, "i": shape[-2], "o": shape[-1]}
    return Case({"shape": shape}, f"{kind}, shape {shape}", part, facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw shapes of dense layers and of convolutions, all of different sizes."""
    some, other = sizes(rng, 2)
    height, width, inputs, outputs = sizes(rng, 4)
    length, channels, filters = sizes(rng, 3)
    deep = sizes(rng, 5)
    side, few, many = sizes(rng, 3)
    return [
        case("a dense layer", "dense", some, other),
        case("a dense layer of ordinary size", "dense", 784, int(rng.integers(100, 300))),
        case("a convolution", "convolution", height, width, inputs, outputs),
        case("a convolution with a square kernel", "convolution", side, side, few, many),
        case("a convolution with kernels of one pixel", "convolution", 1, 1, few, many),
        case("a convolution over sequences", "any", length, channels, filters),
        case("a convolution over volumes", "any", *deep),
        case("a dense layer with one output", "any", some, 1),
        case("a dense layer with one input", "any", 1, other),
        case("a convolution of one channel", "any", height, width, 1, outputs),
        case("a convolution with one filter", "any", height, width, inputs, 1),
        case("a long row of kernels", "any", 1, width, inputs, outputs),
        case("a large layer", "any", 50_000, 4096),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Count: go through the places of the kernel one by one."""
    *kernel, inputs, outputs = case.arguments["shape"]
    fan_in = fan_out = 0
    for _place in product(*map(range, kernel)):
        fan_in += inputs
        fan_out += outputs
    return Target(np.array(fan_in)), Target(np.array(fan_out))


def backwards_the_fans_change_places(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that exchanging inputs and outputs exchanges the fans."""
    *kernel, inputs, out = case.arguments["shape"]
    fan_in, fan_out = call((*kernel, out, inputs))
    if (fan_in, fan_out) == (outputs[1], outputs[0]):
        return None
    return (
        f"With the last two sizes exchanged, {(*kernel, out, inputs)}, fan_in and fan_out do not "
        f"change places."
    )


FANS = Exercise(
    name="fans",
    title="the fans of a layer's weights",
    arguments=("shape",),
    outputs=(Output("fan_in"), Output("fan_out")),
    parts=(
        Part("dense", 1, "dense layers", own_cases=True),
        Part("convolution", 1.5, "convolutions", own_cases=True),
        Part(
            "any",
            0.5,
            "any number of axes, sizes of 1, large sizes",
            own_cases=True,
            needs=("dense", "convolution"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Whole numbers, which have to be right.",
    properties=(
        Property(
            "backwards the fans change places",
            backwards_the_fans_change_places,
            when=lambda case: case.part != "any",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
