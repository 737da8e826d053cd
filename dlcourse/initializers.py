"""First values of parameters: each function fills an array in place from a generator.

For a dense weight (inputs, outputs), fan_in is the number of inputs.
"""

import math

import numpy as np

__all__ = ["he_normal", "zeros"]


def zeros(array: np.ndarray, rng: np.random.Generator) -> None:
    """Fill with zeros: right for biases; weights that start equal stay equal."""
    array.fill(0)


def he_normal(array: np.ndarray, rng: np.random.Generator) -> None:
    """Fill from a normal distribution of mean 0 and standard deviation √(2 / fan_in).

    It keeps the mean square of the signals the same from layer to layer when half of them are cut
    to zero by a ReLU (He, Zhang, Ren and Sun 2015, section 2.2).
    """
    array[...] = rng.normal(0.0, math.sqrt(2 / array.shape[0]), array.shape)
