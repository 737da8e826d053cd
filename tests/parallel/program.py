"""What the tests let several ranks do: ``mpiexec -n 2 python -m tests.parallel.program WHAT FILE``.

One process does the same with ``team=None``; the tests compare.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from dlcourse.data import Augmentation
from dlcourse.layers import (
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Recompute,
    ReLU,
    Residual,
)
from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.parallel import Ranks
from dlcourse.regularizers import L2, MaxNorm
from dlcourse.schedules import CosineDecay
from dlcourse.team import ALONE
from dlcourse.training import Callback, Checkpoint, EarlyStopping, TrainingDiverged, fit

RNG = np.random.default_rng(0)
#: 61 rows in batches of 16: the last has 13, which no number of ranks here divides.
VECTORS = RNG.normal(size=(61, 7)), RNG.integers(3, size=61)
IMAGES = RNG.normal(size=(37, 6, 6, 2)), RNG.integers(3, size=37)
NUMBERS = VECTORS[0], RNG.normal(size=(61, 2))


def dense(*more):
    return Sequential(
        Dense(9), *more, ReLU(), Dense(6), ReLU(), Dense(3), input_shape=(7,), rng=1
    )  # fmt: skip


def convolutional():
    return Sequential(
        Conv2D(4, 3, padding=1), BatchNorm(), ReLU(), MaxPool2D(), Dropout(0.3),
        Residual(Conv2D(4, 3, padding=1), BatchNorm(), Dropout(0.2)), Flatten(), Dense(3),
        input_shape=(6, 6, 2), rng=2,
    )  # fmt: skip


def accuracy(target, y):
    return np.mean(y.argmax(axis=1) == target)


#: For each case: the model, the data, the loss, options of fit, options of the team.
CASES = {
    "plain": (dense, VECTORS, SoftmaxCrossEntropy, {}, {}),
    "dropout": (lambda: dense(Dropout(0.4)), VECTORS, SoftmaxCrossEntropy, {}, {}),
    "batch norm first": (
        lambda: Sequential(BatchNorm(), Dense(3), input_shape=(7,), rng=3),
        VECTORS, SoftmaxCrossEntropy, {}, {},
    ),
    "images": (convolutional, IMAGES, SoftmaxCrossEntropy, {}, {}),
    "recomputed": (
        lambda: dense(Recompute(BatchNorm(), Dropout(0.4))),
        VECTORS, SoftmaxCrossEntropy, {}, {},
    ),
    "numbers": (
        lambda: Sequential(Dense(2), input_shape=(7,), rng=4), NUMBERS, MeanSquaredError, {}, {},
    ),
    "accumulated": (dense, VECTORS, SoftmaxCrossEntropy, {"accumulate": 2, "batch_size": 8}, {}),
    "everything": (
        dense, VECTORS, SoftmaxCrossEntropy,
        {"penalty": L2(0.01), "clip_norm": 0.5, "clip_value": 0.2, "max_norm": MaxNorm(1.0),
         "schedule": CosineDecay(0.02, 12), "metrics": {"own": accuracy}}, {},
    ),
    "buckets": (dense, VECTORS, SoftmaxCrossEntropy, {}, {"bucket_bytes": 100}),
    "one bucket": (convolutional, IMAGES, SoftmaxCrossEntropy, {}, {"bucket_bytes": 10**9}),
    "shards": (dense, VECTORS, SoftmaxCrossEntropy, {}, {"shard_optimizer": True}),
    "shards, clipped": (
        dense, VECTORS, SoftmaxCrossEntropy, {"clip_norm": 0.5, "max_norm": MaxNorm(1.0)},
        {"shard_optimizer": True},
    ),
}  # fmt: skip


def train(name, team, **more):
    make, data, loss, options, _ = CASES[name]
    model = make()
    # Steps not so small that a wrong one would hide in the rounding, nor divided by √v as Adam's,
    # which turns the rounding of a gradient near 0 into a step.
    optimizer = SGD(model.parameters, 0.1, momentum=0.9, weight_decay=0.01)
    history = fit(
        model, loss(), optimizer, data, validation=data, progress=False,
        **{"epochs": 3, "batch_size": 16, "rng": 5, "team": team, **options, **more},
    )  # fmt: skip
    return model, optimizer, history


def results(name, team=ALONE):
    """Return all numbers that must agree, by name."""
    model, _, history = train(name, team)
    kept = {key: column for key, column in history.items() if key not in TIMES}
    return {"parameters": model.parameters.values, **model.state, **kept}


TIMES = ("seconds", "communication")


def equality(file):
    found = {}
    for name, (*_, options) in CASES.items():
        team = Ranks(**options)
        for key, value in results(name, team).items():
            found[f"{name}/{key}"] = value
    if team.leads:
        np.savez(file, **found)


def small(file):
    """Smaller matters, in one run: each raises an error if it is not as it should be."""
    team = Ranks()
    other = team.size - 1

    # Ranks that begin with different numbers and seeds end with the same, those of the first.
    model = Sequential(Flatten(), Dense(3), input_shape=(6, 6, 2), rng=team.rank)
    watched = Counted(), Counted(leads_only=True)
    fit(
        model, SoftmaxCrossEntropy(), Adam(model.parameters), IMAGES, epochs=2, batch_size=16,
        rng=team.rank, team=team, callbacks=watched, progress=False,
        augment=Augmentation(noise=0.1),
    )  # fmt: skip
    team.compare(model.parameters.values)
    assert watched[0].epochs == 2
    assert watched[1].epochs == (2 if team.leads else 0)
    # Afterwards a layer works for itself again.
    assert all(layer.team is ALONE for layer in model.layers)

    with pytest.raises(RuntimeError, match="differ from rank 0's"):
        team.compare(np.full(3, team.rank, np.float32))

    # One rank's loss is infinite: all say so, at the same batch, and can go on.
    x, y = np.ones((32, 7), np.float32), np.zeros((32, 2), np.float32)
    model = Sequential(Dense(2), input_shape=(7,), rng=0)
    before = model.parameters.values.copy()
    with pytest.raises(TrainingDiverged, match="the loss became inf in epoch 1, batch 3"):
        fit(
            model, Overflowing(team, other), SGD(model.parameters, 0.1), (x, y), batch_size=8,
            rng=0, team=team, progress=False,
        )  # fmt: skip
    np.testing.assert_array_equal(model.parameters.values, before)

    for arguments, sentence in (
        ({"batch_size": 60}, "leaves a batch of 1 for"),
        ({"batch_size": 1}, "expected at least one row for each"),
    ):
        with pytest.raises(ValueError, match=sentence):
            train("plain", team, **arguments)

    # Each rank keeps its part of the optimizer's state, and no more.
    team = Ranks(shard_optimizer=True)
    model, optimizer, _ = train("plain", team)
    kept = sum(array.size for array in optimizer.state.values())
    assert abs(kept - model.parameters.values.size / team.size) < 1, kept
    assert team.communication > 0


class Counted(Callback):
    def __init__(self, leads_only=False):
        self.leads_only, self.epochs = leads_only, 0

    def on_epoch_end(self, run, values):
        self.epochs += 1


class Overflowing(MeanSquaredError):
    """Is infinite for one rank, in the third batch."""

    def __init__(self, team, rank):
        super().__init__()
        self.team, self.rank, self.calls = team, rank, 0

    def forward(self, y, target, weight=None):
        value = super().forward(y, np.zeros_like(y), weight)
        self.calls += 1
        return np.inf if self.calls == 3 and self.team.rank == self.rank else value


class Accident(Callback):
    """Something happens to a rank at the end of an epoch, before its checkpoint is written."""

    def __init__(self, what, team, epoch):
        self.what, self.team, self.epoch = what, team, epoch

    def on_epoch_end(self, run, values):
        if run.epoch == self.epoch and self.team.rank == self.team.size - 1:
            happen(self.what)


def happen(what):
    if what == "raise":
        raise ValueError("the disk is full")
    if what == "exit":
        sys.exit(3)
    os.kill(os.getpid(), signal.SIGKILL)


class KillInStep:
    """A schedule in which a rank dies in the middle of an epoch."""

    def __init__(self, team, step):
        self.team, self.step = team, step

    def __call__(self, step):
        if step == self.step and self.team.rank == self.team.size - 1:
            happen("kill")
        return 0.1


def accident(what, file):
    """Train six epochs with a checkpoint after each; one rank fails in the fourth."""
    team = Ranks(shard_optimizer=what == "kill")
    options = {}
    if what == "kill":  # 4 batches an epoch
        options["schedule"] = KillInStep(team, 3 * 4 + 2)
    else:
        options["callbacks"] = [Accident(what, team, 4)]
    watchers = [*options.pop("callbacks", []), EarlyStopping("loss", 100), Checkpoint(file)]
    train("dropout", team, epochs=6, callbacks=watchers, **options)


def resume(file, result):
    """Go on from the checkpoint of an accident, on as many ranks as there are now."""
    team = Ranks(shard_optimizer=True)
    model, history = resumed(file, team)
    if team.leads:
        np.savez(result, parameters=model.parameters.values, loss=history["loss"])


def resumed(file, team):
    callbacks = [EarlyStopping("loss", 100)]
    if "kill" not in Path(file).name:  # the same callbacks as in the run that was cut off
        callbacks.insert(0, Accident("", team, -1))
    model, _, history = train("dropout", team, epochs=6, callbacks=callbacks, resume=file)
    return model, history


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    globals()[what](*arguments)
