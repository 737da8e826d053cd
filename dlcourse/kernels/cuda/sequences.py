"""What the recurrent layers share: the order of axes in memory, and which steps count."""

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, divided, kernel


@kernel("f4[:, :, ::1], f4[:, :, ::1]", "swap_rows_and_steps")
def _swap(x, y):
    number = cuda.grid(1)
    if number < y.size:
        row, d = divided(number, y.shape[2])
        b, a = divided(row, y.shape[1])
        y[b, a, d] = x[a, b, d]


def swap_rows_and_steps(x, y):
    """Write y[b, a] = x[a, b]: batch-major (n, t, d) to time-major (t, n, d), and back."""
    _swap[blocks_for(y.size), THREADS](x, y)


@kernel("f4[:, :, ::1], f4, i8, u1[:, ::1]", "mark_steps")
def _mark_steps(x, padding, all_count, kept):
    number = cuda.grid(1)
    if number < kept.size:
        t, n = divided(number, kept.shape[1])
        different = all_count
        for d in range(x.shape[2]):
            if x[t, n, d] != padding:
                different = 1
        kept[t, n] = different


def mark_steps(x, padding, kept):
    """Write kept (t, n): 1, or 0 where all features of x (t, n, d) equal ``padding``.

    With ``padding`` None every step counts.
    """
    options = np.float32(padding or 0), int(padding is None)
    _mark_steps[blocks_for(kept.size), THREADS](x, *options, kept)
