"""The simulator: what it lets a kernel do, and which mistakes it must not let pass."""

import ast
import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from numba import cuda

from dlcourse.kernels.cuda import columns, ladder, normalization, norms, products, reductions, steps
from dlcourse.kernels.cuda import compile as compiling
from dlcourse.kernels.cuda.simulated_memory import to_device
from dlcourse.kernels.cuda.simulator import launch, recording, thread_order
from dlcourse.simulator import KernelError

in_every_order = pytest.mark.parametrize("order", ["forward", "reversed", 3, 4])
ALL = 0xFFFFFFFF


def run(kernel, grid, block, *arrays):
    """Launch on copies and return what the arrays hold afterwards."""
    inside = [to_device(a) if isinstance(a, np.ndarray) else a for a in arrays]
    launch(kernel, grid, block, tuple(inside))
    return [a.copy_to_host() for a, given in zip(inside, arrays, strict=True) if given is not a]


def line_of(function, text):
    lines, first = inspect.getsourcelines(function)
    return next(first + k for k, line in enumerate(lines) if text in line)


def reverse(x):
    part = cuda.shared.array(8, np.float32)
    i = cuda.threadIdx.x
    part[i] = x[i]
    cuda.syncthreads()
    x[i] = part[7 - i]


def reverse_without_barrier(x):
    part = cuda.shared.array(8, np.float32)
    i = cuda.threadIdx.x
    part[i] = x[i]  # written
    x[i] = part[7 - i]  # read


@in_every_order
def test_a_barrier_separates_and_its_lack_is_a_race_that_names_both_lines(order):
    x = np.arange(8, dtype=np.float32)
    with thread_order(order):
        assert run(reverse, 1, 8, x)[0].tolist() == x[::-1].tolist()
        with pytest.raises(KernelError, match="race in shared memory") as caught:
            run(reverse_without_barrier, 1, 8, x)
    lines = {int(found) for found in re.findall(r"in line (\d+)", str(caught.value))}
    of = [line_of(reverse_without_barrier, text) for text in ("# written", "# read")]
    assert lines == set(of)


def overwrite_too_early(x):
    part = cuda.shared.array(8, np.float32)
    i = cuda.threadIdx.x
    part[i] = x[i]
    cuda.syncthreads()
    x[i] = part[7 - i]
    part[i] = x[i]


def write_one_number(x):
    x[0] = cuda.grid(1)


def read_what_another_block_wrote(x):
    x[cuda.blockIdx.x] = x[1 - cuda.blockIdx.x]


@in_every_order
@pytest.mark.parametrize(
    ("kernel", "grid", "block", "what"),
    [
        (overwrite_too_early, 1, 8, "race in shared memory"),
        (write_one_number, 1, 2, "global memory at index 0"),
        (write_one_number, 2, 1, "of block . writes it"),
        (read_what_another_block_wrote, 2, 1, "global memory"),
    ],
)
def test_a_race_is_found_in_every_order(kernel, grid, block, what, order):
    with thread_order(order), pytest.raises(KernelError, match=what):
        run(kernel, grid, block, np.zeros(8, np.float32))


def barrier_for_some(x):
    if cuda.threadIdx.x < 3:
        cuda.syncthreads()


def two_barriers(x):
    if cuda.threadIdx.x < 3:
        cuda.syncthreads()  # here
    else:
        cuda.syncthreads()  # there


def shuffle_for_some(x):
    if cuda.threadIdx.x < 3:
        cuda.shfl_sync(ALL, x[0], 0)
    cuda.syncthreads()


@in_every_order
@pytest.mark.parametrize(
    ("kernel", "marks", "what"),
    [
        (barrier_for_some, ["cuda.sync"], "thread 3 has returned"),
        (two_barriers, ["# here", "# there"], "part ways"),
        (shuffle_for_some, ["cuda.shfl", "cuda.sync"], "waits at the warp operation"),
    ],
)
def test_threads_that_part_ways_are_an_error_that_names_the_lines(kernel, marks, what, order):
    with thread_order(order), pytest.raises(KernelError, match=what) as caught:
        run(kernel, 1, 40, np.zeros(40, np.float32))
    for mark in marks:
        assert f"line {line_of(kernel, mark)} " in str(caught.value)


def at_index(x, index):
    x[index] = x[0]


def at_two(x, row, column):
    x[row, column] = x[0, 0]


def in_shared(x, index):
    part = cuda.shared.array(4, np.float32)
    part[index] = x[0]


def in_local(x, index):
    part = cuda.local.array(4, np.float32)
    x[0] = part[index]


@pytest.mark.parametrize(
    ("kernel", "shape", "index", "what"),
    [
        (at_index, (4,), (4,), r"index 4 is outside global memory of shape \(4,\)"),
        (at_index, (4,), (-1,), "index -1 is outside global memory"),
        (at_two, (2, 3), (0, 3), r"index \(0, 3\) is outside global memory of shape \(2, 3\)"),
        (at_two, (2, 3), (-1, 0), r"index \(-1, 0\) is outside"),
        (at_index, (2, 3), (1,), "index 0 is outside global memory"),  # needs two numbers
        (in_shared, (4,), (4,), "index 4 is outside shared memory"),
        (in_local, (4,), (-4,), "index -4 is outside local memory"),
    ],
)
def test_an_index_outside_is_an_error(kernel, shape, index, what):
    with pytest.raises(KernelError, match=f"{what}.* line .*thread 0 of block 0"):
        run(kernel, 1, 1, np.zeros(shape, np.float32), *index)


def widen(x):
    x[0] = x[0] + np.float64(1)


def test_float64_arithmetic_is_noticed():
    with pytest.raises(KernelError, match=f"float64 .* line {line_of(widen, 'x[0] =')} of"):
        run(widen, 1, 1, np.zeros(1, np.float32))


def sum_of_warp(x):
    value = x[cuda.threadIdx.x]
    lanes = 16
    while lanes:
        value += cuda.shfl_xor_sync(ALL, value, lanes)
        lanes //= 2
    x[cuda.threadIdx.x] = value


def neighbours(x, up, down, first):
    i = cuda.threadIdx.x
    up[i] = cuda.shfl_up_sync(ALL, x[i], 1)
    down[i] = cuda.shfl_down_sync(ALL, x[i], 2)
    first[i] = cuda.shfl_sync(ALL, x[i], 5)


def votes(x, answers):
    positive = x[cuda.threadIdx.x] > 0
    some, every = cuda.any_sync(ALL, positive), cuda.all_sync(ALL, positive)
    bits, count = cuda.ballot_sync(ALL, positive), cuda.syncthreads_count(positive)
    each, one = cuda.syncthreads_and(positive), cuda.syncthreads_or(positive)
    if cuda.laneid == 0:
        warp = cuda.threadIdx.x // 32
        answers[warp, 0], answers[warp, 1] = some, every
        answers[warp, 2], answers[warp, 3] = bits, count
        answers[warp, 4], answers[warp, 5] = each, one


@in_every_order
def test_warps_exchange_and_vote(order):
    x = np.arange(64, dtype=np.float32)
    with thread_order(order):
        (total,) = run(sum_of_warp, 1, 64, x)
        _, up, down, fifth = run(neighbours, 1, 64, x, *np.zeros((3, 64), np.float32))
        sign = np.where(np.arange(64) % 33 == 0, 1, -1).astype(np.float32)
        _, answers = run(votes, 1, 64, sign, np.zeros((2, 6), np.int64))
    assert total.tolist() == [496] * 32 + [1520] * 32
    assert up.tolist() == [0, *range(31), 32, *range(32, 63)]
    assert down.tolist() == [*range(2, 32), 30, 31, *range(34, 64), 62, 63]
    assert fifth.tolist() == [5] * 32 + [37] * 32
    assert answers.tolist() == [[1, 0, 1, 2, 0, 1], [1, 0, 2, 2, 0, 1]]


def ask_a_lane_that_is_not_there(x):
    x[cuda.threadIdx.x] = cuda.shfl_sync(ALL, x[cuda.threadIdx.x], 7)


def ask_half_a_warp(x):
    cuda.shfl_sync(0xFFFF, x[0], 0)


def test_a_warp_is_whole():
    with pytest.raises(KernelError, match="asks lane 7, which the block's last warp lacks"):
        run(ask_a_lane_that_is_not_there, 1, 6, np.zeros(6, np.float32))
    with pytest.raises(KernelError, match="expected a whole warp"):
        run(ask_half_a_warp, 1, 32, np.zeros(6, np.float32))


def count_up(x):
    cuda.atomic.add(x, 0, 1)
    cuda.atomic.max(x, 1, cuda.grid(1))
    cuda.atomic.min(x, 2, -cuda.grid(1))
    cuda.atomic.cas(x, 3, 0, 5)
    cuda.atomic.exch(x, 4, 9)


@in_every_order
def test_atomics_from_every_thread(order):
    with thread_order(order):
        (x,) = run(count_up, 3, 4, np.zeros(5, np.int64))
    assert x.tolist() == [12, 11, -11, 5, 9]


def unwritten(x):
    part = cuda.shared.array(2, np.float32)
    number = cuda.local.array(2, np.int32)
    x[0], x[1] = part[1], number[0]


def test_unwritten_memory_shows():
    (x,) = run(unwritten, 1, 1, np.zeros(2, np.float32))
    assert np.isnan(x[0])
    assert x[1] == np.iinfo(np.int32).min


def copy_some(x, y):
    i = cuda.grid(1)
    if i < 3:
        y[i] = x[i] + x[0]


def test_reads_and_writes_are_counted_for_each_thread():
    with recording() as records:
        run(copy_some, 2, 2, np.ones(3, np.float32), np.ones(3, np.float32))
    (record,) = records
    assert record.kernel == "copy_some"
    assert record.reads.tolist() == [[2, 2], [2, 0]]
    assert record.writes.tolist() == [[1, 1], [1, 0]]


def places(x):
    i, j, k = cuda.grid(3)
    x[i, j, k] = cuda.gridsize(3)[0] + 10 * cuda.threadIdx.z + 100 * cuda.blockIdx.y


def test_threads_know_where_they_are():
    (x,) = run(places, (1, 2), (2, 2, 3), np.zeros((2, 4, 3), np.int64))
    expected = [[[2 + 10 * k + 100 * (j // 2) for k in range(3)] for j in range(4)]] * 2
    assert x.tolist() == expected


@pytest.mark.parametrize(
    ("grid", "block", "what"),
    [(1, 1025, "1025 threads a block: expected 1 to 1024"), (0, 32, "the grid 0 has no block")],
)
def test_a_launch_that_no_device_takes(grid, block, what):
    with pytest.raises(KernelError, match=what):
        run(copy_some, grid, block, np.ones(1, np.float32))


def much_shared_memory(x):
    cuda.shared.array((128, 128), np.float32)


def test_shared_memory_has_a_limit():
    with pytest.raises(KernelError, match="65536 bytes of shared memory in one block: at most"):
        run(much_shared_memory, 1, 1, np.ones(1, np.float32))


def test_host_memory_is_refused():
    with pytest.raises(TypeError, match="got a NumPy array: copy it to the device first"):
        launch(copy_some, 1, 1, (np.ones(1), np.ones(1)))


def test_an_unknown_order_is_refused():
    expected = "order is 'sideways': expected 'forward', 'reversed'"
    with pytest.raises(ValueError, match=expected), thread_order("sideways"):
        pass


def without_barrier(module, which):
    """Run a module's source with one of its calls of syncthreads left out."""
    tree = ast.parse(inspect.getsource(module))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and ast.unparse(node.value) == "cuda.syncthreads()"
    ]
    calls.sort(key=lambda call: call.lineno)
    calls[which].value = ast.copy_location(ast.Constant(None), calls[which])
    namespace = {"__name__": "changed"}
    exec(compile(tree, module.__file__, "exec"), namespace)
    return namespace, len(calls)


def multiply(module):
    run_it = module["product"](
        "changed", module["plain"], module["plain"], module["store_plain"],
        products.MATRICES, results=4, a_along_depth=True, b_along_depth=False,
    )  # fmt: skip
    a, b, c = (to_device(np.ones(shape, np.float32)) for shape in ((2, 9), (9, 3), (2, 3)))
    run_it[1, products.THREADS](a, b, c[0], c, 2, 9, 3, 2, products.NO_GEOMETRY)


def add_rows(module):
    module["sum_rows"](*(to_device(np.ones(shape, np.float32)) for shape in ((20, 5), 5)))


def moments(module):
    x, mean, variance = (to_device(np.ones(shape, np.float32)) for shape in ((20, 5), 5, 5))
    module["column_moments"](x, None, mean, variance)


def add_all(module):
    module["total"](to_device(np.ones(300, np.float32)))


def all_squares(module):
    module["sum_of_squares"](to_device(np.ones(300, np.float32)))


def step_forward(module):
    multiply = module["forward_products"](1)

    def step(h, w_h):
        multiply(h, w_h, 0, cuda.local.array((2, 1), np.float32))

    launch(step, 1, steps.BLOCK, tuple(to_device(np.ones(s, np.float32)) for s in SEQUENCE_SHAPES))


def step_backward(module):
    multiply = module["backward_products"]

    def step(dgates, w_h):
        multiply(dgates, w_h, 0, cuda.local.array(2, np.float32))

    launch(step, 1, steps.BLOCK, tuple(to_device(np.ones(s, np.float32)) for s in SEQUENCE_SHAPES))


#: A state and its weights, of more units than are worked on between two barriers.
SEQUENCE_SHAPES = (1, 2, 17), (17, 17)


def climb(module):
    a, b, c = (to_device(np.ones(shape, np.float32)) for shape in ((2, 17), (17, 3), (2, 3)))
    module["tiled"](a, b, c)


BARRIERS = [
    (products, 1, [multiply]),
    (columns, 1, [add_rows]),
    (normalization, 2, [moments, moments]),
    (reductions, 1, [add_all]),
    (norms, 4, [all_squares] * 4),
    (ladder, 2, [climb] * 2),
    (steps, 4, [step_forward] * 2 + [step_backward] * 2),
]


@in_every_order
@pytest.mark.parametrize(
    ("module", "which", "use"),
    [(module, k, use) for module, _, uses in BARRIERS for k, use in enumerate(uses)],
)
def test_no_barrier_of_the_library_can_be_left_out(module, which, use, order, monkeypatch):
    monkeypatch.setattr(compiling, "KERNELS", {})
    changed, _ = without_barrier(module, which)
    with thread_order(order):
        use(vars(module))
        compiling.KERNELS.clear()
        with pytest.raises(KernelError, match="race in shared memory"):
            use(changed)


def test_every_barrier_of_the_library_is_tried(monkeypatch):
    monkeypatch.setattr(compiling, "KERNELS", {})
    folder = Path(compiling.__file__).parent
    for module, count, uses in BARRIERS:
        compiling.KERNELS.clear()
        assert without_barrier(module, 0)[1] == count == len(uses)
    texts = [path.read_text() for path in folder.glob("*.py")]
    counted = sum(text.count("cuda.syncthreads()") for text in texts)
    assert counted == sum(count for _, count, _ in BARRIERS)
