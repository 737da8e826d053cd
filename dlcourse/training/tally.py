"""Means over an epoch, gathered batch by batch."""

from collections.abc import Callable

import numpy as np

from dlcourse.losses import Loss
from dlcourse.model import Sequential

#: A number from targets and outputs.
Metric = Callable[[np.ndarray, np.ndarray], float]


class Tally:
    """Adds up losses and right answers, so that a short last batch counts by its size.

    Attributes
    ----------
    examples
        How many examples were added.
    """

    def __init__(self, model: Sequential, loss: Loss) -> None:
        self.model, self.loss = model, loss
        self.examples, self._loss, self._correct = 0, 0.0, 0

    def add(self, value: float, y: np.ndarray, target: np.ndarray) -> None:
        """Add a batch: its mean loss, outputs and targets."""
        self.examples += len(y)
        self._loss += value * len(y)
        if self.loss.classification:
            self._correct += self.loss.count_correct(y, target)

    def means(self) -> dict[str, float]:
        """Return the mean "loss" and, for labels, the "accuracy"."""
        values = {"loss": self._loss / self.examples}
        if self.loss.classification:
            decisions = self.examples * self.loss.decisions(self.model.output_shape)
            values["accuracy"] = self._correct / decisions
        return values
