from itertools import chain

import numpy as np
import pytest

from dlcourse.buffers import Buffers
from dlcourse.layers import BatchNorm, Dense, Dropout, Recompute, ReLU, Residual, Tanh
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import fit

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 6)), RNG.integers(3, size=30)


def blocks():
    """Layers in groups; the generator is drawn from in the same order either way."""
    return [
        [Dense(6), BatchNorm(), ReLU()],
        [Dropout(0.3), Dense(8), Tanh()],
        [Residual(Dense(8), Tanh()), Dropout(0.2), Dense(5)],
    ]


def network(recompute):
    groups = blocks()
    layers = [Recompute(*group) for group in groups] if recompute else [*chain(*groups)]
    return Sequential(*layers, Dense(3), input_shape=(6,), rng=0, dtype=np.float64)


def test_results_are_the_same_to_the_last_bit():
    models = network(True), network(False)
    assert np.array_equal(models[0].parameters.values, models[1].parameters.values)
    for model in models:
        fit(
            model, SoftmaxCrossEntropy(), Adam(model.parameters, 0.01), (X, Y), epochs=4,
            batch_size=8, rng=0, progress=False,
        )  # fmt: skip
    assert np.array_equal(models[0].parameters.values, models[1].parameters.values)
    for mine, other in zip(models[0].state.values(), models[1].state.values(), strict=True):
        assert np.array_equal(mine, other)
    assert np.array_equal(models[0].predict(X), models[1].predict(X))


def test_the_input_gradient_is_the_same():
    models = network(True), network(False)
    gradients = []
    for model in models:
        model.forward(X)
        gradients.append(model.backward(np.ones((30, 3)), input_gradient=True))
    assert np.array_equal(*gradients)


def test_inner_activations_share_one_memory():
    def deep(wrap):
        layers = [
            layer
            for _ in range(6)
            for layer in wrap(Dense(50), Tanh(), Dense(50), Tanh(), Dense(50), Tanh())
        ]
        model, pool = Sequential(*layers, input_shape=(50,), rng=0), Buffers()
        for layer in model.layers:
            layer.share(pool)  # as the model does, with a pool that this test can measure
        model.forward(np.ones((100, 50)))
        model.backward(np.ones((100, 50)))
        return pool.nbytes + sum(layer.buffers.nbytes for layer in model.layers)

    one = 100 * 50 * 4
    plain = deep(lambda *layers: layers)
    saved = deep(lambda *layers: [Recompute(*layers)])
    # Each dx, and what comes before a tanh, lies in the two arrays that the layers use in turn.
    assert plain == pytest.approx(6 * 3 * one, abs=one)  # y of each tanh
    assert saved <= (6 + 3 + 1) * one  # y of each block, and one block's inside, and its dy


def test_recompute_inside_recompute():
    inner = Sequential(
        Recompute(Dense(4), Recompute(Dense(5), Tanh()), Dense(2)), input_shape=(6,), rng=0,
        dtype=np.float64,
    )  # fmt: skip
    plain = Sequential(
        Dense(4), Dense(5), Tanh(), Dense(2), input_shape=(6,), rng=0, dtype=np.float64
    )
    dy = RNG.normal(size=(30, 2))
    for model in (inner, plain):
        model.forward(X)
        model.backward(dy)
    assert np.array_equal(inner.parameters.gradients, plain.parameters.gradients)


def test_repr_and_names():
    model = network(True)
    assert (
        repr(model.layers[0])
        == "Recompute(Dense(units=6), BatchNorm(momentum=0.1, epsilon=1e-05), ReLU())"
    )
    assert model.parameters["recompute_1.dense_1.w"].value.shape == (6, 6)
    assert "recompute_1.batchnorm_1.mean" in model.state
    with pytest.raises(ValueError, match="layers is empty: expected at least one layer"):
        Recompute()
