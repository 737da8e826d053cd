"""Layers against tables that PyTorch made: see tests/reference/make_layers.py."""

import json
from pathlib import Path

import numpy as np
import pytest

from dlcourse import layers
from dlcourse.devices import to_host
from dlcourse.layers import (
    BatchNorm,
    Conv2D,
    Dense,
    GlobalAveragePool2D,
    MaxPool2D,
    ReLU,
    Residual,
)
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from tests.support import DEVICES_AND_TYPES_LONG, write

with np.load(Path(__file__).parents[1] / "reference" / "layers.npz") as file:
    TABLE = {name: file[name] for name in file.files}
CASES = [name.removesuffix("/options") for name in TABLE if name.endswith("/options")]
LAYERS = [case for case in CASES if case != "trajectory"]


def case_of(name):
    """Return a case's options, lists made tuples, and its arrays."""
    options = json.loads(str(TABLE[f"{name}/options"]))
    options = {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    prefix = name + "/"
    return options, {
        key.removeprefix(prefix): value for key, value in TABLE.items() if key.startswith(prefix)
    }


def assert_close(got, expected, name):
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(to_host(got), expected, rtol=0, atol=2e-6 * scale, err_msg=name)


def test_the_table_covers_every_family():
    families = {case.split()[0] for case in CASES}
    assert families == {
        "AveragePool2D", "BatchNorm", "Conv2D", "LayerNorm", "MaxPool2D", "trajectory",
    }  # fmt: skip


@DEVICES_AND_TYPES_LONG
@pytest.mark.parametrize("name", LAYERS)
def test_values_and_gradients(name, device, dtype):
    options, arrays = case_of(name)
    layer = getattr(layers, name.split()[0])(**options)
    model = Sequential(layer, input_shape=arrays["x"].shape[1:], rng=0, dtype=dtype).to(device)
    parameters = [part.name.removeprefix(layer.name + ".") for part in model.parameters]
    for parameter in parameters:
        write(getattr(layer, parameter), arrays[parameter])
    if "first" in arrays:
        model.forward(arrays["first"])
    assert_close(model.forward(arrays["x"]), arrays["y"], "y")
    assert_close(model.backward(arrays["dy"], input_gradient=True), arrays["dx"], "dx")
    for parameter in parameters:
        assert_close(getattr(layer, "d" + parameter), arrays["d" + parameter], "d" + parameter)
    for state in layer.state:
        assert_close(layer.state[state], arrays[state], state)
    if "evaluation_x" in arrays:
        y = model.forward(arrays["evaluation_x"], training=False)
        assert_close(y, arrays["evaluation_y"], "y in evaluation")
        dx = model.backward(arrays["evaluation_dy"], input_gradient=True)
        assert_close(dx, arrays["evaluation_dx"], "dx in evaluation")
        for parameter in parameters:
            expected = arrays[f"evaluation_d{parameter}"]
            assert_close(getattr(layer, "d" + parameter), expected, f"d{parameter} in evaluation")


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-3), (np.float64, 1e-9)])
def test_fifty_steps_of_training_a_network(dtype, tolerance):
    options, arrays = case_of("trajectory")
    model = Sequential(
        Conv2D(4, 3, padding="same"),
        BatchNorm(),
        ReLU(),
        MaxPool2D(2),
        Residual(Conv2D(6, 3, padding=1), BatchNorm(), ReLU(), projection=Conv2D(6, 1)),
        GlobalAveragePool2D(),
        Dense(3),
        input_shape=(8, 8, 1),
        rng=0,
        dtype=dtype,
    )
    model.parameters.values[:] = arrays["start"]
    loss = SoftmaxCrossEntropy()
    optimizer = SGD(model.parameters, **options)
    losses = []
    for _ in range(len(arrays["losses"])):
        losses.append(loss.forward(model.forward(arrays["x"]), arrays["labels"]))
        model.backward(loss.backward())
        optimizer.step()
    assert losses[-1] < losses[0] / 5
    np.testing.assert_allclose(losses, arrays["losses"], rtol=0, atol=tolerance)
    np.testing.assert_allclose(model.parameters.values, arrays["end"], rtol=0, atol=tolerance)
    y = model.predict(arrays["x"])
    np.testing.assert_allclose(y, arrays["evaluation_y"], rtol=0, atol=10 * tolerance)
