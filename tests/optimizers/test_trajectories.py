from pathlib import Path

import numpy as np
import pytest

from dlcourse import devices
from dlcourse.layers import ELU, GELU, Dense
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import (
    SGD,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    RMSprop,
    clip_by_norm,
)
from dlcourse.parameters import Parameters, ParameterSpec
from dlcourse.regularizers import L2
from dlcourse.schedules import CosineDecay
from tests.support import DEVICES_AND_TYPES, LONG, write

TABLES = np.load(Path(__file__).parents[1] / "reference" / "optimizers.npz")

#: As PyTorch's, by the name of its trajectory; and the strength of an L2 penalty beside it.
OPTIMIZERS = {
    "sgd": (lambda p: SGD(p, 0.1), 0),
    "sgd, penalty": (lambda p: SGD(p, 0.1), 0.05),
    "momentum": (lambda p: SGD(p, 0.1, 0.9), 0),
    "nesterov": (lambda p: SGD(p, 0.1, 0.9, nesterov=True), 0),
    "adagrad": (lambda p: Adagrad(p, 0.1), 0),
    "adagrad, accumulator": (lambda p: Adagrad(p, 0.1, 1e-3, 0.1), 0),
    "rmsprop": (RMSprop, 0),
    "rmsprop, momentum": (lambda p: RMSprop(p, momentum=0.8), 0),
    "rmsprop, centred": (lambda p: RMSprop(p, 0.01, 0.9, 1e-3, centered=True), 0),
    "rmsprop, centred, momentum": (lambda p: RMSprop(p, 0.01, 0.9, 1e-3, 0.8, True), 0),
    "adam": (lambda p: Adam(p, 0.01), 0),
    "adam, penalty": (lambda p: Adam(p, 0.01), 0.05),
    "adam, epsilon": (lambda p: Adam(p, 0.01, 0.8, 0.95, 0.1), 0),
    "adamw": (lambda p: AdamW(p, 0.01, weight_decay=0.1, decay="all"), 0),
    "amsgrad": (lambda p: AMSGrad(p, 0.01, 0.9, 0.95), 0),
    "adamax": (lambda p: Adamax(p, 0.02), 0),
}


def test_every_trajectory_of_the_tables_is_used():
    assert {name.removeprefix("path/") for name in TABLES.files if name.startswith("path/")} == {
        *OPTIMIZERS
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
@DEVICES_AND_TYPES
def test_trajectories_are_pytorchs(name, device, dtype):
    """Forty steps, the rate changed half-way, gradients of every size and some of zero."""
    make, strength = OPTIMIZERS[name]
    start, gradients = TABLES["start"], TABLES["gradients"]
    parameters = Parameters({"p": ParameterSpec("p", start.shape, lambda array, rng: None)}, dtype)
    parameters.move(devices.device(device).put)
    write(parameters.values, start)
    optimizer, path = make(parameters), []
    for step, gradient in enumerate(gradients):
        if step == len(gradients) // 2:
            optimizer.learning_rate *= float(TABLES["later_rate"])
        write(parameters.gradients, gradient)
        L2(strength).backward(parameters)
        optimizer.step()
        path.append(devices.to_host(parameters.values).copy())
    # In float32 each of forty steps rounds a parameter of size one once or twice.
    rtol, atol = (1e-5, 5e-6) if dtype == np.float32 else (1e-10, 1e-12)
    np.testing.assert_allclose(path, TABLES[f"path/{name}"], rtol, atol)


@pytest.mark.parametrize(
    ("device", "dtype", "tolerance"),
    [("cpu", np.float64, 1e-6), pytest.param("cuda", np.float32, 1e-4, marks=LONG)],
)
def test_a_whole_training_is_pytorchs(device, dtype, tolerance):
    """Layers, loss, clipping, schedule and optimizer together, thirty steps."""
    layers = Dense(8), GELU(), Dense(5), ELU(), Dense(3)
    model = Sequential(*layers, input_shape=(6,), rng=0, dtype=dtype).to(device)
    write(model.parameters.values, TABLES["training/first"])
    loss = SoftmaxCrossEntropy(label_smoothing=0.1)
    optimizer = AdamW(model.parameters, 0.02, weight_decay=0.1, decay="all")
    schedule = CosineDecay(0.02, 30)
    losses, norms = [], []
    for step in range(30):
        optimizer.learning_rate = schedule(step)
        value = loss.forward(model.forward(TABLES["training/x"]), TABLES["training/labels"])
        losses.append(float(value))
        model.backward(loss.backward())
        norms.append(clip_by_norm(model.parameters, 0.3))
        optimizer.step()
    assert losses[-1] < losses[0] / 1.5
    # PyTorch clips to limit / (norm + 1e-6), which is felt in the sixth digit.
    np.testing.assert_allclose(losses, TABLES["training/losses"], rtol=tolerance)
    np.testing.assert_allclose(norms, TABLES["training/norms"], rtol=max(tolerance, 1e-4))
    last = devices.to_host(model.parameters.values)
    np.testing.assert_allclose(last, TABLES["training/last"], atol=10 * tolerance)
