"""Whether a function is fast enough: a ratio to a reference that is measured in the same run."""

from __future__ import annotations

import contextlib
import io
import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dlcourse.checks.arrays import duplicate
from dlcourse.checks.calling import describe_failure
from dlcourse.checks.exercise import Case, Speed

#: After so many rounds of each, one that is fast enough or hopeless, is not asked again.
ENOUGH = 3
#: How many times slower than allowed is hopeless.
HOPELESS = 5.0
#: Seconds. A clock of processor time that ticks more slowly, as that of Windows, is of no use.
FINEST = 1e-6


def is_off() -> bool:
    """Whether Numba's compiler is switched off, to step through a kernel with a debugger."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


@contextlib.contextmanager
def one_thread(function: Callable[..., Any]) -> Iterator[None]:
    """
    Let compiled loops and matrix products run in one thread while they are measured.

    On a loaded machine a parallel loop waits for its slowest thread, which may not have begun yet:
    for milliseconds, however often one tries. BLAS even waits by spinning: a training on whole
    batches took ten to fifty times its time, right answers lost points. A function that runs in
    another process sees to this itself, by its ``one_thread``.
    """
    elsewhere = getattr(function, "one_thread", None)
    numba = sys.modules.get("numba")
    if elsewhere is not None:
        with elsewhere():
            yield
        return
    before = numba.get_num_threads() if numba is not None else 1
    with _one_thread_of_blas():
        if numba is not None:
            numba.set_num_threads(1)
        try:
            yield
        finally:
            if numba is not None:
                numba.set_num_threads(before)


def _one_thread_of_blas() -> contextlib.AbstractContextManager[Any]:
    try:
        from threadpoolctl import threadpool_limits  # an extra: the library alone does without
    except ImportError:
        return contextlib.nullcontext()
    return threadpool_limits(1)


def slowness(function: Callable[..., Any], speed: Speed, case: Case) -> tuple[float, str]:
    """
    Say how many times as long as the reference a function takes, and what it stopped with.

    Both take turns, so that a burst of other work on the machine meets both, and of each the
    fastest round counts: what a machine does besides can only make a call slower. The first call
    is not counted, because it may compile. Where all is clear after a few rounds the rest is left
    out. What runs in this process is measured by the time that it had a processor: a long call on a
    busy machine is interrupted more often than a short one.

    Returns
    -------
    ratio : float
        Infinite when the function raised.
    stopped : str
        The exception's name, or an empty string.
    """
    arguments = case.arguments.values()
    clock = _clock(function)
    best = [math.inf, math.inf]
    ratio = math.inf
    with (
        one_thread(function),
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        for number in range(-1, speed.rounds):
            for which, work in enumerate((function, speed.reference)):
                given: Sequence[Any] = [duplicate(value) for value in arguments]
                began = clock()
                try:
                    work(*given)
                except (Exception, SystemExit) as error:
                    if which:  # the reference is ours
                        raise
                    return math.inf, describe_failure(error).kind
                taken = clock() - began
                if number >= 0:
                    best[which] = min(best[which], taken)
            if number >= 0:
                ratio = best[0] / best[1]
                # Not before: one slow round of the reference makes anything look fast.
                if number + 1 >= ENOUGH and not 1 < ratio / speed.at_most < HOPELESS:
                    break
    return ratio, ""


def _clock(function: Callable[..., Any]) -> Callable[[], float]:
    """Return what to measure a function and its reference by."""
    elsewhere = hasattr(function, "one_thread")
    if elsewhere or time.get_clock_info("process_time").resolution > FINEST:
        return time.perf_counter
    return time.process_time


def too_slow(function: Callable[..., Any], speed: Speed, case: Case) -> str:
    """Give a sentence where a function is too slow, and the empty one where it is fast enough."""
    if is_off():
        return ""
    ratio, stopped = slowness(function, speed, case)
    if stopped:
        return f"it stopped with {stopped} when its speed was to be measured."
    if ratio <= speed.at_most:
        return ""
    return (
        f"it takes about {_roughly(ratio)} times as long as {speed.described}; at most "
        f"{speed.at_most:g} times are allowed."
    )


def _roughly(ratio: float) -> str:
    """Round to one digit, or two where it begins with 1: a measurement promises no more."""
    digits = 1 if f"{ratio:e}"[0] != "1" else 2
    return f"{float(f'{ratio:.{digits}g}'):g}"
