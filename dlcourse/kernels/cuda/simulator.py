"""Kernels on simulated device arrays: ``dlcourse.simulator``, for the arrays of this package."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse import simulator
from dlcourse.kernels.cuda.simulated_memory import DeviceArray
from dlcourse.simulator import Record, recording, thread_order

__all__ = ["Record", "launch", "recording", "thread_order"]


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
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            name = function.__name__
            raise TypeError(f"{name} got a NumPy array: copy it to the device first")
    inside = (each.data if isinstance(each, DeviceArray) else each for each in arguments)
    return simulator.launch(function, grid, block, tuple(inside))
