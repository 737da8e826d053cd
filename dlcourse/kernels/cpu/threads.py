"""One small pool of threads that shares out what is worth sharing, and is alone in doing so.

NumPy's BLAS has a pool of its own, and so has every ``parallel=True`` kernel of Numba. Two pools
on the same cores wait for work by spinning, each on the core that the other one needs: a training
step then takes ten to fifty times as long as on a single core. So this pool is the only one. What
it runs are kernels that let go of Python's lock (``nogil``) and matrix products by a BLAS that is
held at one thread meanwhile (``blas.py``).

**Results never depend on luck.** ``share`` cuts its range into pieces by the number of threads
alone; who does a piece makes no difference. The caller works too, and takes whatever piece nobody
has begun: a core that is busy with something else costs time, never an answer.

**Whoever comes second works alone.** While one Python thread uses the pool, another one's call
does its pieces by itself, one after another: nothing waits for anything, so nothing can block.

**Waiting is short and polite.** After its piece a thread looks out for the next one, for 0.2 ms at
most, and then sleeps; every microsecond it lets the system give its core to whoever else wants it.
One that still looks joins in after 10 µs (most of that is the handing over of Python's lock), one
that sleeps after 45. Hence ``grain``: a piece should take 20 µs or more.
"""

import atexit
import ctypes
import os
import threading
from collections.abc import Callable
from functools import update_wrapper
from queue import SimpleQueue
from time import monotonic
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from dlcourse import validation
from dlcourse.kernels.cpu.compile import JIT_IS_OFF, kernel

#: More threads than this hardly help nets of this course: they hand over Python's lock in turn.
MOST_THREADS = 8
#: How often a thread looks for work, or for the end of it, before it goes to sleep: 0.2 ms.
LOOKS = 0 if JIT_IS_OFF else 300_000
#: After so many looks, 1 µs, it gives way.
LOOKS_TO_GIVE_WAY = 2_000
#: How often a thread may change its core, in seconds.
PAUSE_BETWEEN_MOVES = 2e-3
#: How long to go on looking after having seen something, 9 µs and 2: until whoever holds Python's
#: lock has let go of it. Those who meet at the lock fall asleep there, and a share that costs 6 µs
#: costs 25.
GRACE_AT_BEGIN, GRACE_AT_END = 16_000, 3_000

#: Does a piece: its number, and where in the range it begins and ends.
Work = Callable[[int, int, int], Any]


def threads() -> int:
    """Return how many threads share the work."""
    return _state.threads


def set_threads(count: int | None = None) -> None:
    """Set how many threads share the work of kernels, from the next call on.

    None is what it is at first: Numba's number, which is that of the cores unless the environment
    variable ``NUMBA_NUM_THREADS`` says otherwise, but no more than eight.
    """
    _state.resize(_default() if count is None else validation.count("count", count))


def pieces_of(size: int, grain: int) -> int:
    """Return into how many pieces ``size`` things are cut, of ``grain`` or more each."""
    return max(1, min(_state.threads, size // grain))


def share(size: int, pieces: int, work: Work) -> None:
    """Call work(k, start, stop) for each of the pieces of range(size), on as many threads.

    Pieces begin at multiples of 16 where they are large, so that no two threads write to the same
    line of the cache. An exception in a piece is raised here, after all pieces have come to their
    end.
    """
    if pieces == 1:
        work(0, 0, size)
    else:
        _state.pool().run(size, pieces, work)


def shared(*cut: int, grain: int) -> Callable[[Callable], Any]:
    """Let threads share the calls of a kernel, each with a part of its arrays.

    Parameters
    ----------
    cut
        Which arguments are cut, along their first axis, all at the same places.
    grain
        How many numbers of the first of them make a piece.
    """

    def decorate(function: Callable) -> Any:
        first = cut[0]

        def on_threads(*arguments: Any) -> None:
            pieces = pieces_of(arguments[first].size, grain)
            if pieces == 1:
                function(*arguments)
                return

            def work(k: int, start: int, stop: int) -> None:
                own = list(arguments)
                for position in cut:
                    own[position] = own[position][start:stop]
                function(*own)

            share(len(arguments[first]), min(pieces, len(arguments[first])), work)

        update_wrapper(on_threads, function)
        on_threads.kernel = function  # type: ignore[attr-defined]
        return on_threads

    return decorate


def _default() -> int:
    return min(int(config.NUMBA_NUM_THREADS), MOST_THREADS)  # type: ignore[attr-defined]


class _Job:
    """A range in pieces, each of which is done by whoever takes it first."""

    def __init__(self, size: int, pieces: int, work: Work, ends: np.ndarray, serial: int) -> None:
        self._size, self._pieces, self._work = size, pieces, work
        self._left = iter(range(pieces))  # taking the next number is a single step to Python
        self._ends, self._serial = ends, serial
        self.core = current_core()
        self.finished: SimpleQueue[BaseException | None] = SimpleQueue()

    def do(self) -> int:
        """Do pieces until none is left; return how many were done."""
        done = 0
        for k in self._left:
            error = None
            try:
                self._work(k, self._edge(k), self._edge(k + 1))
            except BaseException as raised:
                error = raised
            done += 1
            self.finished.put(error)
            self._ends[k] = self._serial
        return done

    def _edge(self, k: int) -> int:
        edge = self._size * k // self._pieces
        return edge if k == self._pieces or edge < 1024 else edge // 16 * 16


class _Worker:
    """A thread that waits for jobs."""

    def __init__(self, number: int) -> None:
        self.jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self.bell = np.zeros(1, np.int64)
        self._moved = 0.0
        self.thread = threading.Thread(target=self._serve, name=f"dlcourse-{number}", daemon=True)
        self.thread.start()

    def call(self, job: _Job | None) -> None:
        """Hand over a job, unless the one before still lies there."""
        if job is None or self.jobs.empty():
            self.jobs.put(job)
            self.bell[0] += 1

    def _serve(self) -> None:
        heard = 0
        while True:
            wait_for_bell(self.bell, heard, LOOKS, GRACE_AT_BEGIN, YIELD)
            job = self.jobs.get()
            if job is None:
                return
            heard = int(self.bell[0])
            self._leave(job.core)
            job.do()
            del job  # or its arrays would live until the next one

    def _leave(self, core: int) -> None:
        """Go to another core than the caller's, where the system has put both on one.

        Linux wakes a thread beside the one that woke it, and moves it only after tens of
        milliseconds, in which two threads are no faster than one (MLP 784-512-512-10, batch 128,
        after 30 ms of rest: 4.3 ms a step, with this 2.4). Leaving is a push, not a pin: all cores
        are allowed again at once.
        """
        if core < 0 or core != current_core() or monotonic() < self._moved + PAUSE_BETWEEN_MOVES:
            return
        self._moved = monotonic()
        allowed = os.sched_getaffinity(0)
        if len(allowed) > 1:
            os.sched_setaffinity(0, allowed - {core})
            os.sched_setaffinity(0, allowed)


class _Pool:
    """The caller's helpers."""

    def __init__(self, count: int) -> None:
        self.busy = threading.Lock()
        self._workers = [_Worker(number) for number in range(1, count)]
        self._ends = np.zeros(count, np.int64)
        self._serial = 0

    def run(self, size: int, pieces: int, work: Work) -> None:
        """Do a job together, or alone where the helpers are busy with another caller's."""
        helped = self.busy.acquire(blocking=False)
        try:
            self._serial += helped
            ends = self._ends[:pieces] if helped else np.empty(pieces, np.int64)
            job = _Job(size, pieces, work, ends, self._serial)
            if helped:
                for worker in self._workers[: pieces - 1]:
                    worker.call(job)
            if job.do() < pieces:
                wait_for_ends(ends, self._serial, LOOKS, GRACE_AT_END, YIELD)
            errors = [job.finished.get() for _ in range(pieces)]
        finally:
            if helped:
                self.busy.release()
        for error in errors:
            if error is not None:
                raise error

    def close(self) -> None:
        """Let the helpers end, and wait until they have; later jobs are done by their callers."""
        with self.busy:
            for worker in self._workers:
                worker.call(None)
            for worker in self._workers:
                worker.thread.join()


class _State:
    """How many threads there are to be, and the pool of them, made when it is first needed."""

    def __init__(self) -> None:
        self.threads = _default()
        self._lock = threading.Lock()
        self._pool: _Pool | None = None

    def pool(self) -> _Pool:
        pool = self._pool
        if pool is None:
            with self._lock:
                pool = self._pool
                if pool is None:
                    pool = self._pool = _Pool(self.threads)
        return pool

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
            if pool is not None:
                pool.close()

    def forget(self) -> None:
        """Begin anew in the child of a fork, whatever other threads were about at that moment."""
        self._lock = threading.Lock()
        self._pool = None

    def resize(self, threads: int) -> None:
        if threads != self.threads:
            self.close()
            self.threads = threads


_state = _State()
# Threads do not live on in the child of a fork, and Python warns of forking while there are some:
# they end before it, and both processes make new ones when they need them.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_state.close, after_in_child=_state.forget)
# Before the interpreter goes, or a helper would come back from a kernel to a Python that is gone.
atexit.register(_state.close)


def _core_finder() -> Callable[[], int]:
    """Return the function that says on which core it is called; -1 where the system has none."""
    if hasattr(os, "sched_setaffinity"):
        find = getattr(ctypes.PyDLL(None), "sched_getcpu", None)
        if find is not None:
            return find
    return lambda: -1


current_core = _core_finder()


def _address_of_yield() -> int:
    """Return the address of the system's function that lets other threads have the core."""
    if hasattr(os, "sched_yield"):
        function = ctypes.CDLL(None).sched_yield
    elif os.name == "nt":
        function = ctypes.WinDLL("kernel32").SwitchToThread  # type: ignore[attr-defined]
    else:
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value or 0


YIELD = _address_of_yield()


@intrinsic
def look(context, array, index):  # type: ignore[no-untyped-def]
    """Read a number anew each time, though the loop around does not seem to change it."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load_atomic(builder.gep(data, [arguments[1]]), "acquire", 8)

    return types.int64(types.Array(types.int64, 1, "C"), types.int64), generate


@intrinsic
def give_way(context, address):  # type: ignore[no-untyped-def]
    """Call the system's function at ``address``, which takes no argument."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        function = ir.FunctionType(ir.IntType(32), [])
        builder.call(builder.inttoptr(arguments[0], function.as_pointer()), [])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@kernel("i8[::1], i8, i8, i8, i8")
def wait_for_bell(bell, heard, looks, grace, address):
    """Return when ``bell`` differs from what was heard before, or after so many looks."""
    for i in range(looks):
        if look(bell, 0) != heard:  # type: ignore[call-arg]
            for _ in range(grace):
                look(bell, 0)
            return
        if i % LOOKS_TO_GIVE_WAY == 0 and address != 0:
            give_way(address)


@kernel("i8[::1], i8, i8, i8, i8")
def wait_for_ends(ends, serial, looks, grace, address):
    """Return when all ``ends`` are ``serial``, or after so many looks."""
    first = 0
    for i in range(looks):
        if look(ends, first) == serial:  # type: ignore[call-arg]
            first += 1
            if first == ends.size:
                for _ in range(grace):
                    look(ends, 0)
                return
        if i % LOOKS_TO_GIVE_WAY == 0 and address != 0:
            give_way(address)
