"""Early stopping: the number of epochs chosen by data that is not learnt from."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.training.callback import Callback, Run, monitored


class EarlyStopping(Callback):
    """Stop when a recorded value has not improved for ``patience`` epochs.

    Parameters
    ----------
    monitor
        What to watch. A name that ends in "loss" should fall, any other should rise.
    patience
        How many epochs in a row may pass without an improvement before training stops.
    minimum_change
        An improvement counts only if it is larger than this.
    restore_best
        Give the model the parameters of the best epoch when training ends.

    Attributes
    ----------
    best, best_epoch
        The best value so far, and its epoch, counted from 1.

    Notes
    -----
    Prechelt, "Early stopping — but when?", 1998.
    """

    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 5,
        minimum_change: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        self.monitor = monitor
        self.patience = validation.count("patience", patience)
        self.minimum_change = validation.number("minimum_change", minimum_change, least=0)
        self.restore_best = restore_best
        self.sign = -1.0 if monitor.endswith("loss") else 1.0

    def on_fit_begin(self, run: Run) -> None:
        self.best = -self.sign * np.inf
        self.best_epoch = 0
        self._snapshot: dict[str, np.ndarray] | None = None

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        value = monitored(self.monitor, values)
        if self.sign * (value - self.best) > self.minimum_change:
            self.best, self.best_epoch = value, run.epoch
            if self.restore_best:
                self._snapshot = run.model.snapshot()
        elif run.epoch - self.best_epoch >= self.patience:
            run.stop(
                f"{self.monitor} has not improved for {self.patience} epochs "
                f"(best {self.best:.4g} in epoch {self.best_epoch})"
            )

    def on_fit_end(self, run: Run) -> None:
        if self._snapshot is not None:
            run.model.restore(self._snapshot)

    def state(self) -> dict[str, Any]:
        kept = {f"best.{name}": array for name, array in (self._snapshot or {}).items()}
        return {"best": self.best, "best_epoch": self.best_epoch, **kept}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        kept = {
            name.removeprefix("best."): array
            for name, array in state.items()
            if name.startswith("best.")
        }
        self._snapshot = kept or None
