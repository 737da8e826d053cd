"""The training loop."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import perf_counter

import numpy as np

from dlcourse import validation
from dlcourse.data import Augmentation, Dataset, as_dataset
from dlcourse.devices import copy, to_host
from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.optimizers import Optimizer
from dlcourse.regularizers import ElasticNet, MaxNorm
from dlcourse.schedules import Schedule
from dlcourse.team import ALONE, Team
from dlcourse.training.callback import Callback, Run
from dlcourse.training.checkpoint import Checkpoint, restore
from dlcourse.training.feed import Feed
from dlcourse.training.history import History
from dlcourse.training.progress import ProgressBar
from dlcourse.training.step import Accumulator, Recipe
from dlcourse.training.tally import Metric, Tally
from dlcourse.validation import NotFiniteError

#: Examples of a batch in evaluation, where nothing is kept for a backward pass.
EVALUATED = 1024


class TrainingDiverged(NotFiniteError):
    """The loss, or the gradients, were no longer finite numbers."""


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
    schedule: Schedule | None = None,
    penalty: ElasticNet | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    max_norm: MaxNorm | None = None,
    augment: Augmentation | None = None,
    accumulate: int = 1,
    metrics: Mapping[str, Metric] | None = None,
    callbacks: Iterable[Callback] = (),
    progress: bool = True,
    resume: str | Path | None = None,
    team: Team = ALONE,
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
    schedule
        The learning rate as a function of the steps taken, such as ``CosineDecay(0.1, 500)``.
    penalty
        ``L1``, ``L2`` or ``ElasticNet``: its gradient is added to the loss's.
    clip_norm, clip_value
        Limits on the gradients before each step, by their common norm or each by itself.
    max_norm
        A ``MaxNorm`` bound on each unit's weights, enforced after each step.
    augment
        An ``Augmentation`` of each training batch; validation data stays as it is.
    accumulate
        Take one step for so many batches, with the mean of their gradients: as large a batch as
        ``batch_size * accumulate`` in the memory of one of ``batch_size`` (layers that look at
        the whole batch, such as BatchNorm, still see the small ones).
    metrics
        More to record on validation data: functions of (targets, outputs) by name, such as
        ``{"f1": lambda target, y: metrics.f1(target, y.argmax(axis=1))}``.
    callbacks
        What else is to happen, such as ``EarlyStopping(patience=3)``.
    progress
        Show a progress bar.
    resume
        A file written by ``Checkpoint``: go on from there, to ``epochs`` in all. Model,
        optimizer and callbacks must be made as they were for the run that wrote it.
    team
        The processes that train this model together, each of which calls ``fit`` alike:
        ``dlcourse.parallel.Ranks()``. Each takes its part of every batch.

    Returns
    -------
    History
        "loss" (mean over the epoch's examples, measured while the parameters change, without the
        penalty), "seconds", with labels "accuracy", with validation data "validation_loss" and so
        on, "penalty" and "learning_rate" where there is one to follow; of a team of processes
        "communication", the part of "seconds" that the first spent in it.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong; nothing was changed.
    TrainingDiverged
        A loss or a gradient was NaN or infinite. Model and optimizer are as before that epoch.

    Notes
    -----
    Ctrl-C, or the notebook's stop button, ends training after the current step; the history says
    so, and what was learnt stays.

    Of a model on a GPU the data goes there once, or batch by batch while it works where it does not
    fit or is augmented. Nobody waits for it before the end of an epoch: only then is the loss read,
    and found to be NaN.
    """
    _check_parts(model, loss, optimizer)
    recipe = Recipe(
        batch_size, accumulate, augment, schedule, penalty, clip_norm, clip_value, max_norm
    )
    train = _checked_data("data", data, model, loss, augment)
    _check_team(team, model, len(train.x), batch_size)
    feed = Feed(model.device, train, augment, team)
    held_out = None
    if validation is not None:
        judged = _checked_data("validation", validation, model, loss)
        held_out = Feed(model.device, judged, team=team)
    rng = _generator("rng", rng)
    watchers = [*callbacks, *([ProgressBar()] if progress else [])]
    # A checkpoint comes last, so that it holds what the others remember of this epoch too.
    watchers.sort(key=lambda callback: isinstance(callback, Checkpoint))
    remembered = tuple(one for one in watchers if not isinstance(one, (ProgressBar, Checkpoint)))
    run = Run(model, loss, optimizer, rng, _count("epochs", epochs), remembered, team=team)
    watchers = [callback for callback in watchers if team.leads or not callback.leads_only]

    for callback in watchers:
        callback.on_fit_begin(run)
    team.begin(model, optimizer, rng)
    if resume is not None:
        restore(run, resume)
    try:
        while run.epoch < run.epochs and run.history.stopped is None:
            run.epoch += 1
            values = _train_one_epoch(run, feed, recipe)
            if held_out is not None:
                for name, value in _evaluate(model, loss, held_out, EVALUATED, metrics).items():
                    values[f"validation_{name}"] = value
            values = team.first(values | team.measured())  # so that all callbacks decide alike
            team.compare(model.parameters.values)
            run.history.append(values)
            for callback in watchers:
                callback.on_epoch_end(run, values)
        team.end()
    except TrainingDiverged:
        team.end()
        raise
    except KeyboardInterrupt:
        if team.size > 1:
            raise  # the others know nothing of it, and wait
        run.stop(f"interrupted in epoch {run.epoch}")
    finally:
        model.join(ALONE)
        for callback in watchers:
            callback.on_fit_end(run)
    return run.history


def _train_one_epoch(run: Run, feed: Feed, recipe: Recipe) -> dict[str, float]:
    """Go through the data once; return the means over the epoch's examples."""
    model, loss, optimizer, team = run.model, run.loss, run.optimizer, run.team
    good = model.snapshot(), optimizer.snapshot()
    began = perf_counter()
    tally = Tally(model, loss, team)
    accumulator = Accumulator(model.parameters, recipe.accumulate)
    ready = team.ready if recipe.accumulate == 1 else None
    seen = 0
    try:
        # Divergence is noticed, and said, by the loss; NumPy's own warnings would come first.
        with np.errstate(all="ignore"):
            for x, target in feed.batches(recipe.batch_size, run.rng):
                y = model.forward(x)
                value = loss.forward(y, target)
                tally.add(value, y, target)
                if team.size == 1 and isinstance(value, float) and not math.isfinite(value):
                    break  # on a GPU, or of another's loss, nobody knows before the epoch's end
                model.backward(team.weigh(loss.backward()), ready=ready)
                rows = team.everyones(len(x))
                seen += rows
                if accumulator.add(rows, last=seen == len(feed)):
                    tally.add_norm(recipe.step(optimizer, team))
            tally.check()
    except NotFiniteError as error:
        model.restore(good[0])
        optimizer.restore(good[1])
        raise TrainingDiverged(
            f"{error} in epoch {run.epoch}, batch {tally.batches}: model and optimizer are as "
            f"before that epoch again; try a learning rate below {optimizer.learning_rate:g}"
        ) from None
    return tally.means() | recipe.measured(optimizer) | {"seconds": perf_counter() - began}


def evaluate(
    model: Sequential,
    loss: Loss,
    data: tuple,
    batch_size: int = EVALUATED,
    metrics: Mapping[str, Metric] | None = None,
) -> dict[str, float]:
    """Return the mean "loss" over ``data`` in evaluation mode, with labels the "accuracy".

    ``metrics`` are more functions of (targets, outputs), by name.
    """
    feed = Feed(model.device, _checked_data("data", data, model, loss))
    return _evaluate(model, loss, feed, _count("batch_size", batch_size), metrics)


def _evaluate(
    model: Sequential, loss: Loss, feed: Feed, size: int, metrics: Mapping[str, Metric] | None
) -> dict[str, float]:
    metrics, team = metrics or {}, feed.team
    tally = Tally(model, loss, team)
    outputs = model.device.empty((len(feed) if metrics else 0, *model.output_shape), model.dtype)
    if metrics and team.size > 1:
        outputs[...] = 0  # where others fill in theirs
    seen = 0
    for x, target in feed.batches(size):
        first = seen + team.first_row
        seen += team.everyones(len(x))
        if not len(x):
            continue  # fewer rows than members
        y = model.forward(x, training=False)
        if metrics:
            copy(y, outputs[first : first + len(x)])
        tally.add(loss.forward(y, target), y, target)
    means = tally.means()
    if metrics:
        outputs = team.sum(to_host(outputs))
    return means | {name: float(metric(feed.targets, outputs)) for name, metric in metrics.items()}


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


def _check_team(team: Team, model: Sequential, examples: int, batch_size: int) -> None:
    if not isinstance(team, Team):
        raise TypeError(f"team is {_describe(team)}: expected an object of Team, such as Ranks()")
    if team.size == 1:
        return
    if model.device.name != "cpu":
        raise ValueError(
            f"model is on {model.device.name!r}: expected it on 'cpu', where {team.size} processes "
            "can train it together"
        )
    last = examples % batch_size or batch_size
    if min(last, examples) < team.size:
        raise ValueError(
            f"batch_size is {batch_size} for {examples} examples, which leaves a batch of "
            f"{min(last, examples)} for {team.size} processes: expected at least one row for each"
        )


def _checked_data(
    name: str, value: tuple, model: Sequential, loss: Loss, augment: Augmentation | None = None
) -> Dataset:
    data = as_dataset(name, value)
    cropped = augment is not None and augment.crop is not None
    # What will be cropped may have any size; the model looks at what comes out.
    if cropped:
        x = validation.batch(f"{name}.x", data.x, data.x.shape[1:], model.input_dtype)
    else:
        x = model.checked_inputs(f"{name}.x", data.x)
    y = loss.check_target(data.y, model.output_shape, len(x), model.dtype, f"{name}.y")
    return Dataset(validation.finite(f"{name}.x", x), validation.finite(f"{name}.y", y))


# `fit` has an argument named validation, which hides the module of that name in its body.
_count = validation.count
_describe = validation.describe
_generator = validation.generator
