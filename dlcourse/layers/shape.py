"""Layers that change the shape and nothing else."""

import numpy as np

from dlcourse.layers.base import Layer
from dlcourse.parameters import Shape


class Flatten(Layer):
    """Each example as a vector, row by row: (n, height, width, channels) → (n, all of them).

    What comes out is a view of the same memory; so is dx of dy.
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        return (int(np.prod(input_shape)),)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        return x.reshape(len(x), -1)

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray:
        return dy.reshape(self._latest("_x").shape)
