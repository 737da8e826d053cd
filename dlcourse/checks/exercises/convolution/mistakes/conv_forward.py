"""Mistakes in ``conv_forward(x, w, b, stride, padding)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.convolution.mistakes.right import cut, padded, product

MISTAKES: list[Mistake] = []


def right(x, w, b, stride, padding):
    """Give what a mistake then spoils."""
    return product(cut(padded(x, padding), w.shape[:2], stride), w) + b


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute y from "
    "whatever it is given.",
)
def answer_of_the_example_typed_in(x, w, b, stride, padding):
    return np.array([[[[5.0], [6.0]]]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "You turn the filters by 180 degrees. That is a convolution as mathematicians define it; in "
    "deep learning the filter lies on the image as it is.",
)
def filters_turned(x, w, b, stride, padding):
    return right(x, w[::-1, ::-1], b, stride, padding)


@known_mistake(
    MISTAKES,
    "The bias is missing: add b, one number for each filter.",
)
def bias_left_out(x, w, b, stride, padding):
    return right(x, w, 0 * b, stride, padding)


@known_mistake(
    MISTAKES,
    "Your bias is added for every pixel of the filter, {kk} times: is it inside the loop over the "
    "filter? Add it once, to the sum.",
)
def bias_added_for_every_pixel(x, w, b, stride, padding):
    return right(x, w, b * (w.shape[0] * w.shape[1]), stride, padding)


@known_mistake(
    MISTAKES,
    "Your bias is added for every input channel, {c} times. Add it once, to the sum.",
)
def bias_added_for_every_channel(x, w, b, stride, padding):
    return right(x, w, b * x.shape[3], stride, padding)


@known_mistake(
    MISTAKES,
    "You take the mean of the products in a window. A convolution sums them; the weights can take "
    "care of their size themselves.",
)
def mean_over_the_window(x, w, b, stride, padding):
    return right(x, w / (w.shape[0] * w.shape[1] * w.shape[2]), b, stride, padding)


@known_mistake(
    MISTAKES,
    "You average over the input channels. Each has its own weights in the filter: sum over all "
    "{c} of them.",
)
def channels_averaged(x, w, b, stride, padding):
    return right(x, w / x.shape[3], b, stride, padding)


@known_mistake(
    MISTAKES,
    "You use the first input channel only. Sum over all {c} channels.",
)
def first_channel_only(x, w, b, stride, padding):
    return right(x[..., :1], w[:, :, :1], b, stride, padding)


@known_mistake(
    MISTAKES,
    "Your output has the same values in every channel: those of the first filter. Output channel f "
    "belongs to the filter w[:, :, :, f].",
)
def first_filter_for_all(x, w, b, stride, padding):
    return right(x, np.repeat(w[..., :1], w.shape[3], axis=3), b, stride, padding)


@known_mistake(
    MISTAKES,
    "Your filters take part with their sums over the channels: each channel of x has to meet its "
    "own weights, x[…, c] with w[…, c, f].",
)
def channels_summed_before(x, w, b, stride, padding):
    together = w.sum(axis=2, keepdims=True)
    return right(x.sum(axis=3, keepdims=True), together, b, stride, padding)


@known_mistake(
    MISTAKES,
    "All images get the output of the first one. Do the same for each of the {n} images.",
)
def first_image_for_all(x, w, b, stride, padding):
    return right(np.repeat(x[:1], len(x), axis=0), w, b, stride, padding)


@known_mistake(
    MISTAKES,
    "You return the first image's output only: the batch holds {n} images.",
)
def first_image_only(x, w, b, stride, padding):
    return right(x[:1], w, b, stride, padding)


@known_mistake(
    MISTAKES,
    "Your windows start one pixel apart, though there are as few as the stride asks for: window "
    "number i starts in row i * stride, not in row i.",
)
def windows_start_without_the_stride(x, w, b, stride, padding):
    y = right(x, w, b, stride, padding)
    return right(x, w, b, 1, padding)[:, : y.shape[1], : y.shape[2]]


@known_mistake(
    MISTAKES,
    "You ignore the stride: windows start {stride} pixels apart.",
)
def stride_ignored(x, w, b, stride, padding):
    return right(x, w, b, 1, padding)


@known_mistake(
    MISTAKES,
    "You ignore the padding: put {padding} rows and columns of zeros around each image first.",
)
def padding_ignored(x, w, b, stride, padding):
    return right(x, w, b, stride, 0)


@known_mistake(
    MISTAKES,
    "You pad above and on the left only. There are {padding} rows of zeros below, and columns on "
    "the right, too.",
)
def padded_on_one_side(x, w, b, stride, padding):
    wide = np.pad(x, ((0, 0), (padding, 0), (padding, 0), (0, 0)))
    return right(wide, w, b, stride, 0)


@known_mistake(
    MISTAKES,
    "You pad every axis, so that there are images and channels made of zeros. np.pad takes a pair "
    "for each axis: ((0, 0), (p, p), (p, p), (0, 0)).",
)
def padded_on_every_axis(x, w, b, stride, padding):
    wide = np.pad(x, padding)
    channels = wide[..., padding : wide.shape[3] - padding]
    return right(channels, w, b, stride, 0)


@known_mistake(
    MISTAKES,
    "You pad with the pixels at the border. Padding is zeros here: np.pad's own way, "
    'without mode="edge".',
)
def padded_with_the_border(x, w, b, stride, padding):
    return right(padded(x, padding, mode="edge"), w, b, stride, 0)


@known_mistake(
    MISTAKES,
    "You pad the output. The zeros belong around the image, before the filter goes over it.",
)
def output_padded(x, w, b, stride, padding):
    return padded(right(x, w, b, stride, 0), padding)


@known_mistake(
    MISTAKES,
    "The last row and the last column of windows are missing: range(height - kernel) stops one too "
    "early. There are (height - kernel) // stride + 1 of them.",
)
def last_windows_left_out(x, w, b, stride, padding):
    return right(x, w, b, stride, padding)[:, :-1, :-1]


@known_mistake(
    MISTAKES,
    "You exchange rows and columns of the filter: w[k, l] goes with the pixel k further down and l "
    "further to the right.",
)
def filter_transposed(x, w, b, stride, padding):
    return right(x, w.transpose(1, 0, 2, 3), b, stride, padding)


@known_mistake(
    MISTAKES,
    "You take the filter for a square: its height is w.shape[0], its width w.shape[1].",
)
def filter_taken_for_a_square(x, w, b, stride, padding):
    size = min(w.shape[:2])
    return right(x, w[:size, :size], b, stride, padding)


@known_mistake(
    MISTAKES,
    "You exchange rows and columns of the image: the axes of x are (image, row, column, channel).",
)
def rows_and_columns_exchanged(x, w, b, stride, padding):
    return right(x.transpose(0, 2, 1, 3), w, b, stride, padding)


@known_mistake(
    MISTAKES,
    "Your output is turned over its diagonal: y[n, i, j] belongs to the window in row i, column j.",
)
def output_transposed(x, w, b, stride, padding):
    return right(x, w, b, stride, padding).transpose(0, 2, 1, 3)


@known_mistake(
    MISTAKES,
    "You put the channels in front, as PyTorch does. Here they come last: y has the shape (n, "
    "height, width, filters).",
)
def channels_in_front(x, w, b, stride, padding):
    return right(x, w, b, stride, padding).transpose(0, 3, 1, 2)


@known_mistake(
    MISTAKES,
    "You cut your output at 0. ReLU is a layer of its own, which comes after.",
)
def relu_included(x, w, b, stride, padding):
    return np.maximum(right(x, w, b, stride, padding), 0)


@known_mistake(
    MISTAKES,
    "You set the border of the caller's images to zero. Padding makes images larger: it needs an "
    "array of its own.",
)
def border_overwritten(x, w, b, stride, padding):
    y = right(x, w, b, stride, padding)
    x[:, [0, -1]] = 0
    return y


@known_mistake(
    MISTAKES,
    "Your y is float64 although float32 came in. np.zeros(shape) makes float64: say dtype=x.dtype.",
)
def made_in_float64(x, w, b, stride, padding):
    return right(x, w, b, stride, padding).astype(np.float64)


@known_mistake(
    MISTAKES,
    "Your y is float32 whatever comes in. Keep the dtype of x: a gradient check needs float64.",
)
def always_float32(x, w, b, stride, padding):
    return right(x, w, b, stride, padding).astype(np.float32)
