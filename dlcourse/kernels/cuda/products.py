"""Matrix products: tiles in shared memory, a square of the result in each thread's registers.

A block of 256 threads computes a tile of C = A B. It walks along the inner dimension ``DEPTH``
numbers at a time: the next pieces of A and B are fetched into registers while the present ones,
in shared memory, are multiplied, so that waiting for memory and arithmetic overlap; two copies of
each piece make one barrier a step enough. Thread (r, c) of the 16 × 16 holds the results of rows
4 r … 4 r + 3, and of those 64 further down where the tile has them, and of columns likewise: what
it needs of A and of B for them lies together, and is read 16 bytes at a time. Neighbours read
neighbouring numbers of B and the same numbers of A, so that no two reads meet in a bank.

Where the numbers of A and B come from is a pair of device functions, so that this one kernel
serves x w, xᵀ dy and dy wᵀ, and a convolution's images as well.
"""

from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import Kernel, blocks_for, device, kernel, place

#: Numbers of the inner dimension that are worked on between two barriers.
DEPTH = 8
THREADS = 256
SIDE = 16
ZERO = np.float32(0)
FOUR, ACROSS = np.uint32(4), np.uint32(SIDE)


def product(
    name: str,
    load_a: Any,
    load_b: Any,
    store: Any,
    signature: str,
    *,
    results: int,
    a_along_depth: bool,
    b_along_depth: bool,
) -> Kernel:
    """Make a kernel ``(a, b, bias, c, rows, inner, columns, geometry)``.

    Parameters
    ----------
    load_a, load_b
        Device functions ``(array, geometry, row, column)``: a number of A (rows × inner) or of
        B (inner × columns). They are asked for places inside only.
    store
        Device function ``(c, geometry, row, column, value, bias)``.
    signature
        The types of a, b, bias and c.
    results
        A thread computes ``results`` × ``results`` numbers; the tile's side is 16 times that.
    a_along_depth, b_along_depth
        Whether neighbouring threads fetch neighbours along the inner dimension: where the
        numbers lie so in memory, 32 of them come at once.
    """
    tile = SIDE * results
    width = tile + 4  # a row of a piece begins 4 banks after the last, and 16 bytes wide stays so
    depth, side = np.uint32(DEPTH), np.uint32(tile)
    fetches = tile * DEPTH // THREADS

    # With two blocks on a multiprocessor the one computes while the other waits for memory.
    @kernel(f"{signature}, i8, i8, i8, UniTuple(i8, 10)", name, bounds=(THREADS, 2))
    def run(a, b, bias, c, rows, inner, columns, geometry):
        a_tile = cuda.shared.array((2, DEPTH, width), np.float32, 16)
        b_tile = cuda.shared.array((2, DEPTH, width), np.float32, 16)
        a_next = cuda.local.array(fetches, np.float32)
        b_next = cuda.local.array(fetches, np.float32)
        a_part = cuda.local.array(results, np.float32)
        b_part = cuda.local.array(results, np.float32)
        sums = cuda.local.array((results, results), np.float32)
        me = place(cuda.threadIdx.x)
        r, o = FOUR * (me // ACROSS), FOUR * (me % ACROSS)
        top, left = cuda.blockIdx.y * tile, cuda.blockIdx.x * tile
        for i in range(results):
            for j in range(results):
                sums[i, j] = ZERO
        steps = (inner + DEPTH - 1) // DEPTH
        for step in range(steps + 1):
            # Fetch the pieces of this step while those of the step before are multiplied.
            if step < steps:
                for f in range(fetches):
                    n = me + f * THREADS
                    k, i = (n % DEPTH, n // DEPTH) if a_along_depth else (n // tile, n % tile)
                    k, i = step * DEPTH + k, top + i
                    a_next[f] = load_a(a, geometry, i, k) if i < rows and k < inner else ZERO
                    k, j = (n % DEPTH, n // DEPTH) if b_along_depth else (n // tile, n % tile)
                    k, j = step * DEPTH + k, left + j
                    b_next[f] = load_b(b, geometry, k, j) if j < columns and k < inner else ZERO
            if step > 0:
                half = place((step - 1) % 2)
                for k in range(DEPTH):
                    for i in range(results):
                        away = place(i // 4 * 64 + i % 4)
                        a_part[i] = a_tile[half, place(k), r + away]
                        b_part[i] = b_tile[half, place(k), o + away]
                    for i in range(results):
                        for j in range(results):
                            sums[i, j] += a_part[i] * b_part[j]
            if step < steps:
                half = place(step % 2)
                for f in range(fetches):
                    n = me + place(f * THREADS)
                    k, i = (n % depth, n // depth) if a_along_depth else (n // side, n % side)
                    a_tile[half, k, i] = a_next[f]
                    k, j = (n % depth, n // depth) if b_along_depth else (n // side, n % side)
                    b_tile[half, k, j] = b_next[f]
            cuda.syncthreads()
        for i in range(results):
            row = top + r + i // 4 * 64 + i % 4
            for j in range(results):
                column = left + o + j // 4 * 64 + j % 4
                if row < rows and column < columns:
                    store(c, geometry, row, column, sums[i, j], bias)

    return run


@device
def plain(array, geometry, row, column):
    """The matrix as it lies in memory."""
    return array[row, column]


@device
def transposed(array, geometry, row, column):
    """The matrix with rows and columns exchanged."""
    return array[column, row]


@device
def store_plain(c, geometry, row, column, value, bias):
    """Store a result."""
    c[row, column] = value


@device
def store_with_bias(c, geometry, row, column, value, bias):
    """Store a result with the bias of its column added."""
    c[row, column] = value + bias[column]


#: A product with this many results or more uses tiles of 128 × 128, which compute twice as much
#: for each number fetched; smaller ones leave too many multiprocessors without a tile.
LARGE = 1 << 20

MATRICES = "f4[:, ::1], f4[:, ::1], f4[::1], f4[:, ::1]"
NO_GEOMETRY = (0,) * 10


def in_two_sizes(name: str, *arguments: Any, **options: Any) -> tuple[Kernel, Kernel]:
    """Make the kernel with tiles of 64 × 64 and of 128 × 128."""
    small = product(f"{name}_64", *arguments, **options, results=4)
    return small, product(f"{name}_128", *arguments, **options, results=8)


def multiply(
    kernels: tuple[Kernel, Kernel],
    a: Any,
    b: Any,
    bias: Any,
    c: Any,
    sizes: tuple[int, int, int],
    geometry: tuple[int, ...] = NO_GEOMETRY,
) -> None:
    """Launch a product of sizes (rows, inner, columns)."""
    rows, inner, columns = sizes
    large = rows * columns >= LARGE
    tile = SIDE * (8 if large else 4)
    grid = blocks_for(columns, tile), blocks_for(rows, tile)
    kernels[large][grid, THREADS](a, b, bias, c, rows, inner, columns, geometry)
