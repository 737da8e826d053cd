"""Every CUDA kernel, simulated, against the CPU kernel run in float64, in three thread orders."""

import inspect

import numpy as np
import pytest

from dlcourse.kernels import cpu, cuda, kernels_for
from dlcourse.kernels.cuda import columns, ladder, products, simulator
from dlcourse.kernels.cuda.simulated_memory import to_device
from tests.kernels.cuda.cases import CASES, compare, draw, out

#: In every test run threads go forward; the other orders take their turn with the long tests.
ORDERS = [
    "forward",
    pytest.param("reversed", marks=pytest.mark.simulated("long")),
    pytest.param(7, marks=pytest.mark.simulated("long")),
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("case", range(len(CASES)), ids=[name for name, _ in CASES])
def test_a_cuda_kernel_computes_what_the_cpu_computes(case, order):
    with simulator.thread_order(order):
        compare(*CASES[case], to_device)


def public_functions(module):
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_")
    }


def test_every_cuda_kernel_is_compared():
    assert set(public_functions(cuda)) <= {name for name, _ in CASES}


def parameters(function):
    return list(inspect.signature(getattr(function, "py_func", function)).parameters)


def test_both_devices_have_the_same_kernels():
    assert set(public_functions(cuda)) == set(public_functions(cpu))


@pytest.mark.parametrize("name", public_functions(cuda))
def test_the_signatures_are_those_of_the_cpu(name):
    assert parameters(getattr(cuda, name)) == parameters(getattr(cpu, name))


#: Every family of products with the larger tiles, which these sizes would not get by themselves.
PRODUCTS = [k for k, (name, _) in enumerate(CASES) if name.startswith(("dense", "conv"))]


@pytest.mark.parametrize(
    ("results", "case"),
    [
        pytest.param(
            results, case, marks=[pytest.mark.simulated("long")] * (results == 8 or case % 2),
            id=f"{CASES[case][0]}{case}-{16 * results}",
        )
        for results in (4, 8)
        for case in PRODUCTS
    ],
)  # fmt: skip
def test_larger_tiles_compute_the_same(results, case, monkeypatch):
    monkeypatch.setattr(products, "results_for", lambda rows, columns: results)
    compare(*CASES[case], to_device)


@pytest.mark.parametrize("order", ORDERS)
def test_blocks_that_share_a_tile_compute_the_same(order, monkeypatch):
    """The last of three blocks has fewer steps than the others."""
    monkeypatch.setattr(products, "FEWEST_STEPS", 2)
    with simulator.recording() as records, simulator.thread_order(order):
        x, w, dy = draw(49, 3), draw(3, 2), draw(49, 2)
        compare("dense_backward", (x, w, dy, out(3, 2), out(2), None), to_device)
    shared, added = records[0], records[1]
    assert (shared.kernel, added.kernel) == ("product_transposed_plain_32", "add_shares")
    assert len(shared.reads) == 3


#: What adds up the rows of a matrix; one share a block of rows where there are many.
SUMS = [k for k, (name, _) in enumerate(CASES) if name in (
    "sum_rows", "column_moments", "batch_norm_parameter_gradients", "layer_norm_backward"
)]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("case", SUMS, ids=[CASES[case][0] for case in SUMS])
def test_blocks_that_share_rows_compute_the_same(case, order, monkeypatch):
    monkeypatch.setattr(columns, "FEWEST_ROWS", 10)  # of 21 or 37: the last share is smaller
    with simulator.thread_order(order):
        compare(*CASES[case], to_device)


def test_which_rows_are_shared():
    assert columns.rows_of_a_share(500, 32) == (500, 1)
    assert columns.rows_of_a_share(50_176, 16) == (256, 196)
    assert columns.rows_of_a_share(50_176, 3200) == (25_088, 2)


def test_which_products_are_shared_and_by_which_tiles():
    assert [products.results_for(n, n) for n in (100, 512, 1024)] == [2, 4, 8]
    # The filters of a convolution: 5 tiles, and a sum over 50,176 pixels.
    assert products.shares_for(5, 50_176 // products.DEPTH) == 25
    assert products.shares_for(5, 63) == 1
    assert products.shares_for(200, 10_000) == 1


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("rung", ["naive", "tiled"])
def test_every_rung_of_the_ladder_computes_the_same(rung, order):
    a, b, c = draw(17, 20), draw(20, 18), to_device(out(17, 18))
    with simulator.thread_order(order):
        getattr(ladder, rung)(to_device(a), to_device(b), c)
    np.testing.assert_allclose(c.copy_to_host(), a @ b, rtol=2e-5, atol=2e-5)


def test_dropout_drops_what_the_cpu_drops():
    x, y = np.ones(1000, np.float32), np.empty(1000, np.float32)
    cpu.dropout(x, y, 12345, 2**33, 0.5)
    device = to_device(x)
    cuda.dropout(device, device, 12345, 2**33, 0.5)
    assert np.array_equal(device.copy_to_host(), y)
    assert 400 < (y == 0).sum() < 600


def test_kernels_are_chosen_by_the_array():
    assert kernels_for(to_device(np.zeros(1, np.float32))) is cuda
