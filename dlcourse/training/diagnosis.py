"""What two learning curves say about a training run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlcourse import validation

#: Verdicts, and what to try first for each.
ADVICE = {
    "diverged": "lower the learning rate, clip the gradients, or start with smaller weights",
    "unfinished": "train for more epochs, or with a higher learning rate",
    "underfitting": "take a larger network, less regularization, or look for a fault",
    "overfitting": "stop at the best epoch; get more data, augment it, or regularize",
    "fine": "nothing: look at single mistakes now",
}


@dataclass(frozen=True)
class Diagnosis:
    """What the curves of a run say.

    Attributes
    ----------
    verdict
        "diverged", "unfinished", "underfitting", "overfitting" or "fine".
    best_epoch
        The epoch with the lowest validation loss, counted from 1; 0 if none was finite.
    train, validation
        The two losses at the end, each the mean of the last tenth of the epochs, so that one
        epoch's luck does not decide.
    """

    verdict: str
    best_epoch: int
    train: float
    validation: float

    @property
    def gap(self) -> float:
        """The validation loss at the end, less the training loss."""
        return self.validation - self.train

    @property
    def advice(self) -> str:
        """What to try first."""
        return ADVICE[self.verdict]

    def __str__(self) -> str:
        return (
            f"{self.verdict}: training loss {self.train:.3g}, validation loss "
            f"{self.validation:.3g}, best in epoch {self.best_epoch}; {self.advice}"
        )


def diagnose(history: Mapping[str, Sequence[float]], goal: float, rise: float = 0.25) -> Diagnosis:
    """Say what the training and validation losses of a run show.

    Asked in this order: has the loss *diverged* (it is not finite, or higher at the end than after
    the first epoch)? Has the validation loss risen by more than the share ``rise`` from its lowest
    value: *overfitting*? Is the training loss above the ``goal``: *unfinished* if it fell by more
    than a twentieth within the last tenth of the epochs (of two epochs at least), else
    *underfitting*? If nothing of this, *fine*.

    Parameters
    ----------
    history
        What ``fit`` returned when it was given validation data: "loss" and "validation_loss".
    goal
        A training loss that would be good enough. Only the task can say: guessing among k classes
        has the cross-entropy log k, wrong labels set a limit from below.
    rise
        By which share a noisy validation loss may be above its lowest value.

    Raises
    ------
    ValueError
        A curve is missing, is empty, or has another length than the other.
    """
    goal = validation.number("goal", goal, least=0)
    rise = validation.number("rise", rise, least=0)
    missing = [name for name in ("loss", "validation_loss") if name not in history]
    if missing:
        raise ValueError(
            f"history has no {missing[0]!r}: expected the curves of a run with validation data"
        )
    train = np.asarray(history["loss"], np.float64)
    held_out = np.asarray(history["validation_loss"], np.float64)
    if train.ndim != 1 or train.shape != held_out.shape or not len(train):
        raise ValueError(
            f"history holds losses of shapes {train.shape} and {held_out.shape}: expected one "
            "number for each epoch in both"
        )
    window = max(1, len(train) // 10)
    ends = float(train[-window:].mean()), float(held_out[-window:].mean())
    finite = np.isfinite(held_out)
    best = int(np.where(finite, held_out, np.inf).argmin()) if finite.any() else -1

    if not (finite.all() and np.isfinite(train).all()) or ends[0] > train[0]:
        verdict = "diverged"
    elif ends[1] > held_out[best] * (1 + rise):
        verdict = "overfitting"
    elif ends[0] > goal:
        before = train[max(0, len(train) - 1 - max(window, 2))]
        verdict = "unfinished" if train[-1] < 0.95 * before else "underfitting"
    else:
        verdict = "fine"
    return Diagnosis(verdict, best + 1, *ends)
