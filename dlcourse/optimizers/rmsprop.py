"""RMSprop: a rate for each parameter, from the size of its recent gradients."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.optimizers.base import Optimizer
from dlcourse.parameters import Parameters


class RMSprop(Optimizer):
    """RMSprop, v ← β v + (1-β) g², then p ← p - η g / (√v + ε).

    Parameters
    ----------
    beta
        β, how slowly the average of squares forgets (PyTorch's ``alpha``).
    epsilon
        ε.
    momentum
        μ. With μ > 0 the scaled gradients go through a velocity, u ← μ u + g / (√v + ε), and
        p ← p - η u.
    centered
        Divide by the gradients' standard deviation, √(v - m²), where m ← β m + (1-β) g, in place of
        their root mean square.

    learning_rate, weight_decay, decay
        As in ``Optimizer``.

    Notes
    -----
    Tieleman and Hinton 2012 (lecture 6.5 of their course); centred: Graves 2013, §4.2. v starts at
    0 without a correction, so the first steps are large: the very first is η / √(1-β) whatever the
    gradient. As in PyTorch ε stands outside the root; TensorFlow and Graves put it inside, and
    Keras's β is 0.9, PyTorch's 0.99.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 0.01,
        beta: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
        decay: str = "weight",
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, decay)
        self.beta = validation.number("beta", beta, least=0, below=1)
        self.epsilon = validation.number("epsilon", epsilon, above=0)
        self.momentum = validation.number("momentum", momentum, least=0, below=1)
        self.centered = validation.flag("centered", centered)
        self._keep("squares")
        if self.centered:
            self._keep("mean")
        if self.momentum:
            self._keep("velocity")

    def _own_options(self) -> dict[str, Any]:
        return {
            "beta": self.beta,
            "epsilon": self.epsilon,
            "momentum": self.momentum,
            "centered": self.centered,
        }

    def _update(self, kernels: ModuleType, p: np.ndarray, g: np.ndarray,
                state: tuple[np.ndarray, ...], rate: float, shrink: float) -> None:  # fmt: skip
        squares, *others = state
        mean = others.pop(0) if self.centered else self._none
        velocity = others.pop(0) if self.momentum else self._none
        kernels.rmsprop_step(
            p, g, squares, mean, velocity, rate, self.beta, self.epsilon, self.momentum, shrink
        )
