"""Learning from new data: what is mixed in, and that the old model is left alone."""

import numpy as np
import pytest

from dlcourse.data import Dataset, load_fashion_mnist
from dlcourse.drift import adapt, rehearsed, shifted
from dlcourse.layers import Dense, Flatten, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import evaluate, fit

loss = SoftmaxCrossEntropy()


def numbered(start, n):
    x = np.arange(start, start + n, dtype=np.float32)[:, None]
    return x, (np.arange(n) % 2)


@pytest.mark.parametrize(("share", "old"), [(0, 0), (0.25, 4), (0.5, 12), (0.75, 36)])
def test_shares(share, old):
    found = rehearsed(numbered(0, 12), numbered(100, 40), share, rng=0)
    assert isinstance(found, Dataset)
    assert (found.x >= 100).sum() == old
    assert len(set(found.x[:, 0].tolist())) == 12 + old  # each of the new once, no old one twice
    np.testing.assert_array_equal(found.y, found.x[:, 0] % 2)
    assert share == 0 or (np.diff(found.x[:, 0] >= 100) != 0).sum() > 1  # mixed


@pytest.fixture(scope="module")
def trained():
    fashion = load_fashion_mnist()
    model = Sequential(Flatten(), Dense(32), ReLU(), Dense(10), input_shape=(28, 28, 1), rng=0)
    old = Dataset(fashion.train.x[:2000], fashion.train.y[:2000])
    fit(model, loss, Adam(model.parameters, 2e-3), old, epochs=8, rng=0, progress=False)
    return model, old, fashion.test


def test_adapting_helps_on_the_new_and_rehearsing_on_the_old(trained):
    model, old, test = trained

    def right(model, x):
        return evaluate(model, loss, (x, test.y))["accuracy"]

    turned = shifted(test.x, "rotation", 1, rng=0)
    new = Dataset(shifted(old.x[:500], "rotation", 1, rng=0), old.y[:500])
    before, values = right(model, turned), model.parameters.values.copy()
    alone = adapt(model, loss, new, epochs=8, rng=0)
    both = adapt(model, loss, new, old=old, epochs=8, rng=0)
    np.testing.assert_array_equal(model.parameters.values, values)
    assert right(alone, turned) > before + 0.3
    assert right(both, turned) > before + 0.3
    assert right(both, test.x) > right(alone, test.x) + 0.1


def test_a_seed_gives_the_same_model_and_rates_are_kept(trained):
    model, old, _ = trained
    frozen = adapt(model, loss, old, epochs=1, rng=0)
    frozen.parameters.set_rate("dense_1", 0)
    new = Dataset(old.x[:64], old.y[:64])
    one, same = (adapt(frozen, loss, new, old=old, epochs=2, rng=3) for _ in range(2))
    np.testing.assert_array_equal(one.parameters.values, same.parameters.values)
    for name in ("dense_1.w", "dense_2.w"):
        moved = (one.parameters[name].value != frozen.parameters[name].value).any()
        assert moved == (name == "dense_2.w")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: rehearsed(numbered(0, 12), numbered(0, 5), 0.5, 0),
            ValueError,
            "12 old examples would have to come to 12 new ones: expected at most 5",
        ),
        (lambda: rehearsed(numbered(0, 2), numbered(0, 5), 1, 0), ValueError, "share is 1: expe"),
        (
            lambda: rehearsed(numbered(0, 2), (np.zeros((3, 2)), np.zeros(3, int)), 0.5, 0),
            ValueError,
            r"old.x has examples of shape \(2,\): expected \(1,\), as new.x has",
        ),
        (lambda: adapt(None, loss, numbered(0, 2), rng=0), TypeError, "model is None .*: expected"),
    ],
)
def test_what_is_wrong_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call()
