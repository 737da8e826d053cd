"""Dropout."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.parameters import ParameterSpec, Shape


class Dropout(Layer):
    """Each number set to zero with probability ``rate`` in training, y = x · mask / (1 - rate).

    Dividing by 1 - rate in training keeps the mean, so that evaluation needs no change at all:
    y = x ("inverted" dropout; Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014).

    Parameters
    ----------
    rate
        The share that is dropped, from 0 up to, not including, 1.

    Notes
    -----
    Any shape. Gradient: dx = dy · mask / (1 - rate); in evaluation dx = dy.

    Whether element i of a batch is dropped depends on a key (drawn when the model is made), on
    how many training steps have gone before, and on i, by Philox 4×32-10 (Salmon, Moraes, Dror
    and Shaw 2011). So the mask is computed twice rather than stored, any device drops the same
    elements, and a model that is saved and loaded goes on with the masks it would have drawn: key
    and step are its ``state``. Processes that share a batch drop what one alone would have dropped.
    """

    reads_y = False

    def __init__(self, rate: float = 0.5) -> None:
        super().__init__()
        self.rate = validation.number("rate", rate, least=0, below=1)

    @property
    def options(self) -> dict[str, Any]:
        return {"rate": self.rate}

    def build(
        self, input_shape: Shape, dtype: np.dtype, rng: np.random.Generator
    ) -> list[ParameterSpec]:
        specs = super().build(input_shape, dtype, rng)
        self.state["key"] = rng.integers(2**63, size=1, dtype=np.int64)
        self.state["step"] = np.zeros(1, np.int64)
        return specs

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        self._mask: tuple[Any, ...] | None = None
        if not training or self.rate == 0:
            return x
        first = self.team.first_row * (x.size // len(x))
        self._mask = int(self.state["key"][0]), int(self.state["step"][0]), self.rate, first
        self.state["step"] += 1
        y = self._output(x.shape, x.dtype)
        kernels_for(x).dropout(x.reshape(-1), y.reshape(-1), *self._mask)
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        x = self._latest("_x")
        if self._mask is None:
            return dy
        dx = self._dx(x)
        kernels_for(x).dropout(dy.reshape(-1), dx.reshape(-1), *self._mask)
        return dx
