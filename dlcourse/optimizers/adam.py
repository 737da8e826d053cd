"""Adam: momentum, and a rate for each parameter from the size of its recent gradients."""

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.optimizers.base import Optimizer
from dlcourse.parameters import Parameters


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1).

    m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g², then with both moments corrected for their start
    at zero, m̂ = m / (1-β₁ᵗ) and v̂ = v / (1-β₂ᵗ): p ← p - η m̂ / (√v̂ + ε). As in the paper and in
    PyTorch, ε stands outside the root and is added after the correction.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate)
        self.beta1 = validation.number("beta1", beta1, least=0, below=1)
        self.beta2 = validation.number("beta2", beta2, least=0, below=1)
        self.epsilon = validation.number("epsilon", epsilon, above=0)
        self._m = self._zeros("m")
        self._v = self._zeros("v")

    def step(self) -> None:
        p, g = self.parameters.values, self.parameters.gradients
        self.steps += 1
        kernels_for(p).adam_step(
            p, g, self._m, self._v,
            self.learning_rate, self.beta1, self.beta2, self.epsilon, self.steps,
        )  # fmt: skip
