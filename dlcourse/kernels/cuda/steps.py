"""One step of a recurrent layer as one launch: the product with the weights, then the gates.

A step has to wait for the one before, so that a sequence of a hundred steps is a hundred launches
however fast the device is: there must not be two for each. So the kernels of ``rnn``, ``lstm`` and
``gru`` call the products below and go on to the gates with them in their registers.

A block of 16 × 16 threads computes 32 rows of the batch and 16 units; a thread has the column of
its unit, and two of the rows.
"""

from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import blocks_for, device

real = np.float32
ZERO = real(0)

#: Threads along the units and along the rows; rows of a thread; numbers between two barriers.
SIDE = 16
ROWS = 2
DEPTH = 16
TILE = SIDE * ROWS
#: One more than the numbers of a row, so that a column lies in different banks.
TILE_ROW, SIDE_ROW = TILE + 1, SIDE + 1

BLOCK = SIDE, SIDE
SEQUENCE = "f4[:, :, ::1]"
MATRIX = "f4[:, ::1]"


def blocks_of(rows: int, units: int) -> tuple[int, int]:
    """Return how many blocks compute a step."""
    return blocks_for(units, SIDE), blocks_for(rows, TILE)


@device
def unit_of_thread():
    """The unit that this thread works on; it may be beyond the last."""
    return cuda.blockIdx.x * SIDE + cuda.threadIdx.x


@device
def row_of_thread(i):
    """The i-th of the rows that this thread works on; it may be beyond the last."""
    return cuda.blockIdx.y * TILE + cuda.threadIdx.y + i * SIDE


def forward_products(gates: int) -> Any:
    """Make the device function for layers with so many gates."""
    columns = SIDE * gates

    @device
    def multiply(h, w_h, t, products):
        """Write products[i, gate] = Σₖ h[t, n, k] w_h[k, gate · units + j], n the i-th row."""
        h_tile = cuda.shared.array((DEPTH, TILE_ROW), np.float32)
        w_tile = cuda.shared.array((DEPTH, columns), np.float32)
        across, down = cuda.threadIdx.x, cuda.threadIdx.y
        rows, units = h.shape[1], h.shape[2]
        j = unit_of_thread()
        for i in range(ROWS):
            for gate in range(gates):
                products[i, gate] = ZERO
        for start in range(0, units, DEPTH):
            k = start + across
            for i in range(ROWS):
                n = row_of_thread(i)
                h_tile[across, down + i * SIDE] = h[t, n, k] if n < rows and k < units else ZERO
            k = start + down
            for gate in range(gates):
                inside = k < units and j < units
                w_tile[down, across + gate * SIDE] = w_h[k, gate * units + j] if inside else ZERO
            cuda.syncthreads()
            for k in range(DEPTH):
                for gate in range(gates):
                    weight = w_tile[k, across + gate * SIDE]
                    for i in range(ROWS):
                        products[i, gate] += h_tile[k, down + i * SIDE] * weight
            cuda.syncthreads()

    return multiply


@device
def backward_products(dgates, w_h, t, products):
    """Write products[i] = Σₖ dgates[t, n, k] w_h[j, k]: what reaches a state through its gates."""
    d_tile = cuda.shared.array((DEPTH, TILE_ROW), np.float32)
    w_tile = cuda.shared.array((DEPTH, SIDE_ROW), np.float32)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    rows, units, size = dgates.shape[1], w_h.shape[0], w_h.shape[1]
    for i in range(ROWS):
        products[i] = ZERO
    for start in range(0, size, DEPTH):
        k = start + across
        for i in range(ROWS):
            n = row_of_thread(i)
            d_tile[across, down + i * SIDE] = dgates[t, n, k] if n < rows and k < size else ZERO
        j = cuda.blockIdx.x * SIDE + down  # neighbours fetch neighbours along the gates
        w_tile[across, down] = w_h[j, k] if j < units and k < size else ZERO
        cuda.syncthreads()
        for k in range(DEPTH):
            weight = w_tile[k, across]
            for i in range(ROWS):
                products[i] += d_tile[k, down + i * SIDE] * weight
        cuda.syncthreads()
