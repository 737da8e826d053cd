"""By how much a process grows while it trains, seen from outside: what the system had to give it.

Both sides are measured alike. First the same work is done at a small size, so that libraries are
loaded, kernels compiled and pools of threads started. Then freed memory is given back, and from
there the highest number of resident bytes during warm runs counts: parameters, state, the batch,
everything kept between forward and backward, work space and whatever the allocator holds on to.
What only making the network took does not.
"""

from __future__ import annotations

import ctypes
import gc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks import networks
from tests.benchmarks.workloads import Augmenting, Epoch, OptimizerStep, Workload

if TYPE_CHECKING:
    from tests.benchmarks.contestants import Contestant

#: Who is measured. A compiler's own memory would drown the network's, so nobody else.
MEASURED = {"dlcourse", "pytorch"}

_STATUS = Path("/proc/self/status")


def prepare_and_measure(contestant: Contestant, workload: Workload) -> tuple[Any, int | None, Any]:
    """Return the run, by how many bytes making and doing it made us grow, and the first result.

    The bytes are None where there is no Linux to ask.
    """
    twin = contestant.prepare(small(workload))
    if twin is None:
        return None, None, None
    for _ in range(3):
        twin()
    del twin
    before = _fresh_peak()
    run = contestant.prepare(workload)
    result = _copy(run())
    _fresh_peak()
    for _ in range(4):
        run()
    grown = None if before is None else max(0, _bytes("VmHWM") - before)
    return run, grown, result


def small(workload: Workload) -> Workload:
    """Return the same kind of work at a small size, but one that goes the way of the real one.

    A library may have another way for tiny work, and meet the code and the threads for larger work,
    which are memory too, only when it is measured.
    """
    if isinstance(workload, OptimizerStep):
        return replace(workload, size=1_000_000)  # worth a second thread
    if isinstance(workload, Augmenting):
        return replace(workload, images=2)
    if isinstance(workload, Epoch):
        return workload  # the data set is the least of it
    layers: list[networks.Layer] = []
    for layer in workload.network.layers:
        match layer:
            case networks.Dense():
                layers.append(networks.Dense(32))
            case networks.Conv(_, size):
                layers.append(networks.Conv(8, size))
            case networks.LSTM():
                layers.append(networks.LSTM(2))
            case _:
                layers.append(layer)
    return replace(
        workload,
        network=replace(
            workload.network, layers=tuple(layers), batch=min(workload.network.batch, 32)
        ),
    )


def _copy(result: Any) -> Any:
    return result.ravel()[:100].copy() if hasattr(result, "ravel") else result


def _fresh_peak() -> int | None:
    """Give freed memory back, let the peak start anew from here, and return the resident bytes."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5")
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):  # no Linux, or another C library
        return None
    Path("/proc/self/clear_refs").write_text("5")
    return _bytes("VmRSS")


def _bytes(field: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"{_STATUS} has no {field}")
