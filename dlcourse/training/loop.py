"""The training loop."""

import math
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

import numpy as np

from dlcourse import validation
from dlcourse.data import Dataset, as_dataset, batches
from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.optimizers import Optimizer
from dlcourse.training.callback import Callback, Run
from dlcourse.training.checkpoint import Checkpoint, restore
from dlcourse.training.history import History
from dlcourse.training.progress import ProgressBar


class TrainingDiverged(ArithmeticError):
    """The loss was no longer a finite number."""


def fit(
    model: Sequential,
    loss: Loss,
    optimizer: Optimizer,
    data: tuple,
    *,
    validation: tuple | None = None,
    epochs: int = 10,
    batch_size: int = 32,
    rng: np.random.Generator | int,
    callbacks: Iterable[Callback] = (),
    progress: bool = True,
    resume: str | Path | None = None,
) -> History:
    """Train ``model`` on ``data`` and return what was recorded.

    Parameters
    ----------
    model, loss, optimizer
        The optimizer must have been made with this model's parameters.
    data
        A ``Dataset`` or a pair (x, y) to learn from.
    validation
        Another, to be judged by after each epoch; never learnt from.
    epochs, batch_size
        How many times to go through the data, and how many examples make one step. The last
        batch of an epoch holds what is left.
    rng
        A ``numpy.random.Generator``, or a seed, for the order of the examples in each epoch.
    callbacks
        What else is to happen, such as ``EarlyStopping(patience=3)``.
    progress
        Show a progress bar.
    resume
        A file written by ``Checkpoint``: go on from there, to ``epochs`` in all. Model,
        optimizer and callbacks must be made as they were for the run that wrote it.

    Returns
    -------
    History
        "loss" (mean over the epoch's examples, measured while the parameters change), "seconds",
        with labels "accuracy", and with validation data "validation_loss" and so on.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong; nothing was changed.
    TrainingDiverged
        A loss was NaN or infinite. The model has the parameters from before that epoch.

    Notes
    -----
    Ctrl-C, or the notebook's stop button, ends training after the current step; the history says
    so, and what was learnt stays.
    """
    _check_parts(model, loss, optimizer)
    train = _checked_data("data", data, model, loss)
    held_out = None if validation is None else _checked_data("validation", validation, model, loss)
    size = _count("batch_size", batch_size)
    rng = _generator("rng", rng)
    watchers = [*callbacks, *([ProgressBar()] if progress else [])]
    # A checkpoint comes last, so that it holds what the others remember of this epoch too.
    watchers.sort(key=lambda callback: isinstance(callback, Checkpoint))
    remembered = tuple(one for one in watchers if not isinstance(one, (ProgressBar, Checkpoint)))
    run = Run(model, loss, optimizer, rng, _count("epochs", epochs), remembered)

    for callback in watchers:
        callback.on_fit_begin(run)
    if resume is not None:
        restore(run, resume)
    try:
        while run.epoch < run.epochs and run.history.stopped is None:
            run.epoch += 1
            with np.errstate(all="ignore"):  # divergence is noticed, and said, by the loss
                values = _train_one_epoch(run, train, size, rng)
            if held_out is not None:
                for name, value in evaluate(model, loss, held_out).items():
                    values[f"validation_{name}"] = value
            run.history.append(values)
            for callback in watchers:
                callback.on_epoch_end(run, values)
    except KeyboardInterrupt:
        run.stop(f"interrupted in epoch {run.epoch}")
    finally:
        for callback in watchers:
            callback.on_fit_end(run)
    return run.history


def _train_one_epoch(
    run: Run, data: Dataset, batch_size: int, rng: np.random.Generator
) -> dict[str, float]:
    """Take one step for each batch; return the means over the epoch's examples."""
    model, loss, optimizer = run.model, run.loss, run.optimizer
    good = model.snapshot()
    began = perf_counter()
    total, correct = 0.0, 0
    for number, (x, target) in enumerate(batches(data, batch_size, rng), start=1):
        y = model.forward(x)
        value = loss.forward(y, target)
        if not math.isfinite(value):
            model.restore(good)
            raise TrainingDiverged(
                f"the loss became {value} in epoch {run.epoch}, batch {number}: the model has its "
                f"parameters from before that epoch again; try a learning rate below "
                f"{optimizer.learning_rate:g}"
            )
        model.backward(loss.backward())
        optimizer.step()

        total += value * len(x)
        if loss.classification:
            correct += loss.count_correct(y, target)
    values = {"loss": total / len(data.x)}
    if loss.classification:
        values["accuracy"] = correct / (len(data.x) * loss.decisions(model.output_shape))
    values["seconds"] = perf_counter() - began
    return values


def evaluate(
    model: Sequential, loss: Loss, data: tuple, batch_size: int = 1024
) -> dict[str, float]:
    """Return the mean "loss" over ``data`` in evaluation mode and, with labels, "accuracy"."""
    data = _checked_data("data", data, model, loss)
    total, correct = 0.0, 0
    for x, target in batches(data, _count("batch_size", batch_size)):
        y = model.forward(x, training=False)
        total += loss.forward(y, target) * len(x)
        if loss.classification:
            correct += loss.count_correct(y, target)
    values = {"loss": total / len(data.x)}
    if loss.classification:
        values["accuracy"] = correct / (len(data.x) * loss.decisions(model.output_shape))
    return values


def _check_parts(model: Sequential, loss: Loss, optimizer: Optimizer) -> None:
    for name, value, kind in (
        ("model", model, Sequential),
        ("loss", loss, Loss),
        ("optimizer", optimizer, Optimizer),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"{name} is {_describe(value)}: expected an object of {kind.__name__}")
    if optimizer.parameters is not model.parameters:
        raise ValueError(
            "optimizer was made with another model's parameters: expected model.parameters"
        )


def _checked_data(name: str, value: tuple, model: Sequential, loss: Loss) -> Dataset:
    data = as_dataset(name, value)
    x = validation.batch(f"{name}.x", data.x, model.input_shape, model.input_dtype)
    y = loss.check_target(data.y, model.output_shape, len(x), model.dtype, f"{name}.y")
    return Dataset(validation.finite(f"{name}.x", x), validation.finite(f"{name}.y", y))


# `fit` has an argument named validation, which hides the module of that name in its body.
_count = validation.count
_describe = validation.describe
_generator = validation.generator
