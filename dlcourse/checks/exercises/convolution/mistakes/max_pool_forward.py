"""Mistakes in ``max_pool_forward(x, size, stride)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.convolution.mistakes.right import cut

MISTAKES: list[Mistake] = []


def windows(x, size, stride):
    """Give the windows: (n, out height, out width, size, size, channels)."""
    return cut(x, (size, size), stride)


def right(x, size, stride):
    """Give what a mistake then spoils."""
    return windows(x, size, stride).max(axis=(3, 4))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to look at "
    "whatever image it is given.",
)
def answer_of_the_example_typed_in(x, size, stride):
    return np.array([[[[5.0], [4.0]]]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "You take the mean of each window. That is average pooling; max pooling takes the largest "
    "number.",
)
def mean_of_the_window(x, size, stride):
    return windows(x, size, stride).mean(axis=(3, 4))


@known_mistake(
    MISTAKES,
    "You sum up each window. Max pooling takes the largest number.",
)
def sum_of_the_window(x, size, stride):
    return windows(x, size, stride).sum(axis=(3, 4))


@known_mistake(
    MISTAKES,
    "You take the smallest number of each window.",
)
def smallest_number(x, size, stride):
    return windows(x, size, stride).min(axis=(3, 4))


@known_mistake(
    MISTAKES,
    "You compare sizes without signs. −3 is smaller than 1, and not the maximum.",
)
def largest_size(x, size, stride):
    return np.abs(windows(x, size, stride)).max(axis=(3, 4))


@known_mistake(
    MISTAKES,
    "You begin the search at 0, so that a window of negative numbers gets 0. Begin with the "
    "window's first number, or at -np.inf.",
)
def search_begun_at_zero(x, size, stride):
    return np.maximum(right(x, size, stride), 0)


@known_mistake(
    MISTAKES,
    "You take the maximum over the channels as well. Each channel is pooled by itself.",
)
def over_the_channels_too(x, size, stride):
    y = right(x, size, stride)
    return np.repeat(y.max(axis=3, keepdims=True), x.shape[3], axis=3)


@known_mistake(
    MISTAKES,
    "Your output has lost its channels: take the maximum over rows and columns of the window only.",
)
def channels_lost(x, size, stride):
    return windows(x, size, stride).max(axis=(3, 4, 5))


@known_mistake(
    MISTAKES,
    "You take the maximum over the whole batch. Each image is pooled by itself.",
)
def over_the_batch_too(x, size, stride):
    y = right(x, size, stride)
    return np.repeat(y.max(axis=0, keepdims=True), len(x), axis=0)


@known_mistake(
    MISTAKES,
    "You ignore the stride: your windows always lie side by side, {size} apart. They start "
    "{stride} apart.",
)
def always_side_by_side(x, size, stride):
    return right(x, size, size)


@known_mistake(
    MISTAKES,
    "You ignore the stride: your windows start one pixel apart.",
)
def always_one_apart(x, size, stride):
    return right(x, size, 1)


@known_mistake(
    MISTAKES,
    "Your windows start one pixel apart, though there are as few as the stride asks for: window "
    "number i starts in row i * stride.",
)
def windows_start_without_the_stride(x, size, stride):
    y = right(x, size, stride)
    return right(x, size, 1)[:, : y.shape[1], : y.shape[2]]


@known_mistake(
    MISTAKES,
    "Your windows are as large as the stride, {stride}, and not {size}.",
)
def windows_as_large_as_the_stride(x, size, stride):
    if stride > min(x.shape[1:3]):
        return x[:, :0, :0]
    y = right(x, size, stride)
    return right(x, stride, stride)[:, : y.shape[1], : y.shape[2]]


@known_mistake(
    MISTAKES,
    "You keep windows that hang over the edge. Rows and columns that do not fill a window are "
    "dropped, as in a convolution.",
)
def windows_hang_over_the_edge(x, size, stride):
    missing = [-(side - size) % stride for side in x.shape[1:3]]
    around = ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0))
    return right(np.pad(x, around, constant_values=-np.inf), size, stride)


@known_mistake(
    MISTAKES,
    "The last row and the last column of windows are missing: range(height - size) stops one too "
    "early.",
)
def last_windows_left_out(x, size, stride):
    return right(x, size, stride)[:, :-1, :-1]


@known_mistake(
    MISTAKES,
    "You take the maximum of the rows only: a window is {size} high and {size} wide.",
)
def rows_only(x, size, stride):
    return windows(x, size, stride)[:, :, :, :, 0].max(axis=3)


@known_mistake(
    MISTAKES,
    "You take the first pixel of each window. That is a smaller picture, but no maximum.",
)
def first_pixel_taken(x, size, stride):
    return windows(x, size, stride)[:, :, :, 0, 0].copy()


@known_mistake(
    MISTAKES,
    "You return where in the window the largest number is (argmax), not the number.",
)
def place_returned(x, size, stride):
    pieces = windows(x, size, stride)
    return pieces.reshape(*pieces.shape[:3], -1, x.shape[3]).argmax(axis=3)


@known_mistake(
    MISTAKES,
    "All images get the output of the first one. Do the same for each of the {n} images.",
)
def first_image_for_all(x, size, stride):
    return np.repeat(right(x, size, stride)[:1], len(x), axis=0)


@known_mistake(
    MISTAKES,
    "Your output is turned over its diagonal: y[n, i, j] belongs to the window in row i, column j.",
)
def output_transposed(x, size, stride):
    return right(x, size, stride).transpose(0, 2, 1, 3)


@known_mistake(
    MISTAKES,
    "You sort the caller's image in place, with x.sort(). Leave it as it is: np.max does not "
    "change anything.",
)
def sorted_in_place(x, size, stride):
    y = right(x, size, stride)
    x.sort(axis=1)
    return y


@known_mistake(
    MISTAKES,
    "Your y is float64 although float32 came in. np.zeros(shape) makes float64: say dtype=x.dtype.",
)
def made_in_float64(x, size, stride):
    return right(x, size, stride).astype(np.float64)
