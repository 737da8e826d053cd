"""How much memory a piece of work takes while it runs, over what was there before."""

import time
import tracemalloc
from collections.abc import Callable

#: Other threads of the process allocate when they please, and are counted as well. The work's own
#: allocations are there each time: so the least two runs have to agree, to so many bytes, before
#: the least is believed. Others get a pause to come to an end in.
AGREE, PAUSE, MOST_TRIES = 1_000, 0.02, 20


def peak_of(work: Callable[[], object]) -> int:
    """Return the most bytes that ``work`` held at a time: the least of a few runs, after one."""
    peaks: list[int] = []
    tracemalloc.start()
    try:
        work()
        while len(peaks) < MOST_TRIES:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            work()
            _, peak = tracemalloc.get_traced_memory()
            peaks = sorted([*peaks, peak - before])
            if len(peaks) > 2:
                if peaks[1] - peaks[0] <= AGREE:
                    break
                time.sleep(PAUSE)
    finally:
        tracemalloc.stop()
    return peaks[0]
