"""Compiling the library's kernels ahead of their first use."""

import time
from typing import Any, NamedTuple

from dlcourse.commands import optional


class Warmed(NamedTuple):
    """What `warm` did.

    Attributes
    ----------
    kernels : int
        How many kernels are ready.
    compiled : int
        How many machine-code versions were compiled now; the rest came from the cache.
    seconds : float
        How long it took.
    """

    kernels: int
    compiled: int
    seconds: float


def warm() -> Warmed:
    """Make every kernel ready, with a progress bar when standard error is a terminal.

    A kernel whose machine code is in the cache is loaded, in milliseconds; another one takes about
    a second. Prints one line that says what was compiled.
    """
    optional.require("tqdm")
    from tqdm import tqdm

    start = time.perf_counter()
    from dlcourse.kernels import warmup

    tasks = warmup.tasks()
    with tqdm(tasks, desc="Kernels", unit="kernel", leave=False, disable=None) as bar:
        for name, compile_kernel in bar:
            bar.set_postfix_str(name)
            compile_kernel()
    seconds = time.perf_counter() - start
    compiled = sum(sum(kernel.stats.cache_misses.values()) for kernel in cached_kernels())
    if compiled:
        print(f"{len(tasks)} kernels are ready, compiled in {seconds:.1f} s.")
    else:
        print(f"{len(tasks)} kernels are ready, loaded from the cache in {seconds:.1f} s.")
    return Warmed(len(tasks), compiled, seconds)


def cached_kernels() -> list[Any]:
    """Return the Numba dispatcher of each kernel that keeps its machine code in the cache."""
    # Importing the package fills the list.
    import dlcourse.kernels  # noqa: F401
    from dlcourse.kernels.cpu.compile import KERNELS

    dispatchers = [dispatcher for dispatcher, _ in KERNELS.values()]
    return [each for each in dispatchers if each.stats.cache_path is not None]
