import csv
import re

import numpy as np
import pytest

from dlcourse import archive
from dlcourse.devices import to_host
from dlcourse.layers import Dense, ReLU, Tanh
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.training import Callback, Checkpoint, CSVLog, EarlyStopping, fit


class PowerCut(Callback):
    """Ends everything abruptly after an epoch, before the checkpoint of that epoch is written."""

    def __init__(self, epoch=None):
        self.epoch = epoch

    def on_epoch_end(self, run, values):
        if run.epoch == self.epoch:
            raise SystemExit


RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 5)), RNG.integers(3, size=60)


def train(folder, cut=None, make=Adam, units=8, patience=3, device="cpu", **options):
    model = Sequential(Dense(units), ReLU(), Dense(3), input_shape=(5,), rng=1).to(device)
    stopping = EarlyStopping("loss", patience, minimum_change=0.01)
    callbacks = [
        Checkpoint(folder / "run.npz"),
        PowerCut(cut),
        stopping,
        CSVLog(folder / "log.csv"),
    ]
    history = fit(
        model, SoftmaxCrossEntropy(), make(model.parameters, 0.05), (X, Y), validation=(X, Y),
        batch_size=16, callbacks=callbacks, progress=False,
        **{"epochs": 10, "rng": 2, **options},
    )  # fmt: skip
    return model, history, stopping


def momentum(parameters, rate):
    return SGD(parameters, rate, momentum=0.9)


@pytest.fixture
def checkpoint(tmp_path):
    with pytest.raises(SystemExit):
        train(tmp_path, cut=5)
    return tmp_path / "run.npz"


@pytest.mark.parametrize("make", [Adam, SGD, momentum])
@pytest.mark.parametrize("cut", [2, 5, 10])
def test_a_resumed_run_equals_one_that_never_stopped(tmp_path, make, cut):
    whole, history, stopping = train(tmp_path, make=make)
    with pytest.raises(SystemExit):
        train(tmp_path, make=make, cut=cut)
    resumed, again, stopping_again = train(tmp_path, make=make, resume=tmp_path / "run.npz")
    assert np.array_equal(resumed.parameters.values, whole.parameters.values)
    for name in set(history) - {"seconds"}:
        assert again[name] == history[name]
    assert (stopping_again.best, stopping_again.best_epoch) == (stopping.best, stopping.best_epoch)


@pytest.mark.simulated("long")
def test_a_run_on_a_gpu_is_resumed_there_or_on_the_cpu(tmp_path):
    options = {"make": momentum, "epochs": 3, "patience": 1}
    whole, history, _ = train(tmp_path, device="cuda", **options)
    with pytest.raises(SystemExit):
        train(tmp_path, cut=2, device="cuda", **options)
    kept = (tmp_path / "run.npz").read_bytes()
    for device, atol in (("cuda", 0), ("cpu", 1e-4)):
        (tmp_path / "run.npz").write_bytes(kept)
        resumed, again, _ = train(tmp_path, device=device, **options, resume=tmp_path / "run.npz")
        found, expected = (to_host(model.parameters.values) for model in (resumed, whole))
        np.testing.assert_allclose(found, expected, rtol=0, atol=atol)
        np.testing.assert_allclose(again["loss"], history["loss"], rtol=0, atol=atol)


def test_the_best_parameters_survive_the_cut(tmp_path):
    """The best epoch came before the cut; it is what the resumed run ends with."""
    whole, history, stopping = train(tmp_path, make=lambda p, rate: SGD(p, 5.0), patience=4)
    assert stopping.best_epoch < history.epochs
    with pytest.raises(SystemExit):
        train(tmp_path, make=lambda p, rate: SGD(p, 5.0), patience=4, cut=stopping.best_epoch + 2)
    resumed, _, _ = train(
        tmp_path, make=lambda p, rate: SGD(p, 5.0), patience=4, resume=tmp_path / "run.npz"
    )
    assert np.array_equal(resumed.parameters.values, whole.parameters.values)


def test_resuming_for_more_epochs(checkpoint):
    _, history, _ = train(checkpoint.parent, epochs=6, resume=checkpoint)
    assert history.epochs == 6
    _, history, _ = train(checkpoint.parent, epochs=6, resume=checkpoint)  # nothing left to do
    assert history.epochs == 6


def test_the_log_has_one_line_an_epoch_after_a_resume_too(checkpoint):
    train(checkpoint.parent, resume=checkpoint, epochs=7)
    with (checkpoint.parent / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == list("1234567")
    assert float(rows[0]["loss"]) > float(rows[-1]["loss"])
    assert set(rows[0]) == {
        "epoch", "loss", "accuracy", "seconds", "validation_loss", "validation_accuracy",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"units": 9}, "dense_1.w has shape (5, 8) there and (5, 9) in the model"),
        ({"make": SGD}, "written by another run: optimizer Adam there and SGD here"),
        (
            {"rng": np.random.Generator(np.random.MT19937(0))},
            "another run: generator PCG64 there and MT19937 here",
        ),
    ],
)
def test_another_run_is_refused(checkpoint, options, sentence):
    with pytest.raises(archive.ArchiveError, match=re.escape(sentence)):
        train(checkpoint.parent, resume=checkpoint, **options)


def test_other_callbacks_are_refused(checkpoint):
    model = Sequential(Dense(8), ReLU(), Dense(3), input_shape=(5,), rng=1)
    with pytest.raises(archive.ArchiveError, match=r"callbacks .*'EarlyStopping'.* there and"):
        fit(
            model, SoftmaxCrossEntropy(), Adam(model.parameters), (X, Y), rng=0, resume=checkpoint,
            progress=False,
        )  # fmt: skip


def test_a_missing_folder_is_said_before_training(tmp_path):
    model = Sequential(Tanh(), Dense(3), input_shape=(5,), rng=1)
    for callback in (Checkpoint(tmp_path / "no" / "run"), CSVLog(tmp_path / "no" / "log")):
        with pytest.raises(FileNotFoundError, match="expected a file in an existing folder"):
            fit(
                model, SoftmaxCrossEntropy(), Adam(model.parameters), (X, Y), rng=0,
                callbacks=[callback], progress=False,
            )  # fmt: skip


def test_checkpoints_every_so_many_epochs(tmp_path):
    model = Sequential(Dense(3), input_shape=(5,), rng=1)

    def run(**options):
        fit(
            model, SoftmaxCrossEntropy(), SGD(model.parameters), (X, Y), rng=0, progress=False,
            callbacks=[Checkpoint(tmp_path / "run.npz", every=3)], **options,
        )  # fmt: skip

    run(epochs=2)
    assert not (tmp_path / "run.npz").exists()
    run(epochs=5)
    assert archive.read(tmp_path / "run.npz", "dlcourse checkpoint")[0]["epoch"] == 3
