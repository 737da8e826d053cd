"""``conv_backward(dy, x, w, stride, padding)``: the gradients of a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.drawing import laid_out, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.convolution.mistakes.conv_backward import MISTAKES
from dlcourse.checks.exercises.convolution.windows import (
    Geometry,
    correlate,
    geometries,
    image_case,
    spread,
    windows,
)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw readable images, then every geometry, layouts, and large numbers."""

    def case(about: str, geometry: Geometry, **options: Any) -> Case:
        return image_case(rng, about, ("dy", "x", "w"), geometry, **options)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return case(about, Geometry(2, 4, 5, 2, 3, 3, 2), part="edge")

    return [
        case("an image of one row", Geometry(1, 1, 4, 1, 1, 1, 2), numbers=quarters),
        case("a square image, square filters", Geometry(2, 5, 5, 2, 2, 3, 3)),
        case("float32", Geometry(3, 6, 5, 2, 4, 3, 2), dtype=np.float32),
        *(
            case(about, geometry, part=part)
            for part, several in geometries(rng).items()
            for about, geometry in several
        ),
        case("numbers around a thousand", Geometry(2, 5, 4, 2, 2, 3, 2), part="edge", scale=1e3),
        *laid_out(layout, rng),
    ]


def gradients(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give dx as a correlation of dy, and dw as products of dy with the windows."""
    cut = windows(x, w.shape[:2], stride, padding)
    dw = np.tensordot(cut, dy, axes=((0, 1, 2), (0, 1, 2)))
    return spread(dy, w, x.shape, stride, padding), dw, dy.sum(axis=(0, 1, 2))


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Compute the gradients, and the same with absolute values, which bounds the rounding."""
    dy, x, w = case.in_float64("dy", "x", "w")
    how = case.arguments["stride"], case.arguments["padding"]
    values = gradients(dy, x, w, *how)
    sizes = gradients(np.abs(dy), np.abs(x), np.abs(w), *how)
    places = dy[..., 0].size
    return (
        Target(values[0], steps=w[:, :, 0].size + 1, magnitude=sizes[0]),
        Target(values[1], steps=places + 1, magnitude=sizes[1]),
        Target(values[2], steps=places, magnitude=sizes[2]),
    )


def predicts_the_change(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """
    Check the gradients against the forward pass itself, in a random direction.

    With L = Σ dy y, a step along (u, v, s) changes L by Σ dx u + Σ dw v + Σ db s. The central
    difference of a product of two linear functions has no error of its own, so the step is 1.
    """
    dy, x, w = case.in_float64("dy", "x", "w")
    how = case.arguments["stride"], case.arguments["padding"]
    u, v = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
    s = rng.standard_normal(w.shape[3])
    up, down = correlate(x + u, w + v, *how) + s, correlate(x - u, w - v, *how) - s
    change = np.sum(dy * (up - down)) / 2
    predicted = sum(
        np.sum(gradient * along) for gradient, along in zip(outputs, (u, v, s), strict=True)
    )
    largest = correlate(np.abs(x) + np.abs(u), np.abs(w) + np.abs(v), *how) + np.abs(s)
    steps = 4 * (x.size + w.size + dy.size)
    room = steps * float(np.finfo(case.precision).eps) * np.sum(np.abs(dy) * largest)
    if abs(change - predicted) <= room:
        return None
    return (
        f"A small step in a random direction changes the loss by {change:.4g}, but your three "
        f"gradients together predict {predicted:.4g}."
    )


CONV_BACKWARD = Exercise(
    name="conv_backward",
    title="the backward pass of a convolution",
    arguments=("dy", "x", "w", "stride", "padding"),
    outputs=(Output("dx", like="x"), Output("dw", like="w"), Output("db", like="w")),
    parts=(
        Part("dx", 2, "the gradient of the images, dx", outputs=("dx",)),
        Part("dw", 2, "the gradient of the filters, dw", outputs=("dw",)),
        Part("db", 1, "the gradient of the biases, db", outputs=("db",)),
        Part("windows", 1, "strides and padding", own_cases=True, needs=("dx", "dw", "db")),
        Part(
            "edge",
            1,
            "images and filters of any size, any layout in memory, large numbers",
            own_cases=True,
            needs=("dx", "dw", "db"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, the gradients fit together",
            aspects=CARE,
            needs=("dx", "dw", "db"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "dx sums at most one product for each pixel of a filter and output channel, dw and db one "
        "term for each window of each image, in any order: the number of terms times eps times "
        "the sum of the terms' absolute values."
    ),
    properties=(
        Property(
            "predicts the change of the loss",
            predicts_the_change,
            when=lambda case: case.part != "edge",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
