"""Run CUDA kernels without a GPU, and notice what a GPU would let pass in silence.

A kernel is an ordinary Python function; here it runs with another ``cuda`` module in its globals.
Each thread of a block is a coroutine (a greenlet) that runs until it must wait for others: at a
barrier, or where a warp exchanges values. Which thread runs first is chosen (``thread_order``),
so that nothing depends on chance: the same launch does the same thing every time.

Errors, each naming the lines of the kernel that are concerned:

- an index that is negative, too large, or not one number for each axis;
- a barrier that not every thread of the block reaches, or two barriers waited at together;
- a *race*: two threads use one number of shared or global memory, at least one of them writes it,
  and no barrier lies between. A removed barrier fails so in every order of threads;
- a float64 number stored in a float32 array: the arithmetic before it was in float64.

Shared and local memory start filled with NaN (integers: the smallest), so that reading what nobody
wrote shows in the result. Nothing of numba-cuda's own simulator is used and no environment variable
is needed: the same process can compile the same kernels for a GPU.
"""

import contextlib
import contextvars
import math
import operator
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CellType, FunctionType
from typing import Any

import greenlet
import numpy as np
from numba import cuda as compiled_cuda

from dlcourse.kernels.cuda.simulated_memory import (
    Checked,
    DeviceArray,
    KernelError,
    Local,
    Tracked,
)

#: Threads that run in step and can exchange values.
WARP = 32
#: Limits of every device of compute capability 8.0 and later.
MOST_THREADS = 1024
MOST_SHARED_BYTES = 48 * 1024

_order: contextvars.ContextVar[str | int] = contextvars.ContextVar("order", default="forward")
_records: contextvars.ContextVar[list | None] = contextvars.ContextVar("records", default=None)


@dataclass(frozen=True)
class Record:
    """How often each thread of a launch read and wrote global memory: arrays (blocks, threads)."""

    kernel: str
    reads: np.ndarray
    writes: np.ndarray


@contextlib.contextmanager
def thread_order(order: str | int) -> Iterator[None]:
    """Let threads (and blocks) run in this order: "forward", "reversed", or shuffled by a seed."""
    if order not in ("forward", "reversed") and not isinstance(order, int):
        raise ValueError(f"order is {order!r}: expected 'forward', 'reversed' or a seed")
    token = _order.set(order)
    try:
        yield
    finally:
        _order.reset(token)


@contextlib.contextmanager
def recording() -> Iterator[list[Record]]:
    """Collect a ``Record`` of each launch within the ``with`` block."""
    records: list[Record] = []
    token = _records.set(records)
    try:
        yield records
    finally:
        _records.reset(token)


@dataclass(frozen=True)
class Dim3:
    """A position or an extent in up to three dimensions."""

    x: int
    y: int = 1
    z: int = 1

    @property
    def size(self) -> int:
        """The number of positions."""
        return self.x * self.y * self.z

    def position(self, number: int) -> "Dim3":
        """Return the place of a thread or block by its number; x runs fastest."""
        return Dim3(number % self.x, number // self.x % self.y, number // (self.x * self.y))


class Thread(greenlet.greenlet):
    """One thread of a block."""

    def __init__(self, launch: "Launch", run: Callable, block: int, number: int) -> None:
        super().__init__(run)
        self.block, self.number, self.warp = block, number, number // WARP
        self.warp_meetings = 0
        self.note_moment(launch.epoch)
        self.threadIdx = launch.block_dim.position(number)  # CUDA's names
        self.blockIdx = launch.grid_dim.position(block)
        self.waits_at: tuple[str, Any] | None = None
        self.offer: Any = None

    def note_moment(self, epoch: int) -> None:
        """Take note of where between barriers the thread is: what it does now is done there.

        One object for all uses of memory in between, since most are compared by being the same.
        """
        me = self.block, self.number
        self.moment = me, self.block, epoch, self.warp, self.warp_meetings


class Launch:
    """One launch of a kernel: what its threads see as ``cuda``'s state, and who runs next."""

    def __init__(self, name: str, grid_dim: Dim3, block_dim: Dim3) -> None:
        self.name, self.grid_dim, self.block_dim = name, grid_dim, block_dim
        self.thread: Thread
        self.epoch = 0  # counts barriers, through all blocks
        self.shared: dict[Any, Tracked] = {}
        self.shared_bytes = 0
        self.threads: list[Thread] = []
        self.warps: list[list[Thread]] = []
        self.reads = np.zeros((grid_dim.size, block_dim.size), np.int64)
        self.writes = np.zeros_like(self.reads)

    def run(self, function: Callable, arguments: tuple, order: str | int) -> None:
        """Run every block, one after another."""
        rng = np.random.default_rng(order) if isinstance(order, int) else None
        for block in in_order(self.grid_dim.size, order, rng):
            self._run_block(block, function, arguments, order, rng)

    def _run_block(self, block, function, arguments, order, rng) -> None:
        self.shared, self.shared_bytes = {}, 0
        threads = [Thread(self, function, block, number) for number in range(self.block_dim.size)]
        self.threads = threads
        self.warps = [threads[k : k + WARP] for k in range(0, len(threads), WARP)]
        for thread in threads:
            thread.gr_context = contextvars.copy_context()
        ready = [threads[k] for k in in_order(len(threads), order, rng)]
        running, first = ready, True
        while running:
            for thread in ready:
                self.thread = thread
                thread.waits_at = None
                if first:
                    thread.switch(*arguments)
                else:
                    thread.switch()
            first = False
            released = self._release(threads)
            ready = [thread for thread in running if thread.number in released]
            running = [thread for thread in running if not thread.dead]
            if running and not ready:
                raise KernelError(self._stuck(threads))

    def _release(self, threads: list[Thread]) -> set[int]:
        """Return which threads may go on: a warp that has met, or else the whole block."""
        released: set[int] = set()
        for warp in self.warps:
            meeting = warp[0].waits_at
            if meeting and meeting[0] == "warp" and all(t.waits_at == meeting for t in warp):
                for thread in warp:
                    thread.warp_meetings += 1
                    thread.note_moment(self.epoch)
                    released.add(thread.number)
        if not released:
            meeting = threads[0].waits_at
            if meeting and meeting[0] == "block" and all(t.waits_at == meeting for t in threads):
                self.epoch += 1
                for thread in threads:
                    thread.note_moment(self.epoch)
                released = {thread.number for thread in threads}
        return released

    def _stuck(self, threads: list[Thread]) -> str:
        groups: dict[Any, Thread] = {}
        for thread in threads:
            groups.setdefault(thread.waits_at, thread)
        parts = []
        for meeting, thread in groups.items():
            who = f"thread {thread.number}"
            if meeting is None:
                parts.append(f"{who} has returned")
            else:
                kind = "barrier" if meeting[0] == "block" else "warp operation"
                parts.append(f"{who} waits at the {kind} in {place(meeting[1])}")
        return f"{self.name}: threads part ways: " + "; ".join(parts)

    def wait(self, kind: str, frame: Any) -> None:
        """Let the other threads run until all have come to this line."""
        me = self.thread
        me.waits_at = (kind, (frame.f_code, frame.f_lasti, frame.f_lineno))
        me.parent.switch()
        self.thread = me

    def exchange(self, kind: str, offer: Any, frame: Any) -> list[Any]:
        """Offer a value and return what all threads of the warp (of the block) offered."""
        me = self.thread
        me.offer = offer
        self.wait(kind, frame)
        group = self.warps[me.warp] if kind == "warp" else self.threads
        offers = [thread.offer for thread in group]
        self.wait(kind, frame)
        return offers


def in_order(count: int, order: str | int, rng: np.random.Generator | None) -> Any:
    """Return 0 … count - 1 in the order wished for."""
    if rng is not None:
        return rng.permutation(count).tolist()
    return range(count - 1, -1, -1) if order == "reversed" else range(count)


def place(site: Any) -> str:
    """Return where a call stands, for a message."""
    code, _, line = site
    return f"{code.co_name} (line {line} of {code.co_filename.rsplit('/', 1)[-1]})"


class Atomic:
    """``cuda.atomic``: one thread runs at a time here, so that reading and writing is enough."""

    def _change(self, array: Checked, index: Any, new: Callable) -> Any:
        old = array.read(index, 3, track=False)
        array.write(index, new(old), 3, track=False)
        return old

    def add(self, array, index, value):
        """Add and return the old value."""
        return self._change(array, index, lambda old: old + value)

    def max(self, array, index, value):
        """Take the larger and return the old value."""
        return self._change(array, index, lambda old: max(old, value))

    def min(self, array, index, value):
        """Take the smaller and return the old value."""
        return self._change(array, index, lambda old: min(old, value))

    def exch(self, array, index, value):
        """Store and return the old value."""
        return self._change(array, index, lambda old: value)

    def cas(self, array, index, expected, value):
        """Store if the old value is the expected one, and return the old value."""
        return self._change(array, index, lambda old: value if old == expected else old)


class Space:
    """``cuda.shared`` and ``cuda.local``."""

    def __init__(self, launch: Launch, shared: bool) -> None:
        self._launch, self._shared = launch, shared

    def array(self, shape, dtype, alignment=None):
        """Return memory of the block, the same for each of its threads, or of one thread.

        Where it begins makes no difference here.
        """
        dtype = np.dtype(getattr(dtype, "name", dtype))
        frame = sys._getframe(1)
        launch = self._launch
        name = "local memory"
        if self._shared:
            key = frame.f_code, frame.f_lasti
            found = launch.shared.get(key)
            if found is not None:
                return found
            name = "shared memory"
        data = np.full(shape, np.nan if dtype.kind == "f" else np.iinfo(dtype).min, dtype)
        if not self._shared:
            return Local(data, name, launch)
        launch.shared_bytes += data.nbytes
        if launch.shared_bytes > MOST_SHARED_BYTES:
            raise KernelError(
                f"{launch.name}: {launch.shared_bytes} bytes of shared memory in one block: "
                f"at most {MOST_SHARED_BYTES}"
            )
        launch.shared[key] = memory = Tracked(data, name, launch)
        return memory


class SimulatedCuda:
    """What a kernel finds under the name ``cuda`` while it is simulated."""

    warpsize = WARP

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self.gridDim, self.blockDim = launch.grid_dim, launch.block_dim
        self.shared, self.local = Space(launch, True), Space(launch, False)
        self.atomic = Atomic()

    @property
    def threadIdx(self):  # noqa: N802 - CUDA's names
        """Where the thread is within its block."""
        return self._launch.thread.threadIdx

    @property
    def blockIdx(self):  # noqa: N802
        """Where the block is within the grid."""
        return self._launch.thread.blockIdx

    @property
    def laneid(self):
        """Number of the thread within its warp."""
        return self._launch.thread.number % WARP

    def grid(self, dimensions):
        """Position of the thread within the whole grid."""
        me, size = self._launch.thread, self.blockDim
        x = me.blockIdx.x * size.x + me.threadIdx.x
        y = me.blockIdx.y * size.y + me.threadIdx.y
        z = me.blockIdx.z * size.z + me.threadIdx.z
        return x if dimensions == 1 else (x, y, z)[:dimensions]

    def gridsize(self, dimensions):
        """Extent of the whole grid in threads."""
        grid, block = self.gridDim, self.blockDim
        size = grid.x * block.x, grid.y * block.y, grid.z * block.z
        return size[0] if dimensions == 1 else size[:dimensions]

    def syncthreads(self):
        """Wait for every thread of the block."""
        self._launch.wait("block", sys._getframe(1))

    def syncthreads_count(self, value):
        """Wait for the block and return how many values are true."""
        return sum(map(bool, self._launch.exchange("block", value, sys._getframe(1))))

    def syncthreads_and(self, value):
        """Wait for the block and return whether all values are true."""
        return int(all(self._launch.exchange("block", value, sys._getframe(1))))

    def syncthreads_or(self, value):
        """Wait for the block and return whether any value is true."""
        return int(any(self._launch.exchange("block", value, sys._getframe(1))))

    def syncwarp(self, mask=0xFFFFFFFF):
        """Wait for the warp."""
        self._whole(mask)
        self._launch.wait("warp", sys._getframe(1))

    def shfl_sync(self, mask, value, lane):
        """Return the value of one lane."""
        return self._shuffle(mask, value, lambda own: int(lane) % WARP, sys._getframe(1))

    def shfl_xor_sync(self, mask, value, lanes):
        """Return the value of the lane whose number differs in these bits."""
        return self._shuffle(mask, value, lambda own: own ^ int(lanes), sys._getframe(1))

    def shfl_up_sync(self, mask, value, delta):
        """Return the value of the lane ``delta`` below; the lowest keep their own."""
        return self._shuffle(mask, value, lambda own: own - int(delta), sys._getframe(1))

    def shfl_down_sync(self, mask, value, delta):
        """Return the value of the lane ``delta`` above; the highest keep their own."""
        return self._shuffle(mask, value, lambda own: own + int(delta), sys._getframe(1))

    def any_sync(self, mask, predicate):
        """Whether any lane says yes."""
        self._whole(mask)
        return any(self._launch.exchange("warp", predicate, sys._getframe(1)))

    def all_sync(self, mask, predicate):
        """Whether all lanes say yes."""
        self._whole(mask)
        return all(self._launch.exchange("warp", predicate, sys._getframe(1)))

    def ballot_sync(self, mask, predicate):
        """One bit a lane: whether it says yes."""
        self._whole(mask)
        offers = self._launch.exchange("warp", predicate, sys._getframe(1))
        return sum(bool(offer) << lane for lane, offer in enumerate(offers))

    def _shuffle(self, mask, value, source, frame):
        self._whole(mask)
        own = self.laneid
        offers = self._launch.exchange("warp", value, frame)
        lane = source(own)
        if not 0 <= lane < WARP:
            return value
        if lane >= len(offers):
            raise KernelError(
                f"{self._launch.name}: lane {own} asks lane {lane}, which the block's last warp "
                f"lacks, in {place((frame.f_code, 0, frame.f_lineno))}"
            )
        return offers[lane]

    def _whole(self, mask):
        if operator.index(mask) & 0xFFFFFFFF != 0xFFFFFFFF:
            raise KernelError(f"{self._launch.name}: the mask is {mask:#x}: expected a whole warp")

    def threadfence(self):
        """Order this thread's writes: they are in order here."""

    threadfence_block = threadfence_system = threadfence

    def fma(self, a, b, c):
        """Return a · b + c, rounded once (float64 holds the product of two float32 exactly)."""
        return type(a)(math.fma(a, b, c) if hasattr(math, "fma") else float(a) * float(b) + c)

    def popc(self, value):
        """Count the bits that are set."""
        return int(value).bit_count()


def simulated(function: Callable, module: SimulatedCuda, made: dict | None = None) -> Callable:
    """Return a copy of a kernel or device function that finds ``module`` where it says ``cuda``.

    Device functions that it calls are copied likewise; formulas are called as they are, compiled
    for the CPU, so that their arithmetic is of the right type.
    """
    made = {} if made is None else made
    if function in made:
        return made[function]

    def translate(value: Any) -> Any:
        if value is compiled_cuda:
            return module
        if value is np.uint32:  # a kernel's type of places: Python's own is faster, and unbounded
            return int
        if isinstance(value, np.uint32):
            return int(value)
        if isinstance(value, compiled_cuda.dispatcher.CUDADispatcher):
            return simulated(value.py_func, module, made)
        return value

    assert isinstance(function, FunctionType)
    names = {name for name in function.__code__.co_names if name in function.__globals__}
    copied = {name: translate(function.__globals__[name]) for name in names}
    cells = tuple(CellType(translate(cell.cell_contents)) for cell in function.__closure__ or ())
    copy = FunctionType(
        function.__code__,
        {"__builtins__": function.__globals__["__builtins__"], **copied},
        function.__name__,
        function.__defaults__,
        cells,
    )
    made[function] = copy
    return copy


def launch(function: Callable, grid: Any, block: Any, arguments: tuple) -> Record:
    """Run a kernel on simulated device arrays and numbers.

    Parameters
    ----------
    function
        The kernel: a plain Python function that uses ``numba.cuda`` under any name.
    grid, block
        Numbers of blocks and of threads in a block: integers, or tuples of up to three.
    arguments
        What the kernel is called with: ``DeviceArray`` and numbers, no NumPy arrays.
    """
    name = function.__name__
    grid_dim, block_dim = (
        Dim3(*map(int, size)) if isinstance(size, tuple) else Dim3(int(size))
        for size in (grid, block)
    )
    if not 1 <= block_dim.size <= MOST_THREADS:
        raise KernelError(f"{name}: {block_dim.size} threads a block: expected 1 to {MOST_THREADS}")
    if grid_dim.size < 1:
        raise KernelError(f"{name}: the grid {grid} has no block")
    this = Launch(name, grid_dim, block_dim)
    memory: dict[int, Tracked] = {}

    def seen_by_kernel(argument: Any) -> Any:
        if isinstance(argument, np.ndarray):
            raise TypeError(f"{name} got a NumPy array: copy it to the device first")
        if not isinstance(argument, DeviceArray):
            return argument
        view = Tracked(argument.data, "global memory", this, counted=True)
        # Arrays that begin at the same number are views of the same memory.
        same = memory.setdefault(argument.data.__array_interface__["data"][0], view)
        view.writers, view.readers = same.writers, same.readers
        return view

    inside = tuple(seen_by_kernel(argument) for argument in arguments)
    with np.errstate(all="ignore"):
        this.run(simulated(function, SimulatedCuda(this)), inside, _order.get())
    record = Record(name, this.reads, this.writes)
    records = _records.get()
    if records is not None:
        records.append(record)
    return record
