import numpy as np
import pytest

from dlcourse.layers import Dense, ReLU, Sigmoid, Tanh
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.training import LayerStatistics, SignalStatistics, fit, signal_statistics

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 6)), RNG.integers(3, size=40)


def network(*layers):
    return Sequential(*layers, Dense(3), input_shape=(6,), rng=0, dtype=np.float64)


def test_values_are_those_of_the_signals():
    model, loss = network(Dense(5), Tanh()), SoftmaxCrossEntropy()
    first, second, last = signal_statistics(model, loss, (X, Y))
    assert isinstance(first, LayerStatistics)
    a = X @ model.layers[0].w
    assert (first.name, second.name, last.name) == ("dense_1", "tanh_1", "dense_2")
    assert (first.mean, first.spread) == pytest.approx((a.mean(), a.std()))
    assert (second.mean, second.spread) == pytest.approx((np.tanh(a).mean(), np.tanh(a).std()))
    loss.forward(np.tanh(a) @ model.layers[2].w, Y)
    dy = loss.backward()
    assert last.gradient == pytest.approx(np.sqrt((dy**2).mean()))
    dh = dy @ model.layers[2].w.T
    assert second.gradient == pytest.approx(np.sqrt((dh**2).mean()))
    assert first.update_ratio is None
    assert second.parameter_gradient is None


def test_dead_and_saturated_shares():
    model = network(Dense(4), ReLU())
    model.layers[0].b[:] = [-1e3, -1e3, 0, 1e3]
    assert signal_statistics(model, SoftmaxCrossEntropy(), (X, Y))[1].dead == 0.5
    for layer in (Sigmoid(), Tanh()):
        model = network(Dense(4), layer)
        model.layers[0].w[:] = 0
        model.layers[0].b[:] = [-1e3, 0, 0, 1e3]
        assert signal_statistics(model, SoftmaxCrossEntropy(), (X, Y))[1].saturated == 0.5


def test_update_ratio_of_sgd_is_rate_times_gradient_over_weight():
    model = network(Dense(4), ReLU())
    one = signal_statistics(model, SoftmaxCrossEntropy(), (X, Y), SGD(model.parameters, 0.1))[0]
    own = model.parameters.of_layer("dense_1").values()
    step = np.linalg.norm(np.concatenate([0.1 * part.gradient.ravel() for part in own]))
    size = np.linalg.norm(np.concatenate([part.value.ravel() for part in own]))
    assert one.update_ratio == pytest.approx(step / size)


def test_looking_changes_nothing():
    def run(watch):
        model = network(Dense(4), ReLU())
        statistics = SignalStatistics((X, Y))
        optimizer = Adam(model.parameters, 0.1)
        fit(
            model, SoftmaxCrossEntropy(), optimizer, (X, Y), epochs=3, rng=0, progress=False,
            callbacks=[statistics] if watch else [],
        )  # fmt: skip
        return model.parameters.values, optimizer, statistics

    (watched, optimizer, statistics), (alone, other, _) = run(True), run(False)
    assert np.array_equal(watched, alone)
    assert optimizer.steps == other.steps == 6
    assert all(np.array_equal(optimizer.state[name], other.state[name]) for name in "mv")
    assert [len(layers) for layers in statistics.epochs] == [3, 3, 3]
    assert statistics.epochs[0][0].update_ratio > 0
