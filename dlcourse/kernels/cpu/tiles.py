"""Matrix products of our own: a tile of the result at a time, held in the processor's registers.

A product reads each number of a and b many times, and the processor can multiply faster than it
can fetch. What is in registers need not be fetched: so 8 rows × 32 columns of the result stay
there while the inner index runs (Goto and van de Geijn 2008, section 4; the "micro-kernel" of
Van Zee and van de Geijn 2015). For each inner index the 32 numbers of b's row are fetched once and
serve 8 rows, the 8 numbers of a's column serve 32 columns: 256 multiplications for 40 numbers.

    32 numbers of b's row k →  ┌─────────────────────┐
    8 numbers of a's column k  │ 8 × 32 sums: two    │
              ↓                │ registers of 16     │
                               │ numbers a row       │
                               └─────────────────────┘

``multiply_tile`` is written in LLVM's own instructions, since a loop in Python cannot say "keep
this in a register". Everything around it is a plain loop.

Why not leave it to BLAS? OpenBLAS chooses AVX2 on processors of AMD that know AVX-512, and copies
("packs") both matrices before it multiplies, which costs as much as the product itself where a
batch is small. One core of an AMD EPYC, 10⁹ operations a second, OpenBLAS and this:
16×128 by 128×512 77 and 215, 64×784 by 784×128 113 and 228, 128×784 by 784×512 118 and 245,
256×2048 by 2048×2048 112 and 187. Where there is no AVX-512, products are left to BLAS.
"""

import numpy as np
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from dlcourse.kernels.cpu.compile import FASTMATH, JIT_IS_OFF, kernel
from dlcourse.kernels.cpu.registers import AVX512, BYTES, Registers

#: A tile: so many rows, and so many registers a row. 16 sums keep both multipliers busy, whose
#: results come after four cycles; 12 are what fits the 16 registers of AVX2.
ROWS, REGISTERS = (8 if AVX512 else 6), 2
#: How many inner indices at once: the tile's rows of a, 8 kB, then stay in the nearest cache.
DEPTH = 256
#: b is copied into panels as wide as a tile where its rows are longer than this (in numbers), and
#: where it lies transposed: rows 8 kB apart fall on the same few places of the cache.
LONGEST_ROW = 512
#: How much of b is copied at once, in numbers of a row: with DEPTH rows, half a second-level cache.
WIDTH = 512


#: Whether products go by tiles on this machine, and not by BLAS.
TILED = AVX512 and not JIT_IS_OFF


def columns_of_tile(dtype: np.dtype) -> int:
    """Return how many columns a tile has: 32 in single precision, 16 in double."""
    return REGISTERS * BYTES // dtype.itemsize


@intrinsic
def multiply_tile(
    context,
    c,
    a_at,
    a_row,
    a_step,
    a_run,
    b_at,
    b_row,
    b_run,
    c_at,
    c_row,
    begin_at,
    begin_row,
    rows,
    columns,
    inner,
    runs,
):  # type: ignore[no-untyped-def]
    """Write a tile of c = begin + a b, or c = a b where ``begin_at`` is 0.

    ``…_at`` are addresses, ``…_row`` the distances of two rows and ``a_step`` of two columns, in
    numbers. ``c`` is an array that says which numbers they are. The inner index goes through so
    many ``runs`` of ``inner`` numbers each, which begin ``a_run`` numbers apart in a's rows and
    ``b_run`` in b: a product has one, a convolution one for each row of a filter.

    A tile at the border has fewer ``rows`` and ``columns``: rows that are not there repeat the
    last one, columns that are not there are masked, and where they all fit a single register, the
    tile is that wide. A whole tile does without masks, which have no registers of their own in
    AVX2: convolutions were 1.7 times slower with them.
    """  # fmt: skip
    signature = types.void(c, *[types.int64] * 15)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        (_, a_at, a_row, a_step, a_run, b_at, b_row, b_run, c_at, c_row, begin_at, begin_row,
         rows, columns, inner, runs) = arguments  # fmt: skip
        tile = Registers(context, builder, signature.args[0].dtype)
        last = builder.sub(rows, tile.word(1))
        lines = [tile.at_most(i, last) for i in range(ROWS)]
        a_lines = [tile.address(a_at, builder.mul(line, a_row)) for line in lines]

        def multiply(registers: int, masked: bool = True) -> None:
            parts = [
                (r * tile.lanes, tile.mask(columns, r * tile.lanes) if masked else None)
                for r in range(registers)
            ]
            # LLVM keeps in a register what is stored and loaded in this place alone.
            sums = [[cgutils.alloca_once(builder, tile.zeros.type) for _ in parts] for _ in lines]
            with builder.if_else(builder.icmp_signed("!=", begin_at, tile.word(0))) as (yes, no):
                with yes:
                    for line, sums_of_line in zip(lines, sums, strict=True):
                        at = tile.address(begin_at, builder.mul(line, begin_row))
                        for (begin, mask), one in zip(parts, sums_of_line, strict=True):
                            builder.store(tile.load(tile.address(at, begin), mask), one)
                with no:
                    for sums_of_line in sums:
                        for one in sums_of_line:
                            builder.store(tile.zeros, one)
            with cgutils.for_range(builder, runs) as run:
                of_b = tile.address(b_at, builder.mul(run.index, b_run))
                of_a = builder.mul(run.index, a_run)
                with cgutils.for_range(builder, inner) as loop:
                    row = tile.address(of_b, builder.mul(loop.index, b_row))
                    row_of_b = [tile.load(tile.address(row, begin), mask) for begin, mask in parts]
                    step = builder.add(of_a, builder.mul(loop.index, a_step))
                    for a_line, sums_of_line in zip(a_lines, sums, strict=True):
                        number = tile.fill(tile.address(a_line, step))
                        for numbers, one in zip(row_of_b, sums_of_line, strict=True):
                            added = tile.multiply_add(number, numbers, builder.load(one))
                            builder.store(added, one)
            for line, sums_of_line in zip(lines, sums, strict=True):
                to = tile.address(c_at, builder.mul(line, c_row))
                for (begin, mask), one in zip(parts, sums_of_line, strict=True):
                    tile.store(builder.load(one), tile.address(to, begin), mask)

        def multiply_as_wide(registers: int) -> None:
            whole = builder.icmp_signed("==", columns, tile.word(registers * tile.lanes))
            with builder.if_else(whole) as (all_columns, some_columns):
                with all_columns:
                    multiply(registers, masked=False)
                with some_columns:
                    multiply(registers)

        narrow = builder.icmp_signed("<=", columns, tile.word(tile.lanes))
        with builder.if_else(narrow) as (one_register, all_registers):
            with one_register:
                multiply_as_wide(1)
            with all_registers:
                multiply_as_wide(REGISTERS)
        return context.get_dummy_value()

    return signature, generate


@njit(nogil=True, fastmath=FASTMATH, error_model="numpy")
def multiply_by_tiles(a, b, c, add):
    """Write c = a b, or c += a b where ``add``: the rows of b and c lie together each."""
    size = c.itemsize
    across = REGISTERS * BYTES // size
    a_row, a_step = a.strides[0] // size, a.strides[1] // size
    b_row, c_row = b.strides[0] // size, c.strides[0] // size
    rows, columns = c.shape
    inner = a.shape[1]
    a_at, b_at, c_at = a.ctypes.data, b.ctypes.data, c.ctypes.data
    for k in range(0, max(inner, 1), DEPTH):
        for i in range(0, rows, ROWS):
            for j in range(0, columns, across):
                to = c_at + (i * c_row + j) * size
                multiply_tile(  # type: ignore[call-arg]
                    c, a_at + (i * a_row + k * a_step) * size, a_row, a_step, 0,
                    b_at + (k * b_row + j) * size, b_row, 0, to, c_row,
                    to if add or k > 0 else 0, c_row, min(ROWS, rows - i),
                    min(across, columns - j), min(DEPTH, inner - k), 1,
                )  # fmt: skip


@kernel("T[:, ::1], T[:, ::1], T[:, ::1], T[::1], T[::1], b1, b1, i8, i8, i8, i8")
def multiply_part(a, b, c, bias, panels, a_turned, b_turned, top, bottom, left, right):
    """Write a part of c = a b, or of c = a b + bias unless ``bias`` is empty.

    ``a_turned`` says that the first array is aᵀ, ``b_turned`` that the second is bᵀ. The part has
    the rows from ``top`` to ``bottom`` and the columns from ``left`` to ``right``. ``panels`` is
    scratch for ``DEPTH`` by ``WIDTH`` numbers, or empty where b need not be copied.
    """
    size = c.itemsize
    across = REGISTERS * BYTES // size
    inner = a.shape[0] if a_turned else a.shape[1]
    a_row, a_step = (1, a.shape[1]) if a_turned else (a.shape[1], 1)
    b_row, b_step = (1, b.shape[1]) if b_turned else (b.shape[1], 1)
    c_row = c.shape[1]
    packed = panels.size > 0
    for first in range(left, right, WIDTH):
        after = min(first + WIDTH, right)
        for k in range(0, max(inner, 1), DEPTH):
            depth = min(DEPTH, inner - k)
            if packed:
                pack(b, b_row, b_step, panels, k, k + depth, first, after)
            for i in range(top, bottom, ROWS):
                for j in range(first, after, across):
                    to = c.ctypes.data + (i * c_row + j) * size
                    begin_at, begin_row = 0, 0
                    if k > 0:
                        begin_at, begin_row = to, c_row
                    elif bias.size > 0:
                        begin_at = bias.ctypes.data + j * size
                    from_at, from_row = b.ctypes.data + (k * b_row + j) * size, b_row
                    if packed:
                        from_at = panels.ctypes.data + (j - first) * depth * size
                        from_row = across
                    multiply_tile(  # type: ignore[call-arg]
                        c, a.ctypes.data + (i * a_row + k * a_step) * size, a_row, a_step, 0,
                        from_at, from_row, 0, to, c_row, begin_at, begin_row,
                        min(ROWS, bottom - i), min(across, after - j), depth, 1,
                    )  # fmt: skip


@njit(nogil=True, fastmath=FASTMATH, error_model="numpy")
def pack(b, b_row, b_step, panels, top, bottom, left, right):
    """Copy a part of b into panels, as wide as a tile, whose rows lie one after the other."""
    size = panels.itemsize
    across, lanes = REGISTERS * BYTES // size, BYTES // size
    depth = bottom - top
    for panel in range(left, right, across):
        to = (panel - left) * depth
        columns = min(across, right - panel)
        if b_row == 1:
            for j in range(0, columns, lanes):
                for k in range(0, depth, lanes):
                    from_at = b.ctypes.data + ((top + k) * b_row + (panel + j) * b_step) * size
                    to_at = panels.ctypes.data + (to + k * across + j) * size
                    transpose_block(  # type: ignore[call-arg]
                        panels, from_at, b_step, to_at, across, min(lanes, columns - j),
                        min(lanes, depth - k),
                    )  # fmt: skip
        else:
            for k in range(depth):
                from_at = b.ctypes.data + ((top + k) * b_row + panel * b_step) * size
                to_at = panels.ctypes.data + (to + k * across) * size
                copy_row(panels, from_at, to_at, columns)  # type: ignore[call-arg]


@intrinsic
def copy_row(context, like, from_at, to_at, columns):  # type: ignore[no-untyped-def]
    """Copy a row of a tile, or as many of its ``columns`` as there are."""
    signature = types.void(like, types.int64, types.int64, types.int64)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        _, from_at, to_at, columns = arguments
        row = Registers(context, builder, signature.args[0].dtype)
        for r in range(REGISTERS):
            mask = row.mask(columns, r * row.lanes)
            numbers = row.load(row.address(from_at, r * row.lanes), mask)
            row.store(numbers, row.address(to_at, r * row.lanes), mask)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def transpose_block(context, like, from_at, from_row, to_at, to_row, rows, columns):  # type: ignore[no-untyped-def]
    """Copy a square block, as many rows as a register holds numbers, with rows made columns.

    The number in row i and column j has to change places with that in row j and column i. It goes
    there in four steps, one for each binary digit of i and j: a step exchanges this digit of the
    row with that of the column, for all numbers of two registers at once. ``rows`` and
    ``columns`` are what there is of the block to be copied.
    """
    long = types.int64
    signature = types.void(like, *[long] * 6)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        _, from_at, from_row, to_at, to_row, rows, columns = arguments
        block = Registers(context, builder, signature.args[0].dtype)
        taken, given = block.mask(columns), block.mask(rows)
        last = builder.sub(rows, block.word(1))
        lines = [
            block.load(block.address(from_at, builder.mul(block.at_most(i, last), from_row)), taken)
            for i in range(block.lanes)
        ]
        digit = 1
        while digit < block.lanes:
            lines = [
                block.shuffle(
                    lines[i], lines[i ^ digit],
                    [j if i & digit == j & digit else block.lanes + (j ^ digit)
                     for j in range(block.lanes)],
                )
                for i in range(block.lanes)
            ]  # fmt: skip
            digit *= 2
        for j in range(block.lanes):
            with builder.if_then(builder.icmp_signed("<", block.word(j), columns)):
                to = block.address(to_at, builder.mul(block.word(j), to_row))
                block.store(lines[j], to, given)
        return context.get_dummy_value()

    return signature, generate
