"""Matrix products by tiles: every border, every way that a matrix may lie, any number of threads.

The tiles are tried on every machine, also where products are left to BLAS because that is faster.
"""

import numpy as np
import pytest

from dlcourse.kernels.cpu import products, threads
from dlcourse.kernels.cpu.compile import JIT_IS_OFF
from dlcourse.kernels.cpu.registers import BYTES
from dlcourse.kernels.cpu.tiles import DEPTH, LONGEST_ROW, WIDTH, columns_of_tile, multiply_part

needs_machine_code = pytest.mark.skipif(JIT_IS_OFF, reason="a tile is machine code")

SHAPES = [
    (1, 1, 1), (8, 1, 32), (8, 4, 16), (9, 17, 33), (7, 5, 31), (16, DEPTH, 48),
    (3, DEPTH + 1, 65), (20, 2 * DEPTH + 3, 10), (5, 40, LONGEST_ROW + 1), (17, 300, WIDTH + 37),
    (4, 0, 5),
]  # fmt: skip


def matrix(rng, rows, columns, dtype, turned):
    """Draw a matrix, whose columns lie one after the other where it is turned."""
    drawn = rng.normal(size=(columns, rows) if turned else (rows, columns)).astype(dtype)
    return drawn.T if turned else drawn


def assert_product(found, a, b, bias=0.0):
    """Compare with float64: sums of ``inner`` terms of about 1, each rounded once."""
    wanted = a.astype(np.float64) @ b.astype(np.float64) + bias
    room = 4 * np.finfo(found.dtype).eps * (1 + np.abs(a).astype(float) @ np.abs(b).astype(float))
    assert np.all(np.abs(found - wanted) <= room + np.finfo(found.dtype).eps * np.abs(bias))


@needs_machine_code
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("turned", [(0, 0), (1, 0), (0, 1), (1, 1)], ids=str)
def test_a_product_by_tiles_is_numpys_wherever_the_matrices_end(shape, turned, dtype):
    rng = np.random.default_rng(0)
    rows, inner, columns = shape
    a = matrix(rng, rows, inner, dtype, turned[0])
    b = matrix(rng, inner, columns, dtype, turned[1])
    bias = rng.normal(size=columns).astype(dtype)
    packed = turned[1] or columns > LONGEST_ROW
    panels = np.full(DEPTH * WIDTH if packed else 0, np.nan, dtype)
    for added in (bias[:0], bias):
        c = np.full((rows + 1, columns), 7, dtype)
        multiply_part(
            a.T if turned[0] else a, b.T if turned[1] else b, c[:rows], added, panels,
            bool(turned[0]), bool(turned[1]), 0, rows, 0, columns,
        )  # fmt: skip
        assert_product(c[:rows], a, b, added if len(added) else 0.0)
        assert np.all(c[rows] == 7), "written below the matrix"


@needs_machine_code
def test_a_part_of_a_product_leaves_the_rest_alone():
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=shape).astype(np.float32) for shape in ((30, 20), (20, 70)))
    c = np.full((30, 70), 7, np.float32)
    nothing = np.empty(0, np.float32)
    multiply_part(a, b, c, nothing, nothing, False, False, 9, 21, 30, 63)
    assert_product(c[9:21, 30:63], a[9:21], b[:, 30:63])
    c[9:21, 30:63] = 7
    assert np.all(c == 7)


@pytest.mark.parametrize("shape", [(40, 300, 200), (900, 64, 48), (64, 784, 128)], ids=str)
@pytest.mark.parametrize("turned", [(0, 0), (1, 0), (0, 1)], ids=str)
def test_threads_share_a_product_and_change_no_bit_of_it(shape, turned):
    rng = np.random.default_rng(2)
    rows, inner, columns = shape
    a = matrix(rng, rows, inner, np.float32, turned[0])
    b = matrix(rng, inner, columns, np.float32, turned[1])
    bias = rng.normal(size=columns).astype(np.float32)
    found = []
    try:
        for count in (1, 2, 3):
            threads.set_threads(count)
            c = np.full((rows, columns), np.nan, np.float32)
            products.product(a, b, c, bias)
            found.append(c)
    finally:
        threads.set_threads()
    assert_product(found[0], a, b, bias)
    if products.TILED:  # BLAS chooses its order by the size of the piece
        assert all(np.array_equal(c, found[0]) for c in found)
    else:
        assert all(np.allclose(c, found[0], rtol=1e-4, atol=1e-4) for c in found)


def test_a_tile_is_two_registers_wide():
    for dtype in (np.float32, np.float64):
        assert columns_of_tile(np.dtype(dtype)) * dtype(0).itemsize == 2 * BYTES
