"""Loops over arrays: the same names and signatures for each device.

Kernels write into buffers that they are given, check nothing and allocate nothing; the classes
above them do both. ``kernels_for(array)`` is the one place where a device is chosen.
"""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse.kernels import cpu

__all__ = ["kernels_for"]


def kernels_for(array: Any) -> ModuleType:
    """Return the module of kernels for the device that ``array`` lives on."""
    if isinstance(array, np.ndarray):
        return cpu
    if hasattr(array, "copy_to_host"):  # who has a device array has imported CUDA already
        from dlcourse.kernels import cuda

        return cuda
    raise TypeError(f"no kernels for a {type(array).__name__}: expected a NumPy array")
