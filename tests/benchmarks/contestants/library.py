"""The library: BLAS, and Numba kernels over flat buffers."""

from functools import singledispatch
from typing import Any

import numpy as np

from dlcourse import layers as library
from dlcourse.data import Augmentation
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adagrad, Adam, Adamax, AdamW, AMSGrad, RMSprop
from dlcourse.parameters import Parameters, ParameterSpec
from dlcourse.training import evaluate, fit
from tests.benchmarks import networks
from tests.benchmarks.workloads import (
    Augmenting,
    Epoch,
    LearningClothes,
    OptimizerStep,
    Prediction,
    Training,
)


@singledispatch
def prepare(workload: Any) -> Any:
    return None


@prepare.register
def _(workload: Training) -> Any:
    model = model_of(workload.network)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters)
    x, labels = workload.network.data()

    def step() -> float:
        value = loss.forward(model.forward(x), labels)
        model.backward(loss.backward())
        optimizer.step()
        return value

    return step


@prepare.register
def _(workload: Prediction) -> Any:
    model = model_of(workload.network)
    x, _ = workload.network.data()
    return lambda: model.predict(x)


@prepare.register
def _(workload: OptimizerStep) -> Any:
    parameters = Parameters({"w": ParameterSpec("w", (workload.size,), _nothing)}, np.float32)
    parameters.values[...], parameters.gradients[...] = workload.vectors()
    optimizer = {
        "SGD": lambda: SGD(parameters, 0.01),
        "momentum": lambda: SGD(parameters, 0.01, momentum=0.9),
        "Nesterov": lambda: SGD(parameters, 0.01, momentum=0.9, nesterov=True),
        "Adagrad": lambda: Adagrad(parameters, 0.01),
        "RMSprop": lambda: RMSprop(parameters, 0.01),
        "Adam": lambda: Adam(parameters),
        "AdamW": lambda: AdamW(parameters),
        "AMSGrad": lambda: AMSGrad(parameters),
        "Adamax": lambda: Adamax(parameters),
    }[workload.optimizer]()

    def step() -> np.ndarray:
        optimizer.step()
        return parameters.values[:100]

    return step


@prepare.register
def _(workload: Augmenting) -> Any:
    augment = Augmentation(rotation=workload.degrees, translation=workload.pixels)
    x, rng = workload.data(), np.random.default_rng(1)
    return lambda: augment(x, rng)


@prepare.register
def _(workload: Epoch) -> Any:
    model = model_of(workload.network)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters)
    data, rng = workload.data(), np.random.default_rng(2)

    def epoch() -> float:
        history = fit(
            model, loss, optimizer, data, epochs=1, batch_size=workload.network.batch, rng=rng,
            progress=False,
        )  # fmt: skip
        return history["loss"][-1]

    return epoch


@prepare.register
def _(workload: LearningClothes) -> Any:
    model = model_of(workload.network)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters)
    train, test = workload.data()
    rng = np.random.default_rng(2)

    def epoch() -> tuple[float, float, float]:
        history = fit(
            model, loss, optimizer, train, epochs=1, batch_size=workload.network.batch, rng=rng,
            progress=False,
        )  # fmt: skip
        accuracy = evaluate(model, loss, test)["accuracy"]
        return history["seconds"][-1], history["loss"][-1], accuracy

    return epoch


def model_of(network: networks.Network, dtype: Any = np.float32) -> Sequential:
    """Return the library's model of a network, with the network's first weights."""
    layers = [_layer(each) for each in network.layers]
    model = Sequential(*layers, input_shape=network.input_shape, rng=0, dtype=dtype)
    for layer, weights in zip(layers, network.weights(), strict=True):
        for name, value in weights.items():
            getattr(layer, name)[...] = value
    return model


def _layer(layer: networks.Layer) -> library.Layer:
    match layer:
        case networks.Dense(units):
            return library.Dense(units)
        case networks.Conv(filters, size):
            return library.Conv2D(filters, size, padding="same")
        case networks.LSTM(units):
            return library.LSTM(units)
        case networks.Dropout(rate):
            return library.Dropout(rate)
        case networks.MaxPool():
            return library.MaxPool2D(2)
    return getattr(library, type(layer).__name__)()


def _nothing(array: np.ndarray, rng: np.random.Generator) -> None:
    """Leave the zeros; the workload brings its own numbers."""
