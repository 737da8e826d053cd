"""Numbers that a kernel has computed and that stay on the device until somebody asks.

A training step must not wait for the device. So a loss is not a float here but a ``Scalar``, which
``float()`` fetches; ``Total`` adds such numbers up on the device, for one fetch an epoch.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import kernel
from dlcourse.kernels.cuda.memory import empty_like, read
from dlcourse.kernels.cuda.simulated_memory import DeviceArray

#: How many numbers may be waiting to be asked for before the memory of the first is used again.
SLOTS = 4096


class Scalar:
    """One number in the device's memory: ``float(scalar)`` or ``int(scalar)`` waits and fetches it.

    So does whatever needs its value: to format it, to compare it, to compute with it.

    Parameters
    ----------
    array
        Where it is: float32 (2,), of which most numbers use the first alone.
    convert
        Makes the number of these two.
    is_current
        Whether the memory has not been used again since.
    """

    def __init__(
        self,
        array: Any,
        convert: Callable[[np.ndarray], float],
        is_current: Callable[[], bool],
    ) -> None:
        self._array, self.convert, self._is_current = array, convert, is_current

    @property
    def array(self) -> Any:
        """The device's memory that holds it, if it still does."""
        if not self._is_current():
            raise RuntimeError(
                f"this number was overwritten: expected it to be used before {SLOTS} more were "
                "computed on the device"
            )
        return self._array

    def __float__(self) -> float:
        return float(self.convert(read(self.array)))

    def __int__(self) -> int:
        return int(float(self))

    def __repr__(self) -> str:
        return f"Scalar({float(self):g})"

    def __format__(self, form: str) -> str:
        return format(float(self), form)

    def __eq__(self, other: object) -> bool:
        return float(self) == other

    __hash__ = None  # type: ignore[assignment]  # equal numbers, of which one may be overwritten

    def __lt__(self, other: Any) -> bool:
        return float(self) < other

    def __gt__(self, other: Any) -> bool:
        return float(self) > other

    def __le__(self, other: Any) -> bool:
        return float(self) <= other

    def __ge__(self, other: Any) -> bool:
        return float(self) >= other

    def __add__(self, other: Any) -> float:
        return float(self) + other

    __radd__ = __add__

    def __mul__(self, other: Any) -> float:
        return float(self) * other

    __rmul__ = __mul__

    def __sub__(self, other: Any) -> float:
        return float(self) - other

    def __rsub__(self, other: Any) -> float:
        return other - float(self)

    def __truediv__(self, other: Any) -> float:
        return float(self) / other


def first(numbers: np.ndarray) -> float:
    """Return the number itself: what most scalars are."""
    return float(numbers[0])


class _Rings(threading.local):
    """The memory that scalars take turns in, simulated or not; each thread has its own."""

    def __init__(self) -> None:
        self.slots: dict[bool, list[Any]] = {}
        self.given: dict[bool, int] = {}


_rings = _Rings()


def new_scalar(like: Any, convert: Callable[[np.ndarray], float] = first) -> Scalar:
    """Return a scalar for a kernel to write, on the device of ``like``; nothing is allocated."""
    simulated = isinstance(like, DeviceArray)
    if simulated not in _rings.slots:
        # Views are made once: making one takes longer than a launch.
        ring = empty_like(like, (SLOTS, 2), np.float32)
        _rings.slots[simulated] = [ring[k] for k in range(SLOTS)]
        _rings.given[simulated] = 0
    number = _rings.given[simulated]
    _rings.given[simulated] = number + 1
    given = _rings.given  # this thread's, whoever asks later
    slot = _rings.slots[simulated][number % SLOTS]
    return Scalar(slot, convert, lambda: given[simulated] <= number + SLOTS)


@kernel("f4[::1]", "clear_total")
def _clear_total(total):
    if cuda.threadIdx.x < 3:
        total[cuda.threadIdx.x] = np.float32(0)
    if cuda.threadIdx.x == 3:
        total[3] = np.float32(-1)


@kernel("f4[::1], f4[::1], f4", "add_to_total")
def _add_to_total(total, value, factor):
    if cuda.threadIdx.x == 0:
        added = factor * value[0]
        count = total[2]
        # Infinity minus itself is NaN, and NaN is unlike itself.
        if total[3] < np.float32(0) and added - added != np.float32(0):
            total[3] = count
        corrected = added - total[1]
        new = total[0] + corrected
        total[1] = (new - total[0]) - corrected
        total[0] = new
        total[2] = count + np.float32(1)


class Total:
    """A sum of scalars that is kept on the device.

    In float32 with compensation (Kahan 1965): what an addition rounds away is carried on to the
    next, so that an epoch of a million batches loses no digits. Beside it, how many numbers were
    added and which one was the first that was not finite (exact up to 2²⁴).

    Parameters
    ----------
    like
        An array on the device that the sum is to be on.
    """

    def __init__(self, like: Any) -> None:
        self._numbers = empty_like(like, 4, np.float32)
        self.clear()

    def clear(self) -> None:
        """Begin again at zero."""
        _clear_total[1, 32](self._numbers)

    def add(self, value: Scalar, factor: float = 1.0) -> None:
        """Add factor · value, without waiting for it."""
        if value.convert is not first:
            raise TypeError(f"{value!r} is made of two numbers: expected one that is a float32")
        _add_to_total[1, 32](self._numbers, value.array, np.float32(factor))

    def read(self) -> tuple[float, int]:
        """Wait; return the sum, and which addition (from 0) first was not finite, or -1."""
        numbers = read(self._numbers)
        return float(numbers[0]), int(numbers[3])
