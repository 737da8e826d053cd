"""What cannot be gone below: the same matrix products alone through BLAS; the same bytes, moved.

Products are counted as the layers need them: no gradient for the network's own input, a
convolution as one product of all its windows, which are laid out already. BLAS uses its own
threads. For an optimizer it is the time that its bytes take at the memory's bandwidth, measured
where the workload is measured: the fastest of copying and of adding in place, by all cores.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import singledispatch
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

from tests.benchmarks import networks
from tests.benchmarks.machine import cores
from tests.benchmarks.workloads import Epoch, OptimizerStep, Prediction, Training

Product = tuple[int, int, int]


@singledispatch
def prepare(workload: Any) -> Any:
    return None


@prepare.register
def _(workload: Training) -> Any:
    return _doing(products(workload.network, training=True))


@prepare.register
def _(workload: Prediction) -> Any:
    return _doing(products(workload.network, training=False))


@prepare.register
def _(workload: Epoch) -> Any:
    steps = len(workload.data()[0]) / workload.network.batch
    step = _doing(products(workload.network, training=True))

    def epoch() -> None:
        for _ in range(round(steps)):
            step()

    return epoch


@prepare.register
def _(workload: OptimizerStep) -> Any:
    """Move as many bytes as the step does, in place: y ← y + x reads two numbers, writes one."""
    return _moving(workload.bytes_moved, workload.size)


def products(network: networks.Network, training: bool) -> list[tuple[int, Product]]:
    """Return the matrix products of one step as (how often, (rows, inner, columns)).

    In training each product y = x w brings two more, dw = xᵀ dy and dx = dy wᵀ; the first layer
    does without dx.
    """
    found: list[tuple[int, Product]] = []

    def add(rows: int, inner: int, columns: int, times: int = 1, dx: bool = True) -> None:
        found.append((times, (rows, inner, columns)))
        if training:
            found.append((1 if times > 1 else times, (inner, rows * times, columns)))
            if dx:
                found.append((times, (rows, columns, inner)))

    n = network.batch
    for position, (layer, shape) in enumerate(network.with_shapes()):
        inner_layer = position > 0
        match layer:
            case networks.Dense(units):
                add(n, shape[0], units, dx=inner_layer)
            case networks.Conv(filters, size):
                height, width, channels = shape
                add(n * height * width, size * size * channels, filters, dx=inner_layer)
            case networks.LSTM(units):
                steps, features = shape
                add(n * steps, features, 4 * units, dx=inner_layer)
                add(n, units, 4 * units, times=steps)  # each waits for the one before
    return found


def _doing(wanted: list[tuple[int, Product]]) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    work = []
    for times, (rows, inner, columns) in wanted:
        a = rng.random((rows, inner), dtype=np.float32)
        b = rng.random((inner, columns), dtype=np.float32)
        work.append((times, a, b, np.empty((rows, columns), np.float32)))

    def run() -> None:
        for times, a, b, out in work:
            for _ in range(times):
                np.dot(a, b, out=out)

    return run


def _moving(wanted: int, size: int) -> Callable[[], None]:
    """Return a function that moves so many bytes, in the fastest way we know of.

    The vectors are as long as the optimizer's, far beyond every cache; each core has a share.
    """
    x, y = np.ones(size, np.float32), np.ones(size, np.float32)
    bounds = np.linspace(0, size, cores() + 1).astype(int)
    shares = [slice(*pair) for pair in pairwise(bounds)]
    pool = ThreadPoolExecutor(len(shares))

    def add(share: slice) -> None:
        np.add(y[share], x[share], out=y[share])

    def copy(share: slice) -> None:
        np.copyto(y[share], x[share])

    def move(work: Callable[[slice], None], bytes_a_pass: int) -> None:
        left = wanted
        while left > 0:
            part = min(1.0, left / bytes_a_pass)
            list(pool.map(work, [slice(s.start, s.start + int((s.stop - s.start) * part))
                                 for s in shares]))  # fmt: skip
            left -= bytes_a_pass

    def seconds(work: Callable[[slice], None], bytes_a_pass: int) -> float:
        times = []
        for _ in range(5):
            start = perf_counter()
            move(work, bytes_a_pass)
            times.append(perf_counter() - start)
        return min(times)

    ways = [(add, 12 * size), (copy, 8 * size)]
    best = min(ways, key=lambda way: seconds(*way))
    return lambda: move(*best)
