"""Mistakes in ``tiled_product(a, b, c)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.cuda_kernels.launches import TILE
from dlcourse.simulator import cuda

MISTAKES: list[Mistake] = []


@cuda.jit(device=True)
def piece(matrix, row, column):
    """Read an element, or 0 outside the matrix."""
    if row < matrix.shape[0] and column < matrix.shape[1]:
        return matrix[row, column]
    return np.float32(0)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The kernel has to multiply "
    "whatever it is given.",
)
@cuda.jit
def answer_of_the_example_typed_in(a, b, c):
    column, row = cuda.grid(2)
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = 10 * row + column + 1


@known_mistake(
    MISTAKES,
    "Between fetching and multiplying a barrier is missing: a thread multiplies numbers that its "
    "neighbours may not have fetched yet. Put cuda.syncthreads() before the loop over k.",
)
@cuda.jit
def no_barrier_after_fetching(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "Between multiplying and fetching the next tile a barrier is missing: a fast thread "
    "overwrites numbers that slow ones still multiply. Put cuda.syncthreads() behind the loop "
    "over k as well.",
)
@cuda.jit
def no_barrier_before_the_next_tile(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "Threads whose result lies outside c leave the kernel at its begin, and the barriers wait for"
    " them in vain. They are needed: let them fetch, and ask for the bounds only where c is "
    "written.",
)
@cuda.jit
def threads_outside_leave(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    if row >= c.shape[0] or column >= c.shape[1]:
        return
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "Your barrier stands behind an `if`, where only some threads come by; the others never "
    "arrive, and on a GPU the kernel may hang. A barrier stands where every thread of the block "
    "passes.",
)
@cuda.jit
def barrier_inside_the_guard(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        if row < c.shape[0] and column < c.shape[1]:
            cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "The product is right, but each thread reads its whole row of a and column of b from global "
    "memory. A block needs each number once: fetch tiles of {tile} × {tile} into shared memory, "
    "and let all threads read them there.",
)
@cuda.jit
def no_tiles(a, b, c):
    column, row = cuda.grid(2)
    if row < c.shape[0] and column < c.shape[1]:
        total = np.float32(0)
        for k in range(a.shape[1]):
            total += a[row, k] * b[k, column]
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You fetch tiles of a, and read b from global memory for every product. Fetch b by tiles as "
    "well.",
)
@cuda.jit
def tile_of_a_alone(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * piece(b, start + k, column)
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You fetch tiles of b, and read a from global memory for every product. Fetch a by tiles as "
    "well.",
)
@cuda.jit
def tile_of_b_alone(a, b, c):
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += piece(a, row, start + k) * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You add up in c itself, which lies in global memory: it is read and written for every tile, "
    "and begins with whatever stood there. Add up in a variable, and write once.",
)
@cuda.jit
def half_done_in_global_memory(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    for start in range(0, a.shape[1], TILE):
        total = np.float32(0)
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        if row < c.shape[0] and column < c.shape[1]:
            c[row, column] += total
        cuda.syncthreads()


@known_mistake(
    MISTAKES,
    "Your total begins anew with each tile, so that the last tile alone counts. It begins at 0 "
    "once, before the loop over the tiles.",
)
@cuda.jit
def total_begun_anew(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    for start in range(0, a.shape[1], TILE):
        total = np.float32(0)
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "The last tile is left out where it is not full: a.shape[1] // TILE rounds down. Go on while "
    "start < a.shape[1].",
)
@cuda.jit
def last_tile_left_out(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1] // TILE * TILE, TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You multiply the first tile only. A loop over the inner dimension fetches one tile after the"
    " other.",
)
@cuda.jit
def first_tile_alone(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(1):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "Threads whose element lies outside a or b fetch nothing, so that whatever stood in shared "
    "memory is multiplied. Let them store 0.",
)
@cuda.jit
def tiles_not_filled(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        if row < a.shape[0] and start + across < a.shape[1]:
            part_a[down, across] = a[row, start + across]
        if start + down < b.shape[0] and column < b.shape[1]:
            part_b[down, across] = b[start + down, column]
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "Nothing keeps a thread from fetching beyond the end of a or b: where a tile is not full, "
    "store 0 in its place.",
)
@cuda.jit
def no_guard_when_fetching(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = a[row, start + across]
        part_b[down, across] = b[start + down, column]
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "Nothing keeps a thread from writing beyond the end of c. Ask for row < c.shape[0] and column"
    " < c.shape[1] first.",
)
@cuda.jit
def no_guard_when_writing(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    c[row, column] = total


@known_mistake(
    MISTAKES,
    "You exchange rows and columns: cuda.grid(2) gives x first, which counts columns here: "
    "column, row = cuda.grid(2).",
)
@cuda.jit
def rows_and_columns_exchanged(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    row, column = cuda.grid(2)
    down, across = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You read the tile of b turned over its diagonal: along k its rows change, part_b[k, across].",
)
@cuda.jit
def tile_of_b_turned_over(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[across, k]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You read the tile of a turned over its diagonal: along k its columns change, part_a[down, k].",
)
@cuda.jit
def tile_of_a_turned_over(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[k, down] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You multiply the tiles element by element. Along k a row of the one meets a column of the "
    "other: part_a[down, k] * part_b[k, across].",
)
@cuda.jit
def element_by_element(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        total += part_a[down, across] * part_b[down, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You fetch the same columns of a for every tile: they lie at start + across.",
)
@cuda.jit
def same_tile_of_a_again(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You fetch the same rows of b for every tile: they lie at start + down.",
)
@cuda.jit
def same_tile_of_b_again(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "The last product of each tile is missing: range(TILE) already stops before TILE.",
)
@cuda.jit
def last_of_each_tile_left_out(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE - 1):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "You add the two numbers. Multiply them, and add the products up.",
)
@cuda.jit
def sum_of_the_two(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] + part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


@known_mistake(
    MISTAKES,
    "A kernel cannot return anything: write into c, and leave the return out.",
)
@cuda.jit
def result_returned(a, b, c):
    part_a = cuda.shared.array((TILE, TILE), np.float32)
    part_b = cuda.shared.array((TILE, TILE), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        part_a[down, across] = piece(a, row, start + across)
        part_b[down, across] = piece(b, start + down, column)
        cuda.syncthreads()
        for k in range(TILE):
            total += part_a[down, k] * part_b[k, across]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total
    return total
