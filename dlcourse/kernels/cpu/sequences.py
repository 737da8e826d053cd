"""What the recurrent layers share: the order of axes in memory, and which steps count.

Inside, sequences are time-major, (steps, rows, features), so that what one step reads and writes
lies together.
"""

import numpy as np

from dlcourse.kernels.cpu.compile import kernel


def swap_rows_and_steps(x, y):
    """Write y[b, a] = x[a, b]: batch-major (n, t, …) to time-major (t, n, …), and back."""
    np.copyto(y, x.swapaxes(0, 1))


def mark_steps(x, padding, kept):
    """Write kept (t, n): 1, or 0 where all features of x (t, n, d) equal ``padding``.

    With ``padding`` None every step counts.
    """
    if padding is None:
        kept.fill(1)
    else:
        mark_steps_unlike(x, padding, kept)


@kernel("T[:, :, ::1], f8, u1[:, ::1]")
def mark_steps_unlike(x, padding, kept):
    """Write kept[t, n] = 1 where any feature differs from ``padding``, else 0."""
    skipped = x.dtype.type(padding)
    for t in range(x.shape[0]):
        for n in range(x.shape[1]):
            different = 0
            for d in range(x.shape[2]):
                different += x[t, n, d] != skipped
            kept[t, n] = different > 0
