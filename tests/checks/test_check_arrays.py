import numpy as np
import pytest

from dlcourse.checks.arrays import (
    duplicate,
    only_by_rounding,
    plain_copy,
    plain_view,
    read_only,
    strided,
    unchanged,
)
from tests.ids import shown


class Liar(np.ndarray):
    """An array that claims another class, shape and dtype, and equals everything."""

    shape = property(lambda self: (7, 7))
    dtype = property(lambda self: np.dtype("float32"))
    __class__ = property(lambda self: int)

    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        raise AssertionError("asked for its array")

    def copy(self, *args, **kwargs):
        raise AssertionError("asked for its copy")

    def __array_finalize__(self, other):
        if other is not None:
            raise AssertionError("finalized")


class Pretender:
    shape, dtype, ndim = (2,), np.dtype(float), 1

    def __array__(self, dtype=None, copy=None):
        return np.ones(2)


class NumberOfItsOwn(float):
    def __float__(self):
        return 42.0


def test_a_subclass_is_seen_as_it_is():
    values = np.arange(6.0).reshape(2, 3)
    liar = np.ndarray.__new__(Liar, (2, 3), buffer=values.tobytes())
    view = plain_view(liar)
    assert type(view) is np.ndarray
    assert view.shape == (2, 3)
    assert view.dtype == np.float64
    copy = plain_copy(view)
    assert type(copy) is np.ndarray
    assert np.array_equal(copy, values)


@pytest.mark.parametrize(
    "value",
    [
        Pretender(),
        NumberOfItsOwn(1.0),
        "1.0",
        None,
        [1.0, 2.0],
        1j,
        10**30,
        np.array([1j]),
        np.array(["a"]),
        np.array([object()]),
        np.array(["2024-01-01"], dtype="datetime64[D]"),
        np.zeros(2, dtype=[("a", float)]),
    ],
    ids=shown,
)
def test_anything_but_real_numbers_is_refused(value):
    assert plain_view(value) is None


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.5, "float64"),
        (3, "int64"),
        (True, "bool"),
        (np.float32(2), "float32"),
        (np.int8(1), "int8"),
    ],
)
def test_numbers_become_arrays_without_axes(value, dtype):
    view = plain_view(value)
    assert view.shape == ()
    assert view.dtype == dtype
    assert view == value


def test_a_view_of_a_huge_shape_costs_nothing_until_it_is_copied():
    huge = np.lib.stride_tricks.as_strided(np.zeros(1), shape=(10**6, 10**6), strides=(0, 0))
    assert plain_view(huge).size == 10**12


def test_a_copy_is_native_contiguous_and_its_own():
    big_endian = np.arange(4, dtype=">f8")[::2]
    copy = plain_copy(plain_view(big_endian))
    assert copy.dtype.isnative
    assert copy.flags.c_contiguous
    assert not np.shares_memory(copy, big_endian)
    assert list(copy) == [0, 2]


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        strided(np.arange(6, dtype=np.float32).reshape(2, 3)),
        strided(np.arange(3)),
        read_only(np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        np.zeros((0, 3)),
        np.array(2.0),
    ],
)
def test_a_duplicate_has_the_same_values_layout_and_writability(array):
    copy = duplicate(array)
    assert np.array_equal(copy, array)
    assert copy.dtype == array.dtype
    assert copy.strides == array.strides
    assert copy.flags.writeable == array.flags.writeable
    assert not np.shares_memory(copy, array)


def test_containers_are_duplicated_all_the_way_down():
    inner = np.ones(2)
    function = len
    original = {"a": [inner, (inner, 3)], "f": function}
    copy = duplicate(original)
    copy["a"][0][0] = 5
    copy["a"].append(1)
    assert inner[0] == 1
    assert len(original["a"]) == 2
    assert copy["f"] is function
    assert type(copy["a"][1]) is tuple


def test_strided_arrays_are_not_contiguous_and_read_only_ones_cannot_be_written():
    assert not strided(np.ones((3, 3))).flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        read_only(np.ones(2))[0] = 1


class AlwaysEqual:
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (np.array([np.nan, 1]), np.array([np.nan, 1]), True),
        (np.array([0.0]), np.array([-0.0]), False),
        (np.ones(2), np.ones(3), False),
        (np.ones(2), np.ones(2, np.float32), False),
        ([1, np.ones(2)], [1, np.ones(2)], True),
        ([1, np.ones(2)], [1, np.zeros(2)], False),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": 1}, False),
        (1.5, AlwaysEqual(), False),
        (np.ones(1), AlwaysEqual(), False),
    ],
)
def test_unchanged(before, after, same):
    assert unchanged(before, after) is same


def test_only_by_rounding():
    x = np.array([0.1, 2.0])
    assert only_by_rounding(x, x + 1e-5 - 1e-5)
    assert not only_by_rounding(x, x + 1e-6)
    assert not only_by_rounding(x, np.zeros(3))
    assert not only_by_rounding(np.arange(3), np.arange(3))
    assert not only_by_rounding("a", "b")
