"""Activations as layers: no parameters; all but softmax take any shape, one number at a time."""

from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.parameters import Shape


class Activation(Layer):
    """A function of each number by itself; the kernels get the arrays flattened."""

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        self._y = y = self._output(x.shape, x.dtype)
        self._value(kernels_for(x), x.reshape(-1), y.reshape(-1))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        x, y = self._latest("_x"), self._y
        dx = self._dx(x)
        self._gradient(kernels_for(x), x.reshape(-1), y.reshape(-1), dy.reshape(-1), dx.reshape(-1))
        return dx

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        """Write y."""
        raise NotImplementedError

    def _gradient(
        self, kernels: ModuleType, x: np.ndarray, y: np.ndarray, dy: np.ndarray, dx: np.ndarray
    ) -> None:
        """Write dx from dy and whichever of x and y is cheaper."""
        raise NotImplementedError


class ReLU(Activation):
    """Rectified linear unit, y = max(x, 0); dx = dy where x > 0, else 0 (Nair and Hinton 2010)."""

    reads_x = False

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.relu_forward(x, y)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.relu_backward(y, dy, dx)


class LeakyReLU(Activation):
    """Leaky ReLU, y = x where x > 0, else slope · x; dx = dy, or slope · dy.

    A unit that is negative for every example still learns. Maas, Hannun and Ng 2013. As in PyTorch
    the slope is 0.01 at first; Keras's is 0.3.
    """

    reads_x = False

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = validation.number("slope", slope, least=0)

    @property
    def options(self) -> dict[str, Any]:
        return {"slope": self.slope}

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.leaky_relu_forward(x, y, self.slope)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.leaky_relu_backward(y, dy, dx, self.slope)


class ELU(Activation):
    """Exponential linear unit, y = x where x > 0, else α (exp(x) - 1); dx = dy, or dy (y + α).

    Negative values pull the mean of the outputs towards 0. Clevert, Unterthiner and Hochreiter
    2016.
    """

    reads_x = False

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = validation.number("alpha", alpha, least=0)

    @property
    def options(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.elu_forward(x, y, self.alpha)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.elu_backward(y, dy, dx, self.alpha)


class GELU(Activation):
    """Gaussian error linear unit, y = x Φ(x); dx = dy (Φ(x) + x φ(x)).

    Φ is the normal distribution function, exact and not by tanh, and φ the normal density.
    Hendrycks and Gimpel 2016. As PyTorch's with ``approximate="none"``.
    """

    reads_y = False

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.gelu_forward(x, y)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.gelu_backward(x, dy, dx)


class SiLU(Activation):
    """Sigmoid linear unit, y = x σ(x), σ being the sigmoid; dx = dy · σ (1 + x (1 - σ)).

    Elfwing, Uchibe and Doya 2018; called swish by Ramachandran, Zoph and Le 2017.
    """

    reads_y = False

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.silu_forward(x, y)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.silu_backward(x, dy, dx)


class Softplus(Activation):
    """Softplus, y = log(1 + exp(x)), a ReLU without a kink; dx = dy · σ(x), σ being the sigmoid.

    Dugas, Bengio, Bélisle, Nadeau and Garcia 2001.
    """

    reads_y = False

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.softplus_forward(x, y)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.softplus_backward(x, dy, dx)


class Sigmoid(Activation):
    """Logistic sigmoid, y = 1 / (1 + exp(-x)); dx = dy · y (1 - y)."""

    reads_x = False

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.sigmoid_forward(x, y)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.sigmoid_backward(y, dy, dx)


class Tanh(Activation):
    """Hyperbolic tangent, y = tanh(x); dx = dy · (1 - y²)."""

    reads_x = False

    def _value(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray) -> None:
        kernels.tanh_forward(x, y)

    def _gradient(self, kernels: ModuleType, x: np.ndarray, y: np.ndarray,
                  dy: np.ndarray, dx: np.ndarray) -> None:  # fmt: skip
        kernels.tanh_backward(y, dy, dx)


class Softmax(Layer):
    """Softmax over the last axis, y = exp(x) / Σ exp(x): positive numbers that sum to 1.

    Each output depends on every input of its row: dx = y (dy - Σ y dy), the Jacobian
    diag(y) - y yᵀ times dy. Bridle 1990.

    For training a classifier leave it out and give the logits to ``SoftmaxCrossEntropy``, which
    has it inside: a softmax followed by a logarithm loses digits where it matters.

    Notes
    -----
    Shapes: x and y (n, …, classes), at least two classes.
    """

    reads_x = False

    def output_shape(self, input_shape: Shape) -> Shape:
        if not input_shape or input_shape[-1] < 2:
            raise ValueError(
                f"{self!r} got inputs of shape {input_shape}: expected at least two numbers on "
                "the last axis, since the softmax of one is always 1"
            )
        return input_shape

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._y = y = self._output(x.shape, x.dtype)
        rows = (-1, x.shape[-1])
        kernels_for(x).softmax_forward(x.reshape(rows), y.reshape(rows))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        y = self._latest("_y")
        dx = self._dx(y)
        rows = (-1, y.shape[-1])
        kernels_for(y).softmax_backward(y.reshape(rows), dy.reshape(rows), dx.reshape(rows))
        return dx
