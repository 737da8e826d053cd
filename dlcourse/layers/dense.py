"""The dense (fully connected) layer."""

from typing import Any

import numpy as np

from dlcourse import initializers, validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.parameters import Initializer, ParameterSpec, Shape


class Dense(Layer):
    """Dense layer, y = x w + b.

    Parameters
    ----------
    units
        Number of outputs.
    initializer
        Fills ``w`` at the start; He's normal form by default, which suits the ReLU that usually
        follows. ``b`` starts at zero.

    Notes
    -----
    Shapes: x (n, inputs), w (inputs, units), b (units,), y (n, units).
    Gradients, from dy (n, units): dw = xᵀ dy, db = Σₙ dy, dx = dy wᵀ
    (Rumelhart, Hinton and Williams 1986).
    Inputs may have more axes, (n, steps, inputs) say: the last one holds the features, and the
    same w and b serve at each place along the others.
    """

    reads_y = False

    w: np.ndarray
    b: np.ndarray
    dw: np.ndarray
    db: np.ndarray

    def __init__(self, units: int, initializer: Initializer = initializers.he_normal) -> None:
        super().__init__()
        self.units = validation.count("units", units)
        self.initializer = validation.initializer("initializer", initializer)

    @property
    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"units": self.units}
        if self.initializer != initializers.he_normal:
            options["initializer"] = self.initializer
        return options

    def output_shape(self, input_shape: Shape) -> Shape:
        if not input_shape:
            raise ValueError(
                f"{self!r} got inputs of shape (): expected at least one dimension, (…, features)"
            )
        for size in input_shape:
            validation.count("input_shape", size)
        return (*input_shape[:-1], self.units)

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        return [
            ParameterSpec("w", (input_shape[-1], self.units), self.initializer),
            ParameterSpec("b", (self.units,), initializers.zeros, kind="bias"),
        ]

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        y = self._output((*x.shape[:-1], self.units), x.dtype)
        if x.ndim == 2:
            kernels_for(x).dense_forward(x, self.w, self.b, y)
        else:
            kernels_for(x).dense_forward(_rows(x), self.w, self.b, _rows(y))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        dx = self._dx(x) if input_gradient else None
        if x.ndim == 2:
            kernels_for(x).dense_backward(x, self.w, dy, self.dw, self.db, dx)
        else:
            rows = None if dx is None else _rows(dx)
            kernels_for(x).dense_backward(_rows(x), self.w, _rows(dy), self.dw, self.db, rows)
        return dx


def _rows(array: np.ndarray) -> np.ndarray:
    """Return a view as a matrix: a row for each place along all axes but the last."""
    return array.reshape(-1, array.shape[-1])
