"""The tests for a GPU, tried on the simulator: they run, and they fail where they must."""

import numpy as np
import pytest

from dlcourse import devices
from dlcourse.kernels.cuda.simulated_memory import DeviceArray
from tests.gpu import bodies
from tests.gpu.places import Guarded
from tests.kernels.cuda.cases import CASES

pytestmark = pytest.mark.simulated

#: One case of each kernel; its other sizes run in ``test_cuda_values``.
FIRST = {name: case for case, (name, _) in reversed(list(enumerate(CASES)))}


@pytest.fixture
def gpu():
    return devices.device("cuda")


@pytest.mark.simulated("long")
@pytest.mark.parametrize("name", FIRST)
def test_the_kernels_body(name, gpu):
    bodies.kernel_case(*CASES[FIRST[name]], gpu)


def test_the_other_bodies(gpu):
    bodies.product(3, 9, 2, gpu)
    bodies.sums(1500, gpu)
    bodies.golden_run(gpu, rows=24, epochs=1)


def test_a_wrong_result_fails(gpu):
    _, arguments = CASES[FIRST["add"]]
    with pytest.raises(AssertionError, match="argument 0"):
        bodies.compare("add", arguments, lambda array: gpu.put(array * 2))


@pytest.mark.parametrize("where", [63, 64 + 5])
def test_a_guard_that_was_overwritten_is_noticed(where, gpu):
    place = Guarded(gpu)
    place.put(np.zeros(5, np.float32))
    place.check()
    (whole, before) = place._all[0]
    assert isinstance(whole, DeviceArray)
    changed = before.copy()
    changed[where] = 0
    whole.copy_to_device(changed)
    with pytest.raises(AssertionError, match="a guard was overwritten"):
        place.check()
