"""Matrix products: by our own tiles or by BLAS, shared out over the one pool of threads.

``product`` is for Python, ``multiply`` for use inside a kernel.
"""

import numpy as np
from numba import types
from numba.extending import overload

from dlcourse.kernels.cpu.blas import call_gemm, multiply_by_loops, one_thread
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.scratch import scratch
from dlcourse.kernels.cpu.threads import pieces_of, share
from dlcourse.kernels.cpu.tiles import (
    DEPTH,
    LONGEST_ROW,
    ROWS,
    TILED,
    WIDTH,
    columns_of_tile,
    multiply_by_tiles,
    multiply_part,
)

#: What makes a piece of a product, in multiplications: 20 µs of one core.
GRAIN = 2_000_000 if TILED else 1_000_000
#: With fewer rows than this, hardly a number of b is used twice, and a tile would mostly be empty.
FEWEST_ROWS = 3
#: Products of fewer multiplications go by BLAS, which has less of Python before it; there are more
#: of these where b is transposed, and would be copied first. 32 × 64 by 64 × 64 and a bias: 4.3 µs
#: by BLAS, 2.3 by tiles.
FEWEST_MULTIPLICATIONS, FEWEST_TRANSPOSED = 20_000, 100_000
#: Below this BLAS uses one thread whatever it is allowed: OpenBLAS begins to share at 262,144.
ALONE = 250_000
NOTHING = {dtype: np.empty(0, dtype) for dtype in "fd"}


def product(a: np.ndarray, b: np.ndarray, out: np.ndarray, bias: np.ndarray | None = None) -> None:
    """Write out = a b, or out = a b + bias, shared out by columns, or by rows where it is tall.

    Of a and b the rows lie one after the other, or the columns; of ``out`` the rows.
    """
    rows, inner = a.shape
    columns = b.shape[1]
    pieces = pieces_of(rows * inner * columns, GRAIN)
    if pieces == 1:
        multiply_alone(a, b, out, bias)
        return
    tall = rows > 4 * columns
    across = ROWS if tall else columns_of_tile(out.dtype)
    length = rows if tall else columns
    tiles = -(-length // across)
    pieces = min(pieces, tiles)
    room = [room_for_panels(b, k) for k in range(pieces)]

    def work(k: int, start: int, stop: int) -> None:
        part = start * across, min(stop * across, length)
        rows_and_columns = (*part, 0, columns) if tall else (0, rows, *part)
        _multiply_part(a, b, out, bias, room[k], *rows_and_columns)

    share(tiles, pieces, work)


def room_for_panels(b: np.ndarray, k: int = 0) -> np.ndarray:
    """Return scratch for thread k of a product with b, empty where b need not be copied.

    It is the caller's: who does a piece is a matter of luck, and whether memory is taken is not.
    """
    if TILED and (b.shape[1] > LONGEST_ROW or not b.flags.c_contiguous):
        return scratch(f"panels {k}", (DEPTH * WIDTH,), b.dtype)
    return NOTHING[b.dtype.char]


def multiply_alone(
    a: np.ndarray,
    b: np.ndarray,
    out: np.ndarray,
    bias: np.ndarray | None = None,
    room: np.ndarray | None = None,
) -> None:
    """Write out = a b, or out = a b + bias, on the calling thread alone.

    ``room`` is what ``room_for_panels`` gives for b, for a call in a piece of shared work.
    """
    multiplications = a.size * b.shape[1]
    fewest = FEWEST_MULTIPLICATIONS if b.flags.c_contiguous else FEWEST_TRANSPOSED
    by_tiles = TILED and len(a) >= FEWEST_ROWS and multiplications >= fewest
    if by_tiles or multiplications >= ALONE:
        room = room_for_panels(b) if room is None else room
        _multiply_part(a, b, out, bias, room, 0, out.shape[0], 0, out.shape[1])
    else:
        np.dot(a, b, out=out)
        if bias is not None:
            add_bias(out, bias, 0, len(bias))


def _multiply_part(
    a: np.ndarray, b: np.ndarray, out: np.ndarray, bias: np.ndarray | None, room: np.ndarray,
    top: int, bottom: int, left: int, right: int,
) -> None:  # fmt: skip
    if TILED and len(a) >= FEWEST_ROWS:
        a_turned, b_turned = not a.flags.c_contiguous, not b.flags.c_contiguous
        multiply_part(
            a.T if a_turned else a, b.T if b_turned else b, out,
            NOTHING[out.dtype.char] if bias is None else bias, room,
            a_turned, b_turned, top, bottom, left, right,
        )  # fmt: skip
        return
    with one_thread:
        np.matmul(a[top:bottom], b[:, left:right], out=out[top:bottom, left:right])
    if bias is not None:
        add_bias(out[top:bottom], bias, left, right)


@kernel("T[:, ::1], T[::1], i8, i8")
def add_bias(y, b, left, right):
    """Add b to each row of y, in the columns from ``left`` to ``right``."""
    for n in range(y.shape[0]):
        for o in range(left, right):
            y[n, o] += b[o]


def multiply(gemm, a, b, c, add):
    """Write c = a b, or c += a b where ``add``: for kernels.

    ``gemm`` is ``blas.GEMM``. The rows of c lie together, of a and b the rows or the columns. A b
    that lies by columns is always multiplied by BLAS: who uses it often turns it over once.
    """
    if add:
        c += a @ b
    else:
        np.matmul(a, b, out=c)


@overload(multiply)
def _multiply(gemm, a, b, c, add):  # type: ignore[no-untyped-def]
    which = 0 if a.dtype == types.float32 else 1
    size = a.dtype.bitwidth // 8
    tiled = TILED and b.layout == c.layout == "C"

    def in_a_kernel(gemm, a, b, c, add):  # type: ignore[no-untyped-def]
        if tiled and len(c) >= FEWEST_ROWS:
            multiply_by_tiles(a, b, c, add)
        elif gemm[which] == 0:
            multiply_by_loops(a, b, c, add)
        elif c.size > 0:
            beta = a.dtype.type(1 if add else 0)
            a_lies = a.strides[1] != size  # its columns lie together, not its rows
            b_lies = b.strides[1] != size
            # The distance of a single row to the next is no distance; BLAS wants a possible one.
            a_step = (
                max(a.strides[1] // size, len(a))
                if a_lies
                else max(a.strides[0] // size, a.shape[1])
            )
            b_step = (
                max(b.strides[1] // size, len(b))
                if b_lies
                else max(b.strides[0] // size, b.shape[1])
            )
            call_gemm(  # type: ignore[call-arg]
                gemm[which], a_lies, b_lies, c.shape[0], c.shape[1], a.shape[1],
                a, a_step, b, b_step, beta, c, max(c.strides[0] // size, c.shape[1]),
            )  # fmt: skip

    return in_a_kernel
