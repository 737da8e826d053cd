"""The simulated GPU as a learner meets it, and what it counts; its checks stand in kernels/cuda."""

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from dlcourse import simulator
from dlcourse.checks import simulating
from dlcourse.simulator import KernelError, NoEnd, ReturnsValue, cuda, launch


@cuda.jit
def double(x, out):
    i = cuda.grid(1)
    if i < x.size:
        out[i] = 2 * x[i]


def test_a_kernel_is_launched_as_with_numba_and_tells_what_it_did():
    x, out = np.arange(6, dtype=np.float32), np.zeros(6, np.float32)
    double[2, 4](x, out)
    assert out.tolist() == [0, 2, 4, 6, 8, 10]
    read, written = double.record.arguments
    assert (read.reads, read.writes, read.transactions) == (6, 0, 2)
    assert (written.reads, written.writes) == (0, 6)


def test_reads_that_lie_apart_take_more_pieces():
    @cuda.jit
    def by_columns(x):
        x[cuda.threadIdx.x, 0]

    by_columns[1, 16](np.zeros((16, 16), np.float32))
    assert by_columns.record.arguments[0].transactions == 16


def test_atomics_are_counted_by_themselves():
    @cuda.jit
    def count(x):
        cuda.atomic.add(x, 0, 1)

    x = np.zeros(1, np.int64)
    count[3, 5](x)
    assert x[0] == 15
    (argument,) = count.record.arguments
    assert (argument.atomics, argument.reads, argument.writes) == (15, 0, 0)


def test_a_call_is_the_same_place_before_and_after_the_interpreter_specializes_it():
    """The interpreter rewrites instructions while they are hot: a place in the code must stay."""
    source = (
        "def kernel(x):\n"
        "    part = cuda.shared.array(64, np.float32)\n"
        "    part[cuda.threadIdx.x] = x[cuda.threadIdx.x]\n"
        "    cuda.syncthreads()\n"
        "    x[cuda.threadIdx.x] = part[63 - cuda.threadIdx.x]\n"
    )
    for _ in range(3):
        namespace: dict[str, Any] = {"cuda": cuda, "np": np}
        exec(source, namespace)  # cold again
        kernel = namespace["kernel"]
        for _ in range(4):
            x = np.arange(64, dtype=np.float32)
            record = launch(kernel, 1, 64, (x,), counting=True)
            assert record.arguments[0].transactions == 8
            assert x[0] == 63


def test_maths_is_the_gpu_s():
    @cuda.jit
    def extremes(x):
        x[0] = math.exp(x[0])
        x[1] = math.log(x[1])
        x[2] = math.sqrt(x[2])
        x[3] = math.pi

    x = np.array([1e4, 0, -1, 0], np.float32)
    extremes[1, 1](x)
    assert x[:2].tolist() == [math.inf, -math.inf]
    assert np.isnan(x[2])
    assert x[3] == np.float32(math.pi)


def test_a_function_within_a_kernel_finds_cuda():
    @cuda.jit
    def kernel(x):
        def place():
            return cuda.threadIdx.x

        x[place()] = 1

    x = np.zeros(3)
    kernel[1, 3](x)
    assert x.tolist() == [1, 1, 1]


@cuda.jit(device=True)
def twice(x):
    return 2 * x


def test_what_cannot_be_launched_is_told_in_a_sentence():
    with pytest.raises(KernelError, match=r"double is a kernel: launch .* double\[blocks, threads"):
        double(np.zeros(1), np.zeros(1))
    with pytest.raises(KernelError, match="twice is a device function: kernels call it"):
        twice[1, 1](np.zeros(1))
    with pytest.raises(KernelError, match=r"double\[3\]: expected double\[blocks, threads\]"):
        double[3](np.zeros(1), np.zeros(1))
    with pytest.raises(AttributeError, match="grid has a meaning only within a kernel"):
        cuda.grid(1)


def test_a_kernel_returns_nothing():
    @cuda.jit
    def answer(x):
        return x[0]

    with pytest.raises(ReturnsValue, match="answer: a kernel returned a value"):
        answer[1, 2](np.zeros(1))


def test_a_loop_of_barriers_that_never_ends_is_given_up():
    @cuda.jit
    def forever(x):
        while x[0] == 0:
            cuda.syncthreads()

    with pytest.raises(NoEnd, match="a block has come to 2000 barriers and is still running"):
        forever[1, 2](np.zeros(1))


def test_the_engine_knows_every_fault_by_its_name():
    faults = {
        name
        for name, value in vars(simulator).items()
        if isinstance(value, type) and issubclass(value, KernelError)
    }
    assert faults == simulating.KINDS


def test_it_needs_neither_numba_nor_the_library():
    code = (
        "import sys, dlcourse.simulator; "
        "print([n for n in sys.modules if n.split('.')[0] in ('numba', 'llvmlite') "
        "or n.startswith('dlcourse.') and not n.startswith('dlcourse.simulator')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
