"""What a kernel finds under the name ``cuda`` while it is simulated."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.simulator.memory import Checked, KernelError, Local, Tracked, place, site

if TYPE_CHECKING:
    from dlcourse.simulator.launching import Launch

#: Threads that run in step and can exchange values.
WARP = 32
MOST_SHARED_BYTES = 48 * 1024


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
            key = site(frame)
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


class DeviceMath:
    """``math`` as a GPU has it: infinity and NaN for exceptions, float32 for float32."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(math, name)
        if not callable(found):
            return found

        def call(*arguments: Any) -> Any:
            try:
                result = found(*arguments)
            except OverflowError:
                result = math.inf
            except ValueError:  # log(0), and what has no value at all
                result = -math.inf if name.startswith("log") and arguments[0] == 0 else math.nan
            single = type(result) is float and all(type(a) is np.float32 for a in arguments)
            return np.float32(result) if single else result

        setattr(self, name, call)  # made once
        return call


DEVICE_MATH = DeviceMath()


def simulated(function: Callable, module: SimulatedCuda, made: dict | None = None) -> Callable:
    """Return a copy of a kernel or device function that finds ``module`` where it says ``cuda``.

    Device functions that it calls are copied likewise; formulas are called as they are, compiled
    for the CPU, so that their arithmetic is of the right type.
    """
    made = {} if made is None else made
    if function in made:
        return made[function]

    def translate(value: Any) -> Any:
        if stands_for_cuda(value):
            return module
        if value is math:
            return DEVICE_MATH
        if value is np.uint32:  # a kernel's type of places: Python's own is faster, and unbounded
            return int
        if isinstance(value, np.uint32):
            return int(value)
        inner = kernel_function(value)
        return value if inner is None else simulated(inner, module, made)

    assert isinstance(function, FunctionType)
    names = {name for name in _names(function.__code__) if name in function.__globals__}
    inside: dict[str, Any] = {"__builtins__": function.__globals__["__builtins__"]}
    cells = tuple(CellType() for _ in function.__closure__ or ())
    copy = FunctionType(function.__code__, inside, function.__name__, function.__defaults__, cells)
    made[function] = copy  # before what it calls, which may be itself
    inside |= {name: translate(function.__globals__[name]) for name in names}
    for cell, was in zip(cells, function.__closure__ or (), strict=True):
        cell.cell_contents = translate(was.cell_contents)
    return copy


def _names(code: CodeType) -> set[str]:
    """Return the names of globals that a function uses, those of functions within it included."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def stands_for_cuda(value: Any) -> bool:
    """Whether this is what a kernel's source calls ``cuda``: Numba's module, or ours.

    Known by their names, so that nothing has to be imported for it.
    """
    if isinstance(value, ModuleType):
        return value.__name__ in ("numba.cuda", "numba_cuda.numba.cuda")
    return getattr(type(value), "stands_for_cuda", False) is True


def kernel_function(value: Any) -> Callable | None:
    """Return the function below ``@cuda.jit``, Numba's or ours, or None for anything else."""
    known = ("CUDADispatcher", "Kernel")
    if any(kind.__name__ in known for kind in type(value).__mro__):
        return getattr(value, "py_func", None)
    return None
