"""How much memory a piece of work takes while it runs, over what was there before."""

import tracemalloc
from collections.abc import Callable

#: Other threads of the process allocate when they please, and are counted as well; the work's own
#: allocations are there each time.
TRIES = 3


def peak_of(work: Callable[[], object]) -> int:
    """Return the most bytes that ``work`` held at a time: the least of a few runs, after one."""
    peaks = []
    tracemalloc.start()
    try:
        work()
        for _ in range(TRIES):
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            work()
            _, peak = tracemalloc.get_traced_memory()
            peaks.append(peak - before)
    finally:
        tracemalloc.stop()
    return min(peaks)
