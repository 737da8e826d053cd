"""A learning rate that falls when a recorded value stops improving."""

from collections.abc import Mapping
from typing import Any

from dlcourse import validation
from dlcourse.schedules import ReduceOnPlateau
from dlcourse.training.callback import Callback, Run, monitored


class Plateau(Callback):
    """After each epoch, tell a ``ReduceOnPlateau`` a recorded value and take its rate.

    Parameters
    ----------
    reduce
        The schedule. Its ``rate`` is the rate from the first epoch on.
    monitor
        What it watches: "validation_loss", "loss", or a name that rises where ``reduce`` was made
        with ``falling=False``.
    """

    def __init__(self, reduce: ReduceOnPlateau, monitor: str = "validation_loss") -> None:
        if not isinstance(reduce, ReduceOnPlateau):
            raise TypeError(f"reduce is {validation.describe(reduce)}: expected a ReduceOnPlateau")
        self.reduce, self.monitor = reduce, monitor

    def on_fit_begin(self, run: Run) -> None:
        run.optimizer.learning_rate = self.reduce.rate

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        run.optimizer.learning_rate = self.reduce.update(monitored(self.monitor, values))

    def state(self) -> dict[str, Any]:
        return dict(self.reduce.snapshot())

    def restore(self, state: Mapping[str, Any]) -> None:
        self.reduce.restore(dict(state))
