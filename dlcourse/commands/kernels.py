"""Compiling the library's kernels ahead of their first use."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from dlcourse.commands import optional, warm_note

Task = tuple[str, Callable[[], None]]

# More processes hardly help: each one takes 200 MB, and half a second before its first kernel.
MOST_PROCESSES = 8


def warm() -> None:
    """Make every kernel ready, with a progress bar when standard error is a terminal.

    Where all are known to be in the cache nothing is done; where some are, these are loaded, in
    milliseconds each, and the others compiled, on all cores. Prints one line that says which it
    was.
    """
    ready = warm_note.read()
    if ready is not None:
        print(f"{ready} kernels are ready.")
        return
    optional.require("tqdm")
    from tqdm import tqdm

    start = time.perf_counter()
    from dlcourse.kernels import warmup

    tasks = warmup.tasks()
    with tqdm(total=len(tasks), desc="Kernels", unit="kernel", leave=False, disable=None) as bar:
        compiled = _share_out(tasks, bar)
    seconds = time.perf_counter() - start
    how = f"{compiled} of them compiled" if compiled else "loaded from the cache"
    print(f"{len(tasks)} kernels are ready, {how} in {seconds:.1f} s.")
    kept = cached_kernels()
    if kept:
        warm_note.write(len(tasks), {Path(kernel.stats.cache_path) for kernel in kept})


def cached_kernels() -> list[Any]:
    """Return the Numba dispatcher of each kernel that keeps its machine code in the cache."""
    # Importing the package fills the list.
    import dlcourse.kernels  # noqa: F401
    from dlcourse.kernels.cpu.compile import KERNELS

    dispatchers = [dispatcher for dispatcher, _ in KERNELS.values()]
    return [each for each in dispatchers if each.stats.cache_path is not None]


def _share_out(tasks: list[Task], bar: Any) -> int:
    """Do the tasks in several processes; return how many kernels had to be compiled."""

    # "dense_forward (float32)": the types of a kernel share an index file in the cache, and two
    # processes that add to it at the same time would lose one of them.
    def kernel_of(task: Task) -> str:
        return task[0].partition(" (")[0]

    groups = [list(group) for _, group in groupby(sorted(tasks, key=kernel_of), kernel_of)]
    compiled = 0
    pool = ProcessPoolExecutor(
        min(_cores(), MOST_PROCESSES, len(groups)),
        mp_context=get_context("spawn"),
        initializer=_ignore_interrupts,
    )
    try:
        # Ctrl-C reaches every process. Those of the pool are to end by way of their parent, in
        # silence: they start with interrupts ignored, as their parent has it at that moment.
        parents_handler = _ignore_interrupts()
        try:
            futures = {pool.submit(_compile, group): group for group in groups}
        finally:
            signal.signal(signal.SIGINT, parents_handler)
        for future in as_completed(futures):
            compiled += future.result()
            group = futures[future]
            bar.set_postfix_str(kernel_of(group[0]), refresh=False)
            bar.update(len(group))
    finally:
        pool.shutdown(cancel_futures=True)
    return compiled


def _compile(group: list[Task]) -> int:
    """Compile or load some kernels, in a process of the pool; return how many were compiled."""
    before = _compiled_so_far()
    for _, compile_kernel in group:
        compile_kernel()
    return _compiled_so_far() - before


def _compiled_so_far() -> int:
    return sum(sum(kernel.stats.cache_misses.values()) for kernel in cached_kernels())


def _ignore_interrupts() -> Any:
    """Ignore Ctrl-C in this process; return what was done about it before."""
    return signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
