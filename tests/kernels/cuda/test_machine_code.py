"""Every CUDA kernel as machine code: compiled and assembled here, without a GPU.

Nothing here is skipped on Linux: a machine without the compilers fails.
"""

import re
import sys

import numpy as np
import pytest
from numba import cuda as numba_cuda

import dlcourse.kernels.cuda
import dlcourse.kernels.cuda.ladder  # noqa: F401 - with it, every kernel is declared
from dlcourse.kernels.cpu.compile import JIT_IS_OFF
from dlcourse.kernels.cuda.compile import KERNELS, Kernel
from tests.kernels.cuda.machine_code import assemble, measured, ptx_of, written_table

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the compilers' packages are for Linux"),
    pytest.mark.skipif(JIT_IS_OFF, reason="nothing is compiled without the JIT"),
]

#: Another Python's bytecode may lead to other registers, by a few.
LEEWAY = 0 if sys.version_info[:2] == (3, 11) else 8


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_a_kernel_is_float32_spills_nothing_and_takes_what_the_table_says(name):
    texts, usages = measured(KERNELS[name])
    for text in texts:
        assert ".f64" not in text
        # For each number of an array they would cost more than all the rest (see ``divided``).
        # A div.u64 is the compiler's own, once a thread: how often a loop over the grid is run.
        assert not re.search(r"div\.s64|rem\.[su]64", text)
    for usage in usages:
        assert usage.spilled_bytes == usage.local_bytes == 0
    *registers, shared_old, shared_new = written_table()[name]
    assert [usage.shared_bytes for usage in usages] == [shared_old, shared_new]
    found = [usage.registers for usage in usages]
    assert np.abs(np.subtract(found, registers)).max() <= LEEWAY, (
        f"{found} registers, {registers} in the table: "
        "if that is meant, run python -m tests.kernels.cuda.machine_code and commit the table"
    )


def test_the_table_has_every_kernel_and_no_other():
    assert sorted(written_table()) == sorted(KERNELS)


def test_numba_cuda_is_the_package_and_not_the_old_built_in_target():
    """Where its .pth file does not run, Numba's own outdated target takes its place silently."""
    assert numba_cuda.implementation == "NVIDIA"


def test_large_products_read_shared_memory_16_bytes_at_a_time():
    for name in ("product_with_bias_128", "conv_forward_128"):
        reads = re.findall(r"ld\.shared\S*", ptx_of(KERNELS[name], (9, 0)))
        assert set(reads) == {"ld.shared.v4.f32"}


def declared(function, signature):
    return Kernel(function, signature, function.__name__)


def test_float64_arithmetic_shows_in_the_code():
    def widening(x):
        x[0] = max(x[0], 0) * 0.5

    assert ".f64" in ptx_of(declared(widening, "f4[::1]"), (9, 0))


def test_a_kernel_with_too_much_to_remember_shows_its_local_memory():
    def forgetful(x, i):
        much = numba_cuda.local.array(200, np.float32)
        for k in range(200):
            much[k] = x[k]
        x[i] = much[i]

    kernel = declared(forgetful, "f4[::1], i8")
    assert assemble(ptx_of(kernel, (8, 0)), (8, 0)).local_bytes >= 800
