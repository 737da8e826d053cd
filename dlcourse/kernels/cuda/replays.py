"""Numbers that change from one replay of a recorded step to the next.

A graph repeats its launches with the numbers that they were recorded with. What must change, the
count of steps in Adam's corrections and in dropout's random numbers, is therefore computed on the
device while a step is being recorded: from the number at the recording, and from how often the
graph has been replayed, which the graph's first launch counts.
"""

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

from numba import cuda

from dlcourse.kernels.cuda.compile import kernel

_counter: contextvars.ContextVar[Any] = contextvars.ContextVar("counter", default=None)


def replay_counter() -> Any:
    """Return the counter (int64, (1,), on the device) of the step being recorded, or None."""
    return _counter.get()


@contextlib.contextmanager
def counted_by(counter: Any) -> Iterator[None]:
    """Let kernels within the ``with`` block add ``counter`` to the steps that they are told."""
    token = _counter.set(counter)
    try:
        yield
    finally:
        _counter.reset(token)


@kernel("i8[::1]", "count_replay")
def _count_replay(counter):
    if cuda.threadIdx.x == 0:
        counter[0] += 1


def count_replay(counter):
    """Add one, on the device."""
    _count_replay[1, 32](counter)
