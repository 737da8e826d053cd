"""Augmentation: a batch of images turned, shifted and mirrored in one pass."""

import math

from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.threads import shared


@shared(0, 1, 2, grain=10_000)
@kernel("T[:, :, :, ::1], f8[:, ::1], T[:, :, :, ::1]")
def warp_images(x, motion, y):
    """Write each image of x (n, height, width, channels) moved, into y of the same shape.

    ``motion`` (n, 5) holds for each image: angle (radians, counter-clockwise as seen), shift down
    and shift right (pixels), and 1 or -1 for the mirroring of rows and of columns. An output
    pixel looks up where it came from, p = R⁻¹ (q - centre - shift) + centre, mirrored, and mixes
    the four input pixels around that place by their nearness (bilinear); beyond the border is 0.
    """
    images, height, width, channels = x.shape
    real = y.dtype.type
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    for n in range(images):
        cosine, sine = math.cos(motion[n, 0]), math.sin(motion[n, 0])
        for i in range(height):
            row = i - middle_row - motion[n, 1]
            for j in range(width):
                column = j - middle_column - motion[n, 2]
                r = motion[n, 3] * (cosine * row + sine * column) + middle_row
                c = motion[n, 4] * (cosine * column - sine * row) + middle_column
                top, left = math.floor(r), math.floor(c)
                down, right = real(r - top), real(c - left)
                r0, c0 = int(top), int(left)
                for k in range(channels):
                    mixed = real(0)
                    for dr in range(2):
                        if not 0 <= r0 + dr < height:
                            continue
                        vertical = down if dr else 1 - down
                        for dc in range(2):
                            if not 0 <= c0 + dc < width:
                                continue
                            horizontal = right if dc else 1 - right
                            mixed += vertical * horizontal * x[n, r0 + dr, c0 + dc, k]
                    y[n, i, j, k] = mixed


@shared(0, 1, 2, grain=10_000)
@kernel("T[:, :, :, ::1], i8[:, ::1], T[:, :, :, ::1]")
def crop_images(x, corner, y):
    """Write the window of each image of x that starts at its ``corner`` (n, 2) into y."""
    images, height, width, channels = y.shape
    for n in range(images):
        for i in range(height):
            for j in range(width):
                for k in range(channels):
                    y[n, i, j, k] = x[n, corner[n, 0] + i, corner[n, 1] + j, k]
