"""Mistakes in ``augment(images, flips, shifts)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def moved(image, shift, empty=0.0):
    """Shift one image; what comes in is empty."""
    down, right = shift
    result = np.full_like(image, empty)
    height, width = image.shape
    if abs(down) < height and abs(right) < width:
        result[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = image[
            max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
        ]
    return result


def flipped(images, flips, axis=2):
    """Mirror the images that are to be mirrored."""
    result = images.copy()
    result[flips] = np.flip(images, axis)[flips]
    return result


def shifted(images, shifts):
    """Shift each image by its own."""
    return np.stack([moved(image, shift) for image, shift in zip(images, shifts, strict=True)])


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to change "
    "whatever images it is given.",
)
def answer_of_the_example_typed_in(images, flips, shifts):
    return np.array([[[0.0, 0.0, 0.0], [0.0, 3.0, 2.0]]], dtype=images.dtype)


@known_mistake(
    MISTAKES,
    "What leaves the picture on one side comes in on the other: np.roll goes round. What comes in "
    "is 0.",
)
def rolled_round(images, flips, shifts):
    start = flipped(images, flips)
    return np.stack(
        [np.roll(image, tuple(shift), (0, 1)) for image, shift in zip(start, shifts, strict=True)]
    )


@known_mistake(
    MISTAKES,
    "You repeat the border's pixels where nothing comes in. What comes in is 0.",
)
def border_repeated(images, flips, shifts):
    start, result = flipped(images, flips), np.empty_like(images)
    _, height, width = images.shape
    for k, (down, right) in enumerate(shifts):
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        result[k] = start[k][np.ix_(rows, columns)]
    return result


@known_mistake(
    MISTAKES,
    "Your images go the other way: a positive shift moves the picture down and to the right.",
)
def shifted_the_other_way(images, flips, shifts):
    return shifted(flipped(images, flips), -shifts)


@known_mistake(
    MISTAKES,
    "Your images go up where they should go down: row 0 is the top, and a positive shift moves "
    "the image to higher row numbers.",
)
def up_for_down(images, flips, shifts):
    return shifted(flipped(images, flips), shifts * np.array([-1, 1]))


@known_mistake(
    MISTAKES,
    "Your images go to the left where they should go to the right.",
)
def left_for_right(images, flips, shifts):
    return shifted(flipped(images, flips), shifts * np.array([1, -1]))


@known_mistake(
    MISTAKES,
    "You have exchanged the two directions: shifts[:, 0] is down, along the rows, and shifts[:, 1] "
    "is to the right.",
)
def directions_exchanged(images, flips, shifts):
    return shifted(flipped(images, flips), shifts[:, ::-1])


@known_mistake(
    MISTAKES,
    "You flip after the shift, so that a flipped image is shifted to the wrong side. Flip first.",
)
def flipped_after_the_shift(images, flips, shifts):
    return flipped(shifted(images, shifts), flips)


@known_mistake(
    MISTAKES,
    "You turn images upside down: axis 1 are the rows. Left and right are exchanged along the "
    "columns, image[:, ::-1].",
)
def upside_down(images, flips, shifts):
    return shifted(flipped(images, flips, axis=1), shifts)


@known_mistake(
    MISTAKES,
    "You turn images by half a turn: image[::-1, ::-1] exchanges up and down as well. Exchange "
    "left and right alone, image[:, ::-1].",
)
def half_a_turn(images, flips, shifts):
    return shifted(flipped(images, flips, axis=(1, 2)), shifts)


@known_mistake(
    MISTAKES,
    "You reverse the order of the images: axis 0 are the images. Left and right are exchanged "
    "along the last axis.",
)
def order_of_the_images_reversed(images, flips, shifts):
    return shifted(flipped(images, flips, axis=0), shifts)


@known_mistake(
    MISTAKES,
    "You flip every image. flips says which ones.",
)
def all_flipped(images, flips, shifts):
    return shifted(images[:, :, ::-1], shifts)


@known_mistake(
    MISTAKES,
    "You flip the images for which flips is False, and not the others.",
)
def the_others_flipped(images, flips, shifts):
    return shifted(flipped(images, ~flips), shifts)


@known_mistake(
    MISTAKES,
    "You do not flip. Where flips is True, left and right are exchanged.",
)
def never_flipped(images, flips, shifts):
    return shifted(images, shifts)


@known_mistake(
    MISTAKES,
    "You decide for all images by the first one's flip. Each has its own, flips[k].",
)
def all_flipped_as_the_first(images, flips, shifts):
    return shifted(flipped(images, np.repeat(flips[:1], len(images))), shifts)


@known_mistake(
    MISTAKES,
    "You do not shift. Each image is moved by its own shifts.",
)
def never_shifted(images, flips, shifts):
    return flipped(images, flips)


@known_mistake(
    MISTAKES,
    "You move all images as the first one. Each has a shift of its own, shifts[k].",
)
def all_shifted_alike(images, flips, shifts):
    return shifted(flipped(images, flips), np.repeat(shifts[:1], len(images), axis=0))


@known_mistake(
    MISTAKES,
    "You move images down only and not sideways. shifts[k, 1] moves to the right.",
)
def shifted_down_only(images, flips, shifts):
    return shifted(flipped(images, flips), shifts * np.array([1, 0]))


@known_mistake(
    MISTAKES,
    "You move images sideways only. shifts[k, 0] moves down.",
)
def shifted_sideways_only(images, flips, shifts):
    return shifted(flipped(images, flips), shifts * np.array([0, 1]))


@known_mistake(
    MISTAKES,
    "You use the size of a shift and lose its sign: a negative shift moves up or to the left.",
)
def signs_lost(images, flips, shifts):
    return shifted(flipped(images, flips), np.abs(shifts))


@known_mistake(
    MISTAKES,
    "You leave images with a negative shift where they are. It moves up or to the left.",
)
def negative_shifts_left_out(images, flips, shifts):
    return shifted(flipped(images, flips), np.maximum(shifts, 0))


@known_mistake(
    MISTAKES,
    "An image that is not to be moved comes out black: image[:-0] is empty, because -0 is 0. Treat "
    "a shift of 0 by itself, or give the slices their ends in full, height - down.",
)
def black_where_the_shift_is_zero(images, flips, shifts):
    result = shifted(flipped(images, flips), shifts)
    result[(shifts == 0).any(axis=1)] = 0
    return result


@known_mistake(
    MISTAKES,
    "You stop at the border: a shift as large as the picture, or larger, leaves nothing of it.",
)
def stopped_at_the_border(images, flips, shifts):
    limits = np.array(images.shape[1:]) - 1
    return shifted(flipped(images, flips), np.clip(shifts, -limits, limits))


@known_mistake(
    MISTAKES,
    "What comes in is NaN. It is to be 0: a network cannot compute with NaN.",
)
def empty_as_nan(images, flips, shifts):
    return np.stack(
        [
            moved(image, shift, np.nan)
            for image, shift in zip(flipped(images, flips), shifts, strict=True)
        ]
    )


@known_mistake(
    MISTAKES,
    "You write into the caller's images, as images[k] = … does. The next epoch wants the originals "
    "again: begin with np.zeros_like(images).",
)
def changed_in_place(images, flips, shifts):
    images[...] = shifted(flipped(images, flips), shifts)
    return images


@known_mistake(
    MISTAKES,
    "Your images are float64 although float32 came in: np.zeros(shape) makes float64. Use "
    "np.zeros_like(images).",
)
def made_in_float64(images, flips, shifts):
    return shifted(flipped(images, flips), shifts).astype(np.float64)
