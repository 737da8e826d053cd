"""Explanations without gradients: covering and mixing up, against loops and known models."""

import builtins

import numpy as np
import pytest

from dlcourse.data import load_penguins
from dlcourse.data.metrics import accuracy
from dlcourse.estimators import Classifier
from dlcourse.interpretation import (
    PermutationImportance,
    deletion_curve,
    occlusion,
    permutation_importance,
)
from dlcourse.layers import Conv2D, Dense, Flatten, ReLU
from dlcourse.model import Sequential


def images(n=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(size=(n, 6, 7, 2)), np.array([0, 2, 1])[np.arange(n) % 3]


def network(seed=0):
    layers = Conv2D(3, 3), ReLU(), Flatten(), Dense(3)
    return Sequential(*layers, input_shape=(6, 7, 2), rng=seed, dtype=np.float64)


@pytest.mark.parametrize(("size", "stride"), [(1, 1), (2, 1), (3, 2), (6, 1)])
def test_occlusion_against_loops(size, stride):
    model, (x, labels) = network(), images()
    found = occlusion(model, x, labels, size=size, stride=stride, baseline=0.5)
    rows, columns = (6 - size) // stride + 1, (7 - size) // stride + 1
    assert found.shape == (3, rows, columns)
    for n in range(3):
        for i in range(rows):
            for j in range(columns):
                covered = x[n : n + 1].copy()
                covered[0, i * stride : i * stride + size, j * stride : j * stride + size] = 0.5
                fall = (model.predict(x[n : n + 1]) - model.predict(covered))[0, labels[n]]
                assert found[n, i, j] == pytest.approx(fall, abs=1e-12)


def test_the_deletion_curve_against_a_loop():
    model, (x, _) = network(), images(3)
    labels = model.predict(x).argmax(axis=1)
    importance = np.random.default_rng(1).normal(size=x.shape)
    shares = [0, 0.1, 0.37, 0.9, 1]
    found = deletion_curve(model, x, labels, importance, shares, baseline=0.25)
    for share, right in zip(shares, found, strict=True):
        hits = 0
        for n in range(3):
            values = x[n].ravel().copy()
            order = sorted(range(84), key=lambda k: -importance[n].ravel()[k])
            for k in order[: round(share * 84)]:
                values[k] = 0.25
            hits += model.predict(values.reshape(1, 6, 7, 2)).argmax() == labels[n]
        assert right == hits / 3
    assert found[0] == 1


def test_what_decides_goes_first():
    """A model that looks at one value only: delete that one, and nothing is recognized."""
    model = Sequential(Dense(2), input_shape=(10,), rng=0, dtype=np.float64)
    model.parameters.values[...] = 0
    model.parameters["dense_1.w"].value[4, 1] = 1
    model.parameters["dense_1.b"].value[0] = 0.5
    x, labels = np.ones((5, 10)), np.ones(5, int)
    right = np.zeros((5, 10))
    right[:, 4] = 1
    assert deletion_curve(model, x, labels, right, [0, 0.1]).tolist() == [1, 0]
    assert deletion_curve(model, x, labels, -right, [0.9, 1.0]).tolist() == [1, 0]


def by_highest(y, scores):
    return accuracy(y, np.asarray(scores).argmax(axis=1))


def test_permuting_what_is_not_used_costs_nothing():
    model = Sequential(Dense(2), input_shape=(4,), rng=0, dtype=np.float64)
    model.parameters.values[...] = 0
    model.parameters["dense_1.w"].value[2, 1] = 1
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    y = (x[:, 2] > 0).astype(int)
    found = permutation_importance(model, (x, y), by_highest, rng=0, repeats=7)
    assert isinstance(found, PermutationImportance)
    assert found.score == 1
    assert found.falls.shape == (4, 7)
    assert found.mean[[0, 1, 3]].tolist() == [0, 0, 0]
    assert found.mean[2] == pytest.approx(0.5, abs=0.1)  # as good as guessing
    np.testing.assert_allclose(found.mean, found.falls.mean(axis=1))
    np.testing.assert_allclose(found.spread, found.falls.std(axis=1))


def test_a_seed_gives_the_same_permutations():
    x, y = images(60)[0].reshape(60, -1)[:, :4], np.arange(60) % 3
    model = Sequential(Dense(3), input_shape=(4,), rng=0)
    found = [permutation_importance(model, (x, y), by_highest, rng=s).falls for s in (3, 3, 4)]
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


def test_an_estimator_will_do_as_well():
    x, y = load_penguins()
    model = Classifier((16,), epochs=40, learning_rate=1e-2).fit(x, y)
    found = permutation_importance(model, (x, y), accuracy, rng=0)
    assert found.score == accuracy(y, model.predict(x)) > 0.95
    assert (found.mean > 0).all()


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match="not installed: pip install scikit-learn"):
        permutation_importance(network(), images(), by_highest, rng=0)


X, Y = images()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: occlusion(network(), X, Y, size=7), ValueError, "size is 7, and the images are"),
        (lambda: occlusion(network(), X, Y, size=0), ValueError, "size is 0: expected"),
        (
            lambda: occlusion(
                Sequential(Dense(3), input_shape=(4,), rng=0), np.zeros((3, 4)), Y, size=1
            ),
            ValueError,
            r"x has shape \(3, 4\): expected images",
        ),
        (
            lambda: deletion_curve(network(), X, Y, X[:2], [0.5]),
            ValueError,
            r"importance has shape \(2, 6, 7, 2\): expected \(3, 6, 7, 2\)",
        ),
        (lambda: deletion_curve(network(), X, Y, X, [2]), ValueError, "shares is 2: expected"),
        (
            lambda: permutation_importance(network(), (X, Y), by_highest, rng=0),
            ValueError,
            r"data.x has shape .*: expected \(n, features\)",
        ),
        (
            lambda: permutation_importance(3, (X, Y), by_highest, rng=0),
            TypeError,
            r"model is 3 \(int\): expected one with predict",
        ),
        (
            lambda: permutation_importance(network(), (np.zeros((3, 2)), Y), "accuracy", rng=0),
            TypeError,
            "metric is 'accuracy' .*: expected a function",
        ),
    ],
)
def test_what_is_wrong_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call()
