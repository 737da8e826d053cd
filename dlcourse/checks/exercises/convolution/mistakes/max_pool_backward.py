"""Mistakes in ``max_pool_backward(dy, x, size, stride)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.convolution.mistakes.right import collected, cut

MISTAKES: list[Mistake] = []


def flat_windows(x, size, stride):
    """Give the windows: (n, out height, out width, pixels, channels)."""
    pieces = cut(x, (size, size), stride)
    return pieces.reshape(*pieces.shape[:3], size * size, x.shape[3])


def handed_out(dy, x, size, stride, shares):
    """Give each pixel of a window its share of dy, and add up where windows overlap."""
    pieces = (shares * dy[:, :, :, None]).astype(dy.dtype)
    return collected(pieces.reshape(*pieces.shape[:3], size, size, -1), x.shape, stride)


def first_places(pieces):
    """Mark the pixel that np.argmax finds."""
    winners = pieces.argmax(axis=3)
    return np.arange(pieces.shape[3])[:, None] == winners[:, :, :, None]


def right(dy, x, size, stride):
    """Give what a mistake then spoils."""
    return handed_out(dy, x, size, stride, first_places(flat_windows(x, size, stride)))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to look at "
    "whatever it is given.",
)
def answer_of_the_example_typed_in(dy, x, size, stride):
    dx = np.array([[0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0]])
    return dx.reshape(1, 2, 4, 1).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You give the whole gradient to every pixel that is as large as the maximum. Where there are "
    "several, only the first one gets it; otherwise dx holds more than dy brought.",
)
def all_winners_get_everything(dy, x, size, stride):
    pieces = flat_windows(x, size, stride)
    return handed_out(dy, x, size, stride, pieces == pieces.max(axis=3, keepdims=True))


@known_mistake(
    MISTAKES,
    "Where several pixels are as large as the maximum you share the gradient among them. This "
    "course does as PyTorch does: the first one, in reading order, gets it all.",
)
def shared_among_the_winners(dy, x, size, stride):
    pieces = flat_windows(x, size, stride)
    equal = pieces == pieces.max(axis=3, keepdims=True)
    return handed_out(dy, x, size, stride, equal / equal.sum(axis=3, keepdims=True))


@known_mistake(
    MISTAKES,
    "Where several pixels are as large as the maximum you choose the last (>= in the search). The "
    "first one, in reading order, gets the gradient: search with >.",
)
def last_of_several(dy, x, size, stride):
    backwards = first_places(flat_windows(x, size, stride)[:, :, :, ::-1])
    return handed_out(dy, x, size, stride, backwards[:, :, :, ::-1])


@known_mistake(
    MISTAKES,
    "Where several pixels are as large as the maximum you choose the first one down the columns. "
    "Read a window row by row.",
)
def first_down_the_columns(dy, x, size, stride):
    turned = right(dy.transpose(0, 2, 1, 3), x.transpose(0, 2, 1, 3), size, stride)
    return turned.transpose(0, 2, 1, 3)


@known_mistake(
    MISTAKES,
    "You spread the gradient evenly over the window. That belongs to average pooling: the other "
    "pixels did not take part, and get 0.",
)
def spread_evenly(dy, x, size, stride):
    shares = np.full((1, 1, 1, size * size, 1), 1 / (size * size))
    return handed_out(dy, x, size, stride, shares)


@known_mistake(
    MISTAKES,
    "You give the gradient to every pixel of the window. Only the largest one took part.",
)
def everyone_gets_everything(dy, x, size, stride):
    return handed_out(dy, x, size, stride, np.ones((1, 1, 1, size * size, 1)))


@known_mistake(
    MISTAKES,
    "Where windows overlap one pixel may be the maximum of several. Your dx keeps the last one's "
    "gradient only: add, with +=.",
)
def overwritten_where_windows_overlap(dy, x, size, stride):
    winners = flat_windows(x, size, stride).argmax(axis=3)
    dx = np.zeros_like(x)
    for (n, i, j, c), upstream in np.ndenumerate(dy):
        down, across = divmod(int(winners[n, i, j, c]), size)
        dx[n, i * stride + down, j * stride + across, c] = upstream
    return dx


@known_mistake(
    MISTAKES,
    "You give the gradient to the first pixel of each window. It belongs to the largest one.",
)
def first_pixel_gets_it(dy, x, size, stride):
    shares = (np.arange(size * size) == 0)[None, None, None, :, None]
    return handed_out(dy, x, size, stride, shares)


@known_mistake(
    MISTAKES,
    "You give the gradient to the smallest pixel of each window.",
)
def smallest_gets_it(dy, x, size, stride):
    return right(dy, -x, size, stride)


@known_mistake(
    MISTAKES,
    "You look for the largest pixel without its sign.",
)
def largest_size_gets_it(dy, x, size, stride):
    return right(dy, np.abs(x), size, stride)


@known_mistake(
    MISTAKES,
    "Your search begins at 0, so a window of negative numbers gives its gradient to nobody. Begin "
    "with the window's first number, or at -np.inf.",
)
def search_begun_at_zero(dy, x, size, stride):
    pieces = flat_windows(x, size, stride)
    return handed_out(dy, x, size, stride, first_places(pieces) & (pieces > 0))


@known_mistake(
    MISTAKES,
    "A window whose maximum is 0 gives its gradient to nobody in your dx. Also 0 can be the "
    "largest: the gradient goes to the first of them. Cutting it off is ReLU's task.",
)
def zeros_get_nothing(dy, x, size, stride):
    pieces = flat_windows(x, size, stride)
    return handed_out(dy, x, size, stride, first_places(pieces) & (pieces != 0))


@known_mistake(
    MISTAKES,
    "You look for one place for all channels together. Each channel has its own maximum.",
)
def one_place_for_all_channels(dy, x, size, stride):
    together = np.repeat(x.sum(axis=3, keepdims=True), x.shape[3], axis=3)
    return right(dy, together, size, stride)


@known_mistake(
    MISTAKES,
    "You use the first image's places for all images. Each of the {n} has its own.",
)
def places_of_the_first_image(dy, x, size, stride):
    return right(dy, np.repeat(x[:1], len(x), axis=0), size, stride)


@known_mistake(
    MISTAKES,
    "You multiply the gradient with the maximum. The maximum is passed on as it is: its slope is "
    "1.",
)
def multiplied_with_the_maximum(dy, x, size, stride):
    return right(dy * cut(x, (size, size), stride).max(axis=(3, 4)), x, size, stride)


@known_mistake(
    MISTAKES,
    "You return where the maxima are, with ones. They get the gradient dy.",
)
def ones_at_the_places(dy, x, size, stride):
    return right(np.ones_like(dy), x, size, stride)


@known_mistake(
    MISTAKES,
    "You leave the stride out: window number i starts in row i * stride.",
)
def windows_start_without_the_stride(dy, x, size, stride):
    near = flat_windows(x, size, 1)[:, : dy.shape[1], : dy.shape[2]]
    return handed_out(dy, x, size, 1, first_places(near))


@known_mistake(
    MISTAKES,
    "You return one gradient for each window, in dy's shape. dx has the shape of the images.",
)
def shape_of_the_output(dy, x, size, stride):
    return dy.copy()


@known_mistake(
    MISTAKES,
    "Your dx has the wrong sign. The minus of gradient descent belongs to the optimizer.",
)
def sign_flipped(dy, x, size, stride):
    return -right(dy, x, size, stride)


@known_mistake(
    MISTAKES,
    "You write the gradient into the caller's x. Make an array of your own, np.zeros_like(x).",
)
def written_into_the_images(dy, x, size, stride):
    x[...] = right(dy, x, size, stride)
    return x


@known_mistake(
    MISTAKES,
    "Your dx is float64 although float32 came in. np.zeros(shape) makes float64: use "
    "np.zeros_like(x).",
)
def made_in_float64(dy, x, size, stride):
    return right(dy, x, size, stride).astype(np.float64)
