"""Memory of the simulated device, as the host holds it; ``dlcourse.simulator`` runs the kernels."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numba import types
from numba.np.numpy_support import from_dtype


class DeviceArray:
    """An array in the simulated device's memory: what ``cuda.to_device`` returns on a GPU.

    Its numbers are out of the host's reach but by copying, as on a GPU.
    """

    def __init__(self, data: np.ndarray) -> None:
        self.data = data

    dtype = property(lambda self: self.data.dtype)
    shape = property(lambda self: self.data.shape)
    size = property(lambda self: self.data.size)
    ndim = property(lambda self: self.data.ndim)
    nbytes = property(lambda self: self.data.nbytes)

    @property
    def numba_type(self) -> Any:
        """What Numba would call it on a GPU."""
        layout: Literal["C", "A"] = "C" if self.data.flags.c_contiguous else "A"
        return types.Array(from_dtype(self.data.dtype), self.ndim, layout)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"DeviceArray(shape={self.shape}, dtype={self.dtype}, simulated)"

    def __getitem__(self, index: Any) -> "DeviceArray":
        part = self.data[index]
        if not isinstance(part, np.ndarray):
            raise TypeError("a number of a device array cannot be read from here: copy_to_host()")
        return DeviceArray(part)

    def reshape(self, *shape: Any) -> "DeviceArray":
        """Return a view of another shape."""
        view = self.data.reshape(*shape)
        if not np.shares_memory(view, self.data) and view.size:
            raise ValueError(f"a view of shape {shape} needs memory that lies together")
        return DeviceArray(view)

    def copy_to_host(self, array: np.ndarray | None = None) -> np.ndarray:
        """Return a copy in the host's memory, or fill ``array``."""
        copies = _copies.get()
        if copies is not None:
            copies.append(self.nbytes)
        if array is None:
            return self.data.copy()
        array[...] = self.data
        return array

    def copy_to_device(
        self, array: "np.ndarray | DeviceArray", stream: "SimulatedStream | None" = None
    ) -> None:
        """Fill this array from another of the same shape; by a stream, as late as it may be."""
        source = array.data if isinstance(array, DeviceArray) else array
        if source.shape != self.shape:
            raise ValueError(f"got shape {source.shape} for a device array of {self.shape}")
        if isinstance(stream, SimulatedStream):
            stream.add(lambda: np.copyto(self.data, source))
        else:
            self.data[...] = source


def to_device(array: np.ndarray) -> DeviceArray:
    """Copy an array into the simulated device's memory."""
    return DeviceArray(np.array(array, order="C"))


#: How much memory the simulated device has left.
FREE_BYTES = 1 << 33

_copies: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar("copies", default=None)


@contextlib.contextmanager
def copies_to_host() -> Iterator[list[int]]:
    """Collect the size in bytes of each copy from the device within the ``with`` block."""
    copies: list[int] = []
    token = _copies.set(copies)
    try:
        yield copies
    finally:
        _copies.reset(token)


def _nothing() -> None:
    """Do what is left to do of work that has been done."""


class SimulatedStream:
    """A stream that does its copies as late as it may: when an event after them is waited for.

    Who does not wait finds what was there before.
    """

    def __init__(self) -> None:
        self._later: list[Callable[[], None]] = []

    def add(self, work: Callable[[], None]) -> None:
        """Put work at the end."""
        self._later.append(work)

    @property
    def length(self) -> int:
        """How much there has been to do in all."""
        return len(self._later)

    def run(self, until: int) -> None:
        """Do the first so many, as far as they have not been done."""
        for place in range(until):
            self._later[place]()
            self._later[place] = _nothing


class SimulatedEvent:
    """A mark in a stream."""

    def __init__(self) -> None:
        self._stream: SimulatedStream | None = None
        self._place = 0

    def record(self, stream: Any = None) -> None:
        """Set the mark behind all that the stream has to do so far."""
        self._stream, self._place = None, 0
        if isinstance(stream, SimulatedStream):
            self._stream, self._place = stream, stream.length

    def synchronize(self) -> None:
        """Let the host wait until the stream has come to the mark."""
        if self._stream is not None:
            self._stream.run(self._place)

    def wait(self, stream: Any = None) -> None:
        """Let a stream wait."""
        self.synchronize()


#: The names that ``numba.cuda`` has for them.
stream, event, pinned_array = SimulatedStream, SimulatedEvent, np.empty
