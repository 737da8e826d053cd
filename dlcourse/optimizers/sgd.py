"""Stochastic gradient descent: plain, with momentum, and with Nesterov's momentum."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.optimizers.base import Optimizer
from dlcourse.parameters import Parameters


class SGD(Optimizer):
    """Gradient descent, p ← p - η g; batch, stochastic or mini-batch by the size of the batch.

    Parameters
    ----------
    momentum
        μ. With μ > 0 the steps gather speed: v ← μ v + g, then p ← p - η v.
    nesterov
        Step along g + μ v in place of v: the gradient is followed from where the velocity leads.

    learning_rate, weight_decay, decay
        As in ``Optimizer``.

    Notes
    -----
    Robbins and Monro 1951; momentum: Polyak 1964; Nesterov 1983, in the form of Sutskever, Martens,
    Dahl and Hinton 2013. As in PyTorch the rate multiplies the velocity when it is used. In
    Polyak's and Sutskever's form, which Keras follows, the rate is inside the velocity
    (v ← μ v - η g, p ← p + v): the same for a constant η, different when η changes.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        decay: str = "weight",
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, decay)
        self.momentum = validation.number("momentum", momentum, least=0, below=1)
        self.nesterov = validation.flag("nesterov", nesterov)
        if self.nesterov and not self.momentum:
            raise ValueError("momentum is 0: expected a number above 0 with nesterov=True")
        if self.momentum:
            self._keep("velocity")

    def _own_options(self) -> dict[str, Any]:
        if not self.momentum:
            return {}
        return {"momentum": self.momentum} | ({"nesterov": True} if self.nesterov else {})

    def _update(self, kernels: ModuleType, p: np.ndarray, g: np.ndarray,
                state: tuple[np.ndarray, ...], rate: float, shrink: float) -> None:  # fmt: skip
        if not self.momentum:
            kernels.sgd_step(p, g, rate, shrink)
        elif self.nesterov:
            kernels.nesterov_step(p, g, *state, rate, self.momentum, shrink)
        else:
            kernels.momentum_step(p, g, *state, rate, self.momentum, shrink)
