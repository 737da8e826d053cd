"""Mistakes in ``mirror_and_shift(x, flips, shifts)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def mirrored(x, flips):
    """Mirror left and right where it is asked for."""
    return np.where(flips[:, None, None], x[:, :, ::-1], x)


def moved(image, down, right):
    """Shift one image, and let 0 come in."""
    height, width = image.shape
    y = np.zeros_like(image)
    into = slice(max(down, 0), max(height + min(down, 0), 0))
    out = slice(max(-down, 0), max(height - max(down, 0), 0))
    into_columns = slice(max(right, 0), max(width + min(right, 0), 0))
    out_columns = slice(max(-right, 0), max(width - max(right, 0), 0))
    y[into, into_columns] = image[out, out_columns]
    return y


def shifted(x, shifts):
    """Shift each image its own way."""
    y = np.zeros_like(x)
    for k, (down, right) in enumerate(shifts):
        y[k] = moved(x[k], int(down), int(right))
    return y


@known_mistake(
    MISTAKES,
    "What leaves the image on one side comes in on the other, as np.roll does. Zeros come in.",
)
def rolled(x, flips, shifts):
    y = mirrored(x, flips)
    return np.stack([np.roll(im, tuple(s), axis=(0, 1)) for im, s in zip(y, shifts, strict=True)])


@known_mistake(
    MISTAKES,
    "What comes in is a copy of the image's border. Zeros come in.",
)
def border_repeated(x, flips, shifts):
    y, (_, height, width) = mirrored(x, flips), x.shape
    found = np.zeros_like(x)
    for k, (down, right) in enumerate(shifts):
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        found[k] = y[k][np.ix_(rows, columns)]
    return found


@known_mistake(
    MISTAKES,
    "Your images go the opposite way: shifts are down and to the right where they are positive.",
)
def the_opposite_way(x, flips, shifts):
    return shifted(mirrored(x, flips), -shifts)


@known_mistake(
    MISTAKES,
    "You have exchanged the directions: shifts[:, 0] is down, shifts[:, 1] to the right.",
)
def directions_exchanged(x, flips, shifts):
    return shifted(mirrored(x, flips), shifts[:, ::-1])


@known_mistake(
    MISTAKES,
    "Your images go up where they should go down: row 0 is the top, and a positive shift moves "
    "the image to higher row numbers.",
)
def up_for_down(x, flips, shifts):
    return shifted(mirrored(x, flips), shifts * np.array([-1, 1]))


@known_mistake(
    MISTAKES,
    "Your images go to the left where they should go to the right.",
)
def left_for_right(x, flips, shifts):
    return shifted(mirrored(x, flips), shifts * np.array([1, -1]))


@known_mistake(
    MISTAKES,
    "You shift first and mirror then, so that what was to go right goes left. Mirror first.",
)
def shifted_before_mirrored(x, flips, shifts):
    return mirrored(shifted(x, shifts), flips)


@known_mistake(
    MISTAKES,
    "You mirror top and bottom, x[:, ::-1]. Left and right are the columns, the last axis: "
    "x[:, :, ::-1].",
)
def upside_down(x, flips, shifts):
    return shifted(np.where(flips[:, None, None], x[:, ::-1], x), shifts)


@known_mistake(
    MISTAKES,
    "You turn the image by half a turn, both axes reversed. Mirroring reverses the columns alone.",
)
def turned(x, flips, shifts):
    return shifted(np.where(flips[:, None, None], x[:, ::-1, ::-1], x), shifts)


@known_mistake(
    MISTAKES,
    "You mirror all images. Only those are mirrored for which flips is True.",
)
def all_mirrored(x, flips, shifts):
    return shifted(x[:, :, ::-1], shifts)


@known_mistake(
    MISTAKES,
    "You mirror the images for which flips is False.",
)
def the_others_mirrored(x, flips, shifts):
    return shifted(mirrored(x, ~flips), shifts)


@known_mistake(
    MISTAKES,
    "You mirror no image. Where flips is True the columns are reversed.",
)
def flips_left_out_altogether(x, flips, shifts):
    return shifted(x, shifts)


@known_mistake(
    MISTAKES,
    "You shift no image. Each one moves by its row of shifts, down and to the right.",
)
def shifts_left_out_altogether(x, flips, shifts):
    return np.array(mirrored(x, flips))


@known_mistake(
    MISTAKES,
    "All your images are shifted as the first one is. Each has a row of shifts of its own.",
)
def all_shifted_as_the_first(x, flips, shifts):
    return shifted(mirrored(x, flips), np.broadcast_to(shifts[:1], shifts.shape))


@known_mistake(
    MISTAKES,
    "You decide for all images by the first one's flip. Each has its own.",
)
def all_mirrored_as_the_first(x, flips, shifts):
    return shifted(mirrored(x, np.broadcast_to(flips[:1], flips.shape)), shifts)


@known_mistake(
    MISTAKES,
    "Negative shifts do nothing in your function. They go up and to the left.",
)
def negative_shifts_ignored(x, flips, shifts):
    return shifted(mirrored(x, flips), np.maximum(shifts, 0))


@known_mistake(
    MISTAKES,
    "You take the size of each shift: images that should go up or left go down or right.",
)
def sizes_of_the_shifts(x, flips, shifts):
    return shifted(mirrored(x, flips), np.abs(shifts))


@known_mistake(
    MISTAKES,
    "You shift down and leave out the shift to the right.",
)
def columns_left_out(x, flips, shifts):
    return shifted(mirrored(x, flips), shifts * np.array([1, 0]))


@known_mistake(
    MISTAKES,
    "You shift to the right and leave out the shift down.",
)
def rows_left_out(x, flips, shifts):
    return shifted(mirrored(x, flips), shifts * np.array([0, 1]))


@known_mistake(
    MISTAKES,
    "You write into the caller's images. They are needed again in the next epoch: make a new "
    "array.",
)
def changed_in_place(x, flips, shifts):
    x[...] = shifted(mirrored(x, flips), shifts)
    return x


@known_mistake(
    MISTAKES,
    "Your images are float64 although float32 came in. np.zeros(x.shape) makes float64; use "
    "np.zeros_like(x).",
)
def made_in_float64(x, flips, shifts):
    return shifted(mirrored(x, flips), shifts).astype(np.float64)
