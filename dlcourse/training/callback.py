"""What may happen around the epochs of a training run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.optimizers import Optimizer
from dlcourse.team import ALONE, Team
from dlcourse.training.history import History


@dataclass
class Run:
    """A training run in progress, as its callbacks see it."""

    model: Sequential
    loss: Loss
    optimizer: Optimizer
    rng: np.random.Generator
    epochs: int
    callbacks: "tuple[Callback, ...]" = ()
    history: History = field(default_factory=History)
    epoch: int = 0
    team: Team = ALONE

    def stop(self, reason: str) -> None:
        """End training after this epoch."""
        self.history.stopped = reason


class Callback:
    """Does nothing at each of the moments; a subclass does something at some of them.

    Attributes
    ----------
    leads_only
        Where several processes train together: whether the first alone does it, as what writes a
        file or shows something should. What changes the run or the model happens in all alike.
    """

    leads_only = False

    def on_fit_begin(self, run: Run) -> None:
        """Before the first epoch."""

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        """After each epoch, with what the history has just recorded."""

    def on_fit_end(self, run: Run) -> None:
        """After the last epoch, also when training was interrupted."""

    def state(self) -> dict[str, Any]:
        """Return what a resumed run needs to go on: numbers, texts and arrays by name."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back, after ``on_fit_begin``, what ``state`` returned."""


def monitored(monitor: str, values: Mapping[str, float]) -> float:
    """Return the recorded value of this name, or say which ones there are."""
    if monitor not in values:
        hint = " (no validation data was given)" if monitor.startswith("validation") else ""
        raise ValueError(f"monitor is {monitor!r}{hint}: expected one of {', '.join(values)}")
    return values[monitor]
