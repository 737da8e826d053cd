"""What goes on inside a network: how large its signals, gradients and updates are, by layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dlcourse.data import Dataset, as_dataset
from dlcourse.devices import to_host
from dlcourse.layers import ReLU, Sigmoid, Tanh
from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.optimizers import Optimizer
from dlcourse.training.callback import Callback, Run

#: A sigmoid or a tanh counts as saturated where its slope is under 5 % of its steepest.
SATURATED_SIGMOID = 0.9873  # y (1 - y) < 0.05 / 4
SATURATED_TANH = 0.9747  # 1 - y² < 0.05


@dataclass(frozen=True)
class LayerStatistics:
    """One layer's signals for one batch.

    Attributes
    ----------
    name
        The layer's name.
    mean, spread
        Mean and standard deviation of its outputs.
    gradient
        Root mean square of the loss's gradient for its outputs.
    dead
        ReLU: the share of units that are zero for every example of the batch; else None.
    saturated
        Sigmoid and tanh: the share of outputs where the slope is under 5 % of the steepest;
        else None.
    parameter_gradient
        Root mean square of the gradients of its parameters; None without parameters.
    update_ratio
        Size of one optimizer step over the size of the parameters, in Euclidean norms. About
        0.001 is healthy (Karpathy's rule of thumb); None without parameters or optimizer.
    """

    name: str
    mean: float
    spread: float
    gradient: float
    dead: float | None
    saturated: float | None
    parameter_gradient: float | None
    update_ratio: float | None


def on_host(array: np.ndarray) -> np.ndarray:
    """Return a copy in the host's memory, whatever becomes of the array."""
    return array.copy() if isinstance(array, np.ndarray) else to_host(array)


def root_mean_square(array: np.ndarray) -> float:
    """Return √(mean of squares), the typical size of an element."""
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))


def signal_statistics(
    model: Sequential, loss: Loss, data: tuple, optimizer: Optimizer | None = None
) -> list[LayerStatistics]:
    """Return the statistics of every layer for one batch, leaving everything as it was.

    Parameters
    ----------
    model, loss
        Run forward and backward once, in training mode.
    data
        One batch, a ``Dataset`` or a pair (x, y).
    optimizer
        With it a trial step is taken, measured, and taken back.
    """
    x, target = as_dataset("data", data)
    before = model.snapshot()
    outputs: list[np.ndarray] = []
    gradients: list[np.ndarray] = []

    y = model.device.put(model.checked_inputs("data.x", x))
    for layer in model.layers:
        y = layer.forward(y)
        outputs.append(on_host(y))
    loss.forward(y, target)
    dy = loss.backward()
    for layer in reversed(model.layers):
        gradients.append(on_host(dy))
        dy = layer.backward(dy, input_gradient=layer is not model.layers[0])  # type: ignore[assignment]
    gradients.reverse()
    after = _trial_step(model, optimizer) if optimizer is not None else None
    model.restore(before)

    found = []
    for layer, output, gradient in zip(model.layers, outputs, gradients, strict=True):
        own = model.parameters.of_layer(layer.name).values()
        dead, saturated = None, None
        if isinstance(layer, ReLU):
            dead = float(np.mean((output.reshape(len(output), -1) <= 0).all(axis=0)))
        elif isinstance(layer, Sigmoid):
            saturated = float(np.mean(np.abs(output - 0.5) > SATURATED_SIGMOID - 0.5))
        elif isinstance(layer, Tanh):
            saturated = float(np.mean(np.abs(output) > SATURATED_TANH))
        size, change = 0.0, None
        if own and after is not None:
            values = [to_host(part.value).ravel() for part in own]
            moved = [after[part.name].ravel() - to_host(part.value).ravel() for part in own]
            size = float(np.linalg.norm(np.concatenate(values)))
            change = float(np.linalg.norm(np.concatenate(moved)))
        found.append(
            LayerStatistics(
                name=layer.name,
                mean=float(output.mean(dtype=np.float64)),
                spread=float(output.std(dtype=np.float64)),
                gradient=root_mean_square(gradient),
                dead=dead,
                saturated=saturated,
                parameter_gradient=(
                    root_mean_square(
                        np.concatenate([to_host(part.gradient).ravel() for part in own])
                    )
                    if own
                    else None
                ),
                update_ratio=change / size if change is not None and size else None,
            )
        )
    return found


def _trial_step(model: Sequential, optimizer: Optimizer) -> dict[str, np.ndarray]:
    """Take one step and undo the optimizer's part of it; return what the parameters became."""
    before = optimizer.snapshot()
    optimizer.step()
    after = {part.name: on_host(part.value) for part in model.parameters}
    optimizer.restore(before)
    return after


class SignalStatistics(Callback):
    """Record ``signal_statistics`` for one fixed batch after each epoch.

    Attributes
    ----------
    epochs
        For each epoch the list of every layer's statistics.
    """

    def __init__(self, data: tuple) -> None:
        self.data: Dataset = as_dataset("data", data)
        self.epochs: list[list[LayerStatistics]] = []

    def on_fit_begin(self, run: Run) -> None:
        self.epochs = []

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        self.epochs.append(signal_statistics(run.model, run.loss, self.data, run.optimizer))
