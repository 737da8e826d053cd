"""What a training step does beside forward, loss and backward."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.data import Augmentation
from dlcourse.devices import device_of
from dlcourse.kernels import kernels_for
from dlcourse.optimizers import Optimizer, clip_by_value
from dlcourse.optimizers.clipping import clip_norm
from dlcourse.parameters import Parameters
from dlcourse.regularizers import ElasticNet, MaxNorm
from dlcourse.schedules import Schedule
from dlcourse.team import ALONE, Team


@dataclass(frozen=True)
class Recipe:
    """How gradients become a step; ``fit`` says what each ingredient is."""

    batch_size: int
    accumulate: int
    augment: Augmentation | None
    schedule: Schedule | None
    penalty: ElasticNet | None
    clip_norm: float | None
    clip_value: float | None
    max_norm: MaxNorm | None

    def __post_init__(self) -> None:
        validation.count("batch_size", self.batch_size)
        validation.count("accumulate", self.accumulate)
        for name, limit in (("clip_norm", self.clip_norm), ("clip_value", self.clip_value)):
            if limit is not None:
                validation.number(name, limit, above=0)
        for name, value, kind in (
            ("augment", self.augment, Augmentation),
            ("penalty", self.penalty, ElasticNet),
            ("max_norm", self.max_norm, MaxNorm),
        ):
            if value is not None and not isinstance(value, kind):
                raise TypeError(
                    f"{name} is {validation.describe(value)}: expected an object of "
                    f"{kind.__name__}, or None"
                )
        if self.schedule is not None and not callable(self.schedule):
            raise TypeError(
                f"schedule is {validation.describe(self.schedule)}: expected a function of the "
                "step, such as CosineDecay"
            )

    def step(self, optimizer: Optimizer, team: Team = ALONE) -> Any:
        """Sum over the team, penalty, clipping, learning rate, step, bound: in this order.

        Returns the norm of the gradients where they were clipped by it, else 0: a number that may
        have yet to come from a GPU.
        """
        parameters = optimizer.parameters
        team.sum_gradients(parameters.gradients, whole=self.clip_norm is not None)
        if self.penalty is not None:
            self.penalty.backward(parameters)
        if self.clip_value is not None:
            clip_by_value(parameters, self.clip_value)
        norm = 0.0 if self.clip_norm is None else clip_norm(parameters, self.clip_norm)
        if self.schedule is not None:
            optimizer.learning_rate = self.schedule(optimizer.steps)
        optimizer.step()
        team.collect(parameters.values)
        if self.max_norm is not None:
            self.max_norm.apply(parameters)
        return norm

    def measured(self, optimizer: Optimizer) -> dict[str, float]:
        """Return what the history follows: the penalty and the learning rate, where they vary."""
        values = {}
        if self.penalty is not None:
            values["penalty"] = self.penalty.forward(optimizer.parameters)
        if self.schedule is not None:
            values["learning_rate"] = optimizer.learning_rate
        return values


class Accumulator:
    """The mean of several batches' gradients, weighted by their sizes, in one more flat buffer."""

    def __init__(self, parameters: Parameters, batches: int) -> None:
        self.parameters, self.batches = parameters, batches
        self._sum: np.ndarray | None = None
        if batches > 1:
            gradients = parameters.gradients
            self._sum = device_of(gradients).put(np.zeros(gradients.shape, gradients.dtype))
        self._rows, self._count = 0, 0

    def add(self, rows: int, last: bool) -> bool:
        """Add the present gradients; return whether it is time for a step.

        It is after every so many batches, and after the ``last``; the gradients are the mean then.
        """
        if self._sum is None:
            return True
        gradients = self.parameters.gradients
        kernels = kernels_for(gradients)
        kernels.add_scaled(self._sum, gradients, rows)
        self._rows += rows
        self._count += 1
        if self._count < self.batches and not last:
            return False
        kernels.copy(self._sum, gradients)
        kernels.scale_in_place(gradients, 1 / self._rows)
        kernels.fill(self._sum, 0.0)
        self._rows, self._count = 0, 0
        return True
