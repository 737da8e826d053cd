"""Batch normalization and layer normalization."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.initializers import ones, zeros
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.parameters import ParameterSpec, Shape


class _Normalization(Layer):
    """The learnt scale and shift, one number for each of the last axis's features."""

    gamma: np.ndarray
    beta: np.ndarray
    dgamma: np.ndarray
    dbeta: np.ndarray

    def output_shape(self, input_shape: Shape) -> Shape:
        if not input_shape:
            raise ValueError(f"{self!r} got single numbers: expected inputs with a last axis")
        return input_shape

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        return [
            ParameterSpec("gamma", input_shape[-1:], ones, kind="scale"),
            ParameterSpec("beta", input_shape[-1:], zeros, kind="shift"),
        ]


class BatchNorm(_Normalization):
    """Batch normalization, y = γ (x - mean) / √(variance + ε) + β for each feature or channel.

    In training, mean and variance are the batch's: over n for vectors (n, features), over n,
    height and width for images (n, height, width, channels), over all but the last axis in
    general. Running means of both are kept, and used in evaluation.

    Parameters
    ----------
    momentum
        How much of the running moments each batch replaces, r ← (1 - momentum) r + momentum · new:
        PyTorch's meaning of the word; Keras's is 1 - momentum.
    epsilon
        Added to the variance.

    Notes
    -----
    The batch is normalized with its biased variance (a sum over m rows divided by m); the running
    variance takes the unbiased one (divided by m - 1), as in PyTorch. ``state`` holds "mean" and
    "variance".

    Gradients, with x̂ = (x - mean) / √(variance + ε) and sums over the m rows: dβ = Σ dy,
    dγ = Σ dy · x̂, dx = γ / √(variance + ε) · (dy - dβ / m - x̂ dγ / m); the last two terms come
    through mean and variance, and are absent in evaluation (Ioffe and Szegedy 2015, section 3).

    Processes that share a batch (``dlcourse.parallel``) normalize it by the moments of the whole
    batch, as one process would: two short sums over the processes a layer and step. PyTorch's
    ``BatchNorm2d`` takes each process's own moments, its ``SyncBatchNorm`` does as we do.
    """

    reads_y = False

    def __init__(self, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.momentum = validation.number("momentum", momentum, least=0, most=1)
        self.epsilon = validation.number("epsilon", epsilon, above=0)

    @property
    def options(self) -> dict[str, Any]:
        return {"momentum": self.momentum, "epsilon": self.epsilon}

    def build(
        self, input_shape: Shape, dtype: np.dtype, rng: np.random.Generator
    ) -> list[ParameterSpec]:
        specs = super().build(input_shape, dtype, rng)
        self.state["mean"] = np.zeros(input_shape[-1:], dtype)
        self.state["variance"] = np.ones(input_shape[-1:], dtype)
        return specs

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        rows, features = x.size // x.shape[-1], x.shape[-1:]
        everyone = rows // len(x) * self.team.everyones(len(x))
        if training and everyone < 2:
            raise ValueError(
                f"{self.name} got a batch of one in training: expected at least two, since one "
                "alone has no variance (choose a batch size that leaves no last batch of one)"
            )
        kernels = kernels_for(x)
        self._x, self._training = x, training
        matrix = x.reshape(rows, -1)
        self._mean = self.state["mean"]
        variance = self.state["variance"]
        if training:
            batch_mean = self.buffers.get("mean", features, x.dtype)
            batch_variance = self.buffers.get("variance", features, x.dtype)
            sums = self.buffers.get("sums", (2, *features), np.float64)
            kernels.column_moments(matrix, sums[0], batch_mean, batch_variance)
            if self.team.size > 1:
                self._pool_moments(batch_mean, batch_variance)
            kernels.update_running_moments(
                self._mean, variance, batch_mean, batch_variance, self.momentum, everyone
            )
            self._mean, variance = batch_mean, batch_variance
        self._reciprocal = self.buffers.get("reciprocal", features, x.dtype)
        kernels.reciprocal_deviation(variance, self.epsilon, self._reciprocal)
        y = self._output(x.shape, x.dtype)
        kernels.batch_norm_forward(
            matrix, self._mean, self._reciprocal, self.gamma, self.beta, y.reshape(rows, -1)
        )
        return y

    def _pool_moments(self, mean: np.ndarray, variance: np.ndarray) -> None:
        """Turn the moments of own rows into those of the whole batch, by E[x²] in float64."""
        sums = np.stack([mean, variance + mean.astype(np.float64) ** 2])
        mean_all, square = self.team.sum(sums * self.team.weight)
        mean[...] = mean_all
        variance[...] = np.maximum(square - mean_all**2, 0)

    def _pooled_gradients(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what ``batch_norm_backward``, which divides by own rows, needs for dγ and dβ."""
        if self.team.size == 1 or not self._training:
            return self.dgamma, self.dbeta
        own = np.stack([self.dgamma, self.dbeta])
        dgamma, dbeta = self.team.sum(own) * self.dgamma.dtype.type(self.team.weight)
        return dgamma, dbeta

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        kernels, features = kernels_for(x), x.shape[-1]
        matrix, dy = x.reshape(-1, features), dy.reshape(-1, features)
        sums = self.buffers.get("sums", (2, features), np.float64)
        kernels.batch_norm_parameter_gradients(
            matrix, dy, self._mean, self._reciprocal, sums, self.dgamma, self.dbeta
        )
        if not input_gradient:
            return None
        dx = self._dx(x)
        into = dx.reshape(-1, features)
        if self._training:
            dgamma, dbeta = self._pooled_gradients()
            kernels.batch_norm_backward(
                matrix, dy, self._mean, self._reciprocal, self.gamma, dgamma, dbeta, into
            )
        else:
            kernels.scale_columns(dy, self.gamma, self._reciprocal, into)
        return dx


class LayerNorm(_Normalization):
    """Layer normalization, y = γ (x - mean) / √(variance + ε) + β over the last axis.

    Mean and (biased) variance are those of each example's own features, so that training and
    evaluation are one and the same and the size of the batch does not matter.

    Parameters
    ----------
    epsilon
        Added to the variance.

    Notes
    -----
    Shapes: x and y (n, …, features), γ and β (features,). As PyTorch's
    ``LayerNorm(features)``: images are normalized over the channels of each pixel.

    Gradients, with x̂ = (x - mean) / √(variance + ε), g = γ dy and means over the last axis:
    dβ = Σ dy, dγ = Σ dy · x̂, dx = (g - mean(g) - x̂ mean(g x̂)) / √(variance + ε)
    (Ba, Kiros and Hinton 2016, section 3).
    """

    reads_y = False

    def __init__(self, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.epsilon = validation.number("epsilon", epsilon, above=0)

    @property
    def options(self) -> dict[str, Any]:
        return {"epsilon": self.epsilon}

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        rows = x.size // x.shape[-1]
        self._mean = self.buffers.get("mean", (rows,), x.dtype)
        self._reciprocal = self.buffers.get("reciprocal", (rows,), x.dtype)
        y = self._output(x.shape, x.dtype)
        kernels_for(x).layer_norm_forward(
            x.reshape(rows, -1),
            self.gamma,
            self.beta,
            self.epsilon,
            self._mean,
            self._reciprocal,
            y.reshape(rows, -1),
        )
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        x = self._latest("_x")
        rows = x.size // x.shape[-1]
        dx = self._dx(x)
        kernels_for(x).layer_norm_backward(
            x.reshape(rows, -1),
            dy.reshape(rows, -1),
            self._mean,
            self._reciprocal,
            self.gamma,
            self.dgamma,
            self.dbeta,
            dx.reshape(rows, -1),
        )
        return dx
