"""``pytest -m gpu``: the kernels and a training run on a real GPU.

With the memory checker of the CUDA toolkit, which finds what guards cannot, such as reads:

    compute-sanitizer --tool memcheck --error-exitcode 1 python -m pytest -m gpu -k kernel
    compute-sanitizer --tool racecheck --error-exitcode 1 python -m pytest -m gpu -k kernel
    compute-sanitizer --tool synccheck --error-exitcode 1 python -m pytest -m gpu -k kernel
"""

import pytest

from dlcourse.kernels.cuda import graphs
from tests.gpu import bodies
from tests.kernels.cuda.cases import CASES

pytestmark = pytest.mark.gpu

#: Beside the tiles' borders, and over several of them; the last ones take the large tiles.
PRODUCTS = [
    (1, 1, 1), (63, 65, 64), (64, 8, 128), (129, 127, 130), (1, 4096, 1), (1000, 3, 1000),
    (1025, 257, 1023), (2048, 2048, 2048),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CASES)), ids=[name for name, _ in CASES])
def test_a_kernel_computes_what_float64_says_and_touches_nothing_else(case, gpu):
    bodies.kernel_case(*CASES[case], gpu)


@pytest.mark.parametrize("sizes", PRODUCTS)
def test_kernels_of_products_of_every_size(sizes, gpu):
    bodies.product(*sizes, gpu)


@pytest.mark.parametrize("count", [1, 1023, 1025, 1_000_003, 50_000_000])
def test_kernels_of_sums_give_the_same_bits_every_time(count, gpu):
    bodies.sums(count, gpu)


def test_a_training_run_is_the_one_on_the_cpu(gpu):
    bodies.golden_run(gpu, rows=1000, epochs=5)


def test_a_recorded_step_can_be_replayed(gpu):
    if not graphs.can_capture():
        pytest.skip("the driver's functions for graphs are not there")
    bodies.recorded_steps(gpu)
    bodies.recorded_training(gpu)
