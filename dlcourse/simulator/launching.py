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

from __future__ import annotations

import contextlib
import contextvars
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import greenlet
import numpy as np

from dlcourse.simulator.memory import (
    BarrierNotShared,
    Counted,
    KernelError,
    NoEnd,
    ReturnsValue,
    Tracked,
    place,
    site,
)
from dlcourse.simulator.module import WARP, SimulatedCuda, simulated

#: Limit of every device of compute capability 8.0 and later.
MOST_THREADS = 1024

_order: contextvars.ContextVar[str | int] = contextvars.ContextVar("order", default="forward")
_records: contextvars.ContextVar[list | None] = contextvars.ContextVar("records", default=None)


@dataclass(frozen=True)
class Record:
    """What a launch did.

    Attributes
    ----------
    reads, writes
        How often each thread read and wrote global memory: arrays (blocks, threads).
    arguments
        The arguments as the kernel saw them; see ``Counted`` for what an array of a launch that
        counts tells by itself.
    """

    kernel: str
    reads: np.ndarray
    writes: np.ndarray
    arguments: tuple[Any, ...] = ()


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

    def position(self, number: int) -> Dim3:
        """Return the place of a thread or block by its number; x runs fastest."""
        return Dim3(number % self.x, number // self.x % self.y, number // (self.x * self.y))


class Thread(greenlet.greenlet):
    """One thread of a block."""

    def __init__(self, launch: Launch, run: Callable, block: int, number: int) -> None:
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

    def __init__(
        self, name: str, grid_dim: Dim3, block_dim: Dim3, most_barriers: float = math.inf
    ) -> None:
        self.name, self.grid_dim, self.block_dim = name, grid_dim, block_dim
        self.most_barriers = most_barriers
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
        last_epoch = self.epoch + self.most_barriers
        while running:
            if self.epoch > last_epoch:
                raise NoEnd(
                    f"{self.name}: a block has come to {self.most_barriers} barriers and is still "
                    f"running: does its loop ever end?"
                )
            for thread in ready:
                self.thread = thread
                thread.waits_at = None
                returned = thread.switch(*arguments) if first else thread.switch()
                if thread.dead and returned is not None:
                    raise ReturnsValue(
                        f"{self.name}: a kernel returned a value, and nobody is there to take it: "
                        f"write results into the elements of an argument"
                    )
            first = False
            released = self._release(threads)
            ready = [thread for thread in running if thread.number in released]
            running = [thread for thread in running if not thread.dead]
            if running and not ready:
                raise BarrierNotShared(self._stuck(threads))

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
        me.waits_at = (kind, site(frame))
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


def launch(
    function: Callable,
    grid: Any,
    block: Any,
    arguments: tuple,
    counting: bool = False,
    most_barriers: float = math.inf,
) -> Record:
    """Run a kernel on arrays and numbers.

    Parameters
    ----------
    function
        The kernel: a plain Python function that uses ``numba.cuda``, or this package's ``cuda``,
        under any name.
    grid, block
        Numbers of blocks and of threads in a block: integers, or tuples of up to three.
    arguments
        What the kernel is called with: NumPy arrays, which stand for arrays in the device's memory
        and are changed in place, and numbers.
    counting
        Whether the uses of each array are counted by themselves, too, which takes longer.
    most_barriers
        How many barriers a block may come to; one more, and ``NoEnd`` is raised.
    """
    name = function.__name__
    grid_dim, block_dim = extent(grid), extent(block)
    if not 1 <= block_dim.size <= MOST_THREADS:
        raise KernelError(f"{name}: {block_dim.size} threads a block: expected 1 to {MOST_THREADS}")
    if grid_dim.size < 1:
        raise KernelError(f"{name}: the grid {grid} has no block")
    this = Launch(name, grid_dim, block_dim, most_barriers)
    memory: dict[int, Tracked] = {}

    def seen_by_kernel(argument: Any) -> Any:
        if not isinstance(argument, np.ndarray):
            return argument
        if counting:
            view: Tracked = Counted(argument, "global memory", this)
        else:
            view = Tracked(argument, "global memory", this, counted=True)
        # Arrays that begin at the same number are views of the same memory.
        same = memory.setdefault(argument.__array_interface__["data"][0], view)
        view.writers, view.readers = same.writers, same.readers
        return view

    inside = tuple(seen_by_kernel(argument) for argument in arguments)
    with np.errstate(all="ignore"):
        this.run(simulated(function, SimulatedCuda(this)), inside, _order.get())
    record = Record(name, this.reads, this.writes, inside)
    records = _records.get()
    if records is not None:
        records.append(record)
    return record


def extent(size: Any) -> Dim3:
    """Return numbers of blocks or threads, given as one number or up to three."""
    return Dim3(*map(int, size)) if isinstance(size, (tuple, list)) else Dim3(int(size))
