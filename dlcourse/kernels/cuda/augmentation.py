"""Augmentation: a batch of images turned, shifted and mirrored in one pass; a thread a number."""

import math

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, kernel
from dlcourse.kernels.cuda.pooling import position

real = np.float32
ZERO, HALF, ONE = real(0), real(0.5), real(1)
IMAGES = "f4[:, :, :, ::1]"


#: π/2 in two parts, of which the first has few digits, so that small multiples of it are exact.
_QUARTER_HIGH, _QUARTER_LOW = real(1.5703125), real(math.pi / 2 - 1.5703125)
_QUARTERS = real(2 / math.pi)
_S1, _S2, _S3 = real(-1 / 6), real(1 / 120), real(-1 / 5040)
_C1, _C2, _C3, _C4 = real(-1 / 2), real(1 / 24), real(-1 / 720), real(1 / 40320)


@device
def cosine_and_sine(angle):
    """Taylor's series about the nearest quarter turn; the device's own need local memory."""
    quarters = math.floor(angle * _QUARTERS + HALF)
    r = (angle - real(quarters) * _QUARTER_HIGH) - real(quarters) * _QUARTER_LOW
    square = r * r
    sine = r + r * square * (_S1 + square * (_S2 + square * _S3))
    cosine = ONE + square * (_C1 + square * (_C2 + square * (_C3 + square * _C4)))
    turn = np.int64(quarters) & 3
    if turn & 1:
        cosine, sine = -sine, cosine
    return (-cosine, -sine) if turn & 2 else (cosine, sine)


@device
def pixel(x, n, row, column, channel):
    """A number of an image; 0 beyond its border."""
    inside = 0 <= row < x.shape[1] and 0 <= column < x.shape[2]
    return x[n, row, column, channel] if inside else ZERO


@kernel(f"{IMAGES}, f4[:, ::1], {IMAGES}", "warp_images")
def _warp_images(x, motion, y):
    number = cuda.grid(1)
    if number >= y.size:
        return
    n, i, j, c = position(number, y.shape)
    cosine, sine = cosine_and_sine(motion[n, 0])
    middle_row, middle_column = real(x.shape[1] - 1) * HALF, real(x.shape[2] - 1) * HALF
    row = real(i) - middle_row - motion[n, 1]
    column = real(j) - middle_column - motion[n, 2]
    r = motion[n, 3] * (cosine * row + sine * column) + middle_row
    q = motion[n, 4] * (cosine * column - sine * row) + middle_column
    r0, q0 = np.int64(math.floor(r)), np.int64(math.floor(q))
    down, right = r - real(r0), q - real(q0)
    upper = (ONE - right) * pixel(x, n, r0, q0, c) + right * pixel(x, n, r0, q0 + 1, c)
    lower = (ONE - right) * pixel(x, n, r0 + 1, q0, c) + right * pixel(x, n, r0 + 1, q0 + 1, c)
    y[n, i, j, c] = (ONE - down) * upper + down * lower


def warp_images(x, motion, y):
    """Write each image of x (n, height, width, channels) moved, into y of the same shape.

    ``motion`` (n, 5) as on the CPU, in float32: a place 100 pixels from the middle is then found
    to 10⁻⁵ of a pixel.
    """
    _warp_images[blocks_for(y.size), THREADS](x, motion, y)


@kernel(f"{IMAGES}, i8[:, ::1], {IMAGES}", "crop_images")
def _crop_images(x, corner, y):
    number = cuda.grid(1)
    if number < y.size:
        n, i, j, c = position(number, y.shape)
        y[n, i, j, c] = x[n, corner[n, 0] + i, corner[n, 1] + j, c]


def crop_images(x, corner, y):
    """Write the window of each image of x that starts at its ``corner`` (n, 2) into y."""
    _crop_images[blocks_for(y.size), THREADS](x, corner, y)
