"""Learning from new data without forgetting the old."""

import copy

import numpy as np

from dlcourse import validation
from dlcourse.data import Dataset, as_dataset
from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import fit


def rehearsed(new: tuple, old: tuple, share: float, rng: np.random.Generator | int) -> Dataset:
    """Return the new examples and so many old ones that these are ``share`` of all, mixed.

    Parameters
    ----------
    new, old
        Pairs (x, y) of the same kind.
    share
        From 0 (new ones only) to below 1. Old examples are drawn without replacement, so there
        must be enough of them.
    rng
        A ``numpy.random.Generator``, or a seed.

    Notes
    -----
    Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", 1995.
    """
    new, old = as_dataset("new", new), as_dataset("old", old)
    for name in ("x", "y"):
        ours, others = (getattr(part, name).shape[1:] for part in (new, old))
        if ours != others:
            raise ValueError(
                f"old.{name} has examples of shape {others}: expected {ours}, as new.{name} has"
            )
    share = validation.number("share", share, least=0, below=1)
    count = round(len(new.x) * share / (1 - share))
    if count > len(old.x):
        raise ValueError(
            f"share is {share:g}, for which {count} old examples would have to come to "
            f"{len(new.x)} new ones: expected at most {len(old.x)}, as many as there are"
        )
    rng = validation.generator("rng", rng)
    chosen = rng.choice(len(old.x), count, replace=False)
    order = rng.permutation(len(new.x) + count)
    return Dataset(
        np.concatenate([new.x, old.x[chosen]])[order],
        np.concatenate([new.y, old.y[chosen]])[order],
    )


def adapt(
    model: Sequential,
    loss: Loss,
    new: tuple,
    *,
    old: tuple | None = None,
    share: float = 0.5,
    learning_rate: float = 1e-3,
    epochs: int = 10,
    batch_size: int = 32,
    rng: np.random.Generator | int,
) -> Sequential:
    """Return a copy of a trained model that has been trained on, with Adam, on new data.

    Parameters
    ----------
    model
        It stays as it is, so that the two can be compared before one takes the other's place.
    loss
        What it was trained with.
    new
        A pair (x, y) of labelled new examples.
    old
        Examples it was trained on before, to rehearse. Without them it learns from the new ones
        alone, and may forget what these do not show.
    share
        The old ones' share of all, where there are some; see ``rehearsed``.
    learning_rate, epochs, batch_size
        Of the training with Adam. Layers keep the rates that the model gives them.
    rng
        A ``numpy.random.Generator``, or a seed, for the choice and the order of the examples.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong.
    dlcourse.training.TrainingDiverged
        The loss or a gradient was NaN or infinite.
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"model is {validation.describe(model)}: expected a Sequential")
    rng = validation.generator("rng", rng)
    data = as_dataset("new", new) if old is None else rehearsed(new, old, share, rng)
    learner = copy.deepcopy(model)
    fit(
        learner, loss, Adam(learner.parameters, learning_rate), data,
        epochs=epochs, batch_size=batch_size, rng=rng, progress=False,
    )  # fmt: skip
    return learner
