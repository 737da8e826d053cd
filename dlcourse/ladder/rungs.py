"""What a ladder is, and how it is climbed: check, then time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any, ClassVar

import numba
import numpy as np

from dlcourse import validation

#: The names of the rungs, from the bottom.
RUNGS = ("Python", "NumPy", "Numba", "Numba, all cores", "library")

Work = Callable[[], None]


class Ladder:
    """One operation on fixed inputs, done in several ways.

    Subclasses give ``loops``, the operation as nested loops that write into their last argument,
    ``numpy`` and ``library``, the inputs, and the shape of the result.

    Attributes
    ----------
    name
        What it computes.
    inputs
        The arguments of ``loops``, float32 (labels int64).
    operations
        Multiplications and additions, or exponentials where these are what costs.
    """

    name: ClassVar[str]
    loops: ClassVar[Callable[..., None]]
    inputs: tuple[np.ndarray, ...]
    operations: int

    def result_shape(self) -> tuple[int, ...]:
        """Return the shape of the result."""
        raise NotImplementedError

    def numpy(self) -> np.ndarray:
        """Return the result by whole arrays."""
        raise NotImplementedError

    def library(self) -> Callable[[], np.ndarray]:
        """Return a function that lets the library do it."""
        raise NotImplementedError

    def rung(self, name: str) -> Callable[[], Any]:
        """Return the function that climbs to this rung: without arguments, returning the result.

        What it needs is made here, so that doing it again is the operation and nothing else.
        """
        if name not in RUNGS:
            raise ValueError(f"rung is {name!r}: expected one of {', '.join(map(repr, RUNGS))}")
        if name == "NumPy":
            return self.numpy
        if name == "library":
            return self.library()
        if name == "Python":
            return _filling(type(self).loops, *(each.tolist() for each in self.inputs),
                            np.zeros(self.result_shape()).tolist())  # fmt: skip
        compiled = self._compiled if name == "Numba" else self._compiled_for_all_cores
        return _filling(compiled, *self.inputs, np.zeros(self.result_shape(), np.float32))

    @cached_property
    def _compiled(self) -> Any:
        return numba.njit(type(self).loops)

    @cached_property
    def _compiled_for_all_cores(self) -> Any:
        return numba.njit(parallel=True)(type(self).loops)

    def exact(self) -> np.ndarray:
        """Return the result in float64, by NumPy."""
        real = self.inputs
        try:
            self.inputs = tuple(
                each.astype(np.float64) if each.dtype.kind == "f" else each for each in real
            )
            return self.numpy()
        finally:
            self.inputs = real


def _filling(loops: Callable[..., None], *arguments: Any) -> Callable[[], Any]:
    def run() -> Any:
        loops(*arguments)
        return arguments[-1]

    return run


@dataclass(frozen=True)
class Step:
    """One rung, climbed.

    Attributes
    ----------
    operation, rung
        Their names.
    microseconds
        Median of the runs.
    faster
        How many times as fast as the rung at the bottom.
    error
        The largest difference to float64.
    """

    operation: str
    rung: str
    microseconds: float
    faster: float
    error: float


def climb(ladder: Ladder, seconds: float = 0.3, tolerance: float = 1e-4) -> list[Step]:
    """Check each rung of a ladder against float64, then time it for about so many seconds.

    Raises
    ------
    ArithmeticError
        A rung's result is further from float64 than ``tolerance`` times the largest number in it.
    """
    if not isinstance(ladder, Ladder):
        raise TypeError(
            f"ladder is {validation.describe(ladder)}: expected one such as DenseLayer()"
        )
    seconds = validation.number("seconds", seconds, least=0)
    exact = ladder.exact()
    largest = float(np.abs(exact).max())
    steps: list[Step] = []
    for name in RUNGS:
        run = ladder.rung(name)
        error = float(np.abs(np.asarray(run()) - exact).max())
        if not error <= tolerance * largest:
            raise ArithmeticError(
                f"{ladder.name} by {name} is off by {error:.2g}: expected at most {tolerance:g} of "
                f"the largest number, {largest:.2g}"
            )
        # Pools of threads spin for a while after their work; the next rung is to have the cores.
        time.sleep(0.05)
        microseconds = _time(run, seconds)
        bottom = steps[0].microseconds if steps else microseconds
        steps.append(Step(ladder.name, name, microseconds, bottom / microseconds, error))
    return steps


def _time(run: Callable[[], Any], seconds: float) -> float:
    """Return the median of some runs in microseconds; three at least."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(1e6 * (time.perf_counter() - start))
    return median(times)
