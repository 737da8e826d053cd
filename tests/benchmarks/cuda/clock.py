"""How long the device takes, and what it could do at most."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numba import cuda

from dlcourse.devices import Device
from dlcourse.kernels.cuda.transfers import is_simulated

#: Float32 multiplications with addition that a multiprocessor does in a cycle, from 8.0 to 9.0.
PER_CYCLE = {(8, 0): 64, (9, 0): 128}
USUAL_PER_CYCLE = 128


@dataclass(frozen=True)
class Clock:
    """Times launches on one device; how much work a timing gets is chosen here.

    Attributes
    ----------
    device
        Where to: "cuda", real or simulated. Of a simulated one the times mean nothing.
    rounds
        How many timings the median is taken of.
    seconds
        How long one timing lasts at least.
    """

    device: Device
    rounds: int = 9
    seconds: float = 0.02

    @property
    def simulated(self) -> bool:
        """Whether there is no GPU."""
        return is_simulated(self.device.empty(1, np.float32))

    def wait(self) -> None:
        """Let the device finish."""
        if not self.simulated:
            cuda.synchronize()

    def time(self, run: Callable[[], Any]) -> float:
        """Return the median seconds of one run, of many launched one after another."""
        run()  # compiles what is not compiled
        self.wait()
        repeats = max(1, int(self.seconds / max(self._once(run, 1), 1e-7)))
        return median(self._once(run, repeats) for _ in range(self.rounds))

    def _once(self, run: Callable[[], Any], repeats: int) -> float:
        begin = perf_counter()
        for _ in range(repeats):
            run()
        self.wait()
        return (perf_counter() - begin) / repeats


def facts(clock: Clock) -> dict[str, Any]:
    """Return what the device is: its name, what it computes at most, its measured bandwidth."""
    return device_facts(clock) | {"bytes_per_second": bandwidth(clock)}


def device_facts(clock: Clock) -> dict[str, Any]:
    """Return the device's name and its peak in float32, by its clock and multiprocessors."""
    if clock.simulated:
        return {"device": "simulated", "peak_flops": None}
    device = cuda.get_current_device()
    name = device.name.decode() if isinstance(device.name, bytes) else device.name
    per_cycle = PER_CYCLE.get(device.compute_capability, USUAL_PER_CYCLE)
    hertz = 1000 * device.CLOCK_RATE
    return {
        "device": name,
        "compute_capability": ".".join(map(str, device.compute_capability)),
        "multiprocessors": device.MULTIPROCESSOR_COUNT,
        "peak_flops": 2 * per_cycle * device.MULTIPROCESSOR_COUNT * hertz,
    }


def bandwidth(clock: Clock, numbers: int | None = None) -> float:
    """Return bytes a second of the driver's own copy within the device's memory."""
    numbers = numbers or (1000 if clock.simulated else 1 << 28)
    source = clock.device.put(np.zeros(numbers, np.float32))
    target = clock.device.empty(numbers, np.float32)
    return 2 * source.nbytes / clock.time(lambda: target.copy_to_device(source))
