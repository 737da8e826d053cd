"""Compiling the library's kernels ahead of their first use."""

import importlib
import pkgutil
import time
from collections.abc import Iterator
from types import ModuleType
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


def cached_kernels() -> Iterator[Any]:
    """Yield each Numba dispatcher of ``dlcourse.kernels`` that keeps its code in the cache."""
    import numba.core.dispatcher

    from dlcourse import kernels

    seen = set()
    for module in _modules_of(kernels):
        for value in vars(module).values():
            if (
                isinstance(value, numba.core.dispatcher.Dispatcher)
                and value.stats.cache_path is not None
                and id(value) not in seen
            ):
                seen.add(id(value))
                yield value


def _modules_of(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        # The CUDA kernels are compiled for the device they run on, at their launch.
        if ".cuda" not in info.name:
            yield importlib.import_module(info.name)
