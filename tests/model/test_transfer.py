import re

import numpy as np
import pytest

from dlcourse.layers import Dense, ReLU, Tanh
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential, with_new_head
from dlcourse.optimizers import Adam
from dlcourse.training import fit

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 4)), RNG.integers(2, size=40)


def source():
    return Sequential(
        Dense(6), ReLU(), Dense(5), Tanh(), Dense(3), input_shape=(4,), rng=0, dtype=np.float64
    )


@pytest.mark.parametrize("keep", [4, "tanh_1"])
def test_the_body_is_copied_and_the_head_is_new(keep):
    old = source()
    new = with_new_head(old, Dense(2), keep=keep, rng=1)
    assert [repr(layer) for layer in new.layers] == [
        *map(repr, old.layers[:4]), "Dense(units=2)",
    ]  # fmt: skip
    for name in ("dense_1.w", "dense_1.b", "dense_2.w", "dense_2.b"):
        assert np.array_equal(new.parameters[name].value, old.parameters[name].value)
        assert not np.shares_memory(new.parameters[name].value, old.parameters[name].value)
    assert new.output_shape == (2,)
    body = Sequential(Dense(6), ReLU(), Dense(5), Tanh(), input_shape=(4,), rng=0, dtype=float)
    expected = body.predict(X) @ new.layers[4].w + new.layers[4].b
    np.testing.assert_allclose(new.predict(X), expected)


@pytest.mark.parametrize("rate", [0, 0.1, 1])
def test_only_what_is_not_frozen_learns(rate):
    old = source()
    new = with_new_head(old, Dense(2), keep=4, rng=1, rate=rate)
    before = new.snapshot()["parameters"]
    head = new.layers[4].w.copy()
    fit(
        new, SoftmaxCrossEntropy(), Adam(new.parameters, 0.01), (X, Y), epochs=2, rng=0,
        progress=False,
    )  # fmt: skip
    size = old.layers[0].w.size + 6 + old.layers[2].w.size + 5
    assert np.array_equal(new.parameters.values[:size], before[:size]) == (rate == 0)
    assert not np.array_equal(new.layers[4].w, head)


def test_rates_layer_by_layer():
    new = with_new_head(source(), Dense(2), keep=4, rng=1, rate=0.1)
    new.parameters.set_rate("dense_1", 0.01)
    assert [part.rate for part in new.parameters] == [0.01, 0.01, 0.1, 0.1, 1, 1]


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"keep": 6}, ValueError, "keep is 6: expected at most 5, the layers there are"),
        ({"keep": 0}, ValueError, "keep is 0: expected a whole number of at least 1"),
        ({"keep": "conv"}, ValueError, "keep is 'conv': expected one of dense_1, relu_1, dense_2"),
        ({"keep": 1, "rate": -1}, ValueError, "rate is -1: expected a finite number at least 0"),
    ],
)
def test_bad_input(options, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)):
        with_new_head(source(), Dense(2), rng=0, **options)


def test_no_head():
    with pytest.raises(ValueError, match="head is empty: expected at least one new layer"):
        with_new_head(source(), keep=2, rng=0)
