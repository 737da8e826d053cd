"""What is asked about: inputs with, for each, the class whose score is to be explained."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.model import Sequential

#: Examples that go through the model at a time.
AT_A_TIME = 256


def asked(model: Any, x: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return checked inputs (n, …) and, for each, the number of the output asked about."""
    if not isinstance(model, Sequential):
        raise TypeError(f"model is {validation.describe(model)}: expected a Sequential")
    if len(model.output_shape) != 1:
        raise ValueError(
            f"model has outputs of shape {model.output_shape}: expected one row of numbers for "
            "each example"
        )
    if model.input_dtype.kind != "f":
        raise TypeError(
            f"model takes inputs of {model.input_dtype}: expected real numbers, which can change "
            "by a little"
        )
    x = validation.finite("x", model.checked_inputs("x", x))
    return x, validation.labels("labels", labels, len(x), model.output_shape[0])


def background(baseline: Any, model: Sequential, x: np.ndarray) -> np.ndarray:
    """Return what stands for "nothing there", as an array that broadcasts against ``x``."""
    array = validation.finite("baseline", validation.real_array("baseline", baseline, model.dtype))
    if array.shape not in ((), model.input_shape, x.shape):
        raise ValueError(
            f"baseline has shape {array.shape}: expected a number, or an array of shape "
            f"{model.input_shape} or {x.shape}"
        )
    return array
