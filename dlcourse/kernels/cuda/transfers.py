"""Between host and device: a first array there, batches copied ahead."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numba import cuda
from numba.cuda.cudadrv.driver import binding, driver

from dlcourse.kernels.cuda import simulated_memory
from dlcourse.kernels.cuda.memory import empty_like
from dlcourse.kernels.cuda.streams import current_stream

Batch = TypeVar("Batch", bound=tuple)


def is_simulated(array: Any) -> bool:
    """Whether an array lies in the simulated device's memory."""
    return isinstance(array, simulated_memory.DeviceArray)


def first_array(simulated: bool) -> Any:
    """Return an array of one number on the GPU, or on the simulated one.

    Raises
    ------
    RuntimeError
        There is no GPU that can be used: the message says why, and names the simulator's switch.
    """
    number = np.zeros(1, np.float32)
    if simulated:
        return simulated_memory.to_device(number)
    try:
        if cuda.is_available():
            return cuda.to_device(number)
        reason = str(cuda.cuda_error() or "no device")
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    raise RuntimeError(
        f"no GPU can be used here ({' '.join(reason.split())}): expected one of NVIDIA's with its "
        "driver (`dlcourse doctor` says what is missing), or DLCOURSE_CUDA=simulator in the "
        "environment, for the simulator"
    )


def free_bytes(like: Any) -> float:
    """Return how much memory the device of ``like`` has left."""
    if is_simulated(like):
        return simulated_memory.FREE_BYTES
    return cuda.current_context().get_memory_info().free


@cache
def _stream_beside() -> Any:
    """Return a stream that runs beside the default one.

    Those of ``cuda.stream()`` wait for all that the default stream was given before.
    """
    flags = binding.CUstream_flags.CU_STREAM_NON_BLOCKING.value
    return cuda.external_stream(int(driver.cuStreamCreate(flags)))


class _Slot:
    """Room for one batch at either end, and the marks that keep the two streams apart."""

    def __init__(self, like: Any, batch: tuple) -> None:
        tools = simulated_memory if is_simulated(like) else cuda
        self.pinned = [tools.pinned_array(array.shape, array.dtype) for array in batch]
        self.arrays = [empty_like(like, array.shape, array.dtype) for array in batch]
        #: Set when the batch has arrived, and when the work on it has been done.
        self.arrived, self.used = tools.event(), tools.event()

    def send(self, batch: Batch, stream: Any) -> Batch:
        """Copy a batch to the device by ``stream``, and return the arrays that it will be in."""
        self.arrived.synchronize()  # the host waits till the batch before has left the room
        self.used.wait(stream)
        there: list[Any] = []
        for array, pinned, target in zip(batch, self.pinned, self.arrays, strict=True):
            rows = len(array)
            pinned[:rows] = array
            target = target if rows == len(target) else target[:rows]
            target.copy_to_device(pinned[:rows], stream=stream)
            there.append(target)
        self.arrived.record(stream)
        make: Any = getattr(type(batch), "_make", tuple)
        return make(there)  # a Dataset, say, stays one


def ahead(like: Any, batches: Iterable[Batch]) -> Iterator[Batch]:
    """Yield each batch of the host's arrays on the device of ``like``, the next being on its way.

    Two rooms take turns. A batch goes into memory that the device can copy from by itself, and by
    a stream of its own to the device, while the current stream works on the batch before. The
    first batch is as large as any; a shorter one gets a part of the room.
    """
    stream = simulated_memory.stream() if is_simulated(like) else _stream_beside()
    slots: list[_Slot] = []
    waiting: tuple[_Slot, Batch] | None = None
    for number, batch in enumerate(batches):
        if number < 2:
            slots.append(_Slot(like, batch))
        slot = slots[number % 2]
        sent = slot, slot.send(batch, stream)
        if waiting is not None:
            yield from _arrived(*waiting)
        waiting = sent
    if waiting is not None:
        yield from _arrived(*waiting)


def _arrived(slot: _Slot, batch: Batch) -> Iterator[Batch]:
    """Yield a batch once it is there; when the next is asked for, its work has been launched."""
    slot.arrived.wait(current_stream())
    yield batch
    slot.used.record(current_stream())
