"""Means over an epoch, gathered batch by batch."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.optimizers.clipping import checked_norm
from dlcourse.team import ALONE, Team
from dlcourse.validation import NotFiniteError

#: A number from targets and outputs.
Metric = Callable[[np.ndarray, np.ndarray], float]


class Tally:
    """Adds up losses and right answers, so that a short last batch counts by its size.

    Numbers that a GPU has computed are added up there: nobody waits for them before the end. Those
    of a team's members are added up at the end as well, so that all have the same means.

    Attributes
    ----------
    examples, batches
        How many examples and batches were added here.
    """

    def __init__(self, model: Sequential, loss: Loss, team: Team = ALONE) -> None:
        self.model, self.loss, self.team = model, loss, team
        self.examples, self.batches = 0, 0
        self._loss, self._correct, self._norms = (model.device.total() for _ in range(3))
        self._batch_of_norm: list[int] = []
        self._read: tuple[float, int] | None = None

    def add(self, value: Any, y: np.ndarray, target: np.ndarray) -> None:
        """Add a batch: its mean loss, outputs and targets."""
        self._read = None
        self.examples += len(y)
        self.batches += 1
        self._loss.add(value, len(y))
        if self.loss.classification:
            self._correct.add(self.loss.count_correct(y, target))

    def add_norm(self, norm: Any) -> None:
        """Take note of the norm of the latest batch's gradients, which should be finite.

        Raises
        ------
        dlcourse.validation.NotFiniteError
            It is not, and that is known already.
        """
        if isinstance(norm, float):
            checked_norm(norm)
        else:
            self._norms.add(norm)
            self._batch_of_norm.append(self.batches)

    def check(self) -> None:
        """Raise an error if a loss or a norm was not finite; ``batches`` then says which one."""
        total, bad = self._sum_of_losses()
        bad = self.team.least(bad if bad >= 0 else self.batches)
        bad = bad if bad < self.batches else -1
        total = float(self.team.sum(np.array(total)))
        bad_norm = self._norms.read()[1] if self._batch_of_norm else -1
        if bad_norm >= 0 and (bad < 0 or self._batch_of_norm[bad_norm] <= bad):
            self.batches = self._batch_of_norm[bad_norm]
            checked_norm(math.nan)
        if bad >= 0:
            self.batches = bad + 1
            raise NotFiniteError(f"the loss became {total}")

    def _sum_of_losses(self) -> tuple[float, int]:
        """Return the sum, and which was the first that is not finite, or -1; read once."""
        if self._read is None:
            self._read = self._loss.read()
        return self._read

    def means(self) -> dict[str, float]:
        """Return the mean "loss" and, for labels, the "accuracy"."""
        correct = self._correct.read()[0] if self.loss.classification else 0.0
        total = self._sum_of_losses()[0]
        total, correct, examples = self.team.sum(np.array([total, correct, self.examples]))
        values = {"loss": float(total / examples)}
        if self.loss.classification:
            decisions = examples * self.loss.decisions(self.model.output_shape)
            values["accuracy"] = float(correct / decisions)
        return values
