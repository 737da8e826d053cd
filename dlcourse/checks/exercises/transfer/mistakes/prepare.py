"""Mistakes in ``prepare(images, factor, border, largest, mean, deviation)``, specific first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def enlarged(images, factor):
    """Make each pixel a square of pixels."""
    return images.repeat(factor, axis=1).repeat(factor, axis=2)


def framed(images, border, value=0.0):
    """Put a border around each picture."""
    sides = ((0, 0), (border, border), (border, border))
    return np.pad(images, sides, constant_values=value)


def scaled(images, largest):
    """Bring the pixels to 0 to 1."""
    return np.asarray(images, dtype=np.float64) / largest


def right(images, factor, border, largest, mean, deviation):
    """Prepare the pictures; a mistake then spoils it."""
    return (framed(enlarged(scaled(images, largest), factor), border) - mean) / deviation


@known_mistake(
    MISTAKES,
    "You use the mean and the deviation of the new images. The old layers learnt from numbers made "
    "with the old ones: use the arguments mean and deviation.",
)
def mean_and_deviation_of_the_new_images(images, factor, border, largest, mean, deviation):
    made = framed(enlarged(scaled(images, largest), factor), border)
    return (made - made.mean()) / made.std()


@known_mistake(
    MISTAKES,
    "You standardize each picture by itself. The old data were not: use the arguments mean and "
    "deviation for all.",
)
def each_picture_by_itself(images, factor, border, largest, mean, deviation):
    made = framed(enlarged(scaled(images, largest), factor), border)
    return (made - made.mean(axis=(1, 2), keepdims=True)) / (
        made.std(axis=(1, 2), keepdims=True) + 1e-8
    )


@known_mistake(
    MISTAKES,
    "Your border is 0 after standardizing, which is a grey. The background is 0 before: frame "
    "first, then subtract the mean and divide.",
)
def framed_after_standardizing(images, factor, border, largest, mean, deviation):
    return framed((enlarged(scaled(images, largest), factor) - mean) / deviation, border)


@known_mistake(
    MISTAKES,
    "You do not bring the pixels to 0 to 1. The old ones were; divide by largest, {largest}, "
    "before anything else.",
)
def not_scaled(images, factor, border, largest, mean, deviation):
    return right(images, factor, border, 1.0, mean, deviation)


@known_mistake(
    MISTAKES,
    "You divide by 255 whatever comes. These pixels go up to {largest}: use the argument largest.",
)
def divided_by_255(images, factor, border, largest, mean, deviation):
    return right(images, factor, border, 255.0, mean, deviation)


@known_mistake(
    MISTAKES,
    "You divide by the largest pixel of these images. A batch of pale ones would become dark: use "
    "the argument largest.",
)
def divided_by_the_largest_pixel(images, factor, border, largest, mean, deviation):
    own = np.asarray(images, dtype=float).max(axis=(1, 2), keepdims=True)
    return right(images / np.maximum(own, 1e-9), factor, border, 1.0, mean, deviation)


@known_mistake(
    MISTAKES,
    "You do not subtract the mean of the old data.",
)
def mean_left_out(images, factor, border, largest, mean, deviation):
    return right(images, factor, border, largest, 0.0, deviation)


@known_mistake(
    MISTAKES,
    "You do not divide by the deviation of the old data.",
)
def deviation_left_out(images, factor, border, largest, mean, deviation):
    return right(images, factor, border, largest, mean, 1.0)


@known_mistake(
    MISTAKES,
    "You divide before you subtract: (pixel / deviation) - mean. The mean is that of the pixels: "
    "subtract it first.",
)
def divided_before_subtracting(images, factor, border, largest, mean, deviation):
    return right(images, factor, border, largest, 0.0, deviation) - mean


@known_mistake(
    MISTAKES,
    "You subtract the mean before you bring the pixels to 0 to 1. The old mean is one of pixels "
    "from 0 to 1: divide by largest first.",
)
def subtracted_before_scaling(images, factor, border, largest, mean, deviation):
    return right(images, factor, border, largest, mean / largest, deviation)


@known_mistake(
    MISTAKES,
    "You lay whole pictures side by side, as np.tile does. Each pixel becomes a square of "
    "{factor} by {factor}: np.repeat along both axes.",
)
def tiled(images, factor, border, largest, mean, deviation):
    made = np.tile(scaled(images, largest), (1, factor, factor))
    return (framed(made, border) - mean) / deviation


@known_mistake(
    MISTAKES,
    "You enlarge along one axis alone. A pixel becomes a square: repeat along the rows and along "
    "the columns.",
)
def enlarged_along_one_axis(images, factor, border, largest, mean, deviation):
    made = scaled(images, largest).repeat(factor, axis=1)
    return (framed(made, border) - mean) / deviation


@known_mistake(
    MISTAKES,
    "You do not enlarge the pictures: each pixel becomes a square of {factor} by {factor}.",
)
def not_enlarged(images, factor, border, largest, mean, deviation):
    return right(images, 1, border, largest, mean, deviation)


@known_mistake(
    MISTAKES,
    "You leave out the border. The old pictures had one, and the old layers expect their size.",
)
def border_left_out(images, factor, border, largest, mean, deviation):
    return right(images, factor, 0, largest, mean, deviation)


@known_mistake(
    MISTAKES,
    "You put the border below and to the right alone. Half of it belongs above and to the left: "
    "border pixels on each side.",
)
def border_on_two_sides(images, factor, border, largest, mean, deviation):
    made = enlarged(scaled(images, largest), factor)
    made = np.pad(made, ((0, 0), (0, 2 * border), (0, 2 * border)))
    return (made - mean) / deviation


@known_mistake(
    MISTAKES,
    "You frame before you enlarge, so that the border is {factor} times too wide.",
)
def framed_before_enlarging(images, factor, border, largest, mean, deviation):
    return (enlarged(framed(scaled(images, largest), border), factor) - mean) / deviation


@known_mistake(
    MISTAKES,
    "You continue the pixels at the edge into the border, as np.pad with mode='edge' does. The "
    "background is 0.",
)
def border_of_edge_pixels(images, factor, border, largest, mean, deviation):
    made = enlarged(scaled(images, largest), factor)
    made = np.pad(made, ((0, 0), (border, border), (border, border)), mode="edge")
    return (made - mean) / deviation


@known_mistake(
    MISTAKES,
    "Your pictures lie on their side: rows and columns are exchanged.",
)
def rows_and_columns_exchanged(images, factor, border, largest, mean, deviation):
    return right(images, factor, border, largest, mean, deviation).transpose(0, 2, 1)


@known_mistake(
    MISTAKES,
    "You return the pictures as rows of pixels. Leave them pictures, (n, height, width); the "
    "caller flattens them.",
)
def flattened(images, factor, border, largest, mean, deviation):
    made = right(images, factor, border, largest, mean, deviation)
    return made.reshape(len(made), -1)
