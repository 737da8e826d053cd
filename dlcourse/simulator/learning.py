"""``cuda`` as a learner writes it: Numba's spelling, run by the simulator."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from dlcourse.simulator.launching import Record, launch
from dlcourse.simulator.memory import KernelError

#: A learner's launch gives up where a block comes to so many barriers: its loop may have no end.
MOST_BARRIERS = 2000
#: The same where a kernel is judged: right answers come to ten at most on inputs so small, and a
#: mistake without an end is run again and again, to name it.
MOST_BARRIERS_JUDGED = 200


class Kernel:
    """What ``@cuda.jit`` makes of a function: ``kernel[blocks, threads](arguments)`` launches it.

    Attributes
    ----------
    py_func
        The function itself.
    record
        What the last launch did; see ``Record``.
    """

    def __init__(self, function: Callable, device: bool = False) -> None:
        functools.update_wrapper(self, function)
        self.py_func, self.device = function, device
        self.record: Record | None = None

    def __getitem__(self, sizes: Any) -> Callable[..., None]:
        """Return a function that launches the kernel on so many blocks of so many threads."""
        name = self.py_func.__name__
        if self.device:
            raise KernelError(f"{name} is a device function: kernels call it, nobody launches it")
        if not isinstance(sizes, tuple) or len(sizes) != 2:
            raise KernelError(f"{name}[{sizes!r}]: expected {name}[blocks, threads]")

        def run(*arguments: Any) -> None:
            self.record = launch(self.py_func, *sizes, arguments, True, MOST_BARRIERS)

        return run

    def __call__(self, *arguments: Any) -> NoReturn:
        """Refuse to run without threads."""
        name = self.py_func.__name__
        what = "a device function, which kernels call" if self.device else "a kernel"
        raise KernelError(
            f"{name} is {what}: launch a kernel on threads, {name}[blocks, threads](…)"
        )


class Cuda:
    """Stands for ``numba.cuda`` in a learner's code, without a GPU and without a compiler.

    Within a kernel that runs, the simulator takes its place.
    """

    stands_for_cuda = True

    def jit(self, function: Any = None, *, device: bool = False, **options: Any) -> Any:
        """Make a kernel of a function, or with ``device=True`` a function that kernels call.

        Options that tell the compiler how to compile make no difference here.
        """
        if callable(function):
            return Kernel(function, device)
        return lambda below: Kernel(below, device)

    def to_device(self, array: np.ndarray) -> np.ndarray:
        """Return a copy: here the device's memory is the host's."""
        return np.array(array)

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(
            f"cuda.{name} has a meaning only within a kernel, a function below @cuda.jit, while "
            f"its threads run"
        )


#: Typed as anything, as Numba's module is: what it has depends on where it is asked.
cuda: Any = Cuda()


def run_counted(
    kernel: Any, sizes: tuple[Any, Any], arguments: tuple, counted: list[tuple[int, str]]
) -> tuple[int, ...]:
    """Launch what a learner wrote on arrays that are changed in place, and count.

    Parameters
    ----------
    kernel
        What stands below ``@cuda.jit``, Numba's or ours, or a plain function.
    sizes
        Blocks and threads.
    counted
        Of which argument, by its number, what is counted: "reads", "writes", "atomics" or
        "transactions".
    """
    function = getattr(kernel, "py_func", kernel)
    record = launch(function, *sizes, arguments, True, MOST_BARRIERS_JUDGED)
    return tuple(getattr(record.arguments[number], what) for number, what in counted)
