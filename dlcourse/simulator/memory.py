"""Memory as a kernel sees it: every access is looked at, and every way to go wrong has a name."""

from __future__ import annotations

import bisect
import dis
import sys
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dlcourse.simulator.launching import Launch


class KernelError(RuntimeError):
    """A simulated kernel did what a GPU must not be asked to do."""


class OutsideArray(KernelError):
    """An index was negative, too large, or not one number for each axis."""


class BarrierNotShared(KernelError):
    """Threads of a block (of a warp) wait at different places, or some do not come."""


class Float64InFloat32(KernelError):
    """A number computed in float64 was stored among float32."""


class ReturnsValue(KernelError):
    """A kernel returned something: it can only write into its arguments."""


class NoEnd(KernelError):
    """A block came to more barriers than any kernel that ends."""


class Race(KernelError):
    """Two threads used one number, at least one wrote it, and no barrier lay between."""


class WriteWriteRace(Race):
    """Both of them wrote it."""


class ReadWriteRace(Race):
    """The one had read it when the other wrote it."""


class WriteReadRace(Race):
    """The one had written it when the other read it."""


_RACES = {
    ("wrote", "writes"): WriteWriteRace,
    ("read", "writes"): ReadWriteRace,
    ("wrote", "reads"): WriteReadRace,
}


_sites: dict[tuple[CodeType, int], tuple[CodeType, int, int]] = {}


def site(frame: Any) -> tuple[CodeType, int, int]:
    """Return which call, or which use of memory, a kernel is at: code, instruction and line.

    ``f_lasti`` alone will not do: once the interpreter has specialized an instruction, it points
    behind the instruction's cache, and a kernel's first threads would seem to be elsewhere than
    those that come later.
    """
    code, at = frame.f_code, frame.f_lasti
    known = _sites.get((code, at))
    if known is None:
        starts = [one.offset for one in dis.get_instructions(code)]
        known = code, bisect.bisect_right(starts, at), frame.f_lineno
        _sites[code, at] = known
    return known


def place(site: Any) -> str:
    """Return where a call stands, for a message; a notebook's cell has no name to show."""
    code, _, line = site
    file = code.co_filename.rsplit("/", 1)[-1]
    cell = file.startswith("<") or "ipykernel" in code.co_filename
    return f"{code.co_name}, line {line}" + ("" if cell else f" of {file}")


class Checked:
    """An array as a simulated kernel sees it: every access is looked at."""

    __slots__ = ("_launch", "_name", "data", "dtype", "ndim", "shape", "size")

    def __init__(self, data: np.ndarray, name: str, launch: Launch) -> None:
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
            raise Float64InFloat32(
                f"{self._launch.name}: a float64 number is stored in float32 {self._name}, "
                f"{self._line(depth + 1)}"
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
        raise OutsideArray(
            f"{self._launch.name}: index {shown} is outside {self._name} of shape {self.shape}, "
            f"{self._line(depth + 1)}"
        )

    def _line(self, depth: int) -> str:
        frame = sys._getframe(depth)
        thread = self._launch.thread
        return (
            f"in {place((frame.f_code, 0, frame.f_lineno))}, thread {thread.number} "
            f"of block {thread.block}"
        )


class Local(Checked):
    """Memory of one thread: nobody else can be in the way, so only the place is looked at.

    A list holds the numbers: most accesses of a matrix product are of this kind, and a list gives
    out an object that is there already, where an array makes one (a third of the time).
    """

    __slots__ = ("_columns", "_kind", "_numbers", "_rows")

    def __init__(self, data: np.ndarray, name: str, launch: Launch) -> None:
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

    def __init__(self, data: np.ndarray, name: str, launch: Launch, counted: bool = False) -> None:
        super().__init__(data, name, launch)
        self.counted = counted
        self.writers: dict[int, tuple] = {}
        #: The last two threads that read a number: at least one of them is not the writer.
        self.readers: dict[int, tuple] = {}

    def read(self, index: Any, depth: int, track: bool = True) -> Any:
        flat = self.place(index, depth + 1)
        self.note_read(flat, index, depth + 1, track)
        return self.data[index]

    def note_read(self, flat: int, index: Any, depth: int, track: bool) -> None:
        """Take note of a use of the number at ``flat``, and complain where it is a race."""
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
        kind = _RACES[past_verb, verb]
        raise kind(
            f"{self._launch.name}: race in {self._name} at index {index}: "
            f"{_who(now)} {verb} it in line {now[1]}, "
            f"{_who(before)} {past_verb} it in line {before[1]}, and no barrier lies between"
        )


class Counted(Tracked):
    """An argument whose uses are counted by themselves, as a lab asks for.

    Attributes
    ----------
    reads, writes, atomics
        How often a number of it was read and written, and by atomic operations.
    transactions
        How many pieces of memory the reads fetched: what the threads of a warp read at the same
        moment comes together where it lies in the same ``PIECE`` bytes (NVIDIA, *CUDA C++ Best
        Practices Guide*, "Coalesced Access to Global Memory").
    """

    __slots__ = ("_fetched", "_visits", "atomics", "reads", "writes")

    #: Bytes that come from memory together, a sector.
    PIECE = 32

    def __init__(self, data: np.ndarray, name: str, launch: Launch) -> None:
        super().__init__(data, name, launch, counted=True)
        self.reads = self.writes = self.atomics = 0
        self._visits: dict[tuple, int] = {}
        self._fetched: set[tuple] = set()

    @property
    def transactions(self) -> int:
        """How many pieces of memory the reads fetched."""
        return len(self._fetched)

    def note_read(self, flat: int, index: Any, depth: int, track: bool) -> None:
        super().note_read(flat, index, depth + 1, track)
        if track:
            self.reads += 1
            thread, where = self._launch.thread, site(sys._getframe(depth))
            visit = self._visits.get((thread.block, thread.number, where), 0)
            self._visits[thread.block, thread.number, where] = visit + 1
            piece = flat * self.data.itemsize // self.PIECE
            self._fetched.add((thread.block, thread.warp, where, visit, piece))

    def write(self, index: Any, value: Any, depth: int, track: bool = True) -> None:
        super().write(index, value, depth + 1, track)
        if track:
            self.writes += 1
        else:
            self.atomics += 1


def _who(use: tuple) -> str:
    """Name the thread of a use of memory."""
    block, number = use[0][0]
    return f"thread {number} of block {block}"
