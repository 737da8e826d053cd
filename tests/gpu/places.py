"""Where the tests put their arrays: between guards, on a GPU or on the simulated one."""

from typing import Any

import numpy as np

from dlcourse.devices import Device

#: Numbers before and behind each array that nobody may touch; a multiple of 256 bytes.
GUARD = 64
#: What the guards hold: its bits are looked at, so that it may be NaN, which spreads when read.
MARKS: dict[str, Any] = {"f": np.nan, "i": -77, "u": 77}


class Guarded:
    """Copies arrays to a device, each within a larger one, and looks at what lies around them."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._all: list[tuple[Any, np.ndarray]] = []

    def put(self, array: np.ndarray) -> Any:
        """Return a copy of ``array`` on the device, with guards before and behind it."""
        host = np.full(array.size + 2 * GUARD, MARKS[array.dtype.kind], array.dtype)
        host[GUARD : GUARD + array.size] = array.ravel()
        whole = self.device.put(host)
        self._all.append((whole, host))
        return whole[GUARD : GUARD + array.size].reshape(array.shape)

    def check(self) -> None:
        """Fail where anything but the arrays themselves was written."""
        for whole, before in self._all:
            after = whole.copy_to_host()
            for part in (slice(GUARD), slice(-GUARD, None)):
                assert after[part].tobytes() == before[part].tobytes(), "a guard was overwritten"
