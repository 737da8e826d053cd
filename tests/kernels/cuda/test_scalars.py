"""Numbers that stay on the device, and the memory that kernels work in."""

import numpy as np
import pytest
from numba import cuda

from dlcourse.kernels.cuda import mean_squared_error, memory, sum_of_squares
from dlcourse.kernels.cuda.compile import Kernel
from dlcourse.kernels.cuda.scalars import SLOTS, Total, new_scalar
from dlcourse.kernels.cuda.simulated_memory import DeviceArray, to_device
from dlcourse.kernels.cuda.streams import DEFAULT, current_stream, on_stream


def scalar(value):
    made = new_scalar(to_device(np.zeros(1, np.float32)))
    made.array.copy_to_device(np.array([value, np.nan], np.float32))
    return made


def test_a_scalar_is_read_when_it_is_asked_for():
    made = scalar(3.5)
    assert float(made) == 3.5
    assert int(made) == 3
    assert repr(made) == "Scalar(3.5)"


def test_a_scalar_serves_as_a_number():
    """A learner's loop prints a loss, adds a penalty to it, and stops when it is small."""
    like = to_device(np.zeros(1, np.float32))
    scalar = new_scalar(like)
    scalar.array.copy_to_device(np.array([0.25, 0], np.float32))
    assert f"{scalar:.3f}" == "0.250"
    assert scalar == 0.25
    assert scalar != 0.3
    assert 0.2 < scalar < 0.3
    assert scalar >= 0.25 >= scalar
    assert [scalar + 1, 1 + scalar, scalar - 1, 1 - scalar, 2 * scalar, scalar * 2, scalar / 2] == [
        1.25, 1.25, -0.75, 0.75, 0.5, 0.5, 0.125,
    ]  # fmt: skip
    assert scalar + scalar == sum([scalar, scalar]) == 0.5


def test_a_scalar_that_was_overwritten_says_so():
    made = scalar(1)
    for _ in range(SLOTS - 1):
        scalar(2)
    assert float(made) == 1
    scalar(2)
    with pytest.raises(RuntimeError, match=r"overwritten: expected it to be used before 4096 more"):
        float(made)


def copies_to_host(monkeypatch):
    """Count what is copied from the (simulated) device from now on."""
    copied = []
    original = DeviceArray.copy_to_host

    def counted(self, *arguments):
        copied.append(self.shape)
        return original(self, *arguments)

    monkeypatch.setattr(DeviceArray, "copy_to_host", counted)
    return copied


def test_a_total_needs_one_copy_for_many_losses(monkeypatch):
    y, target, weight = (to_device(np.ones(s, np.float32)) for s in ((3, 2), (3, 2), 3))
    dy = to_device(np.empty((3, 2), np.float32))
    y.copy_to_device(np.arange(6, dtype=np.float32).reshape(3, 2))
    total = Total(y)
    copied = copies_to_host(monkeypatch)
    for _ in range(5):
        total.add(mean_squared_error(y, target, weight, 6.0, dy), 3)
    assert copied == []
    assert total.read() == (pytest.approx(5 * 3 * 31 / 6), -1)
    assert len(copied) == 1


def test_a_total_loses_nothing_of_small_numbers():
    total = Total(to_device(np.zeros(1, np.float32)))
    total.add(scalar(2.0**24))
    one = scalar(1)
    for _ in range(100):  # of which plain float32 additions would lose every one
        total.add(one)
    assert total.read() == (2**24 + 100, -1)
    total.clear()
    assert total.read() == (0, -1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_total_remembers_which_number_was_not_finite(bad):
    total = Total(to_device(np.zeros(1, np.float32)))
    for value in (1, 2, bad, 3, bad):
        total.add(scalar(value))
    value, first = total.read()
    assert not np.isfinite(value)
    assert first == 2


def test_a_total_refuses_a_number_that_may_be_beyond_float32():
    values = to_device(np.full(2, 1e30, np.float32))
    squares = sum_of_squares(values)
    assert float(squares) == pytest.approx(2e60)
    with pytest.raises(TypeError, match="is made of two numbers: expected one"):
        Total(values).add(squares)


def test_filling_copying_adding_and_gathering():
    values = to_device(np.full(300, np.nan, np.float32))
    memory.fill(values, 2)
    assert (values.copy_to_host() == 2).all()
    source = np.arange(300, dtype=np.float32)
    memory.copy(to_device(source), values)
    memory.add_scaled(values, to_device(source), 0.5)
    assert np.array_equal(values.copy_to_host(), 1.5 * source)
    for dtype in (np.float32, np.int64):
        x, indices = np.arange(60, dtype=dtype).reshape(20, 3), np.array([7, 7, 19, 0])
        y = to_device(np.zeros((4, 3), dtype))
        memory.gather_rows(to_device(x), to_device(indices), y)
        assert np.array_equal(y.copy_to_host(), x[indices])


def test_room_to_work_in_is_poisoned_where_it_is_simulated():
    like = to_device(np.zeros(1, np.float32))
    assert np.isnan(memory.workspace(like, "room", (2, 3)).copy_to_host()).all()
    least = np.iinfo(np.int64).min
    assert memory.workspace(like, "room", 2, np.int64).copy_to_host().tolist() == [least] * 2


def test_launches_take_the_current_stream(monkeypatch):
    """What numba-cuda is given where a GPU is, by a stand-in for it."""
    given = []

    class Compiled:
        def __getitem__(self, configuration):
            given.append(configuration)
            return lambda *arguments: None

    kernel = Kernel(lambda x: None, "f4[::1]", "nothing")
    monkeypatch.setitem(kernel.__dict__, "compiled", Compiled())
    kernel[3, 32](object())
    with on_stream("a stream"):
        assert current_stream() == "a stream"
        kernel[3, 32](object())
        kernel[3, 32](object())  # configured once
    kernel[3, 32](object())
    assert current_stream() == DEFAULT
    assert given == [(3, 32, DEFAULT), (3, 32, "a stream")]


def test_the_old_built_in_target_is_noticed(monkeypatch):
    monkeypatch.setattr(cuda, "implementation", "Built-in")
    kernel = Kernel(lambda x: None, "f4[::1]", "nothing")
    with pytest.raises(RuntimeError, match=r"took the place of the package numba-cuda"):
        kernel[1, 32](object())


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((np.zeros(2, np.float64), np.float32(1)), r"array\(float64, 1d, C\) as argument 0"),
        ((np.zeros((2, 2), np.float32), np.float32(1)), r"array\(float32, 2d, C\) as argument 0"),
        ((np.zeros(4, np.float32)[::2], np.float32(1)), r"array\(float32, 1d, A\) as argument 0"),
        ((np.zeros(2, np.float32), 1.0), "float64 as argument 1: expected float32"),
    ],
)
def test_arguments_of_other_types_are_refused_as_on_a_gpu(arguments, what):
    array, number = arguments
    with pytest.raises(TypeError, match=f"fill was given {what}"):
        memory._fill[1, 32](DeviceArray(array), number)
