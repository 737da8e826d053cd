"""How CUDA kernels are declared and launched: one decorator, one list of what there is."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda import simulator
from dlcourse.kernels.cuda.simulated_memory import DeviceArray

#: Threads of a block where each works on a number of its own.
THREADS = 256

#: Every kernel by name, in the order of import.
KERNELS: dict[str, "Kernel"] = {}


class Kernel:
    """A function for the device: compiled for a GPU's arrays, run as it is on simulated ones."""

    def __init__(self, function: Callable, signature: str, name: str) -> None:
        self.function, self.signature, self.name = function, signature, name

    @cached_property
    def compiled(self) -> Any:
        """What numba-cuda makes of it; the machine code comes with the first launch."""
        return cuda.jit(self.function)

    def __getitem__(self, sizes: tuple) -> Callable:
        """Return a function that launches the kernel on ``grid, block``."""
        grid, block = sizes

        def launch(*arguments: Any) -> None:
            if any(isinstance(argument, DeviceArray) for argument in arguments):
                simulator.launch(self.function, grid, block, arguments)
            else:
                self.compiled[grid, block](*arguments)

        return launch


def kernel(signature: str, name: str | None = None) -> Callable[[Callable], Kernel]:
    """Declare a kernel with the types of its arguments, as Numba writes them: ``"f4[::1], i8"``.

    All arithmetic is in float32. ``name`` tells apart kernels that one function makes.
    """

    def decorate(function: Callable) -> Kernel:
        function.__name__ = function.__qualname__ = name or function.__name__
        made = Kernel(function, signature, function.__name__)
        if made.name in KERNELS:
            raise ValueError(f"two kernels are named {made.name}")
        KERNELS[made.name] = made
        return made

    return decorate


#: Declares a function that kernels call; it is inlined into them.
device = cuda.jit(device=True)


def blocks_for(count: int, threads: int = THREADS) -> int:
    """Return how many blocks give each of ``count`` numbers a thread; at least one."""
    return max(1, -(-count // threads))


def empty_like(array: Any, shape: int | tuple[int, ...], dtype: Any) -> Any:
    """Return new memory on the device (or simulated device) that ``array`` is on."""
    if isinstance(array, DeviceArray):
        return DeviceArray(np.empty(shape, dtype))
    return cuda.device_array(shape, dtype)
