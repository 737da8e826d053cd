"""How CUDA kernels are declared and launched: one decorator, one list of what there is."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numba import cuda, typeof, types

from dlcourse.kernels.cuda import simulator
from dlcourse.kernels.cuda.simulated_memory import DeviceArray
from dlcourse.kernels.cuda.streams import current_stream

#: Threads of a block where each works on a number of its own.
THREADS = 256

#: Blocks that keep a large GPU busy: an A100 has 108 multiprocessors, an H100 132.
BUSY = 128

#: The type of a place in an array that is never negative: Numba then leaves out what it does for
#: negative ones, and neighbouring reads become one of 16 bytes. The simulator takes ``int``.
place = np.uint32

#: NumPy's short names of the types that kernels take.
_LETTERS = {"u1": "uint8", "f4": "float32", "i4": "int32", "i8": "int64", "u8": "uint64"}

#: Every kernel by name, in the order of import.
KERNELS: dict[str, "Kernel"] = {}


class Kernel:
    """A function for the device: compiled for a GPU's arrays, run as it is on simulated ones."""

    def __init__(
        self, function: Callable, signature: str, name: str, bounds: tuple[int, int] | None = None
    ) -> None:
        self.function, self.signature, self.name, self.bounds = function, signature, name, bounds
        self._configured: dict[tuple, Any] = {}

    @cached_property
    def compiled(self) -> Any:
        """What numba-cuda makes of it; the machine code comes with the first launch."""
        if cuda.implementation != "NVIDIA":
            raise RuntimeError(
                "Numba's built-in CUDA target took the place of the package numba-cuda, whose "
                ".pth file did not run: expected an installation by pip into this environment, "
                "not a folder on PYTHONPATH"
            )
        # In a list, so that arrays of other types are refused; without link-time optimization, so
        # that it is the code whose assembly the tests look at.
        return cuda.jit([self.types], lto=False, launch_bounds=self.bounds)(self.function)

    @cached_property
    def types(self) -> Any:
        """The declared types as Numba's object; a kernel returns nothing."""
        names = {**vars(types), **{letter: getattr(types, n) for letter, n in _LETTERS.items()}}
        return types.void(*eval(f"({self.signature},)", {"__builtins__": {}}, names))

    def _check(self, arguments: tuple) -> None:
        """Refuse what numba-cuda would refuse: arguments of other types than were declared."""
        for number, (argument, declared) in enumerate(zip(arguments, self.types.args, strict=True)):
            given = argument.numba_type if isinstance(argument, DeviceArray) else typeof(argument)
            if given != declared:
                raise TypeError(
                    f"{self.name} was given {given} as argument {number}: expected {declared}"
                )

    def __getitem__(self, sizes: tuple) -> Callable:
        """Return a function that launches the kernel on ``grid, block``, in the current stream.

        The first argument of a launch is an array, and says whether the device is simulated.
        """
        grid, block = sizes

        def launch(*arguments: Any) -> None:
            if isinstance(arguments[0], DeviceArray):
                self._check(arguments)
                simulator.launch(self.function, grid, block, arguments)
                return
            stream = current_stream()
            configuration = (grid, block, stream)
            if configuration not in self._configured:  # making one takes longer than a launch
                self._configured[configuration] = self.compiled[configuration]
            self._configured[configuration](*arguments)

        return launch


def kernel(
    signature: str, name: str | None = None, bounds: tuple[int, int] | None = None
) -> Callable[[Callable], Kernel]:
    """Declare a kernel with the types of its arguments, as Numba writes them: ``"f4[::1], i8"``.

    All arithmetic is in float32. ``name`` tells apart kernels that one function makes. ``bounds``
    are the threads of its blocks and how many blocks a multiprocessor shall hold at least: the
    compiler then keeps to the registers that this leaves.
    """

    def decorate(function: Callable) -> Kernel:
        function.__name__ = function.__qualname__ = name or function.__name__
        made = Kernel(function, signature, function.__name__, bounds)
        if made.name in KERNELS:
            raise ValueError(f"two kernels are named {made.name}")
        KERNELS[made.name] = made
        return made

    return decorate


#: Declares a function that kernels call; it is inlined into them.
device = cuda.jit(device=True)


@device
def divided(number, by):
    """Return quotient and remainder, by 32-bit division: one of 64 bits takes a hundred steps."""
    quotient = place(number) // place(by)
    return quotient, place(number) - quotient * place(by)


def blocks_for(count: int, threads: int = THREADS) -> int:
    """Return how many blocks give each of ``count`` numbers a thread; at least one."""
    if count >= 2**32:
        raise ValueError(f"an array has {count} numbers: expected fewer than 2³² on a GPU")
    return max(1, -(-count // threads))
