"""What tests of several packages share."""

from collections.abc import Callable

import numpy as np

from dlcourse.layers import Layer
from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.training import numerical_gradient, relative_error

#: Central differences in float64 agree with a right gradient to about 1e-9; a wrong one is off by
#: far more than this, whatever is wrong with it.
TOLERANCE = 1e-6


def assert_layer_gradients(
    layer: Layer,
    input_shape: tuple[int, ...],
    *,
    rows: int = 3,
    seed: int = 0,
    draw: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray] | None = None,
    inputs: bool = True,
    training: bool = True,
    tolerance: float = TOLERANCE,
) -> None:
    """Check dx and every parameter's gradient of one layer, in float64.

    The layer's state (a dropout counter, running moments) is put back before each forward pass,
    so that each of them computes the same function.

    The function that is differentiated is Σ y · dy with a random dy: with all ones instead (a
    loss of ``y.sum()``) the gradient of a softmax or of a normalization is zero whether it is
    right or not.
    """
    rng = np.random.default_rng(seed)
    model = Sequential(layer, input_shape=input_shape, rng=rng, dtype=np.float64)
    for parameter in model.parameters:  # zeros and ones would hide mistakes
        parameter.value[...] = rng.normal(0.3, 0.7, parameter.value.shape)
    shape = (rows, *input_shape)
    x = rng.normal(size=shape) if draw is None else draw(rng, shape)
    dy = rng.normal(size=(rows, *model.output_shape))
    model.parameters.gradients[:] = np.nan  # gradients are overwritten, never added to

    state = {name: array.copy() for name, array in model.state.items()}

    def value(_: np.ndarray | None = None) -> float:
        for name, array in model.state.items():
            array[...] = state[name]
        return float((model.forward(x, training) * dy).sum())

    value()
    dx = model.backward(dy.copy(), input_gradient=inputs)
    if inputs:
        assert dx is not None
        dx = dx.copy()
    gradients = model.parameters.gradients.copy()
    if inputs:
        assert relative_error(dx, numerical_gradient(value, x)) < tolerance, "dx"
    numerical = numerical_gradient(value, model.parameters.values)
    start = 0
    for parameter in model.parameters:
        part = slice(start, start := start + parameter.value.size)
        assert relative_error(gradients[part], numerical[part]) < tolerance, parameter.name


def assert_loss_gradient(
    loss: Loss, y: np.ndarray, target: np.ndarray, tolerance: float = TOLERANCE, **options: object
) -> None:
    """Check a loss's dy in float64."""

    def value(y: np.ndarray) -> float:
        return loss.forward(y, target, **options)

    value(y)
    dy = loss.backward().copy()
    assert relative_error(dy, numerical_gradient(value, y)) < tolerance
