"""``mirror_and_shift(x, flips, shifts)``: mirrored and shifted images, what comes in is 0."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.regularization.mistakes.mirror_and_shift import MISTAKES


def images(
    rng: np.random.Generator,
    about: str,
    part: str = "values",
    shape: tuple[int, int, int] | None = None,
    dtype: type = np.float64,
    numbers: Numbers = normal,
    moves: list[tuple[int, int]] | None = None,
    flips: list[bool] | None = None,
) -> Case:
    """Draw images, and how each is to be moved; by default all four directions occur."""
    n, height, width = (4, *sizes(rng, 2, low=4)) if shape is None else shape
    if moves is None:
        kinds = [(1, -2), (-2, 1), (2, 1), (-1, -2), (0, 1), (1, 0)]
        moves = [kinds[k % len(kinds)] for k in range(n)]
    if flips is None:
        flips = [bool(k % 2) for k in range(n)]
    arrays = {"x": numbers(rng, n, height, width), "flips": np.array(flips, dtype=bool)}
    arrays["shifts"] = np.array(moves, dtype=np.int64)
    return Case(cast(arrays, dtype), about, part, {"height": height, "width": width})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw mirrored images, shifted ones, both; then odd sizes, long ways and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return images(rng, about, "edge")

    still = [(0, 0)] * 3
    return [
        images(rng, "one image of two rows, mirrored", "flips", (1, 2, 3), numbers=quarters,
               moves=still[:1], flips=[True]),
        images(rng, "images of which some are mirrored", "flips", (3, 4, 5), moves=still,
               flips=[True, False, True]),
        images(rng, "one image of two rows, shifted", "shifts", (1, 2, 3), numbers=quarters,
               moves=[(1, 1)], flips=[False]),
        images(rng, "images shifted in four directions", "shifts", flips=[False] * 4),
        images(rng, "square images", "shifts", (4, 5, 5), flips=[False] * 4),
        images(rng, "images mirrored and shifted"),
        images(rng, "images in float32", dtype=np.float32),
        images(rng, "images that stay as they are", "edge", (2, 3, 4), moves=still[:2],
               flips=[False, False]),
        images(rng, "images shifted out of sight", "edge", (3, 3, 4),
               moves=[(3, 0), (0, -4), (-7, 9)]),
        images(rng, "images of one row", "edge", (2, 1, 5), moves=[(0, 2), (0, -1)]),
        images(rng, "images of one column", "edge", (2, 5, 1), moves=[(2, 0), (-1, 0)]),
        *laid_out(layout, rng),
    ]  # fmt: skip


def oracle(case: Case) -> tuple[Target]:
    """Look up, pixel by pixel, where each one comes from."""
    (x,) = case.in_float64("x")
    n, height, width = x.shape
    y = np.zeros_like(x)
    for image in range(n):
        down, right = (int(one) for one in case.arguments["shifts"][image])
        for row in range(height):
            for column in range(width):
                came_row, came_column = row - down, column - right
                if 0 <= came_row < height and 0 <= came_column < width:
                    if case.arguments["flips"][image]:
                        came_column = width - 1 - came_column
                    y[image, row, column] = x[image, came_row, came_column]
    return (Target(y, steps=0),)


def each_image_by_itself(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the images in another order come out in that order."""
    order = rng.permutation(len(case.arguments["x"]))
    (again,) = call(*(value[order] for value in case.arguments.values()))
    if np.array_equal(again, outputs[0][order]):
        return None
    return "With the images in another order they do not come out as before, in that order."


MIRROR_AND_SHIFT = Exercise(
    name="mirror_and_shift",
    title="augmentation: mirrored and shifted",
    arguments=("x", "flips", "shifts"),
    outputs=(Output("y", like="x"),),
    parts=(
        Part("flips", 1, "mirrored images", own_cases=True),
        Part("shifts", 1.25, "shifted images", own_cases=True),
        Part("values", 0.75, "images mirrored and shifted", own_cases=True),
        Part(
            "edge",
            0.5,
            "long ways, one row, one column, any layout",
            own_cases=True,
            needs=("flips", "shifts"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the images are left alone, each is by itself",
            aspects=(Aspect.DTYPE, Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("flips", "shifts"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Pixels are moved and not calculated: they have to be the same.",
    properties=(
        Property(
            "each image by itself",
            each_image_by_itself,
            when=lambda case: case.part == "values",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
