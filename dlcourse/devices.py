"""Where a model's arrays live: in the host's memory, or in that of a GPU.

``model.to("cuda")`` moves a model; layers, losses and optimizers go on as before, since their
kernels are chosen by the arrays they get (``kernels_for``). What a model is fed is copied to where
it lives, and what it predicts is copied back.

Without a GPU, ``DLCOURSE_CUDA=simulator`` in the environment, or ``with simulated_cuda():``, lets
"cuda" mean the simulator of ``dlcourse.kernels.cuda``: slow, and strict.
"""

import contextlib
import contextvars
import math
import os
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for

__all__ = [
    "CPU",
    "Device",
    "copy",
    "copy_of",
    "device",
    "device_of",
    "number",
    "simulated_cuda",
    "to_host",
]

#: The switch: what "cuda" means where this environment variable is set to "simulator".
SWITCH = "DLCOURSE_CUDA"

_simulated = contextvars.ContextVar[bool | None]("simulated", default=None)


Batch = TypeVar("Batch", bound=tuple)


class Device:
    """A place for arrays: the host's memory, or a GPU's.

    Attributes
    ----------
    name
        "cpu" or "cuda".
    """

    name: str

    def __repr__(self) -> str:
        return f"<device {self.name}>"

    def check(self, dtype: np.dtype) -> None:
        """Refuse a model of this type where its kernels cannot compute with it."""

    def empty(self, shape: Any, dtype: Any) -> Any:
        """Return a new array; what it holds is left over from before."""
        raise NotImplementedError

    def put(self, array: Any) -> Any:
        """Return ``array`` here: itself where it is here already, or a copy."""
        raise NotImplementedError

    def total(self) -> Any:
        """Return an empty sum of numbers: ``add(value, factor)``, and ``read()`` at the end.

        ``read`` returns the sum, and which addition (from 0) first was not finite, or -1.
        """
        raise NotImplementedError

    def free_bytes(self) -> float:
        """Return for how many bytes there is room."""
        raise NotImplementedError

    def ahead(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield batches of the host's arrays here, each while the next is on its way.

        A batch is a tuple of arrays; the first of all is as large as any.
        """
        raise NotImplementedError


class _Host(Device):
    """The host's memory, where arrays are NumPy's."""

    name = "cpu"

    def empty(self, shape: Any, dtype: Any) -> np.ndarray:
        return np.empty(shape, dtype)

    def put(self, array: Any) -> np.ndarray:
        return to_host(array)

    def total(self) -> "_HostTotal":
        return _HostTotal()

    def free_bytes(self) -> float:
        return math.inf

    def ahead(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        return iter(batches)


class _HostTotal:
    """A sum in float64."""

    def __init__(self) -> None:
        self._sum, self._count, self._bad = 0.0, 0, -1

    def add(self, value: float, factor: float = 1.0) -> None:
        if self._bad < 0 and not math.isfinite(value):
            self._bad = self._count
        self._sum += factor * value
        self._count += 1

    def read(self) -> tuple[float, int]:
        return self._sum, self._bad


class _Cuda(Device):
    """A GPU's memory, or that of the simulated one."""

    name = "cuda"

    def __init__(self, sample: Any) -> None:
        #: An array of no use but to say, as any other array here does, where it is.
        self._sample = sample

    def check(self, dtype: np.dtype) -> None:
        if dtype != np.float32:
            raise TypeError(f"the model's numbers are {dtype}: expected float32 on a GPU")

    def empty(self, shape: Any, dtype: Any) -> Any:
        from dlcourse.kernels.cuda.memory import empty_like

        return empty_like(self._sample, shape, dtype)

    def put(self, array: Any) -> Any:
        if not isinstance(array, np.ndarray):
            return array
        here = self.empty(array.shape, array.dtype)
        if array.size:
            here.copy_to_device(np.ascontiguousarray(array))
        return here

    def total(self) -> Any:
        from dlcourse.kernels.cuda.scalars import Total

        return Total(self._sample)

    def free_bytes(self) -> float:
        from dlcourse.kernels.cuda.transfers import free_bytes

        return free_bytes(self._sample)

    def ahead(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        from dlcourse.kernels.cuda.transfers import ahead

        return ahead(self._sample, batches)


CPU: Final = _Host()
_cuda: dict[bool, Device] = {}


def device(name: Any) -> Device:
    """Return the device of this name, "cpu" or "cuda".

    Raises
    ------
    RuntimeError
        There is no GPU that can be used: the message says why, and names the simulator's switch.
    """
    if isinstance(name, Device):
        return name
    if name == "cpu":
        return CPU
    if name != "cuda":
        raise ValueError(f"device is {validation.describe(name)}: expected 'cpu' or 'cuda'")
    simulated = _simulated.get()
    if simulated is None:
        simulated = os.environ.get(SWITCH, "") == "simulator"
    return _gpu(simulated)


def _gpu(simulated: bool) -> Device:
    """Return the GPU, or the simulated one, which is made when it is first asked for."""
    if simulated not in _cuda:
        _cuda[simulated] = _Cuda(_first_array(simulated))
    return _cuda[simulated]


def _first_array(simulated: bool) -> Any:
    try:
        from dlcourse.kernels.cuda.transfers import first_array
    except ImportError as error:
        raise RuntimeError(
            f"CUDA kernels need the packages of the extra 'cuda' ({error}): "
            "python -m pip install 'dlcourse[cuda]'"
        ) from None
    return first_array(simulated)


@contextlib.contextmanager
def simulated_cuda(simulated: bool = True) -> Iterator[None]:
    """Let "cuda" mean the simulator within the ``with`` block, whatever the environment says."""
    token = _simulated.set(simulated)
    try:
        yield
    finally:
        _simulated.reset(token)


def device_of(array: Any) -> Device:
    """Return the device that ``array`` lies on."""
    if isinstance(array, np.ndarray):
        return CPU
    from dlcourse.kernels.cuda.transfers import is_simulated

    return _gpu(is_simulated(array))


def to_host(array: Any) -> np.ndarray:
    """Return ``array`` as NumPy's: itself, or a copy, for which the host waits for the device."""
    if isinstance(array, np.ndarray):
        return array
    from dlcourse.kernels.cuda.memory import read

    return read(array)


def copy_of(array: Any) -> Any:
    """Return a copy on the same device."""
    if isinstance(array, np.ndarray):
        return array.copy()
    copied = device_of(array).empty(array.shape, array.dtype)
    copy(array, copied)
    return copied


def copy(source: Any, target: Any) -> None:
    """Write target = source, of the same shape and type, wherever each of them lies."""
    if isinstance(target, np.ndarray):
        target[...] = to_host(source)
    elif isinstance(source, np.ndarray):
        if source.size:
            target.copy_to_device(np.ascontiguousarray(source))
    else:
        kernels_for(target).copy(source.reshape(-1), target.reshape(-1))


def number(value: Any) -> Any:
    """Return a kernel's result as a float, or as it is where it has yet to come from a GPU."""
    return float(value) if isinstance(value, (float, np.floating)) else value
