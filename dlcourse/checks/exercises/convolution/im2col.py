"""``im2col(x, kernel_height, kernel_width, stride, padding)``: every window as a row."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.drawing import laid_out, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.convolution.mistakes.im2col import MISTAKES
from dlcourse.checks.exercises.convolution.windows import (
    Geometry,
    correlate,
    geometries,
    image_case,
)

SETTINGS = ("kernel_height", "kernel_width", "stride", "padding")


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw a readable image, then every geometry, layouts, and large numbers."""

    def case(about: str, geometry: Geometry, **options: Any) -> Case:
        return image_case(rng, about, ("x",), geometry, SETTINGS, **options)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return case(about, Geometry(2, 4, 5, 2, 3, 3, 2), part="edge")

    return [
        case("an image of two rows", Geometry(1, 2, 3, 2, 1, 1, 2), numbers=quarters),
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
    """Go through the windows one by one, and write each out pixel by pixel."""
    (x,) = case.in_float64("x")
    rows, columns, stride, padding = (case.arguments[name] for name in SETTINGS)
    wide = np.zeros((len(x), x.shape[1] + 2 * padding, x.shape[2] + 2 * padding, x.shape[3]))
    wide[:, padding : padding + x.shape[1], padding : padding + x.shape[2]] = x
    found = [
        np.concatenate([image[top + k, left : left + columns].ravel() for k in range(rows)])
        for image in wide
        for top in range(0, wide.shape[1] - rows + 1, stride)
        for left in range(0, wide.shape[2] - columns + 1, stride)
    ]
    return (Target(np.array(found), steps=0),)


def a_product_is_a_convolution(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the rows times the filters, written as columns, are a convolution."""
    (x,) = case.in_float64("x")
    rows, columns, stride, padding = (case.arguments[name] for name in SETTINGS)
    w = rng.standard_normal((rows, columns, x.shape[3], 2))
    y = correlate(x, w, stride, padding)
    product = outputs[0].astype(np.float64) @ w.reshape(-1, 2)
    if np.allclose(product, y.reshape(-1, 2), rtol=1e-9, atol=1e-9 * float(np.abs(x).max())):
        return None
    return "Your rows times filters do not give a convolution of these images."


IM2COL = Exercise(
    name="im2col",
    title="every window as a row of a matrix",
    arguments=("x", *SETTINGS),
    outputs=(Output("rows", like="x"),),
    parts=(
        Part("values", 1.5, "windows one pixel apart, without padding"),
        Part("windows", 1, "strides and padding", own_cases=True, needs=("values",)),
        Part(
            "edge",
            0.5,
            "images and windows of any size, any layout in memory, large numbers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the image is left alone, a product with filters is a convolution",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Numbers are moved and not computed with: they are exact.",
    properties=(Property("a product is a convolution", a_product_is_a_convolution),),
    mistakes=tuple(MISTAKES),
)
