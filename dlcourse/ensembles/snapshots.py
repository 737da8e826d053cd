"""Snapshot ensembles: several networks for the price of one training."""

import math
from collections.abc import Mapping

import numpy as np

from dlcourse import validation
from dlcourse.model import Sequential
from dlcourse.training import Callback, Run


class CyclicCosine:
    """A learning rate that falls to nothing along a cosine, and begins anew, again and again.

    Within a cycle of T steps, rate(t) = highest · (1 + cos(π t / T)) / 2.

    Parameters
    ----------
    highest
        The rate at the beginning of each cycle.
    steps
        How many steps a cycle has.

    Notes
    -----
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
    """

    def __init__(self, highest: float, steps: int) -> None:
        self.highest = validation.number("highest", highest, above=0)
        self.steps = validation.count("steps", steps)

    def __call__(self, step: int) -> float:
        """Return the rate for the next step after so many."""
        return self.highest * (1 + math.cos(math.pi * (step % self.steps) / self.steps)) / 2


class Snapshots(Callback):
    """Keep the parameters at the end of every cycle, and average what these networks say.

    With a ``CyclicCosine`` schedule, the end of a cycle is the bottom of a valley; the restart
    leaves it for another one. Networks from different valleys are wrong about different examples.

    Parameters
    ----------
    every
        How many epochs a cycle has.

    Attributes
    ----------
    kept
        What ``model.snapshot()`` gave at the end of each cycle, the oldest first.

    Examples
    --------
    >>> snapshots = Snapshots(every=5)  # doctest: +SKIP
    >>> steps = 5 * math.ceil(len(x) / 32)  # doctest: +SKIP
    >>> fit(model, loss, optimizer, (x, y), epochs=20, batch_size=32, rng=0,
    ...     schedule=CyclicCosine(0.1, steps), callbacks=[snapshots])  # doctest: +SKIP
    >>> snapshots.predict_proba(model, new)  # doctest: +SKIP

    Notes
    -----
    Huang, Li, Pleiss, Liu, Hopcroft and Weinberger, "Snapshot ensembles: train 1, get M for free",
    2017.
    """

    def __init__(self, every: int) -> None:
        self.every = validation.count("every", every)
        self.kept: list[dict[str, np.ndarray]] = []

    def on_fit_begin(self, run: Run) -> None:
        self.kept = []

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        if run.epoch % self.every == 0:
            self.kept.append(run.model.snapshot())

    def outputs(self, model: Sequential, x: np.ndarray) -> np.ndarray:
        """Return what the network of each snapshot says, (snapshots, n, outputs).

        ``model`` is the one that was trained; it has its own parameters again afterwards.
        """
        if not self.kept:
            raise ValueError("there are no snapshots: expected a training of a cycle at least")
        own = model.snapshot()
        try:
            said = []
            for snapshot in self.kept:
                model.restore(snapshot)
                said.append(np.array(model.predict(x)))
        finally:
            model.restore(own)
        return np.stack(said)

    def predict_proba(
        self, model: Sequential, x: np.ndarray, last: int | None = None
    ) -> np.ndarray:
        """Return the mean of the snapshots' softmax probabilities, float64 (n, classes).

        ``last`` takes the youngest so many alone, which are the better ones by themselves.
        """
        said = self.outputs(model, x).astype(np.float64)
        if last is not None:
            said = said[-validation.count("last", last) :]
        said = np.exp(said - said.max(axis=-1, keepdims=True))
        return (said / said.sum(axis=-1, keepdims=True)).mean(axis=0)
