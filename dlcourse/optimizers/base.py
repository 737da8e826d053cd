"""What every optimizer is: a formula over the flat buffers, and the state it keeps."""

import numpy as np

from dlcourse import validation
from dlcourse.parameters import Parameters


class Optimizer:
    """Changes a model's parameters by their gradients, one kernel call a step.

    Attributes
    ----------
    learning_rate
        May be changed between steps; schedules do.
    steps
        How many steps were taken.
    state
        Named arrays of the size of the flat buffer (velocities, moments); empty where the
        formula needs no memory.
    """

    def __init__(self, parameters: Parameters, learning_rate: float) -> None:
        if not isinstance(parameters, Parameters):
            raise TypeError(
                f"parameters is {validation.describe(parameters)}: expected model.parameters"
            )
        self.parameters = parameters
        self.learning_rate = validation.number("learning_rate", learning_rate, above=0)
        self.steps = 0
        self.state: dict[str, np.ndarray] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(learning_rate={self.learning_rate:g})"

    def _zeros(self, name: str) -> np.ndarray:
        """Keep an array of zeros, one for each parameter, under this name."""
        self.state[name] = np.zeros_like(self.parameters.values)
        return self.state[name]

    def step(self) -> None:
        """Update all parameters in place from their gradients."""
        raise NotImplementedError
