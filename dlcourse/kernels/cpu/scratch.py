"""Work arrays of the CPU kernels themselves, where what they need depends on the threads."""

import threading
from typing import Any

import numpy as np

from dlcourse.buffers import Buffers, Shape


class _PerThread(threading.local):
    """A kernel may be called from several Python threads at once: each has arrays of its own."""

    def __init__(self) -> None:
        self.buffers = Buffers()


_own = _PerThread()


def scratch(name: str, shape: Shape, dtype: Any) -> np.ndarray:
    """Return the calling thread's array of this name, kept from call to call."""
    return _own.buffers.get(f"{name} {np.dtype(dtype).char}", shape, dtype)
