"""The dense (fully connected) layer."""

from typing import Any

import numpy as np

from dlcourse import initializers, validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer, feature_vector
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
    """

    w: np.ndarray
    b: np.ndarray
    dw: np.ndarray
    db: np.ndarray

    def __init__(self, units: int, initializer: Initializer = initializers.he_normal) -> None:
        super().__init__()
        self.units = validation.count("units", units)
        if not callable(initializer):
            raise TypeError(
                f"initializer is {validation.describe(initializer)}: expected a function such as "
                "dlcourse.initializers.he_normal"
            )
        self.initializer = initializer

    @property
    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"units": self.units}
        if self.initializer != initializers.he_normal:
            options["initializer"] = self.initializer
        return options

    def output_shape(self, input_shape: Shape) -> Shape:
        feature_vector(self, input_shape)
        return (self.units,)

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        return [
            ParameterSpec("w", (input_shape[0], self.units), self.initializer),
            ParameterSpec("b", (self.units,), initializers.zeros, kind="bias"),
        ]

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        y = self.buffers.get("y", (len(x), self.units), x.dtype)
        kernels_for(x).dense_forward(x, self.w, self.b, y)
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        dx = self.buffers.get("dx", x.shape, x.dtype) if input_gradient else None
        kernels_for(x).dense_backward(x, self.w, dy, self.dw, self.db, dx)
        return dx
