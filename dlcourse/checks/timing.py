"""Whether a function is fast enough: a ratio to a reference that is measured in the same run."""

from __future__ import annotations

import contextlib
import io
import math
import os
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from dlcourse.checks.arrays import duplicate
from dlcourse.checks.calling import describe_failure
from dlcourse.checks.exercise import Case, Speed

#: A function that is this many times slower than allowed after two rounds is not asked again.
HOPELESS = 5.0


def is_off() -> bool:
    """Whether Numba's compiler is switched off, to step through a kernel with a debugger."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def slowness(function: Callable[..., Any], speed: Speed, case: Case) -> tuple[float, str]:
    """
    Say how many times as long as the reference a function takes, and what it stopped with.

    Both take turns, so that a burst of other work on the machine meets both, and of each the
    fastest round counts: what a machine does besides can only make a call slower. The first call
    is not counted, because it may compile. As soon as the ratio is small enough there is nothing
    left to find out.

    Returns
    -------
    ratio : float
        Infinite when the function raised.
    stopped : str
        The exception's name, or an empty string.
    """
    arguments = case.arguments.values()
    best = [math.inf, math.inf]
    ratio = math.inf
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        for number in range(-1, speed.rounds):
            for which, work in enumerate((function, speed.reference)):
                given: Sequence[Any] = [duplicate(value) for value in arguments]
                began = time.perf_counter()
                try:
                    work(*given)
                except (Exception, SystemExit) as error:
                    if which:  # the reference is ours
                        raise
                    return math.inf, describe_failure(error).kind
                taken = time.perf_counter() - began
                if number >= 0:
                    best[which] = min(best[which], taken)
            if number >= 0:
                ratio = best[0] / best[1]
                if ratio <= speed.at_most or (number and ratio > HOPELESS * speed.at_most):
                    break
    return ratio, ""


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
