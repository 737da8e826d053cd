"""What a model needs in memory while it trains."""

from dataclasses import dataclass

import numpy as np

from dlcourse import validation
from dlcourse.model.sequential import Sequential
from dlcourse.optimizers import Optimizer


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that training takes.

    Attributes
    ----------
    parameters, gradients, optimizer
        The flat buffers: values, gradients, and the optimizer's state.
    activations
        For each layer, by name, its output for one batch, if that is kept until backward has come
        by: 0 where no layer's gradient is computed from it, as between a dense layer and a ReLU.
    passing
        What only the next layer reads: outputs that are not kept, and the gradients of all. While
        one layer writes its own, it reads the other's: two arrays of the largest size serve all.
    """

    parameters: int
    gradients: int
    optimizer: int
    activations: dict[str, int]
    passing: int

    @property
    def signals(self) -> int:
        """All that grows with the batch: outputs, and gradients of outputs."""
        return sum(self.activations.values()) + self.passing

    @property
    def total(self) -> int:
        """Everything together."""
        return self.parameters + self.gradients + self.optimizer + self.signals

    def __repr__(self) -> str:
        rows = [
            ("parameters", self.parameters),
            ("gradients", self.gradients),
            ("optimizer state", self.optimizer),
            *((f"output of {name}", size) for name, size in self.activations.items()),
            ("what is passed on", self.passing),
            ("in all", self.total),
        ]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {_readable(size):>10}" for name, size in rows)


def memory_estimate(
    model: Sequential, batch_size: int, optimizer: Optimizer | None = None
) -> MemoryEstimate:
    """Return what training ``model`` with batches of this size takes, before running anything.

    Without an optimizer its state counts as nothing, as plain SGD's does. Work space inside
    layers (the columns of a convolution, the gates of an LSTM) comes on top.
    """
    rows = validation.count("batch_size", batch_size)
    size = model.dtype.itemsize
    activations, largest, shape = {}, 0, model.input_shape
    for layer in model.layers:
        shape = layer.output_shape(shape)
        output = rows * int(np.prod(shape)) * size
        activations[layer.name] = output if layer.keeps_output else 0
        largest = max(largest, output)
    state = optimizer.state.values() if optimizer is not None else ()
    return MemoryEstimate(
        parameters=model.parameters.values.nbytes,
        gradients=model.parameters.gradients.nbytes,
        optimizer=sum(array.nbytes for array in state),
        activations=activations,
        passing=2 * largest,
    )


def _readable(size: float) -> str:
    """Return a size in the largest unit of 1,024 that keeps it above one."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1024
    return f"{size:,.1f} GiB"
