"""Adam and its family: momentum, and a rate for each parameter from its recent gradients."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.optimizers.base import Optimizer
from dlcourse.parameters import Parameters


class Adam(Optimizer):
    """Adam: m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g², then p ← p - η m̂ / (√v̂ + ε).

    m̂ = m / (1-β₁ᵗ) and v̂ = v / (1-β₂ᵗ) are the moments corrected for their start at zero, t counts
    the steps from 1.

    Parameters
    ----------
    beta1, beta2
        β₁ and β₂, how slowly the two averages forget.
    epsilon
        ε.

    learning_rate, decay
        As in ``Optimizer``.
    weight_decay
        Decoupled, as in AdamW; PyTorch's ``Adam(weight_decay=…)`` is the penalty
        ``regularizers.L2`` instead.

    Notes
    -----
    Kingma and Ba 2015, algorithm 1. As in the paper and in PyTorch, ε stands outside the root and
    is added after the correction. Keras and TensorFlow correct the rate instead (the form at the
    end of the paper's section 2), so that their ε is √(1-β₂ᵗ) times as large in effect.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        decay: str = "weight",
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, decay)
        self.beta1 = validation.number("beta1", beta1, least=0, below=1)
        self.beta2 = validation.number("beta2", beta2, least=0, below=1)
        self.epsilon = validation.number("epsilon", epsilon, above=0)
        self._keep("m")
        self._keep("v")

    def _own_options(self) -> dict[str, Any]:
        return {"beta1": self.beta1, "beta2": self.beta2, "epsilon": self.epsilon}

    def _update(self, kernels: ModuleType, p: np.ndarray, g: np.ndarray,
                state: tuple[np.ndarray, ...], rate: float, shrink: float) -> None:  # fmt: skip
        kernels.adam_step(
            p, g, *state, rate, self.beta1, self.beta2, self.epsilon, self.steps, shrink
        )


class AdamW(Adam):
    """Adam with decoupled weight decay: p ← (1 - η λ) p, then Adam's step.

    The decay is not part of the gradient, so it is not divided by √v̂: large and small gradients
    let a weight decay alike.

    Parameters
    ----------
    weight_decay
        λ.

    learning_rate, beta1, beta2, epsilon, decay
        As in ``Adam``.

    Notes
    -----
    Loshchilov and Hutter 2019, algorithm 2, with λ multiplied by the learning rate, as in PyTorch
    and Keras; in the paper only the schedule's factor multiplies it. PyTorch decays biases too:
    ``decay="all"``.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        decay: str = "weight",
    ) -> None:
        super().__init__(parameters, learning_rate, beta1, beta2, epsilon, weight_decay, decay)


class AMSGrad(Adam):
    """Adam that divides by the largest v so far: w ← max(w, v), p ← p - η m̂ / (√ŵ + ε).

    A rare large gradient is then not forgotten, and steps per unit of gradient never grow again.
    The parameters are those of ``Adam``.

    Notes
    -----
    Reddi, Kale and Kumar 2018, algorithm 2. As in PyTorch the largest is taken of v itself and then
    corrected, ŵ = w / (1-β₂ᵗ); the paper corrects nothing.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        decay: str = "weight",
    ) -> None:
        super().__init__(parameters, learning_rate, beta1, beta2, epsilon, weight_decay, decay)
        self._keep("largest")

    def _update(self, kernels: ModuleType, p: np.ndarray, g: np.ndarray,
                state: tuple[np.ndarray, ...], rate: float, shrink: float) -> None:  # fmt: skip
        kernels.amsgrad_step(
            p, g, *state, rate, self.beta1, self.beta2, self.epsilon, self.steps, shrink
        )


class Adamax(Optimizer):
    """Adam by the infinity norm: m ← β₁ m + (1-β₁) g, u ← max(β₂ u, |g| + ε), p ← p - η m̂ / u.

    m̂ = m / (1-β₁ᵗ); u needs no correction. Its second moment, not the first, is what the norm
    takes the place of. No step is larger than η, up to the correction.

    Parameters
    ----------
    beta1, beta2
        β₁ and β₂.
    epsilon
        ε, which keeps a gradient of 0 from dividing by 0.

    learning_rate, weight_decay, decay
        As in ``Optimizer``.

    Notes
    -----
    Kingma and Ba 2015, algorithm 2, which has no ε. As in PyTorch ε is added to |g|; Keras adds it
    to u.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float = 2e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        decay: str = "weight",
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, decay)
        self.beta1 = validation.number("beta1", beta1, least=0, below=1)
        self.beta2 = validation.number("beta2", beta2, least=0, below=1)
        self.epsilon = validation.number("epsilon", epsilon, above=0)
        self._keep("m")
        self._keep("u")

    def _own_options(self) -> dict[str, Any]:
        return {"beta1": self.beta1, "beta2": self.beta2, "epsilon": self.epsilon}

    def _update(self, kernels: ModuleType, p: np.ndarray, g: np.ndarray,
                state: tuple[np.ndarray, ...], rate: float, shrink: float) -> None:  # fmt: skip
        kernels.adamax_step(
            p, g, *state, rate, self.beta1, self.beta2, self.epsilon, self.steps, shrink
        )
