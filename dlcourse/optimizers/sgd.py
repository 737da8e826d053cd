"""Stochastic gradient descent, plain and with momentum."""

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.optimizers.base import Optimizer
from dlcourse.parameters import Parameters


class SGD(Optimizer):
    """Gradient descent, p ← p - η g; batch, stochastic or mini-batch by the size of the batch.

    With momentum μ > 0: v ← μ v + g, then p ← p - η v. This is PyTorch's form; in Polyak's (1964)
    and Sutskever's (2013) the rate is inside the velocity, which differs when η changes.
    """

    def __init__(
        self, parameters: Parameters, learning_rate: float = 0.01, momentum: float = 0.0
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.momentum = validation.number("momentum", momentum, least=0, below=1)
        if self.momentum:
            self._velocity = self._zeros("velocity")

    def step(self) -> None:
        p, g = self.parameters.values, self.parameters.gradients
        kernels = kernels_for(p)
        if self.momentum:
            kernels.momentum_step(p, g, self._velocity, self.learning_rate, self.momentum)
        else:
            kernels.sgd_step(p, g, self.learning_rate)
        self.steps += 1
