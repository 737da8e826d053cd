"""Adagrad: a rate for each parameter, which falls with every gradient that it has seen."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.optimizers.base import Optimizer
from dlcourse.parameters import Parameters


class Adagrad(Optimizer):
    """Adagrad, s ← s + g², then p ← p - η g / (√s + ε).

    Parameters
    ----------
    epsilon
        ε, which keeps a first gradient of 0 from dividing by 0.
    initial_accumulator
        The first value of s.

    learning_rate, weight_decay, decay
        As in ``Optimizer``.

    Notes
    -----
    Duchi, Hazan and Singer 2011 (the diagonal form, equation 1). The sum s only grows, so the steps
    only shrink: good for rare features in convex problems, too early an end in deep networks.
    PyTorch's ε = 1e-10 stands outside the root and s starts at 0, which is followed here;
    TensorFlow puts ε inside the root and starts s at 0.1.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 0.01,
        epsilon: float = 1e-10,
        initial_accumulator: float = 0.0,
        weight_decay: float = 0.0,
        decay: str = "weight",
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, decay)
        self.epsilon = validation.number("epsilon", epsilon, above=0)
        self.initial_accumulator = validation.number(
            "initial_accumulator", initial_accumulator, least=0
        )
        self._keep("squares", self.initial_accumulator)

    def _own_options(self) -> dict[str, Any]:
        return {"epsilon": self.epsilon, "initial_accumulator": self.initial_accumulator}

    def _update(self, kernels: ModuleType, p: np.ndarray, g: np.ndarray,
                state: tuple[np.ndarray, ...], rate: float, shrink: float) -> None:  # fmt: skip
        kernels.adagrad_step(p, g, *state, rate, self.epsilon, shrink)
