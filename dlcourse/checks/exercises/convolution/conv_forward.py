"""``conv_forward(x, w, b, stride, padding)``: filters slide over images."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.drawing import laid_out, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.convolution.mistakes.conv_forward import MISTAKES
from dlcourse.checks.exercises.convolution.windows import (
    Geometry,
    correlate,
    geometries,
    image_case,
)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw a readable image, then every geometry, layouts, and large numbers."""

    def case(about: str, geometry: Geometry, **options: Any) -> Case:
        return image_case(rng, about, ("x", "w", "b"), geometry, **options)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return case(about, Geometry(2, 4, 5, 2, 3, 3, 2), part="edge")

    return [
        case("an image of two rows", Geometry(1, 2, 3, 1, 1, 2, 2), numbers=quarters),
        case("float32", Geometry(3, 6, 5, 2, 4, 3, 2), dtype=np.float32),
        *(
            case(about, geometry, part=part)
            for part, several in geometries(rng).items()
            for about, geometry in several
        ),
        case("numbers around a thousand", Geometry(2, 5, 4, 2, 2, 3, 2), part="edge", scale=1e3),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Cut out every window and multiply it with every filter."""
    x, w, b = case.in_float64("x", "w", "b")
    how = case.arguments["stride"], case.arguments["padding"]
    y = correlate(x, w, *how) + b
    magnitude = correlate(np.abs(x), np.abs(w), *how) + np.abs(b)
    return (Target(y, steps=w[..., 0].size + 2, magnitude=magnitude),)


def a_moved_image_moves_the_output(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that an image that moves down by the stride moves the output down by one row."""
    arguments = dict(case.arguments)
    x, stride = arguments["x"], arguments["stride"]
    arguments["x"] = np.concatenate([normal_rows(rng, x, stride), x], axis=1)
    (again,) = call(*arguments.values())
    (target,) = oracle(Case(arguments, ""))
    rows = case.arguments["padding"] // stride + 1  # these see the upper edge
    before = outputs[0][:, rows - 1 :]
    after = again[:, rows : rows + before.shape[1]] if again.ndim == 4 else again
    room = target.tolerance(case.precision)[:, rows : rows + before.shape[1]]
    if after.shape == before.shape and np.all(np.abs(after - before) <= 2 * room):
        return None
    return (
        f"The image moved down by the stride, {stride}, and your output did not move down by one "
        f"row. A filter looks for the same thing everywhere."
    )


def normal_rows(rng: np.random.Generator, x: np.ndarray, rows: int) -> np.ndarray:
    """Draw rows to put above an image."""
    return rng.standard_normal((x.shape[0], rows, *x.shape[2:])).astype(x.dtype)


CONV_FORWARD = Exercise(
    name="conv_forward",
    title="the forward pass of a convolution",
    arguments=("x", "w", "b", "stride", "padding"),
    outputs=(Output("y", like="x"),),
    parts=(
        Part("values", 2.5, "windows one pixel apart, without padding"),
        Part("windows", 1.5, "strides and padding", own_cases=True, needs=("values",)),
        Part(
            "edge",
            1,
            "images and filters of any size, any layout in memory, large numbers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, a moved image moves the output",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each number is a sum of one product for each weight of a filter, and the bias, in any "
        "order: its error is bounded by the number of terms times eps times the sum of the terms' "
        "absolute values."
    ),
    properties=(
        Property(
            "a moved image moves the output",
            a_moved_image_moves_the_output,
            # With a rest at the lower edge the windows would have to be counted anew.
            when=lambda case: case.arguments["padding"] % case.arguments["stride"] == 0,
        ),
    ),
    mistakes=tuple(MISTAKES),
)
