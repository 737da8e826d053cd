"""Checks of what the library computes with: cores, threads, BLAS, the kernels' cache."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlcourse.commands import cache
from dlcourse.commands.doctor.finding import Finding


def cores() -> Finding:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        usable = len(os.sched_getaffinity(0))
    else:
        usable = os.cpu_count() or 1
    return Finding("CPU cores", f"{usable} usable of {os.cpu_count()}")


def threading_layer(run: Callable[[], tuple[str, int]] | None = None) -> Finding:
    """Run a small parallel loop and ask Numba what ran it.

    Parameters
    ----------
    run : callable, optional
        Returns the name of the layer and the number of threads; a real loop when left out.
    """
    if run is None:
        from dlcourse.commands.doctor.probe import run_parallel_loop

        run = run_parallel_loop
    remedy = {
        "linux": "install OpenMP, on Debian and Ubuntu: apt-get install libgomp1",
        "darwin": "install OpenMP: brew install libomp",
    }.get(sys.platform, "python -m pip install tbb")
    try:
        name, threads = run()
    except ValueError as error:
        return Finding("threading layer", f"none: {error}", "bad", remedy)
    value = f"{name}, {threads} thread{'s' * (threads > 1)}"
    if name == "workqueue":
        # It ends the process when two Python threads call parallel kernels at the same time.
        return Finding("threading layer", value + ", unsafe for two callers", "warn", remedy)
    return Finding("threading layer", value)


def blas(pools: list[dict[str, Any]] | None = None) -> Finding:
    """Name the libraries that compute NumPy's matrix products, and their threads."""
    if pools is None:
        from threadpoolctl import threadpool_info

        # NumPy's library is loaded by NumPy, SciPy's by the kernels that call it.
        import dlcourse.kernels  # noqa: F401

        pools = threadpool_info()
    found = [pool for pool in pools if pool["user_api"] == "blas"]
    if not found:
        return Finding(
            "BLAS",
            "none that is known: matrix products may be slow",
            "warn",
            "reinstall NumPy from its wheel: python -m pip install --force-reinstall numpy",
        )
    parts = []
    for pool in found:
        threads = pool["num_threads"]
        owner = _owner(pool["filepath"])
        parts.append(
            f"{pool['internal_api']} {pool['version']} ({owner}{threads} "
            f"thread{'s' * (threads != 1)})"
        )
    return Finding("BLAS", "; ".join(parts))


def _owner(filepath: str) -> str:
    """Say which package a library came with, from a path such as ``…/numpy.libs/lib….so``."""
    for part in Path(filepath).parts:
        if part.endswith((".libs", ".dylibs")):
            return f"{part.partition('.')[0]}'s, "
    return ""


def kernel_cache(folders: list[Path] | None = None) -> Finding:
    """Check that compiled kernels can be kept, and count those that are."""
    if folders is None:
        from dlcourse.commands.kernels import cached_kernels

        folders = sorted({Path(kernel.stats.cache_path) for kernel in cached_kernels()})
    remedy = f"set {cache.VARIABLE} to a folder that you may write"
    if not folders:
        return Finding("kernel cache", "none: each process compiles anew", "bad", remedy)
    named = f" ({cache.VARIABLE})" if os.environ.get(cache.VARIABLE) else ""
    count = sum(1 for folder in folders for _ in folder.glob("*.nbi"))
    value = f"{os.path.commonpath(folders)}{named}, {count} kernel{'s' * (count != 1)} kept"
    closed = [folder for folder in folders if not cache.can_write(folder)]
    if closed:
        return Finding("kernel cache", f"{closed[0]} cannot be written", "bad", remedy)
    if not count:
        return Finding("kernel cache", value, "warn", "compile them now: dlcourse warmup")
    return Finding("kernel cache", value)
