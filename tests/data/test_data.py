import sys

import numpy as np
import pytest

from dlcourse.data import Dataset, batches, load_digits


def test_digits():
    digits = load_digits()
    assert [part.x.shape for part in digits] == [(1257, 64), (270, 64), (270, 64)]
    for part in digits:
        assert (part.x.dtype, part.y.dtype) == (np.float32, np.int64)
        assert part.x.min() == 0
        assert part.x.max() == 1
        counts = np.bincount(part.y, minlength=10)
        assert counts.max() - counts.min() <= 0.02 * len(part.y) + 1
    again = load_digits()
    assert all(np.array_equal(a.x, b.x) for a, b in zip(digits, again, strict=True))


def test_digits_parts_share_no_example_and_lose_none():
    from sklearn.datasets import load_digits as scikit_digits

    pixels, labels = scikit_digits(return_X_y=True)
    parts = load_digits()
    ours = sorted((*x, y) for part in parts for x, y in zip(part.x * 16, part.y, strict=True))
    theirs = sorted((*x, y) for x, y in zip(pixels, labels, strict=True))
    np.testing.assert_array_equal(ours, theirs)


def test_digits_without_scikit_learn_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        load_digits()


@pytest.mark.parametrize("size", [1, 4, 10, 32])
def test_batches_hold_each_example_once(size):
    data = Dataset(np.arange(10.0)[:, None], np.arange(10))
    seen = []
    for batch in batches(data, size, np.random.default_rng(0)):
        assert len(batch.x) == len(batch.y) <= size
        assert np.array_equal(batch.x[:, 0], batch.y)
        seen.extend(batch.y.tolist())
    assert sorted(seen) == list(range(10))
    assert seen != list(range(10))


@pytest.mark.parametrize("seed", [None, 3])
def test_shares_of_each_batch_make_the_batch(seed):
    data = Dataset(np.arange(22.0).reshape(11, 2), np.arange(11))

    def taken(share):
        rng = None if seed is None else np.random.default_rng(seed)
        return [[array.copy() for array in batch] for batch in batches(data, 4, rng, share)]

    whole = taken(lambda rows: slice(0, rows))
    first = taken(lambda rows: slice(0, rows // 3))
    rest = taken(lambda rows: slice(rows // 3, rows))
    assert [len(x) for x, _ in first] == [1, 1, 1]
    for batch, one, other in zip(whole, first, rest, strict=True):
        for together, *parts in zip(batch, one, other, strict=True):
            np.testing.assert_array_equal(together, np.concatenate(parts))


def test_batches_without_a_generator_keep_the_order():
    data = Dataset(np.arange(10.0)[:, None], np.arange(10))
    assert [batch.y.tolist() for batch in batches(data, 4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_orders_differ_from_epoch_to_epoch():
    data, rng = Dataset(np.arange(50.0), np.arange(50)), np.random.default_rng(0)
    first, second = ([b.y.tolist() for b in batches(data, 50, rng)] for _ in range(2))
    assert first != second
