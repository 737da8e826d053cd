"""Memory of the simulated device: arrays as the host holds them, and as a kernel sees them."""

import contextlib
import contextvars
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numba import types
from numba.np.numpy_support import from_dtype

if TYPE_CHECKING:
    from dlcourse.kernels.cuda.simulator import Launch


class KernelError(RuntimeError):
    """A simulated kernel did what a GPU must not be asked to do."""


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


class Checked:
    """An array as a simulated kernel sees it: every access is looked at."""

    __slots__ = ("_launch", "_name", "data", "dtype", "ndim", "shape", "size")

    def __init__(self, data: np.ndarray, name: str, launch: "Launch") -> None:
        self.data, self._name, self._launch = data, name, launch
        self.shape, self.size, self.ndim = data.shape, data.size, data.ndim
        self.dtype = data.dtype

    def __getitem__(self, index: Any) -> Any:
        return self.read(index, 2)

    def __setitem__(self, index: Any, value: Any) -> None:
        self.write(index, value, 2)

    def __len__(self) -> int:
        return self.shape[0]

    def read(self, index: Any, depth: int, track: bool = True) -> Any:
        """Return one number; ``depth`` frames up stands the kernel's line."""
        self.place(index, depth + 1)
        return self.data[index]

    def write(self, index: Any, value: Any, depth: int, track: bool = True) -> None:
        """Store one number."""
        self.place(index, depth + 1)
        self.store(index, value, depth + 1)

    def store(self, index: Any, value: Any, depth: int) -> None:
        """Store a number whose place is known to exist."""
        if type(value) is np.float64:
            self.refuse_float64(value, depth + 1)
        self.data[index] = value

    def refuse_float64(self, value: Any, depth: int) -> None:
        """Say so where arithmetic was in float64 that should have been in float32."""
        if type(value) is np.float64 and self.dtype == np.float32:
            raise KernelError(
                f"a float64 number is stored in float32 {self._name}, {self._line(depth + 1)}"
            )

    def place(self, index: Any, depth: int) -> int:
        """Return how many numbers lie before this one; refuse an index that is outside."""
        if self.ndim == 1 and type(index) is not tuple:
            if 0 <= index < self.size:
                return int(index)
        elif type(index) is not tuple or len(index) != self.ndim:
            pass
        elif self.ndim == 3:  # the usual cases by themselves: this is where the time goes
            (i, j, k), (_, rows, columns) = index, self.shape
            if 0 <= i < self.shape[0] and 0 <= j < rows and 0 <= k < columns:
                return (int(i) * rows + int(j)) * columns + int(k)
        elif self.ndim == 2:
            (i, j), (rows, columns) = index, self.shape
            if 0 <= i < rows and 0 <= j < columns:
                return int(i) * columns + int(j)
        else:
            flat = 0
            for i, length in zip(index, self.shape, strict=True):
                if not 0 <= i < length:
                    break
                flat = flat * length + int(i)
            else:
                return flat
        shown = tuple(map(int, index)) if type(index) is tuple else index
        raise KernelError(
            f"index {shown} is outside {self._name} of shape {self.shape}, {self._line(depth + 1)}"
        )

    def _line(self, depth: int) -> str:
        frame = sys._getframe(depth)
        thread = self._launch.thread
        return (
            f"in {self._launch.name}, line {frame.f_lineno} of "
            f"{frame.f_code.co_filename.rsplit('/', 1)[-1]}, thread {thread.number} "
            f"of block {thread.block}"
        )


class Local(Checked):
    """Memory of one thread: nobody else can be in the way, so only the place is looked at.

    A list holds the numbers: most accesses of a matrix product are of this kind, and a list gives
    out an object that is there already, where an array makes one (a third of the time).
    """

    __slots__ = ("_columns", "_kind", "_numbers", "_rows")

    def __init__(self, data: np.ndarray, name: str, launch: "Launch") -> None:
        super().__init__(data, name, launch)
        self._kind = data.dtype.type
        self._numbers = list(data.reshape(-1))
        self._rows, self._columns = data.shape if data.ndim == 2 else (0, 0)

    def __getitem__(self, index: Any) -> Any:
        if type(index) is not tuple:
            if self.ndim == 1 and 0 <= index < self.size:
                return self._numbers[index]
        elif len(index) == 2:
            i, j = index
            if 0 <= i < self._rows and 0 <= j < self._columns:
                return self._numbers[i * self._columns + j]
        return self._numbers[self.place(index, 2)]

    def __setitem__(self, index: Any, value: Any) -> None:
        if type(value) is not self._kind:
            self.refuse_float64(value, 2)
            value = self._kind(value)
        if type(index) is not tuple:
            if self.ndim == 1 and 0 <= index < self.size:
                self._numbers[index] = value
                return
        elif len(index) == 2:
            i, j = index
            if 0 <= i < self._rows and 0 <= j < self._columns:
                self._numbers[i * self._columns + j] = value
                return
        self._numbers[self.place(index, 2)] = value


class Tracked(Checked):
    """Memory that several threads share: who used a number last, and where, is remembered.

    A use is a moment, (thread, block, barriers so far, warp, warp's meetings so far), and a line.
    Two uses by different threads are in order if a barrier or, within a warp, a meeting lies
    between them.
    """

    __slots__ = ("counted", "readers", "writers")

    def __init__(
        self, data: np.ndarray, name: str, launch: "Launch", counted: bool = False
    ) -> None:
        super().__init__(data, name, launch)
        self.counted = counted
        self.writers: dict[int, tuple] = {}
        #: The last two threads that read a number: at least one of them is not the writer.
        self.readers: dict[int, tuple] = {}

    def read(self, index: Any, depth: int, track: bool = True) -> Any:
        flat = self.place(index, depth + 1)
        launch = self._launch
        if self.counted:
            launch.reads[launch.thread.block, launch.thread.number] += 1
        if track:
            moment = launch.thread.moment
            use = moment, sys._getframe(depth).f_lineno
            writer = self.writers.get(flat)
            if writer is not None and writer[0] is not moment and self._unordered(writer, use):
                self._race(index, "reads", use, "wrote", writer)
            last = self.readers.get(flat)
            if last is None:
                self.readers[flat] = (use, None)
            elif last[0][0][0] == moment[0]:
                self.readers[flat] = (use, last[1])
            else:
                self.readers[flat] = (use, last[0])
        return self.data[index]

    def write(self, index: Any, value: Any, depth: int, track: bool = True) -> None:
        flat = self.place(index, depth + 1)
        launch = self._launch
        if self.counted:
            launch.writes[launch.thread.block, launch.thread.number] += 1
        if track:
            moment = launch.thread.moment
            use = moment, sys._getframe(depth).f_lineno
            writer = self.writers.get(flat)
            if writer is not None and writer[0] is not moment and self._unordered(writer, use):
                self._race(index, "writes", use, "wrote", writer)
            for reader in self.readers.get(flat, ()):
                if reader is not None and self._unordered(reader, use):
                    self._race(index, "writes", use, "read", reader)
            self.writers[flat] = use
        self.store(index, value, depth + 1)

    def _unordered(self, before: tuple, now: tuple) -> bool:
        thread, block, epoch, warp, meetings = before[0]
        now_thread, now_block, now_epoch, now_warp, now_meetings = now[0]
        if thread == now_thread:
            return False
        if block != now_block:  # blocks never wait for each other
            return True
        met = warp == now_warp and meetings < now_meetings
        return epoch == now_epoch and not met

    def _race(self, index: Any, verb: str, now: tuple, past_verb: str, before: tuple) -> None:
        raise KernelError(
            f"{self._launch.name}: race in {self._name} at index {index}: "
            f"{_who(now)} {verb} it in line {now[1]}, "
            f"{_who(before)} {past_verb} it in line {before[1]}, and no barrier lies between"
        )


def _who(use: tuple) -> str:
    """Name the thread of a use of memory."""
    block, number = use[0][0]
    return f"thread {number} of block {block}"
