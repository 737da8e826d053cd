"""Launch a learner's CUDA kernel on the simulated GPU, in this process or where it lives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dlcourse.checks.exercise import Launch

#: What the simulator raises about a kernel. Known by name, since it may happen elsewhere.
KINDS = frozenset({
    "KernelError", "OutsideArray", "BarrierNotShared", "Float64InFloat32",
    "ReturnsValue", "NoEnd", "Race", "ReadWriteRace", "WriteReadRace", "WriteWriteRace",
})  # fmt: skip


#: Where in the source it happened: two people's kernels differ in that.
_PLACE = re.compile(r"\w+, line \d+( of [^,;:]+)?|line \d+|^\w+:")


def fault(message: str) -> str:
    """Return what the simulator says without names and lines: which threads, which element."""
    return _PLACE.sub("", message)


def launched(
    kernel: Callable[..., Any], launch: Launch, arguments: Mapping[str, Any]
) -> tuple[Any, ...]:
    """
    Launch a kernel on arrays, which it changes in place.

    A kernel that lives in another process launches itself there, by its ``run_counted``.

    Returns
    -------
    tuple
        The arrays that the kernel was to write, then what was counted.
    """
    names = list(arguments)
    counted = [(names.index(name), what) for name, what in launch.counts]
    sizes = launch.blocks, launch.threads
    elsewhere = getattr(kernel, "run_counted", None)
    if elsewhere is None:
        # Not before: whose lab needs no GPU need not have what the simulator needs.
        from dlcourse.simulator import run_counted

        counts: Any = run_counted(kernel, sizes, tuple(arguments.values()), counted)
    else:
        counts = elsewhere(sizes, tuple(arguments.values()), counted)
    if not isinstance(counts, tuple) or len(counts) != len(counted):
        counts = (None,) * len(counted)  # what another process says need not make sense
    return (*(arguments[name] for name in launch.writes), *map(_whole, counts))


def _whole(count: Any) -> Any:
    return np.int64(count) if type(count) is int and 0 <= count < 2**62 else None
