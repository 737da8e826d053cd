"""One trial: the settings that a training gets, what it reports meanwhile, how it ended."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from dlcourse import validation
from dlcourse.training import Callback, Run, TrainingDiverged
from dlcourse.training.callback import monitored

#: What a trial ended as.
STATES = ("complete", "pruned", "diverged", "failed", "running")


class Trial(Mapping[str, Any]):
    """The settings of one trial by name, ``trial["learning_rate"]``, and a line to the search.

    Attributes
    ----------
    number
        Which trial of the search it is, from 0 on.
    seed
        A seed of its own for first values and the order of examples. It depends on the search's
        seed and on ``number`` alone.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        number: int,
        seed: int,
        line: optuna.trial.Trial | None = None,
    ) -> None:
        self._settings = dict(settings)
        self.number, self.seed = number, seed
        self._line = line

    def __getitem__(self, name: str) -> Any:
        if name not in self._settings:
            raise KeyError(f"{name!r} is not in the space: expected one of {', '.join(self)}")
        return self._settings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def __repr__(self) -> str:
        return f"Trial({self.number}, {self._settings})"

    def report(self, value: float, epoch: int) -> None:
        """Tell the search how good the model is after an epoch, counted from 1.

        Raises
        ------
        optuna.TrialPruned
            The search's pruner holds the trial for hopeless. Let it pass: ``search`` expects it.
        TrainingDiverged
            The value is not a finite number.
        """
        epoch = validation.count("epoch", epoch)
        if not math.isfinite(value):
            raise TrainingDiverged(f"the value reported is {value} in epoch {epoch}")
        if self._line is not None:
            self._line.report(float(value), epoch)
            if self._line.should_prune():
                raise optuna.TrialPruned(f"stopped after epoch {epoch}, at {value:.4g}")

    def watch(self, monitor: str = "validation_loss") -> "Reporter":
        """Return a callback for ``fit`` that reports a recorded value after each epoch."""
        return Reporter(self, monitor)


class Reporter(Callback):
    """Report a recorded value to a search after each epoch; ``trial.watch()`` makes one.

    Parameters
    ----------
    trial
        What ``train`` was given.
    monitor
        A name of the history: "validation_loss", "validation_accuracy" and so on.
    """

    def __init__(self, trial: Trial, monitor: str) -> None:
        self.trial, self.monitor = trial, monitor

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        self.trial.report(monitored(self.monitor, values), run.epoch)


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: one of ``STATES``, its values if complete, else the reason."""

    state: str
    values: tuple[float, ...] | None = None
    reason: str = ""


def run_trial(train: Callable[[Trial], Any], trial: Trial, objectives: int) -> Outcome:
    """Call ``train`` and say how it ended; whatever it raises is an outcome."""
    try:
        values = _values(train(trial), objectives)
    except optuna.TrialPruned as error:
        return Outcome("pruned", reason=str(error))
    except ArithmeticError as error:  # TrainingDiverged is one, and so is an overflow
        return Outcome("diverged", reason=str(error))
    except Exception as error:
        return Outcome("failed", reason=f"{type(error).__name__}: {error}")
    if not all(map(math.isfinite, values)):
        return Outcome("diverged", reason=f"train returned {', '.join(map(str, values))}")
    return Outcome("complete", values)


def _values(found: Any, objectives: int) -> tuple[float, ...]:
    """Return what ``train`` returned as numbers, after checking how many they are."""
    expected = "a number" if objectives == 1 else f"{objectives} numbers"
    several = found if isinstance(found, Sequence) and not isinstance(found, str) else (found,)
    try:
        values = tuple(float(value) for value in several)
    except (TypeError, ValueError):
        values = ()
    if len(values) != objectives:
        raise TypeError(f"train returned {validation.describe(found)}: expected {expected}")
    return values
