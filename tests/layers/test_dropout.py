import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import formulas
from dlcourse.kernels import cpu
from dlcourse.layers import Dense, Dropout
from dlcourse.model import Sequential, load, save
from tests.support import DEVICES_LONG, assert_layer_gradients


def philox(counter, key, bits, constants):
    """Philox 4×bits-10 in Python's whole numbers, for words of 32 or 64 bits (table 2)."""
    m0, m1, w0, w1 = constants
    size = 1 << bits
    a, b, c, d = counter
    key0, key1 = key
    for _ in range(10):
        (high0, low0), (high1, low1) = divmod(m0 * a, size), divmod(m1 * c, size)
        a, b, c, d = high1 ^ b ^ key0, low1, high0 ^ d ^ key1, low0
        key0, key1 = (key0 + w0) % size, (key1 + w1) % size
    return a, b, c, d


PHILOX_32 = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85
PHILOX_64 = 0xD2E7470EE14C6C93, 0xCA5A826395121157, 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B


def words(*values):
    return [np.uint64(value) for value in values]


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_philox_gives_the_published_words(counter, key, expected):
    """The known answers that come with Random123, the authors' own code."""
    assert list(formulas.philox(*words(*counter, *key))) == expected


word = st.integers(0, 2**32 - 1)


@given(counter=st.tuples(word, word, word, word), key=st.tuples(word, word))
def test_philox_is_the_slow_one(counter, key):
    expected = philox(counter, key, 32, PHILOX_32)
    assert tuple(formulas.philox(*words(*counter, *key))) == expected


def test_the_slow_one_with_words_of_64_bits_is_numpys():
    generator = np.random.Philox(counter=[4, 5, 6, 7], key=[8, 9])
    expected = philox((5, 5, 6, 7), (8, 9), 64, PHILOX_64)  # NumPy counts before it draws
    assert tuple(int(value) for value in generator.random_raw(4)) == expected


@pytest.mark.parametrize("size", [1, 3, 4, 5, 8, 1001])
def test_the_mask_is_a_function_of_key_step_and_index(size):
    key, step, rate = 0x0123456789ABCDEF, 2**40 + 3, 0.3
    layer = Dropout(rate)
    model = Sequential(layer, input_shape=(size,), rng=0)
    layer.state["key"][:] = key
    layer.state["step"][:] = step
    kept = model.forward(np.ones((1, size)))[0] != 0
    for i in range(size):
        counter = i // 4, 0, step % 2**32, step >> 32
        bits = philox(counter, (key % 2**32, key >> 32), 32, PHILOX_32)[i % 4]
        assert kept[i] == (bits >= rate * 2**32)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_share_that_is_dropped_and_the_mean_that_is_kept(rate):
    n = 400_000
    y = Sequential(Dropout(rate), input_shape=(n,), rng=0).forward(np.ones((1, n)))
    spread = np.sqrt(rate * (1 - rate) / n)
    assert (y == 0).mean() == pytest.approx(rate, abs=4 * spread)
    assert y.mean(dtype=float) == pytest.approx(1, abs=4 * spread / (1 - rate))
    assert set(np.unique(y)) == {0, np.float32(1 / (1 - rate))}


def test_neighbours_rows_and_steps_are_dropped_independently():
    n = 200_000
    model = Sequential(Dropout(0.5), input_shape=(n,), rng=0)
    first = model.forward(np.ones((2, n))).copy() - 1
    second = model.forward(np.ones((2, n))) - 1
    pairs = [
        (first[0, 1:], first[0, :-1]),
        (first[0, 4:], first[0, :-4]),
        (first[0], first[1]),
        (first, second),
    ]
    for a, b in pairs:
        assert abs((a * b).mean()) < 4 / np.sqrt(a.size)


def test_backward_drops_what_forward_dropped():
    model = Sequential(Dropout(0.5), input_shape=(50,), rng=0)
    y = model.forward(np.ones((4, 50)))
    dx = model.backward(np.full((4, 50), 3.0), input_gradient=True)
    np.testing.assert_array_equal(dx, 3 * y)


@DEVICES_LONG
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_gradients(rows, device):
    assert_layer_gradients(Dropout(0.3), (5,), rows=rows, device=device)


@pytest.mark.parametrize("rate", [0, 0.5])
def test_evaluation_changes_nothing(rate):
    layer = Dropout(rate)
    model = Sequential(layer, input_shape=(9,), rng=0)
    x = np.random.default_rng(0).normal(size=(3, 9)).astype(np.float32)
    np.testing.assert_array_equal(model.forward(x, training=False), x)
    np.testing.assert_array_equal(model.backward(x, input_gradient=True), x)
    assert layer.state["step"] == 0
    np.testing.assert_array_equal(model.predict(x), x)


def test_rate_zero_drops_nothing_in_training():
    x = np.random.default_rng(0).normal(size=(3, 9)).astype(np.float32)
    np.testing.assert_array_equal(Sequential(Dropout(0), input_shape=(9,), rng=0).forward(x), x)


def test_each_seed_layer_and_step_has_its_own_mask():
    x = np.ones((1, 200))

    def masks(seed):
        model = Sequential(Dropout(), Dropout(), input_shape=(200,), rng=seed)
        found = []
        for _ in range(2):
            model.forward(x)
            found += [layer.buffers.get("y", (1, 200), np.float32) != 0 for layer in model.layers]
        return [tuple(mask.ravel()) for mask in found]

    assert masks(0) == masks(0)
    different = {*masks(0), *masks(1)}
    assert len(different) == 8


def test_a_model_that_is_saved_and_loaded_goes_on_with_the_same_masks(tmp_path):
    x = np.ones((3, 20))
    model = Sequential(Dense(20), Dropout(), input_shape=(20,), rng=0)
    model.forward(x)
    save(model, tmp_path / "model.npz")
    kept = model.snapshot()
    expected = model.forward(x).copy()
    loaded = load(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.forward(x), expected)
    model.restore(kept)
    np.testing.assert_array_equal(model.forward(x), expected)


@pytest.mark.parametrize(
    ("rate", "error", "message"),
    [
        (1, ValueError, "rate is 1: expected a finite number at least 0 and below 1"),
        (-0.1, ValueError, "rate is -0.1: expected a finite number at least 0 and below 1"),
        (float("nan"), ValueError, "rate is nan: expected a finite number"),
        ("half", TypeError, "rate is 'half' (str): expected a finite number"),
        (True, TypeError, "rate is True (bool): expected a finite number"),
    ],
)
def test_a_bad_rate_is_refused(rate, error, message):
    with pytest.raises(error, match=re.escape(message)):
        Dropout(rate)


def test_nan_and_infinity_of_kept_numbers_pass():
    x = np.full((1, 1000), np.nan)
    y = Sequential(Dropout(0.5), input_shape=(1000,), rng=0).forward(x)
    assert 300 < np.isnan(y).sum() < 700
    assert not np.nan_to_num(y).any()


@pytest.mark.parametrize("first", [0, 1, 6, 7, 13])
def test_a_part_of_a_batch_is_dropped_as_in_the_whole(first):
    x = np.ones(40_003, np.float32)
    whole, part = np.empty_like(x), np.empty_like(x[first:])
    cpu.dropout(x, whole, 2**40 + 3, 5, 0.4)
    cpu.dropout(x[first:], part, 2**40 + 3, 5, 0.4, first)
    np.testing.assert_array_equal(part, whole[first:])
    tiny = np.empty(2, np.float32)
    cpu.dropout(x[:2], tiny, 2**40 + 3, 5, 0.4, first)
    np.testing.assert_array_equal(tiny, whole[first : first + 2])
