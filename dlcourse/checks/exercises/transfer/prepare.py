"""``prepare(images, factor, border, largest, mean, deviation)``: new images like the old."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import laid_out, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.transfer.mistakes.prepare import MISTAKES


def pictures(
    rng: np.random.Generator,
    about: str,
    n: int,
    height: int,
    width: int,
    factor: int,
    border: int,
    part: str = "values",
    dtype: type = np.float64,
    largest: int = 16,
) -> Case:
    """Draw pictures of whole numbers up to ``largest``, and what the old data were like."""
    images = rng.integers(0, largest + 1, (n, height, width))
    images[0, 0, 0], images[-1, -1, -1] = largest, largest - 1
    mean, deviation = float(rng.choice([0.125, 0.25])), float(rng.choice([0.25, 0.5]))
    arguments = {
        "images": images.astype(dtype),
        "factor": factor,
        "border": border,
        "largest": largest,
        "mean": mean,
        "deviation": deviation,
    }
    return Case(arguments, about, part, facts={"factor": factor, "largest": largest})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw small pictures, whole numbers of 8 bits, no border, no enlargement, and layouts."""
    n, height, width = sizes(rng, 3, high=6)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return pictures(rng, about, 2, 3, 4, 2, 1, "edge")

    return [
        pictures(rng, "one picture of 1 by 2 pixels", 1, 1, 2, 2, 1),
        pictures(rng, "several pictures", n, height, width, 3, 2),
        pictures(
            rng, "pictures of 8 bits (uint8)", n, width, height, 2, 1, dtype=np.uint8, largest=255
        ),
        pictures(rng, "pictures in float32", n, height, width, 2, 3, dtype=np.float32),
        pictures(rng, "no border", n, height, width, 2, 0, "edge"),
        pictures(rng, "no enlargement", n, height, width, 1, 2, "edge"),
        pictures(rng, "neither border nor enlargement", n, width, height, 1, 0, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Ask for each pixel of the result where it comes from."""
    images, factor, border, largest, mean, deviation = case.arguments.values()
    n, height, width = images.shape
    shape = (n, height * factor + 2 * border, width * factor + 2 * border)
    value = np.empty(shape)
    for k, row, column in np.ndindex(shape):
        i, j = (row - border) // factor, (column - border) // factor
        inside = row >= border and column >= border and i < height and j < width
        pixel = float(images[k, i, j]) / largest if inside else 0.0
        value[k, row, column] = (pixel - mean) / deviation
    return (Target(value, steps=4, magnitude=np.full(shape, (1 + mean) / deviation)),)


def a_picture_alone(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a picture does not depend on the others: at test time it may come alone."""
    alone = {**case.arguments, "images": case.arguments["images"][-1:]}
    (found,) = call(*alone.values())
    (target,) = oracle(case)
    if found.shape == (1, *outputs[0].shape[1:]) and np.all(
        np.abs(found[0] - outputs[0][-1]) <= 2 * target.tolerance(case.precision)[-1]
    ):
        return None
    return (
        "The last picture alone is not what it is among the others. What is subtracted and divided "
        "by comes from the old data and is the same for every picture."
    )


PREPARE = Exercise(
    name="prepare",
    title="new images, made as the old ones were",
    arguments=("images", "factor", "border", "largest", "mean", "deviation"),
    outputs=(Output("prepared"),),
    parts=(
        Part("values", 2.5, "size, scale, mean and deviation of the old data"),
        Part(
            "edge",
            0.5,
            "no border, no enlargement, any layout in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, pictures do not mix",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Three operations on each pixel; the difference is as exact as its terms.",
    properties=(
        Property(
            "a picture alone", a_picture_alone, when=lambda case: case.about == "several pictures"
        ),
    ),
    mistakes=tuple(MISTAKES),
)
