"""``augment(images, flips, shifts)``: new images from old ones, the chances handed in."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.data.mistakes.augment import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    part: str,
    shape: tuple[int, int, int] | None = None,
    dtype: type = np.float64,
    numbers: Numbers = normal,
    flipped: str = "some",
    reach: int = 2,
) -> Case:
    """
    Draw images without a 0 in them, and what is to be done to each.

    ``reach`` is the largest shift, 0 for none. With two images or more, of those flipped and those
    not there is at least one each; with a reach, one image is shifted down and left, one up and
    right, and one only sideways.
    """
    n, height, width = shape or sizes(rng, 3, low=4, high=7)
    images = numbers(rng, n, height, width)
    flips = np.zeros(n, dtype=bool)
    if flipped == "some":
        flips = rng.permutation(np.arange(n) % 2 == 0)
    elif flipped == "all":
        flips[:] = True
    shifts = np.zeros((n, 2), dtype=np.int64)
    if reach:
        sizes_of = rng.integers(1, reach + 1, (n, 2))
        signs = np.array([[1, -1], [-1, 1], [0, 1], [-1, 0]])
        shifts = sizes_of * signs[(np.arange(n) + int(rng.integers(4))) % 4]
    arguments = {**cast({"images": images}, dtype), "flips": flips, "shifts": shifts}
    return Case(arguments, about, part, facts={"n": n, "h": height, "w": width})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw flips alone, shifts alone, then both, and shifts out of the picture."""
    _, one, two = sizes(rng, 3, low=4, high=7)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, "both")

    readable = batch(rng, "an image of two rows", "shift", (1, 2, 3), numbers=quarters, reach=1)
    readable.arguments["flips"][:] = False
    readable.arguments["shifts"][:] = rng.permutation([[1, 0], [0, -1]])[:1]
    return [
        batch(rng, "an image to be flipped", "flip", (1, 2, 3), numbers=quarters, reach=0,
              flipped="all"),
        batch(rng, "flips alone", "flip", reach=0),
        readable,
        batch(rng, "shifts alone", "shift", (6, one, two), flipped="none"),
        batch(rng, "shifts of images in float32", "shift", dtype=np.float32, flipped="none"),
        batch(rng, "flips and shifts", "both", (6, two, one)),
        batch(rng, "square images", "both", (5, one, one), dtype=np.float32),
        batch(rng, "nothing to be done", "both", flipped="none", reach=0),
        batch(rng, "images of one column", "both", (4, one, 1)),
        batch(rng, "images of one row", "both", (4, 1, one)),
        batch(rng, "shifts as large as the images and larger", "both", (8, 4, 3), reach=7),
        *laid_out(layout, rng),
    ]  # fmt: skip


def oracle(case: Case) -> tuple[Target]:
    """Ask for each pixel where it comes from."""
    images, flips, shifts = (case.arguments[name] for name in ("images", "flips", "shifts"))
    value = np.zeros(images.shape)
    n, height, width = images.shape
    for k, row, column in np.ndindex(n, height, width):
        from_row = row - int(shifts[k, 0])
        from_column = column - int(shifts[k, 1])
        if 0 <= from_row < height and 0 <= from_column < width:
            if flips[k]:
                from_column = width - 1 - from_column
            value[k, row, column] = images[k, from_row, from_column]
    return (Target(value, steps=0.0),)


def images_one_by_one(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that an image comes out the same when it is alone."""
    k = int(rng.integers(len(outputs[0])))
    (again,) = call(*(value[k : k + 1] for value in case.arguments.values()))
    if np.array_equal(again, outputs[0][k : k + 1]):
        return None
    return "An image comes out differently when it is the only one of the batch."


AUGMENT = Exercise(
    name="augment",
    title="images flipped and shifted",
    arguments=("images", "flips", "shifts"),
    outputs=(Output("changed", like="images"),),
    parts=(
        Part("flip", 1, "flips", own_cases=True),
        Part("shift", 1, "shifts", own_cases=True),
        Part(
            "both",
            1,
            "both together, any shape, any layout, shifts out of the picture",
            own_cases=True,
            needs=("flip", "shift"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, images can come one by one",
            aspects=CARE,
            needs=("flip", "shift"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Pixels are moved, not computed: they are exact.",
    properties=(Property("images one by one", images_one_by_one),),
    mistakes=tuple(MISTAKES),
)
