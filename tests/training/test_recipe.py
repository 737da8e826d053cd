import re

import numpy as np
import pytest

from dlcourse.data import Augmentation, metrics
from dlcourse.devices import to_host
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.regularizers import L1, L2, MaxNorm
from dlcourse.schedules import ReduceOnPlateau, StepDecay
from dlcourse.training import Plateau, TrainingDiverged, evaluate, fit
from tests.support import DEVICES, DEVICES_LONG, LONG, write

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(50, 4)), RNG.integers(3, size=50)


#: How far rounding takes float64 on the CPU, and float32 on a GPU.
ROUNDING = {"cpu": 1e-12, "cuda": 2e-5}


def network(rng=0, device="cpu"):
    dtype = np.float64 if device == "cpu" else np.float32
    layers = Dense(6), ReLU(), Dense(3)
    return Sequential(*layers, input_shape=(4,), rng=rng, dtype=dtype).to(device)


def values_of(model):
    return to_host(model.parameters.values).copy()


def train(rate=0.1, data=(X, Y), model=None, make=SGD, device="cpu", **options):
    model = model or network(device=device)
    options = {"epochs": 3, "batch_size": 10, "rng": 1, "progress": False, **options}
    history = fit(model, SoftmaxCrossEntropy(), make(model.parameters, rate), data, **options)
    return model, history


@pytest.mark.parametrize(
    ("device", "size", "accumulate"),
    [("cpu", 5, 2), ("cpu", 2, 5), ("cpu", 3, 4), pytest.param("cuda", 7, 3, marks=LONG)],
)
def test_accumulated_small_batches_are_one_large_one(size, accumulate, device):
    """50 examples in batches of 3, four at a time: the last step has two, and two examples."""
    options = {"device": device, "epochs": 3 if device == "cpu" else 1}
    small, _ = train(batch_size=size, accumulate=accumulate, **options)
    large, _ = train(batch_size=size * accumulate, **options)
    rtol = ROUNDING[device]
    np.testing.assert_allclose(values_of(small), values_of(large), rtol, rtol / 10)


@DEVICES
def test_a_penalty_is_a_gradient_and_is_recorded(device):
    """One step on all the data: the penalized weights differ by rate · strength · weight."""
    once = {"epochs": 1, "batch_size": 50, "device": device}
    plain, history = train(**once)
    before = network()
    penalized, recorded = train(penalty=L2(0.3), **once)
    for model in (plain, penalized):
        model.to("cpu")
    rtol = ROUNDING[device]
    for number in (0, 2):
        expected = plain.layers[number].w - 0.1 * 0.3 * before.layers[number].w
        np.testing.assert_allclose(penalized.layers[number].w, expected, rtol, rtol / 10)
        np.testing.assert_array_equal(penalized.layers[number].b, plain.layers[number].b)
    weights = sum((penalized.layers[number].w ** 2).sum() for number in (0, 2))
    assert recorded["penalty"] == [pytest.approx(0.15 * weights)]
    assert recorded["loss"] == history["loss"]
    assert "penalty" not in history


#: By how much float32 rounds the change of a parameter of size one by a thousandth.
CHANGE = {"cpu": 1e-6, "cuda": 2e-3}


@DEVICES
def test_clipping_by_norm_bounds_the_step(device):
    before = values_of(network(device=device))
    model, _ = train(epochs=1, batch_size=50, clip_norm=1e-2, device=device)
    change = np.linalg.norm(values_of(model) - before)
    assert change == pytest.approx(0.1 * 1e-2, rel=CHANGE[device])


@DEVICES
def test_clipping_by_value_bounds_each_change(device):
    before = values_of(network(device=device))
    model, _ = train(epochs=1, batch_size=50, clip_value=1e-2, device=device)
    change = abs(values_of(model) - before).max()
    assert change == pytest.approx(0.1 * 1e-2, rel=CHANGE[device])


@DEVICES
def test_max_norm_bounds_each_units_weights(device):
    epochs = 3 if device == "cpu" else 1
    model, _ = train(max_norm=MaxNorm(0.5), device=device, epochs=epochs)
    for number in (0, 2):
        w = to_host(model.layers[number].w)
        assert np.linalg.norm(w, axis=0).max() <= 0.5 * (1 + ROUNDING[device])


def test_a_schedule_sets_the_rate_of_each_step():
    model, history = train(schedule=StepDecay(0.1, every=5, factor=0.5), epochs=3)
    assert history["learning_rate"] == [0.1, 0.05, 0.025]  # five steps an epoch
    by_hand = network()
    for epoch, rate in enumerate([0.1, 0.05, 0.025]):
        rng = np.random.default_rng(1)
        for _ in range(epoch):
            rng.permutation(50)
        fit(
            by_hand, SoftmaxCrossEntropy(), SGD(by_hand.parameters, rate), (X, Y), epochs=1,
            batch_size=10, rng=rng, progress=False,
        )  # fmt: skip
    np.testing.assert_allclose(values_of(model), values_of(by_hand), rtol=1e-12)


def test_plateau_lowers_the_rate_when_nothing_improves():
    reduce = ReduceOnPlateau(1e-9, factor=0.5, patience=1, minimum_change=1.0)
    rates = []

    class Watch(Plateau):
        def on_epoch_end(self, run, values):
            super().on_epoch_end(run, values)
            rates.append(run.optimizer.learning_rate)

    train(callbacks=[Watch(reduce, "loss")], epochs=6)
    assert rates == [1e-9, 1e-9, 5e-10, 5e-10, 2.5e-10, 2.5e-10]


@DEVICES_LONG
def test_metrics_are_recorded_on_validation_data(device):
    def f1(target, y):
        return metrics.f1(target, y.argmax(axis=1))

    watched = {"validation": (X[:20], Y[:20]), "metrics": {"f1": f1}}
    model, history = train(device=device, batch_size=25, **watched)
    assert len(history["validation_f1"]) == 3
    expected = metrics.f1(Y[:20], model.predict(X[:20]).argmax(axis=1))
    assert history["validation_f1"][-1] == expected
    assert "f1" not in history
    again = evaluate(model, SoftmaxCrossEntropy(), (X[:20], Y[:20]), 7, {"f1": f1})
    assert again["f1"] == expected


class Flattened(Dense):
    """A dense layer that takes images."""

    def output_shape(self, input_shape):
        return (self.units,)

    def parameter_specs(self, input_shape):
        return super().parameter_specs((int(np.prod(input_shape)),))

    def forward(self, x, training=True):
        return super().forward(x.reshape(len(x), -1), training)


@pytest.mark.parametrize("crop", [None, (4, 5)])
def test_training_batches_are_augmented_and_validation_is_not(crop):
    x = RNG.random((40, 6, 5, 1))
    y = RNG.integers(3, size=40)
    shape = (6, 5, 1) if crop is None else (4, 5, 1)

    def run(augment):
        model = Sequential(Flattened(3), input_shape=shape, rng=0, dtype=np.float64)
        held_out = (x[:, : shape[0]], y)
        return train(
            1e-12, (x if augment else x[:, : shape[0]], y), model, augment=augment,
            validation=held_out,
        )[1]  # fmt: skip

    plain, changed = run(None), run(Augmentation(rotation=30, crop=crop))
    np.testing.assert_allclose(changed["validation_loss"], plain["validation_loss"], rtol=1e-6)
    assert changed["loss"][0] != pytest.approx(plain["loss"][0], rel=1e-6)
    assert changed["loss"][0] != changed["loss"][1]


@DEVICES
def test_divergence_leaves_the_optimizer_as_it_was_too(device):
    model = network(device=device)
    few = (X[:6], Y[:6])
    optimizer = Adam(model.parameters, 0.01)
    fit(model, SoftmaxCrossEntropy(), optimizer, few, epochs=1, rng=0, progress=False)
    before = model.snapshot(), optimizer.snapshot()
    optimizer.learning_rate = 1e200
    with pytest.raises(TrainingDiverged):
        fit(
            model, SoftmaxCrossEntropy(), optimizer, few, epochs=3, batch_size=2, rng=0,
            progress=False,
        )  # fmt: skip
    optimizer.learning_rate = 0.01
    after = model.snapshot(), optimizer.snapshot()
    for old, new in zip(before, after, strict=True):
        assert all(np.array_equal(to_host(old[name]), to_host(new[name])) for name in old)


class InOrder(np.random.Generator):
    """A generator whose permutations leave everything as it is."""

    def __init__(self):
        super().__init__(np.random.PCG64(0))

    def permutation(self, x, axis=0):
        return np.arange(x)


@DEVICES
@pytest.mark.parametrize("good_batches", [0, 2])
def test_gradients_that_are_not_finite_stop_training_where_they_are_clipped(good_batches, device):
    dtype = network(device=device).dtype
    model = Sequential(Dense(1), input_shape=(1,), rng=0, dtype=dtype).to(device)
    write(model.layers[0].w, 0)
    # The loss of the last batch is near the largest number, and its gradient beyond all of them.
    large, beyond = (1e150, 1e160) if device == "cpu" else (1e18, 1e22)
    x, y = np.zeros((2 * good_batches + 2, 1)), np.zeros((2 * good_batches + 2, 1))
    x[-2:], y[-2:] = beyond, [[large], [-large]]
    sentence = rf"the gradients have norm (inf|nan).* in epoch 1, batch {good_batches + 1}:"
    with pytest.raises(TrainingDiverged, match=sentence):
        fit(
            model, MeanSquaredError(), SGD(model.parameters, 0.1), (x, y), epochs=1, rng=InOrder(),
            batch_size=2, clip_norm=1.0, progress=False,
        )  # fmt: skip
    assert not to_host(model.layers[0].w).any()


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"accumulate": 0}, ValueError, "accumulate is 0: expected a whole number of at least 1"),
        ({"clip_norm": 0}, ValueError, "clip_norm is 0: expected a finite number above 0"),
        ({"clip_value": "1"}, TypeError, "clip_value is '1' (str): expected a finite number"),
        ({"penalty": 0.1}, TypeError, "penalty is 0.1 (float): expected an object of ElasticNet"),
        ({"penalty": L1}, TypeError, "expected an object of ElasticNet, or None"),
        ({"max_norm": 3}, TypeError, "max_norm is 3 (int): expected an object of MaxNorm, or"),
        ({"augment": "flip"}, TypeError, "augment is 'flip' (str): expected an object of Augment"),
        ({"schedule": 0.1}, TypeError, "schedule is 0.1 (float): expected a function of the step"),
        ({"callbacks": [Plateau(ReduceOnPlateau(0.1))]}, ValueError, "no validation data was giv"),
    ],
)
def test_bad_input(options, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)):
        train(**options)


def test_plateau_wants_its_schedule():
    with pytest.raises(TypeError, match=re.escape("reduce is 0.1 (float): expected a ReduceOnPla")):
        Plateau(0.1)
