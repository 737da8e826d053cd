"""The pool of threads, and BLAS within it."""

import os
import subprocess
import sys
import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from dlcourse.kernels import cpu
from dlcourse.kernels.cpu import blas, products, threads
from dlcourse.kernels.cpu.compile import JIT_IS_OFF, kernel


@pytest.fixture(params=[1, 2, 3])
def count(request):
    threads.set_threads(request.param)
    yield request.param
    threads.set_threads()


@pytest.mark.parametrize("size", [1, 2, 5, 1000, 40_001])
def test_pieces_cover_the_range_once_in_order(count, size):
    pieces = min(count, size)
    taken = {}
    threads.share(size, pieces, lambda k, start, stop: taken.update({k: (start, stop)}))
    found = [taken[k] for k in range(pieces)]
    assert found[0][0] == 0
    assert found[-1][1] == size
    assert all(a[1] == b[0] for a, b in pairwise(found))
    assert all(start < stop for start, stop in found)
    if size > 4096:  # no two threads write to the same line of the cache
        assert all(start % 16 == 0 for start, _ in found)


def test_small_work_is_not_cut_and_large_work_by_the_number_of_threads(count):
    assert threads.pieces_of(99, 100) == 1
    assert threads.pieces_of(199, 100) == 1
    assert threads.pieces_of(1000, 100) == count


def test_pieces_are_done_at_the_same_time(count):
    """Each piece waits for all others to have begun."""
    together = threading.Barrier(count)
    threads.share(count, count, lambda k, start, stop: together.wait(timeout=20))


def test_an_error_in_any_piece_is_raised_after_all_pieces(count):
    done = []

    def work(k, start, stop):
        done.append(k)
        if k == count - 1:
            raise ValueError(f"piece {k}")

    with pytest.raises(ValueError, match=f"piece {count - 1}"):
        threads.share(6, count, work)
    assert sorted(done) == list(range(count))
    threads.share(6, count, lambda k, start, stop: done.append(k))  # it goes on working
    assert len(done) == 2 * count


def test_a_share_within_a_piece_is_done_by_its_thread_alone(count):
    inside = []

    def outer(k, start, stop):
        me = threading.get_ident()
        threads.share(4, count, lambda k, start, stop: inside.append(threading.get_ident() == me))

    threads.share(count, count, outer)
    if count > 1:
        assert inside == [True] * count**2


def test_helpers_end_when_the_number_changes():
    threads.set_threads(3)
    threads.share(3, 3, lambda k, start, stop: None)
    helpers = [one for one in threading.enumerate() if one.name.startswith("dlcourse-")]
    assert len(helpers) == 2
    threads.set_threads(1)
    assert not any(one.is_alive() for one in helpers)
    threads.set_threads()


@pytest.mark.parametrize(
    ("count", "error", "said"),
    [
        (0, ValueError, "count is 0: expected a whole number of at least 1"),
        ("two", TypeError, "count is 'two'"),
    ],
)
def test_the_number_of_threads_is_checked(count, error, said):
    with pytest.raises(error, match=said):
        threads.set_threads(count)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("rows", "inner", "columns"), [(1, 1, 1), (3, 5, 2), (128, 300, 200), (2000, 64, 40)]
)
def test_products_are_those_of_numpy(count, rows, inner, columns, dtype):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(rows, inner)), rng.normal(size=(inner, columns))
    c = np.empty((rows, columns), dtype)
    for left in (a.astype(dtype), a.T.astype(dtype).T):
        for right in (b.astype(dtype), b.T.astype(dtype).T):
            products.product(left, right, c)
            tolerance = 1e-12 if dtype == np.float64 else 2e-4
            np.testing.assert_allclose(c, a @ b, rtol=tolerance, atol=tolerance)


@kernel("UniTuple(i8, 2), T[:, ::1], T[:, ::1], T[:, ::1], boolean")
def multiply_rows(gemm, a, b, c, add):
    products.multiply(gemm, a, b, c, add)


@kernel("UniTuple(i8, 2), T[:, ::1], T[:, ::1], T[:, ::1], boolean")
def multiply_transposed(gemm, a, b, c, add):
    products.multiply(gemm, a.T, b.T, c, add)


@pytest.mark.parametrize("gemm", [blas.GEMM, (0, 0)], ids=["BLAS", "loops"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1, 1), (4, 1, 3), (1, 5, 2), (6, 7, 1), (33, 20, 17)])
def test_a_kernel_multiplies_as_numpy_does(shape, dtype, gemm):
    rows, inner, columns = shape
    rng = np.random.default_rng(0)
    a = rng.normal(size=(rows, inner)).astype(dtype)
    b = rng.normal(size=(inner, columns)).astype(dtype)
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    for function, left, right in (
        (multiply_rows, a, b),
        (multiply_transposed, a.T.copy(), b.T.copy()),
    ):
        c = np.full((rows, columns), np.nan, dtype)
        function(gemm, left, right, c, False)
        np.testing.assert_allclose(c, a @ b, rtol=tolerance, atol=tolerance)
        function(gemm, left, right, c, True)
        np.testing.assert_allclose(c, 2 * (a @ b), rtol=tolerance, atol=tolerance)


def test_numpy_s_blas_was_found_and_is_left_as_it_was():
    assert all(blas.GEMM), "the loops that take its place are ten times slower"
    get, set_ = blas.one_thread._get, blas.one_thread._set
    before = get()
    try:
        set_(2)
        with blas.one_thread:
            assert get() == 1
            with blas.one_thread:
                assert get() == 1
            assert get() == 1
        assert get() == 2
        a = np.ones((200, 200), np.float32)
        cpu.dense_forward(a, a, a[0], a.copy())
        assert get() == 2
    finally:
        set_(before)


def run(script, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True, text=True, timeout=100, env=os.environ | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


TRAIN = """
import sys, threading
import numpy as np
from dlcourse.layers import Conv2D, Dense, Flatten, LSTM, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import fit
from dlcourse.kernels.cpu import threads

rng = np.random.default_rng(0)
x, y = rng.random((64, 20, 20, 3), dtype=np.float32), rng.integers(10, size=64)

def trained():
    layers = Conv2D(16, 3), ReLU(), Flatten(), Dense(256), ReLU(), Dense(10)
    model = Sequential(*layers, input_shape=(20, 20, 3), rng=0)
    fit(model, SoftmaxCrossEntropy(), Adam(model.parameters), (x, y), epochs=2, rng=0,
        progress=False)
    return model.parameters.values.copy()
"""


def test_two_python_threads_train_at_once_and_get_what_one_gets():
    script = (
        TRAIN
        + """
alone, found = trained(), []
callers = [threading.Thread(target=lambda: found.append(trained())) for _ in range(3)]
for caller in callers: caller.start()
for caller in callers: caller.join()
print(len(found), all(np.array_equal(alone, one) for one in found))
"""
    )
    assert run(script, NUMBA_NUM_THREADS="2").split() == ["3", "True"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_forked_process_trains_as_its_parent_does():
    script = (
        TRAIN
        + """
import os
before = trained()
assert any(one.name == "dlcourse-1" for one in threading.enumerate())
child = os.fork()
if child == 0:
    os._exit(0 if np.array_equal(trained(), before) else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), np.array_equal(trained(), before))
"""
    )
    assert run(script, NUMBA_NUM_THREADS="2").split() == ["0", "True"]


def test_one_thread_makes_no_helper_and_the_interpreter_ends_with_helpers():
    script = TRAIN + "trained(); print(threading.active_count())"
    assert run(script, NUMBA_NUM_THREADS="1").split() == ["1"]
    assert run(script, NUMBA_NUM_THREADS="2").split() == ["2"]


@pytest.mark.skipif(JIT_IS_OFF, reason="plain Python is slow in another way")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has nothing to fight about")
def test_threads_do_not_fight_over_the_cores():
    """Shared kernels and products in turn, as in a training step; the trap cost ten to fifty.

    One thread against two in the same process, the best of many rounds each, so that whatever
    else the machine does hardly counts. Two should be faster; what is refused is a fight.
    """
    rng = np.random.default_rng(0)
    x, w = (rng.random(shape, dtype=np.float32) for shape in [(128, 512), (512, 512)])
    y, b = np.empty_like(x), np.zeros(512, np.float32)
    images = rng.random((32, 28, 28, 8), dtype=np.float32)
    filters = rng.random((3, 3, 8, 16), dtype=np.float32)
    out = np.empty((32, 26, 26, 16), np.float32)
    flat, positive = out.reshape(-1), np.empty(out.size, np.float32)
    from dlcourse.buffers import Buffers

    buffers = Buffers()

    def step():
        cpu.dense_forward(x, w, b, y)
        cpu.conv_forward(images, filters, b[:16], out, (1, 1), (0, 0), buffers)
        cpu.relu_forward(flat, positive)

    def best():
        step()
        times = []
        for _ in range(40):
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        return min(times)

    try:
        threads.set_threads(1)
        alone = best()
        threads.set_threads(2)
        assert best() < 2 * alone
    finally:
        threads.set_threads()
