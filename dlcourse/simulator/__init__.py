"""A GPU that is none: CUDA kernels run thread by thread, slowly, and every access is looked at.

``from dlcourse.simulator import cuda`` takes the place of ``from numba import cuda`` where there is
no GPU: the same kernels, launched in the same way, on NumPy arrays. See ``launching`` for what it
finds wrong with a kernel. The library's own kernels are tried on it, and learners' are judged by
it, in a sandbox that holds nothing else of this package: it imports NumPy and greenlet alone.
"""

from dlcourse.simulator.launching import Record, launch, recording, thread_order
from dlcourse.simulator.learning import Kernel, cuda, run_counted
from dlcourse.simulator.memory import (
    BarrierNotShared,
    Counted,
    Float64InFloat32,
    KernelError,
    NoEnd,
    OutsideArray,
    Race,
    ReadWriteRace,
    ReturnsValue,
    WriteReadRace,
    WriteWriteRace,
)

__all__ = [
    "BarrierNotShared",
    "Counted",
    "Float64InFloat32",
    "Kernel",
    "KernelError",
    "NoEnd",
    "OutsideArray",
    "Race",
    "ReadWriteRace",
    "Record",
    "ReturnsValue",
    "WriteReadRace",
    "WriteWriteRace",
    "cuda",
    "launch",
    "recording",
    "run_counted",
    "thread_order",
]
