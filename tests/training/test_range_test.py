import re

import numpy as np
import pytest

from dlcourse.data import load_digits
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.training import RangeTest, fit, learning_rate_range_test


@pytest.fixture(scope="module")
def digits():
    return load_digits().train


def network():
    return Sequential(Dense(32), ReLU(), Dense(10), input_shape=(64,), rng=0)


@pytest.mark.parametrize("make", [SGD, Adam])
def test_the_suggested_rate_trains_better_than_the_ends(digits, make):
    model, loss = network(), SoftmaxCrossEntropy()
    found = learning_rate_range_test(
        model, loss, make(model.parameters), digits, lowest=1e-6, highest=100, rng=0
    )
    assert isinstance(found, RangeTest)
    assert 1e-4 < found.suggestion < 10
    assert found.rates.shape == found.losses.shape == found.smoothed.shape
    np.testing.assert_allclose(found.rates[1:] / found.rates[:-1], 10 ** (8 / 99))
    losses = {}
    for rate in (1e-6, found.suggestion, found.rates[-1]):
        model = network()
        optimizer = make(model.parameters, rate)
        with np.errstate(all="ignore"):
            try:
                history = fit(model, loss, optimizer, digits, epochs=2, rng=0, progress=False)
            except ArithmeticError:
                losses[rate] = np.inf
            else:
                losses[rate] = history["loss"][-1]
    assert min(losses, key=losses.get) == found.suggestion


def test_model_and_optimizer_leave_as_they_came(digits):
    model = network()
    optimizer = Adam(model.parameters, 0.01)
    fit(model, SoftmaxCrossEntropy(), optimizer, digits, epochs=1, rng=0, progress=False)
    before = model.snapshot() | optimizer.snapshot()
    learning_rate_range_test(model, SoftmaxCrossEntropy(), optimizer, digits, steps=20, rng=0)
    after = model.snapshot() | optimizer.snapshot()
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)


def test_it_ends_when_the_loss_diverges(digits):
    model = network()
    found = learning_rate_range_test(
        model, SoftmaxCrossEntropy(), SGD(model.parameters), digits,
        lowest=1e-3, highest=1e6, steps=200, rng=0,
    )  # fmt: skip
    assert len(found.rates) < 200
    assert found.smoothed[-1] > 4 * found.smoothed.min()


def test_linear_spacing_is_smiths(digits):
    model = network()
    found = learning_rate_range_test(
        model, SoftmaxCrossEntropy(), SGD(model.parameters), digits,
        lowest=0.01, highest=0.5, steps=50, spacing="linear", rng=0,
    )  # fmt: skip
    np.testing.assert_allclose(np.diff(found.rates), 0.01)


def test_few_examples_are_gone_through_again():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 64)), rng.normal(size=(5, 10))
    model = network()
    found = learning_rate_range_test(
        model, MeanSquaredError(), SGD(model.parameters), (x, y),
        lowest=1e-6, highest=1e-4, steps=30, batch_size=2, rng=0,
    )  # fmt: skip
    assert len(found.rates) == 30


def test_the_same_seed_gives_the_same_losses(digits):
    model = network()
    runs = [
        learning_rate_range_test(
            model, SoftmaxCrossEntropy(), SGD(model.parameters), digits, steps=10, rng=3
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"lowest": 0}, ValueError, "first is 0: expected a finite number above 0"),
        ({"lowest": 1, "highest": 0.1}, ValueError, "highest is 0.1: expected more than lowest, 1"),
        ({"steps": 1}, ValueError, "steps is 1: expected a whole number of at least 2"),
        ({"spacing": "log"}, ValueError, "spacing is 'log': expected one of exponential, linear"),
        ({"divergence": 1}, ValueError, "divergence is 1: expected a finite number above 1"),
        ({"batch_size": 0}, ValueError, "batch_size is 0: expected a whole number of at least 1"),
        ({"rng": None}, TypeError, "rng is None (NoneType): expected a numpy.random.Generator"),
        ({"lowest": 1e20, "highest": 1e30}, ValueError, "the loss rose after 1 steps: expected a"),
    ],
)
def test_bad_options(digits, options, kind, sentence):
    model = network()
    with pytest.raises(kind, match=re.escape(sentence)), np.errstate(all="ignore"):
        learning_rate_range_test(
            model, SoftmaxCrossEntropy(), SGD(model.parameters), digits, **{"rng": 0, **options}
        )
