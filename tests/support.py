"""What tests of several packages share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcourse import devices
from dlcourse.layers import Layer, copy_of
from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.training import numerical_gradient, relative_error

#: Central differences in float64 agree with a right gradient to about 1e-9; a wrong one is off by
#: far more than this, whatever is wrong with it.
TOLERANCE = 1e-6


#: The same against gradients that were computed in float32, by rounding of the same computation.
FLOAT32_TOLERANCE = 1e-4


def on(device: str, dtype: Any, *marks: Any) -> Any:
    """Return a device with a type it computes in, for ``parametrize(("device", "dtype"), …)``."""
    return pytest.param(device, dtype, marks=marks, id=f"{device}-{np.dtype(dtype).name}")


SIMULATED, LONG = pytest.mark.simulated, pytest.mark.simulated("long")
#: The same test body on both devices; in the long form only where all simulated tests are run.
DEVICES = pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=SIMULATED)])
DEVICES_LONG = pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=LONG)])
CPU32, CPU64 = on("cpu", np.float32), on("cpu", np.float64)
DEVICES_AND_TYPES = pytest.mark.parametrize(
    ("device", "dtype"), [CPU32, CPU64, on("cuda", np.float32, SIMULATED)]
)
DEVICES_AND_TYPES_LONG = pytest.mark.parametrize(
    ("device", "dtype"), [CPU32, CPU64, on("cuda", np.float32, LONG)]
)


def same_memory(one: Any, other: Any) -> bool:
    """Whether two arrays, both of the host or both of the simulated device, share memory."""
    if isinstance(one, np.ndarray):
        return np.shares_memory(one, other)
    return np.shares_memory(one.data, other.data)


def write(array: Any, values: Any) -> None:
    """Fill an array, on whichever device it is."""
    devices.copy(np.broadcast_to(np.asarray(values, array.dtype), array.shape), array)


def assert_layer_gradients(
    layer: Layer,
    input_shape: tuple[int, ...],
    *,
    rows: int = 3,
    seed: int = 0,
    draw: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray] | None = None,
    inputs: bool = True,
    training: bool = True,
    device: str = "cpu",
    tolerance: float | None = None,
) -> None:
    """Check dx and every parameter's gradient of one layer.

    The layer's state (a dropout counter, running moments) is put back before each forward pass,
    so that each of them computes the same function.

    The function that is differentiated is Σ y · dy with a random dy: with all ones instead (a
    loss of ``y.sum()``) the gradient of a softmax or of a normalization is zero whether it is
    right or not.

    On "cpu" all is in float64. On "cuda" the differences are those of a float64 layer on the CPU,
    with the same parameters and inputs, and so is y.
    """
    rng = np.random.default_rng(seed)
    model = Sequential(layer, input_shape=input_shape, rng=rng, dtype=np.float64)
    for parameter in model.parameters:  # zeros and ones would hide mistakes
        parameter.value[...] = float32s(rng.normal(0.3, 0.7, parameter.value.shape))
    shape = (rows, *input_shape)
    x = float32s(rng.normal(size=shape)) if draw is None else draw(rng, shape)
    dy = float32s(rng.normal(size=(rows, *model.output_shape)))

    state = {name: array.copy() for name, array in model.state.items()}

    def value(_: np.ndarray | None = None) -> float:
        for name, array in model.state.items():
            array[...] = state[name]
        return float((model.forward(x, training) * dy).sum())

    tested, type_ = model, np.float64
    if device != "cpu":
        type_, tolerance = np.float32, tolerance or FLOAT32_TOLERANCE
        tested = Sequential(copy_of(layer), input_shape=input_shape, rng=0, dtype=type_)
        tested.restore(model.snapshot())
        tested.to(device)
    write(tested.parameters.gradients, np.nan)  # gradients are overwritten, never added to
    y = devices.to_host(tested.forward(x.astype(tested.input_dtype), training)).copy()
    dx = tested.backward(dy.astype(type_), input_gradient=inputs)
    if inputs:
        assert dx is not None
        dx = devices.to_host(dx).copy()
    gradients = devices.to_host(tested.parameters.gradients).copy()

    tolerance = tolerance or TOLERANCE
    value()
    for name, array in model.state.items():
        array[...] = state[name]
    assert relative_error(y, model.forward(x, training)) < tolerance, "y"
    if inputs:
        assert relative_error(dx, numerical_gradient(value, x)) < tolerance, "dx"
    numerical = numerical_gradient(value, model.parameters.values)
    start = 0
    for parameter in model.parameters:
        part = slice(start, start := start + parameter.value.size)
        assert relative_error(gradients[part], numerical[part]) < tolerance, parameter.name


def float32s(array: np.ndarray) -> np.ndarray:
    """Return float64 numbers that float32 holds exactly, so that both types get the same."""
    return array.astype(np.float32).astype(np.float64)


def assert_loss_gradient(
    loss: Loss,
    y: np.ndarray,
    target: np.ndarray,
    tolerance: float | None = None,
    device: str = "cpu",
    **options: Any,
) -> None:
    """Check a loss's value and dy, on "cuda" against float64 on the CPU."""
    y = float32s(y)

    def value(y: np.ndarray) -> float:
        return loss.forward(y, target, **options)

    expected = value(y)
    tested = y if device == "cpu" else devices.device(device).put(y.astype(np.float32))
    found = float(loss.forward(tested, target, **options))
    dy = devices.to_host(loss.backward()).copy()
    tolerance = tolerance or (TOLERANCE if device == "cpu" else FLOAT32_TOLERANCE)
    assert found == pytest.approx(expected, rel=tolerance, abs=tolerance)
    assert relative_error(dy, numerical_gradient(value, y)) < tolerance
