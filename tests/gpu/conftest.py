"""Tests for a real GPU are left out, with the reason, where there is none."""

import pytest

from dlcourse import devices


@pytest.fixture(scope="session")
def gpu():
    """The GPU; the tests that ask for it are skipped where none can be used."""
    with devices.simulated_cuda(False):
        try:
            return devices.device("cuda")
        except RuntimeError:
            pytest.skip(
                "no GPU can be used here (`dlcourse doctor` says why); "
                "`pytest tests/gpu --simulated=all` runs the same bodies on the simulator"
            )
