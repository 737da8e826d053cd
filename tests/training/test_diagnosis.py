"""Verdicts over learning curves, drawn and real."""

import numpy as np
import pytest

from dlcourse.data import load_digits
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from dlcourse.training import Diagnosis, diagnose, fit

FALLING = [2.0, 1.0, 0.5, 0.3, 0.25, 0.24, 0.24]
CURVES = {
    "fine": (FALLING, [2.0, 1.1, 0.6, 0.5, 0.45, 0.45, 0.46], 5),
    "overfitting": (FALLING, [2.0, 1.1, 0.6, 0.5, 0.6, 0.7, 0.8], 4),
    "underfitting": ([2.0, 1.5, 1.4, 1.39, 1.38, 1.38, 1.38], [2, 1.6, 1.5, 1.5, 1.5, 1.5, 1.4], 7),
    "unfinished": ([2.0, 1.8, 1.6, 1.4, 1.2, 1.0, 0.8], [2.1, 1.9, 1.7, 1.5, 1.3, 1.1, 0.9], 7),
    "diverged": ([2.0, 1.0, 3.0, 9.0, 9.0, 9.0, 9.0], [2.0, 1.1, 4.0, 9.0, 9.0, 9.0, 9.0], 2),
}  # fmt: skip


def history(train, validation):
    return {"loss": train, "validation_loss": validation}


@pytest.mark.parametrize("verdict", CURVES)
def test_each_kind_of_curve_has_its_verdict(verdict):
    train, validation, best = CURVES[verdict]
    found = diagnose(history(train, validation), goal=0.5)
    assert isinstance(found, Diagnosis)
    assert found.verdict == verdict
    assert found.best_epoch == best
    assert found.advice in str(found)
    assert found.gap == pytest.approx(validation[-1] - train[-1])


def test_a_loss_that_is_no_number_is_divergence_and_never_the_best():
    found = diagnose(history([2.0, 1.0, np.nan], [2.0, 1.5, np.nan]), goal=0.5)
    assert (found.verdict, found.best_epoch) == ("diverged", 2)
    nothing = diagnose(history([np.nan], [np.inf]), goal=0.5)
    assert (nothing.verdict, nothing.best_epoch) == ("diverged", 0)


def test_the_rise_that_is_allowed_decides():
    curves = history(FALLING, [2.0, 1.1, 0.6, 0.5, 0.5, 0.5, 0.6])
    assert diagnose(curves, goal=0.5, rise=0.25).verdict == "fine"
    assert diagnose(curves, goal=0.5, rise=0.1).verdict == "overfitting"


def test_one_epoch_of_bad_luck_at_the_end_of_many_does_not_decide():
    train = np.linspace(2, 0.2, 30)
    validation = np.full(30, 0.5)
    validation[-1] = 0.7
    assert diagnose(history(train, validation), goal=0.5).verdict == "fine"
    validation[-3:] = 0.7
    assert diagnose(history(train, validation), goal=0.5).verdict == "overfitting"


@pytest.mark.parametrize(
    ("width", "examples", "rate", "epochs", "verdict"),
    [
        (1, 1000, 0.05, 40, "underfitting"),
        (64, 60, 0.3, 40, "overfitting"),
        (32, 1000, 0.001, 10, "unfinished"),
        (32, 1000, 0.05, 25, "fine"),
    ],
)
def test_real_trainings_get_the_verdict_they_were_made_for(width, examples, rate, epochs, verdict):
    digits = load_digits()
    model = Sequential(Dense(width), ReLU(), Dense(10), input_shape=(64,), rng=0)
    run = fit(
        model, SoftmaxCrossEntropy(), SGD(model.parameters, rate, momentum=0.9),
        (digits.train.x[:examples], digits.train.y[:examples]), validation=digits.validation,
        epochs=epochs, batch_size=20, rng=0, progress=False,
    )  # fmt: skip
    assert diagnose(run, goal=0.2).verdict == verdict


@pytest.mark.parametrize(
    ("curves", "said"),
    [
        ({"loss": [1.0]}, "history has no 'validation_loss'"),
        ({"loss": [1.0], "validation_loss": [1.0, 2.0]}, r"shapes \(1,\) and \(2,\)"),
        ({"loss": [], "validation_loss": []}, r"shapes \(0,\)"),
    ],
)
def test_curves_that_are_not_there_are_refused(curves, said):
    with pytest.raises(ValueError, match=said):
        diagnose(curves, goal=0.5)
