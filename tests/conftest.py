"""Which tests run on the simulated GPU, and in which order its threads run there."""

import zlib

import pytest
from hypothesis import settings

# How long an example takes says more about the machine's other work than about the library.
settings.register_profile("course", deadline=None)
settings.load_profile("course")

#: One for each test, by its name: a whole run has all of them.
THREAD_ORDERS = ("forward", "reversed", 7)


def pytest_addoption(parser):
    parser.addoption(
        "--simulated",
        choices=["some", "all"],
        default="some",
        help="how many of the tests that also run on the simulated GPU do: some, or all",
    )
    parser.addoption(
        "--thread-order",
        help="the order of the simulated GPU's threads in every test: forward, reversed, or a "
        "number that they are shuffled by; by default one test has this, another that",
    )


def pytest_collection_modifyitems(config, items):
    """Leave out what takes long on the simulated GPU, unless all of it is asked for."""
    if config.getoption("--simulated") == "all":
        return
    kept, long = [], []
    for item in items:
        is_long = any(mark.args for mark in item.iter_markers("simulated"))
        (long if is_long else kept).append(item)
    config.hook.pytest_deselected(items=long)
    items[:] = kept


@pytest.fixture(autouse=True)
def _simulated_gpu(request):
    """Let "cuda" mean the simulated GPU in tests that are marked so, and there alone."""
    if request.node.get_closest_marker("simulated") is None:
        yield
        return
    from dlcourse.devices import simulated_cuda
    from dlcourse.kernels.cuda.simulator import thread_order

    order = request.config.getoption("--thread-order")
    if order is None:
        order = THREAD_ORDERS[zlib.crc32(request.node.nodeid.encode()) % len(THREAD_ORDERS)]
    elif order.isdigit():
        order = int(order)
    with simulated_cuda(), thread_order(order):
        yield


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server; without the package, what needs one is skipped."""
    from tests.postgresql import server

    with server() as running:
        yield running
