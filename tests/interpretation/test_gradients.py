"""Explanations by gradients: against central differences, known functions, and their axioms."""

import numpy as np
import pytest

from dlcourse.interpretation import input_gradients, integrated_gradients, saliency
from dlcourse.layers import (
    LSTM,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    MaxPool2D,
    ReLU,
    Tanh,
)
from dlcourse.model import Sequential
from dlcourse.training import numerical_gradient, relative_error
from tests.support import DEVICES


def network(*layers, shape, seed=0, dtype=np.float64):
    model = Sequential(*layers, input_shape=shape, rng=seed, dtype=dtype)
    rng = np.random.default_rng(seed)
    for name, array in model.state.items():  # as after some training
        array[...] = rng.uniform(0.5, 2, array.shape)
        assert "." in name
    return model


MODELS = {
    "dense": lambda: network(Dense(7), Tanh(), Dropout(0.5), Dense(3), shape=(5,)),
    "batch norm": lambda: network(Dense(6), BatchNorm(), ReLU(), Dense(3), shape=(4,)),
    "convolution": lambda: network(
        Conv2D(4, 3), Tanh(), MaxPool2D(2), Flatten(), Dense(3), shape=(6, 7, 2)
    ),
    "recurrent": lambda: network(LSTM(5), Dense(3), shape=(4, 2)),
}


def inputs(model, n=3, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, *model.input_shape)), np.array([0, 2, 1, 1, 0][:n])


@pytest.mark.parametrize("name", MODELS)
def test_against_central_differences(name):
    model = MODELS[name]()
    x, labels = inputs(model)

    def score(x):
        return float(model.predict(x)[np.arange(len(x)), labels].sum())

    found = input_gradients(model, x, labels)
    assert relative_error(found, numerical_gradient(score, x.copy())) < 1e-6
    np.testing.assert_array_equal(saliency(model, x, labels), np.abs(found))


def test_the_model_stays_as_it_is():
    model = MODELS["batch norm"]()
    model.parameters.gradients[...] = 7
    before = model.snapshot()
    x, labels = inputs(model)
    integrated_gradients(model, x, labels, steps=3)
    for name, array in model.snapshot().items():
        np.testing.assert_array_equal(array, before[name])
    assert (model.parameters.gradients == 7).all()


def test_many_examples_are_as_one_by_one():
    model = MODELS["dense"]()
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(600, 5)), rng.integers(3, size=600)
    found = input_gradients(model, x, labels)
    for n in (0, 255, 256, 599):
        alone = input_gradients(model, x[n : n + 1], labels[n : n + 1])
        np.testing.assert_allclose(found[n], alone[0], rtol=1e-12)


def test_a_linear_model_is_explained_by_its_weights():
    model = network(Dense(3), shape=(4,))
    w = model.parameters["dense_1.w"].value
    x, labels = inputs(model)
    np.testing.assert_allclose(input_gradients(model, x, labels), w[:, labels].T)
    baseline = np.array([1.0, 0, -1, 2])
    found = integrated_gradients(model, x, labels, baseline=baseline, steps=1)
    np.testing.assert_allclose(found, (x - baseline) * w[:, labels].T)


@pytest.mark.parametrize("name", MODELS)
def test_integrated_gradients_share_out_the_whole_rise(name):
    """Completeness, the axiom that gives the method its meaning."""
    model = MODELS[name]()
    x, labels = inputs(model)
    each = np.arange(len(x))
    rise = (model.predict(x) - model.predict(np.zeros_like(x)))[each, labels]
    errors = []
    for steps in (4, 256):
        found = integrated_gradients(model, x, labels, steps=steps)
        errors.append(np.abs(found.reshape(len(x), -1).sum(axis=1) - rise).max())
    assert errors[1] < 0.01 * max(1, np.abs(rise).max())
    assert errors[1] <= errors[0] + 1e-12


def test_an_input_at_its_baseline_gets_nothing():
    model = MODELS["dense"]()
    x, labels = inputs(model)
    x[:, 1] = 0
    assert (integrated_gradients(model, x, labels)[:, 1] == 0).all()
    assert (input_gradients(model, x, labels)[:, 1] != 0).all()


def test_where_saliency_is_blind_integrated_gradients_see():
    """y = 1 - max(0, 1 - x) is flat from x = 1 on: no slope at 2, and a rise of 1 from 0."""
    model = network(Dense(1), ReLU(), Dense(1), shape=(1,))
    model.parameters.values[...] = [-1, 1, -1, 1]
    x, labels = np.array([[2.0]]), np.array([0])
    assert saliency(model, x, labels)[0, 0] == 0
    assert integrated_gradients(model, x, labels)[0, 0] == pytest.approx(1)


@DEVICES
def test_on_either_device(device):
    model = network(Dense(6), Tanh(), Dense(3), shape=(5,), dtype=np.float32)
    x, labels = inputs(model)
    x = x.astype(np.float32)
    expected = integrated_gradients(model, x, labels, steps=4)
    found = integrated_gradients(model.to(device), x, labels, steps=4)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def small():
    return network(Dense(3), shape=(4,))


X = np.zeros((2, 4))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: saliency(None, X, [0, 1]), TypeError, "model is None .*: expected a Sequential"),
        (lambda: saliency(small(), X[:, :3], [0, 1]), ValueError, "x has shape .2, 3.: expected"),
        (lambda: saliency(small(), X * np.nan, [0, 1]), ValueError, "x holds 8 values that are no"),
        (lambda: saliency(small(), X, [0, 3]), ValueError, r"labels\[1\] is 3: expected labels fr"),
        (lambda: saliency(small(), X, [0]), ValueError, r"labels has shape \(1,\): expected"),
        (
            lambda: saliency(network(Embedding(9, 2), Flatten(), Dense(3), shape=(4,)), X, [0, 1]),
            TypeError,
            "model takes inputs of int64: expected real numbers",
        ),
        (
            lambda: saliency(
                network(LSTM(2, return_sequences=True), shape=(4, 1)), X[..., None], [0, 1]
            ),
            ValueError,
            r"model has outputs of shape \(4, 2\): expected one row",
        ),
        (
            lambda: integrated_gradients(small(), X, [0, 1], steps=0),
            ValueError,
            "steps is 0: expected",
        ),
        (
            lambda: integrated_gradients(small(), X, [0, 1], baseline=np.zeros(2)),
            ValueError,
            r"baseline has shape \(2,\): expected a number, or an array of shape \(4,\)",
        ),
    ],
)
def test_what_is_wrong_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call()
