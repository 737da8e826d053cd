import re

import numpy as np
import pytest

from dlcourse.data import load_digits
from dlcourse.devices import to_host
from dlcourse.kernels.cpu.compile import JIT_IS_OFF
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.training import Callback, EarlyStopping, TrainingDiverged, evaluate, fit
from tests.support import DEVICES, LONG


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def network(units=128, rng=0, dtype=np.float32):
    return Sequential(Dense(units), ReLU(), Dense(10), input_shape=(64,), rng=rng, dtype=dtype)


@pytest.mark.skipif(JIT_IS_OFF, reason="too slow, and not what is claimed, without the JIT")
def test_digits_reach_97_percent(digits):
    model, loss = network(), SoftmaxCrossEntropy()
    optimizer = Adam(model.parameters, learning_rate=1e-3)
    history = fit(
        model, loss, optimizer, digits.train, validation=digits.validation, epochs=60, rng=0,
        callbacks=[EarlyStopping(patience=8)], progress=False,
    )  # fmt: skip
    assert evaluate(model, loss, digits.test)["accuracy"] >= 0.97
    assert sum(history["seconds"]) < 5
    assert history.epochs == len(history["loss"]) == len(history["validation_accuracy"])


#: Losses of ten Adam steps of 64-16-10 from seed 0, computed once in a page of plain NumPy.
GOLDEN = [
    2.421262513145378,
    2.208932586501332,
    2.1366859936173936,
    2.109380379939319,
    2.016856587566858,
    2.0900580307316967,
    1.9930754949971248,
    2.0603335237124574,
    2.0014506762468884,
    2.051749851947148,
]


@pytest.mark.parametrize(
    ("device", "dtype", "rtol"),
    [("cpu", np.float64, 1e-9), pytest.param("cuda", np.float32, 1e-5, marks=LONG)],
)
def test_golden_run(digits, device, dtype, rtol):
    """Ten losses pin the whole chain; a difference is explained before it is accepted."""
    model, loss = network(units=16, dtype=dtype).to(device), SoftmaxCrossEntropy()
    optimizer = Adam(model.parameters, learning_rate=0.01)
    losses = []
    for step in range(10):
        part = slice(32 * step, 32 * step + 32)
        y = model.forward(digits.train.x[part])
        losses.append(float(loss.forward(y, digits.train.y[part])))
        model.backward(loss.backward())
        optimizer.step()
    np.testing.assert_allclose(losses, GOLDEN, rtol=rtol)


def test_the_same_seed_gives_the_same_bits(digits):
    def run(seed):
        model = network(rng=seed)
        optimizer = SGD(model.parameters, learning_rate=0.1, momentum=0.9)
        history = fit(
            model, SoftmaxCrossEntropy(), optimizer, digits.train, epochs=2, rng=seed,
            progress=False,
        )  # fmt: skip
        return model.parameters.values, history["loss"]

    (first, losses), (again, losses_again), (other, _) = run(3), run(3), run(4)
    assert np.array_equal(first, again)
    assert losses == losses_again
    assert not np.array_equal(first, other)


def test_history_holds_means_over_the_epoch():
    """With a rate so small that nothing moves, training loss equals the loss evaluated after."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 64)), rng.integers(10, size=50)
    model, loss = network(dtype=np.float64), SoftmaxCrossEntropy()
    history = fit(
        model, loss, SGD(model.parameters, 1e-15), (x, y), validation=(x, y), epochs=1,
        batch_size=7, rng=0, progress=False,
    )  # fmt: skip
    assert history["loss"][0] == pytest.approx(history["validation_loss"][0], rel=1e-9)
    assert history["accuracy"] == history["validation_accuracy"]
    assert history["loss"][0] == pytest.approx(evaluate(model, loss, (x, y))["loss"], rel=1e-12)


def test_regression_has_no_accuracy():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    y = x @ [[1.0], [2.0], [-1.0]] + 0.5
    model = Sequential(Dense(1), input_shape=(3,), rng=0, dtype=np.float64)
    history = fit(
        model, MeanSquaredError(), SGD(model.parameters, 0.1), (x, y), epochs=50, rng=0,
        progress=False,
    )  # fmt: skip
    assert set(history) == {"loss", "seconds"}
    np.testing.assert_allclose(model.layers[0].w[:, 0], [1, 2, -1], atol=1e-6)
    np.testing.assert_allclose(model.layers[0].b, [0.5], atol=1e-6)


def test_divergence_is_said_and_leaves_the_last_good_parameters(digits):
    class Remember(Callback):
        def on_epoch_end(self, run, values):
            self.values = run.model.parameters.values.copy()
            run.optimizer.learning_rate = 1e30  # from the second epoch on

    model, remember = network(), Remember()
    optimizer = SGD(model.parameters, learning_rate=0.1)
    sentence = r"the loss became (nan|inf) in epoch 2, batch \d+: .* learning rate below 1e\+30"
    with pytest.raises(TrainingDiverged, match=sentence):
        fit(
            model, SoftmaxCrossEntropy(), optimizer, digits.train, epochs=3, rng=0,
            callbacks=[remember], progress=False,
        )  # fmt: skip
    assert np.array_equal(model.parameters.values, remember.values)


def test_an_interrupt_ends_training_and_keeps_what_was_learnt(digits):
    class Interrupt(Callback):
        ended = False

        def on_epoch_end(self, run, values):
            if run.epoch == 2:
                raise KeyboardInterrupt

        def on_fit_end(self, run):
            self.ended = True

    model, interrupt = network(), Interrupt()
    before = model.parameters.values.copy()
    history = fit(
        model, SoftmaxCrossEntropy(), Adam(model.parameters), digits.train, epochs=9, rng=0,
        callbacks=[interrupt], progress=False,
    )  # fmt: skip
    assert history.stopped == "interrupted in epoch 2"
    assert history.epochs == 2
    assert interrupt.ended
    assert not np.array_equal(model.parameters.values, before)


class Scripted(Callback):
    """Puts a written sequence in place of what was measured, before early stopping looks."""

    def __init__(self, name, values):
        self.name, self.values, self.parameters = name, values, []

    def on_epoch_end(self, run, values):
        values[self.name] = self.values[run.epoch - 1]
        self.parameters.append(to_host(run.model.parameters.values).copy())


def stopped_run(values, name="validation_loss", device="cpu", **options):
    scripted, stopping = Scripted(name, values), EarlyStopping(name, **options)
    model = network(units=4).to(device)
    rng = np.random.default_rng(0)
    history = fit(
        model, SoftmaxCrossEntropy(), Adam(model.parameters),
        (rng.normal(size=(20, 64)), rng.integers(10, size=20)),
        epochs=len(values), rng=0, callbacks=[scripted, stopping], progress=False,
    )  # fmt: skip
    kept = [np.array_equal(to_host(model.parameters.values), p) for p in scripted.parameters]
    return history, stopping, kept.index(True) + 1


@pytest.mark.parametrize(
    ("values", "options", "epochs", "best", "kept"),
    [
        ([5, 4, 3, 2, 1], {"patience": 2}, 5, 5, 5),  # always better: never stopped
        ([5, 4, 6, 6, 1], {"patience": 2}, 4, 2, 2),  # two epochs without improvement
        ([5, 4, 6, 3, 7, 7], {"patience": 2}, 6, 4, 4),  # an improvement starts the count anew
        ([5, 4, 4, 4, 1], {"patience": 2}, 4, 2, 2),  # equal is not better
        ([5, 4, 3.95, 3.9, 1], {"patience": 2, "minimum_change": 0.2}, 4, 2, 2),
        ([5, 4, 3.7, 3.9, 4], {"patience": 2, "minimum_change": 0.2}, 5, 3, 3),
        ([5, 4, 6, 7, 8], {"patience": 2, "restore_best": False}, 4, 2, 4),
        ([5, 6], {"patience": 1}, 2, 1, 1),
    ],
)
def test_early_stopping(values, options, epochs, best, kept):
    history, stopping, kept_epoch = stopped_run(values, **options)
    assert (history.epochs, stopping.best_epoch, kept_epoch) == (epochs, best, kept)
    assert stopping.best == values[best - 1]


@DEVICES
def test_early_stopping_on_a_value_that_should_rise(device):
    values = [0.5, 0.8, 0.7, 0.6]
    history, stopping, kept = stopped_run(values, "validation_accuracy", device, patience=2)
    assert (history.epochs, stopping.best_epoch, kept) == (4, 2, 2)
    assert history.stopped == (
        "validation_accuracy has not improved for 2 epochs (best 0.8 in epoch 2)"
    )


def test_progress_bar_names_the_values(digits, capsys):
    model = network()
    fit(model, SoftmaxCrossEntropy(), Adam(model.parameters), digits.train, epochs=2, rng=0)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert re.search(r"loss \d\.\d+, accuracy 0\.\d+", shown)


def test_without_tqdm_each_epoch_prints_a_line(digits, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tqdm", None)
    model = network()
    fit(model, SoftmaxCrossEntropy(), Adam(model.parameters), digits.train, epochs=2, rng=0)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1 of 2", "epoch 2 of 2"]


def test_history_says_what_it_holds():
    history = stopped_run([1, 2])[0]
    with pytest.raises(KeyError, match="'los' was not recorded: the history holds loss, accuracy"):
        history["los"]
    assert repr(history).startswith("History(2 epochs; last: loss ")
