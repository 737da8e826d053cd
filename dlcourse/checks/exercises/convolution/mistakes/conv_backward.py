"""Mistakes in ``conv_backward(dy, x, w, stride, padding)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.convolution.mistakes.right import collected, cut, padded, unpadded

MISTAKES: list[Mistake] = []


def wide_dx(dy, x, w, stride, padding):
    """Give the gradient of the padded images."""
    pieces = np.tensordot(dy, w, axes=(3, 3))
    return collected(pieces, padded(x, padding).shape, stride)


def right_dw(dy, x, w, stride, padding):
    """Give the gradient of the filters."""
    windows = cut(padded(x, padding), w.shape[:2], stride)
    return np.tensordot(windows, dy, axes=((0, 1, 2), (0, 1, 2)))


def right(dy, x, w, stride, padding):
    """Give all three gradients, for a mistake to spoil one of them."""
    dx = unpadded(wide_dx(dy, x, w, stride, padding), padding)
    return dx, right_dw(dy, x, w, stride, padding), dy.sum(axis=(0, 1, 2))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "gradients from whatever it is given.",
)
def answer_of_the_example_typed_in(dy, x, w, stride, padding):
    dx, dw = np.array([1.0, 5.0, 6.0]), np.array([5.0, 8.0])
    return dx.reshape(1, 1, 3, 1), dw.reshape(1, 2, 1, 1), np.array([3.0])


@known_mistake(
    MISTAKES,
    "Where windows overlap your dx keeps the last window's share only: add to dx, with +=.",
)
def shares_of_dx_overwritten(dy, x, w, stride, padding):
    pieces = np.tensordot(dy, w, axes=(3, 3))
    wide = np.zeros(padded(x, padding).shape, x.dtype)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            top, left = i * stride, j * stride
            wide[:, top : top + w.shape[0], left : left + w.shape[1]] = pieces[:, i, j]
    return unpadded(wide, padding), *right(dy, x, w, stride, padding)[1:]


@known_mistake(
    MISTAKES,
    "Your dx has the shape of the padded images. Take the border off again: it belongs to nobody.",
)
def padding_left_on(dy, x, w, stride, padding):
    return wide_dx(dy, x, w, stride, padding), *right(dy, x, w, stride, padding)[1:]


@known_mistake(
    MISTAKES,
    "You cut the border off dx at the wrong place: [:height, :width] keeps the zeros above and on "
    "the left. The image lies at [padding : padding + height], and so across.",
)
def padding_cut_at_the_wrong_place(dy, x, w, stride, padding):
    wide = wide_dx(dy, x, w, stride, padding)
    dx = wide[:, : x.shape[1], : x.shape[2]]
    return dx, *right(dy, x, w, stride, padding)[1:]


@known_mistake(
    MISTAKES,
    "Your dx is turned: the weight w[k, l] brings its share to the pixel that it was multiplied "
    "with, k further down and l further to the right. Do not turn the filters here.",
)
def filters_turned_in_dx(dy, x, w, stride, padding):
    dx, _, _ = right(dy, x, w[::-1, ::-1], stride, padding)
    return dx, *right(dy, x, w, stride, padding)[1:]


@known_mistake(
    MISTAKES,
    "Your dw is turned by 180 degrees: dw[k, l] belongs to the pixels k further down and l further "
    "to the right, just as w[k, l] did in the forward pass.",
)
def filters_turned_in_dw(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx, dw[::-1, ::-1], db


@known_mistake(
    MISTAKES,
    "You leave the stride out of dx and dw: window number i starts in row i * stride, as in the "
    "forward pass.",
)
def windows_start_without_the_stride(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    if stride == 1:
        return dx, dw, db
    wide = padded(x, padding)
    near = cut(wide, w.shape[:2], 1)[:, : dy.shape[1], : dy.shape[2]]
    dw = np.tensordot(near, dy, axes=((0, 1, 2), (0, 1, 2)))
    pieces = np.tensordot(dy, w, axes=(3, 3))
    return unpadded(collected(pieces, wide.shape, 1), padding), dw, db


@known_mistake(
    MISTAKES,
    "Your dw keeps the share of the last window only. Every window uses the same weights: add up "
    "the shares of all {windows} windows, with +=.",
)
def shares_of_dw_overwritten(dy, x, w, stride, padding):
    dx, _, db = right(dy, x, w, stride, padding)
    last = cut(padded(x, padding), w.shape[:2], stride)[:, -1:, -1:]
    return dx, np.tensordot(last, dy[:, -1:, -1:], axes=((0, 1, 2), (0, 1, 2))), db


@known_mistake(
    MISTAKES,
    "Your dw holds the last image's share only. All {n} images use the same weights: add up their "
    "shares.",
)
def last_image_only_in_dw(dy, x, w, stride, padding):
    dx, _, db = right(dy, x, w, stride, padding)
    return dx, right_dw(dy[-1:], x[-1:], w, stride, padding), db


@known_mistake(
    MISTAKES,
    "You divide dw by the number of images, {n}. The mean over the batch belongs to the loss and "
    "is in dy already.",
)
def dw_averaged_over_the_images(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx, dw / len(x), db


@known_mistake(
    MISTAKES,
    "You divide dw by the number of windows. Every window has used the weights: their shares are "
    "added, not averaged.",
)
def dw_averaged_over_the_windows(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx, dw / (dy.shape[1] * dy.shape[2]), db


@known_mistake(
    MISTAKES,
    "You divide dw and db by the number of images, {n}. The mean over the batch belongs to the "
    "loss and is in dy already.",
)
def both_averaged_over_the_images(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx, dw / len(x), db / len(x)


@known_mistake(
    MISTAKES,
    "You divide db by the number of images, {n}. The mean over the batch belongs to the loss and "
    "is in dy already.",
)
def db_averaged_over_the_images(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx, dw, db / len(x)


@known_mistake(
    MISTAKES,
    "Your db is the mean of dy. The bias of a filter is added in every window: its gradient is the "
    "sum.",
)
def db_averaged_over_everything(dy, x, w, stride, padding):
    dx, dw, _db = right(dy, x, w, stride, padding)
    return dx, dw, dy.mean(axis=(0, 1, 2))


@known_mistake(
    MISTAKES,
    "Your db is summed over the images only. A filter has one bias for all places: sum over rows "
    "and columns, too.",
)
def db_summed_over_the_images_only(dy, x, w, stride, padding):
    dx, dw, _ = right(dy, x, w, stride, padding)
    return dx, dw, dy.sum(axis=0)


@known_mistake(
    MISTAKES,
    "Your db is one number. Each filter has its own bias: sum over all axes of dy but the last.",
)
def db_summed_over_the_filters_too(dy, x, w, stride, padding):
    dx, dw, _ = right(dy, x, w, stride, padding)
    return dx, dw, dy.sum()


@known_mistake(
    MISTAKES,
    "Your db is still zero: add up dy over images, rows and columns.",
)
def db_left_at_zero(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx, dw, np.zeros_like(db)


@known_mistake(
    MISTAKES,
    "Your dw comes from x without its padding. The windows that touch the border have seen zeros "
    "there: pad x before you cut it, as in the forward pass.",
)
def dw_without_the_padding(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    if padding == 0:
        return dx, dw, db
    below = np.pad(x, ((0, 0), (0, 2 * padding), (0, 2 * padding), (0, 0)))
    return dx, right_dw(dy, below, w, stride, 0), db


@known_mistake(
    MISTAKES,
    "Your dx uses the first filter only. A pixel takes part in the output of each of the {f} "
    "filters: sum over them.",
)
def first_filter_only_in_dx(dy, x, w, stride, padding):
    dx, _, _ = right(dy[..., :1], x, w[..., :1], stride, padding)
    return dx, *right(dy, x, w, stride, padding)[1:]


@known_mistake(
    MISTAKES,
    "You average dx over the filters. A pixel takes part in the output of each of the {f} filters: "
    "the shares are added.",
)
def dx_averaged_over_the_filters(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx / w.shape[3], dw, db


@known_mistake(
    MISTAKES,
    "Your dx is multiplied with x. It is the derivative of x times w for x: w alone.",
)
def dx_times_x(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dx * x, dw, db


@known_mistake(
    MISTAKES,
    "Your dx has the wrong sign. The minus of gradient descent belongs to the optimizer.",
)
def sign_of_dx_flipped(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return -dx, dw, db


@known_mistake(
    MISTAKES,
    "You exchange dx and dw: return dx, dw, db in this order.",
)
def dx_and_dw_exchanged(dy, x, w, stride, padding):
    dx, dw, db = right(dy, x, w, stride, padding)
    return dw, dx, db


@known_mistake(
    MISTAKES,
    "You add dx into the caller's x. Make an array of your own, np.zeros_like(x).",
)
def added_into_the_images(dy, x, w, stride, padding):
    gradients = right(dy, x, w, stride, padding)
    x += gradients[0]
    return gradients


@known_mistake(
    MISTAKES,
    "Your gradients are float64 although float32 came in. np.zeros(shape) makes float64: use "
    "np.zeros_like(…), or dtype=x.dtype.",
)
def made_in_float64(dy, x, w, stride, padding):
    return tuple(one.astype(np.float64) for one in right(dy, x, w, stride, padding))
