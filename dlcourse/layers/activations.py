"""Activations as layers: no parameters, any shape, one number at a time."""

import numpy as np

from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer


class ReLU(Layer):
    """Rectified linear unit, y = max(x, 0); dx = dy where x > 0, else 0 (Nair and Hinton 2010)."""

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        y = self.buffers.get("y", x.shape, x.dtype)
        kernels_for(x).relu_forward(x.reshape(-1), y.reshape(-1))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        x = self._latest("_x")
        dx = self.buffers.get("dx", x.shape, x.dtype)
        kernels_for(x).relu_backward(x.reshape(-1), dy.reshape(-1), dx.reshape(-1))
        return dx


class Sigmoid(Layer):
    """Logistic sigmoid, y = 1 / (1 + exp(-x)); dx = dy · y (1 - y)."""

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._y = y = self.buffers.get("y", x.shape, x.dtype)
        kernels_for(x).sigmoid_forward(x.reshape(-1), y.reshape(-1))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        y = self._latest("_y")
        dx = self.buffers.get("dx", y.shape, y.dtype)
        kernels_for(y).sigmoid_backward(y.reshape(-1), dy.reshape(-1), dx.reshape(-1))
        return dx


class Tanh(Layer):
    """Hyperbolic tangent, y = tanh(x); dx = dy · (1 - y²)."""

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._y = y = self.buffers.get("y", x.shape, x.dtype)
        kernels_for(x).tanh_forward(x.reshape(-1), y.reshape(-1))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        y = self._latest("_y")
        dx = self.buffers.get("dx", y.shape, y.dtype)
        kernels_for(y).tanh_backward(y.reshape(-1), dy.reshape(-1), dx.reshape(-1))
        return dx
