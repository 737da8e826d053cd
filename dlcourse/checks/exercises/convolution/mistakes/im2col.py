"""Mistakes in ``im2col(x, kernel_height, kernel_width, stride, padding)``, special ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.convolution.mistakes.right import cut, padded

MISTAKES: list[Mistake] = []


def windows(x, rows, columns, stride, padding):
    """Give the windows before they are rows."""
    return cut(padded(x, padding), (rows, columns), stride)


def flat(pieces):
    """Make each window a row."""
    return pieces.reshape(int(np.prod(pieces.shape[:3])), -1)


def right(x, rows, columns, stride, padding):
    """Give what a mistake then spoils."""
    return flat(windows(x, rows, columns, stride, padding))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to write out the "
    "windows of whatever image it is given.",
)
def answer_of_the_example_typed_in(x, rows, columns, stride, padding):
    return np.array([[1.0, 2.0, 4.0, 5.0], [2.0, 3.0, 5.0, 6.0]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "Your matrix has the windows as columns. Here each window is a row (in spite of the name), so "
    "that rows @ filters is the convolution.",
)
def windows_as_columns(x, rows, columns, stride, padding):
    return right(x, rows, columns, stride, padding).T


@known_mistake(
    MISTAKES,
    "You write out one channel after the other. In a row the channels of a pixel stand together: "
    "the order is filter row, filter column, channel, that of w.",
)
def channel_by_channel(x, rows, columns, stride, padding):
    return flat(windows(x, rows, columns, stride, padding).transpose(0, 1, 2, 5, 3, 4))


@known_mistake(
    MISTAKES,
    "You read each window column by column. Read it row by row, as w lies in memory.",
)
def windows_read_by_columns(x, rows, columns, stride, padding):
    return flat(windows(x, rows, columns, stride, padding).transpose(0, 1, 2, 4, 3, 5))


@known_mistake(
    MISTAKES,
    "You read each window backwards, as for a filter that is turned. Read it from its upper left "
    "corner.",
)
def windows_read_backwards(x, rows, columns, stride, padding):
    return flat(windows(x, rows, columns, stride, padding)[:, :, :, ::-1, ::-1])


@known_mistake(
    MISTAKES,
    "Your windows go down first. The order is image, row, column: all windows of the first row "
    "from left to right, then the second row.",
)
def windows_go_down_first(x, rows, columns, stride, padding):
    return flat(windows(x, rows, columns, stride, padding).transpose(0, 2, 1, 3, 4, 5))


@known_mistake(
    MISTAKES,
    "You take the same window of all images one after another. First come all windows of the first "
    "image, then those of the second.",
)
def images_last(x, rows, columns, stride, padding):
    return flat(windows(x, rows, columns, stride, padding).transpose(1, 2, 0, 3, 4, 5))


@known_mistake(
    MISTAKES,
    "Your windows start one pixel apart, though there are as few as the stride asks for: window "
    "number i starts in row i * stride.",
)
def windows_start_without_the_stride(x, rows, columns, stride, padding):
    wanted = windows(x, rows, columns, stride, padding)
    near = windows(x, rows, columns, 1, padding)
    return flat(near[:, : wanted.shape[1], : wanted.shape[2]])


@known_mistake(
    MISTAKES,
    "You ignore the stride: windows start {stride} pixels apart.",
)
def stride_ignored(x, rows, columns, stride, padding):
    return right(x, rows, columns, 1, padding)


@known_mistake(
    MISTAKES,
    "You take every {stride}th pixel inside a window. The stride is the distance between windows; "
    "a window itself has no gaps.",
)
def stride_inside_the_window(x, rows, columns, stride, padding):
    wide = padded(x, padding)
    # A window with gaps may reach beyond the image: people then see zeros or an error.
    wide = np.pad(wide, ((0, 0), (0, rows * stride), (0, columns * stride), (0, 0)))
    wanted = windows(x, rows, columns, stride, padding).shape
    gaps = cut(wide, (rows * stride, columns * stride), stride)[:, :, :, ::stride, ::stride]
    return flat(gaps[:, : wanted[1], : wanted[2]])


@known_mistake(
    MISTAKES,
    "You ignore the padding: put {padding} rows and columns of zeros around each image first.",
)
def padding_ignored(x, rows, columns, stride, padding):
    return right(x, rows, columns, stride, 0)


@known_mistake(
    MISTAKES,
    "You pad above and on the left only. There are {padding} rows of zeros below, and columns on "
    "the right, too.",
)
def padded_on_one_side(x, rows, columns, stride, padding):
    wide = np.pad(x, ((0, 0), (padding, 0), (padding, 0), (0, 0)))
    return right(wide, rows, columns, stride, 0)


@known_mistake(
    MISTAKES,
    "You pad the channels as well. np.pad takes a pair for each axis: ((0, 0), (p, p), (p, p), "
    "(0, 0)).",
)
def channels_padded(x, rows, columns, stride, padding):
    wide = np.pad(x, ((0, 0), *[(padding, padding)] * 3))
    return right(wide, rows, columns, stride, 0)


@known_mistake(
    MISTAKES,
    "You pad with the pixels at the border. Padding is zeros here: np.pad's own way, "
    'without mode="edge".',
)
def padded_with_the_border(x, rows, columns, stride, padding):
    return flat(cut(padded(x, padding, mode="edge"), (rows, columns), stride))


@known_mistake(
    MISTAKES,
    "The last row and the last column of windows are missing: range(height - kernel_height) stops "
    "one too early.",
)
def last_windows_left_out(x, rows, columns, stride, padding):
    return flat(windows(x, rows, columns, stride, padding)[:, :-1, :-1])


@known_mistake(
    MISTAKES,
    "Your windows lie side by side, a window's size apart. They start {stride} apart and may "
    "overlap.",
)
def windows_side_by_side(x, rows, columns, stride, padding):
    every = windows(x, rows, columns, 1, padding)
    return flat(every[:, ::rows, ::columns])


@known_mistake(
    MISTAKES,
    "You exchange the height and the width of the window.",
)
def height_and_width_exchanged(x, rows, columns, stride, padding):
    wide = padded(x, padding)
    if wide.shape[1] < columns or wide.shape[2] < rows:
        return np.zeros((0, rows * columns * x.shape[3]), x.dtype)
    return flat(cut(wide, (columns, rows), stride))


@known_mistake(
    MISTAKES,
    "Your result is not a matrix: it still has an axis each for image, row and column. Reshape it "
    "to (number of all windows, numbers in a window).",
)
def windows_not_flattened(x, rows, columns, stride, padding):
    return windows(x, rows, columns, stride, padding)


@known_mistake(
    MISTAKES,
    "Your result has one matrix for each image. The windows of all images stand one below the "
    "other in one matrix.",
)
def a_matrix_for_each_image(x, rows, columns, stride, padding):
    pieces = windows(x, rows, columns, stride, padding)
    return pieces.reshape(len(x), pieces.shape[1] * pieces.shape[2], -1)


@known_mistake(
    MISTAKES,
    "You return the windows of the first image only: the batch holds {n} images.",
)
def first_image_only(x, rows, columns, stride, padding):
    return right(x[:1], rows, columns, stride, padding)


@known_mistake(
    MISTAKES,
    "You set the border of the caller's images to zero. Padding makes images larger: it needs an "
    "array of its own.",
)
def border_overwritten(x, rows, columns, stride, padding):
    found = right(x, rows, columns, stride, padding)
    x[:, [0, -1]] = 0
    return found


@known_mistake(
    MISTAKES,
    "Your rows are float64 although float32 came in. np.zeros(shape) makes float64: say "
    "dtype=x.dtype.",
)
def made_in_float64(x, rows, columns, stride, padding):
    return right(x, rows, columns, stride, padding).astype(np.float64)
