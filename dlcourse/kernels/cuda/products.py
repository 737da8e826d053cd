"""Matrix products: tiles in shared memory, a square of the result in each thread's registers.

A block of 256 threads computes a tile of C = A B. It walks along the inner dimension ``DEPTH``
numbers at a time: the next pieces of A and B are fetched into registers while the present ones,
in shared memory, are multiplied, so that waiting for memory and arithmetic overlap; two copies of
each piece make one barrier a step enough. Thread (r, c) of the 16 × 16 holds the results of rows
4 r … 4 r + 3, and of those 64 further down where the tile has them, and of columns likewise: what
it needs of A and of B for them lies together, and is read 16 bytes at a time. Neighbours read
neighbouring numbers of B and the same numbers of A, so that no two reads meet in a bank.

A long product with few results (a convolution's filters: hundreds of numbers, each the sum over
every pixel of a batch) would leave most multiprocessors idle. Then several blocks share a tile,
each taking a piece of the inner dimension, and what they found is added up by another launch.

Where the numbers of A and B come from is a pair of device functions, so that this one kernel
serves x w, xᵀ dy and dy wᵀ, and a convolution's images as well.
"""

from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import (
    BUSY,
    THREADS,
    Kernel,
    blocks_for,
    device,
    divided,
    kernel,
    place,
)
from dlcourse.kernels.cuda.memory import workspace

#: Numbers of the inner dimension that are worked on between two barriers.
DEPTH = 8
SIDE = 16
ZERO = np.float32(0)
SIXTEEN = np.uint32(SIDE)


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
    """Make a kernel ``(a, b, bias, c, rows, inner, columns, share, geometry)``.

    Block z works on ``share`` steps of the inner dimension, from step z · share on, and stores its
    results ``rows`` · z rows further down.

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
        A thread computes ``results`` × ``results`` numbers (2, 4 or 8 each way); the tile's side
        is 16 times that.
    a_along_depth, b_along_depth
        Whether neighbouring threads fetch neighbours along the inner dimension: where the
        numbers lie so in memory, 32 of them come at once.
    """
    tile = SIDE * results
    width = tile + 4  # a row of a piece begins 4 banks after the last, and 16 bytes wide stays so
    group = min(results, 4)  # rows (and columns) of a thread that lie together
    across = SIDE * group
    apart = np.uint32(group)
    fetches = tile * DEPTH // THREADS

    # With two blocks on a multiprocessor the one computes while the other waits for memory.
    @kernel(f"{signature}, i8, i8, i8, i8, UniTuple(i8, 10)", name, bounds=(THREADS, 2))
    def run(a, b, bias, c, rows, inner, columns, share, geometry):
        a_tile = cuda.shared.array((2, DEPTH, width), np.float32, 16)
        b_tile = cuda.shared.array((2, DEPTH, width), np.float32, 16)
        a_next = cuda.local.array(fetches, np.float32)
        b_next = cuda.local.array(fetches, np.float32)
        a_part = cuda.local.array(results, np.float32)
        b_part = cuda.local.array(results, np.float32)
        sums = cuda.local.array((results, results), np.float32)
        me = place(cuda.threadIdx.x)
        r, o = apart * (me // SIXTEEN), apart * (me % SIXTEEN)
        # Rows go along x, of which there may be 2³¹ blocks: a batch of images has millions of rows.
        top, left = cuda.blockIdx.x * tile, cuda.blockIdx.y * tile
        for i in range(results):
            for j in range(results):
                sums[i, j] = ZERO
        begin = cuda.blockIdx.z * share
        steps = min(share, (inner + DEPTH - 1) // DEPTH - begin)
        for step in range(steps + 1):
            # Fetch the pieces of this step while those of the step before are multiplied.
            if step < steps:
                for f in range(fetches):
                    fetch = me + place(f * THREADS)
                    across_a, along_a = divided(fetch, DEPTH)
                    across_b, along_b = across_a, along_a
                    if not a_along_depth:
                        along_a, across_a = divided(fetch, tile)
                    if not b_along_depth:
                        along_b, across_b = divided(fetch, tile)
                    row, column = top + across_a, left + across_b
                    a_k, b_k = (begin + step) * DEPTH + along_a, (begin + step) * DEPTH + along_b
                    a_inside, b_inside = (
                        row < rows and a_k < inner,
                        column < columns and b_k < inner,
                    )
                    a_next[f] = load_a(a, geometry, row, a_k) if a_inside else ZERO
                    b_next[f] = load_b(b, geometry, b_k, column) if b_inside else ZERO
            if step > 0:
                half = place((step - 1) % 2)
                for k in range(DEPTH):
                    for i in range(results):
                        away = place(i // group * across + i % group)
                        a_part[i] = a_tile[half, place(k), r + away]
                        b_part[i] = b_tile[half, place(k), o + away]
                    for i in range(results):
                        for j in range(results):
                            sums[i, j] += a_part[i] * b_part[j]
            if step < steps:
                half = place(step % 2)
                for f in range(fetches):
                    fetch = me + place(f * THREADS)
                    across_a, along_a = divided(fetch, DEPTH)
                    across_b, along_b = across_a, along_a
                    if not a_along_depth:
                        along_a, across_a = divided(fetch, tile)
                    if not b_along_depth:
                        along_b, across_b = divided(fetch, tile)
                    a_tile[half, along_a, across_a] = a_next[f]
                    b_tile[half, along_b, across_b] = b_next[f]
            cuda.syncthreads()
        below = cuda.blockIdx.z * rows
        for i in range(results):
            row = top + r + i // group * across + i % group
            for j in range(results):
                column = left + o + j // group * across + j % group
                if row < rows and column < columns:
                    store(c, geometry, below + row, column, sums[i, j], bias)

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


#: Products with so many results use tiles of 128 × 128, or of 64 × 64, which compute more for each
#: number fetched; smaller ones would leave too many multiprocessors without a tile.
LARGE, MIDDLE = 1 << 20, 1 << 18
#: The fewest steps that are worth a block.
FEWEST_STEPS = 32

MATRICES = "f4[:, ::1], f4[:, ::1], f4[::1], f4[:, ::1]"
NO_GEOMETRY = (0,) * 10


@kernel("f4[:, ::1], i8, f4[:, ::1]")
def add_shares(shares, count, c):
    """Write c = the sum of what the blocks that shared its tiles have found."""
    number = cuda.grid(1)
    if number < c.size:
        row, column = divided(number, c.shape[1])
        total = ZERO
        for share in range(count):
            total += shares[share * c.shape[0] + row, column]
        c[row, column] = total


def results_for(rows: int, columns: int) -> int:
    """Return how many results each way a thread computes, by the size of the whole."""
    if rows * columns >= LARGE:
        return 8
    return 4 if rows * columns >= MIDDLE else 2


def shares_for(blocks: int, steps: int) -> int:
    """Return among how many blocks each tile's inner dimension is shared."""
    return max(1, min(BUSY // blocks, steps // FEWEST_STEPS))


class Product:
    """A product in three sizes of tiles; see ``product`` for the arguments it is made with."""

    def __init__(self, name: str, load_a: Any, load_b: Any, store: Any, *rest: Any,
                 **options: Any) -> None:  # fmt: skip
        self.kernels = {
            results: product(f"{name}_{SIDE * results}", load_a, load_b, store, *rest,
                             results=results, **options)
            for results in (2, 4, 8)
        }  # fmt: skip
        self.may_share = store is store_plain

    def __call__(
        self,
        a: Any,
        b: Any,
        bias: Any,
        c: Any,
        sizes: tuple[int, int, int],
        geometry: tuple[int, ...] = NO_GEOMETRY,
    ) -> None:
        """Launch the product of sizes (rows, inner, columns)."""
        rows, inner, columns = sizes
        results = results_for(rows, columns)
        tile = SIDE * results
        across, down = blocks_for(columns, tile), blocks_for(rows, tile)
        steps = blocks_for(inner, DEPTH)
        shares = shares_for(across * down, steps) if self.may_share else 1
        share = blocks_for(steps, shares)
        shares = blocks_for(steps, share)  # none is left without a step
        into = c if shares == 1 else workspace(c, "shares", (shares * rows, columns))
        launch = self.kernels[results][(down, across, shares), THREADS]
        launch(a, b, bias, into, rows, inner, columns, share, geometry)
        if shares > 1:
            add_shares[blocks_for(c.size), THREADS](into, shares, c)
