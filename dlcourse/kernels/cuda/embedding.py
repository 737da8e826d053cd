"""Embedding: rows of a table, looked up by index; the gradient is added up row by row."""

from numba import cuda

from dlcourse.kernels.cuda.compile import blocks_for, kernel
from dlcourse.kernels.cuda.memory import fill, gather_rows
from dlcourse.kernels.cuda.reductions import ALL_LANES

#: A block works on four looked-up rows, a warp on each.
LANES, WARPS = 32, 4


def embedding_forward(indices, w, y):
    """Write y[k] = w[indices[k]]."""
    gather_rows(w, indices, y)


@kernel("i8[::1], i8, f4[:, ::1], f4[:, ::1]", "embedding_backward")
def _embedding_backward(indices, padding_index, dy, dw):
    """The warp of an index's first appearance collects the rows of all, from the first on.

    No two warps write one row of dw, so that nothing is added atomically, in an order that
    changes from run to run. Who appears first is found by looking at 32 indices at a time.
    """
    lane = cuda.threadIdx.x
    k = cuda.blockIdx.x * WARPS + cuda.threadIdx.y
    if k >= indices.size:  # a whole warp has no row
        return
    index = indices[k]
    if index == padding_index:
        return
    for start in range(0, indices.size, LANES):
        m = start + lane
        same = m < indices.size and indices[m] == index
        matches = cuda.ballot_sync(ALL_LANES, same)
        for bit in range(LANES):
            if (matches >> bit) & 1:
                m = start + bit
                if m < k:  # that warp does the work
                    return
                for j in range(lane, dw.shape[1], LANES):
                    dw[index, j] += dy[m, j]


def embedding_backward(indices, padding_index, dy, dw):
    """Write dw[i] = Σ dy[k] over all k with indices[k] = i; zero for ``padding_index``."""
    fill(dw.reshape(dw.size), 0)
    blocks = blocks_for(indices.size, WARPS)
    _embedding_backward[blocks, (LANES, WARPS)](indices, padding_index, dy, dw)
