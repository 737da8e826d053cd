"""PyTorch on the CPU, eager, with its fused optimizers where it has them.

Images lie channels-last, which is faster: at batch 64 the CNN of 28 × 28 takes 3.4 ms a step so,
and 19 ms in PyTorch's usual order.
"""

from functools import singledispatch
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch.nn import functional

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
    return training_step(*model_and_data(workload.network))


@prepare.register
def _(workload: Prediction) -> Any:
    model, x, _ = model_and_data(workload.network)
    return prediction(model.eval(), x)


@prepare.register
def _(workload: OptimizerStep) -> Any:
    p, optimizer = optimizer_of(workload)

    def step() -> np.ndarray:
        optimizer.step()
        return p.detach()[:100].numpy()

    return step


@prepare.register
def _(workload: Augmenting) -> Any:
    return augmenting(workload)


@prepare.register
def _(workload: Epoch) -> Any:
    model, _, _ = model_and_data(workload.network)
    x, labels = map(torch.from_numpy, workload.data())
    return epoch(model, torch.nn.CrossEntropyLoss(), x, labels, workload.network.batch)


@prepare.register
def _(workload: LearningClothes) -> Any:
    model, _, _ = model_and_data(workload.network)
    (x, labels), (test_x, test_labels) = (map(torch.from_numpy, part) for part in workload.data())
    x, test_x = x.permute(0, 3, 1, 2), test_x.permute(0, 3, 1, 2)
    train = epoch(model, torch.nn.CrossEntropyLoss(), x, labels, workload.network.batch)

    def run() -> tuple[float, float, float]:
        start = perf_counter()
        loss = train()
        seconds = perf_counter() - start
        with torch.inference_mode():
            chosen = torch.cat([model(part).argmax(1) for part in test_x.split(1024)])
        return seconds, loss, (chosen == test_labels).float().mean().item()

    return run


def model_and_data(network: networks.Network) -> tuple[torch.nn.Module, Any, Any]:
    """Return the network as a module with its first weights, and its batch and labels."""
    modules: list[torch.nn.Module] = []
    maps: tuple[int, ...] = ()  # of a layer of images that was just made flat
    for (layer, shape), weights in zip(network.with_shapes(), network.weights(), strict=True):
        modules.append(_module(layer, shape, weights, maps))
        maps = shape if isinstance(layer, networks.Flatten) else ()
    model = torch.nn.Sequential(*modules)
    x, labels = map(torch.from_numpy, network.data())
    if len(network.input_shape) == 3:
        model = model.to(memory_format=torch.channels_last)
        x = x.permute(0, 3, 1, 2)  # channels first by shape, still last in memory
    return model, x, labels


def adam(model: torch.nn.Module) -> torch.optim.Optimizer:
    """Return Adam over what the model learns."""
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.Adam(learnt, lr=1e-3, fused=True)


def training_step(model: torch.nn.Module, x: Any, labels: Any, loss_of: Any = None) -> Any:
    """Return a function that does one step; ``loss_of(x, labels)`` is the way to the loss."""
    loss_of = loss_of or (lambda x, labels: functional.cross_entropy(model(x), labels))
    optimizer = adam(model)

    def step() -> float:
        optimizer.zero_grad()
        loss = loss_of(x, labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def prediction(model: Any, x: Any) -> Any:
    """Return a function that applies the model and keeps nothing for a gradient."""

    @torch.inference_mode()
    def predict() -> np.ndarray:
        return model(x).numpy()

    return predict


def epoch(model: torch.nn.Module, loss_of: Any, x: Any, labels: Any, batch: int) -> Any:
    """Return a function that goes once through the data; ``loss_of(y, labels)`` is the loss."""
    optimizer, rng = adam(model), np.random.default_rng(2)

    def run() -> float:
        order = torch.from_numpy(rng.permutation(len(x)))
        total = 0.0
        for rows in order.split(batch):
            optimizer.zero_grad()
            loss = loss_of(model(x[rows]), labels[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        return total / len(x)

    return run


def optimizer_of(workload: OptimizerStep) -> tuple[Any, torch.optim.Optimizer]:
    """Return the parameters, their gradients filled in, and the optimizer over them."""
    values, gradients = map(torch.from_numpy, workload.vectors())
    p = torch.nn.Parameter(values)
    p.grad = gradients
    optim = torch.optim
    make: dict[str, Any] = {
        "SGD": lambda: optim.SGD([p], lr=0.01, fused=True),
        "momentum": lambda: optim.SGD([p], lr=0.01, momentum=0.9, fused=True),
        "Nesterov": lambda: optim.SGD([p], lr=0.01, momentum=0.9, nesterov=True, fused=True),
        "Adagrad": lambda: optim.Adagrad([p], lr=0.01, fused=True),
        "RMSprop": lambda: optim.RMSprop([p], lr=0.01),
        "Adam": lambda: optim.Adam([p], lr=1e-3, fused=True),
        "AdamW": lambda: optim.AdamW([p], lr=1e-3, fused=True),
        "AMSGrad": lambda: optim.Adam([p], lr=1e-3, amsgrad=True, fused=True),
        "Adamax": lambda: optim.Adamax([p], lr=2e-3),
    }
    return p, make[workload.optimizer]()


def augmenting(workload: Augmenting) -> Any:
    """Return a function that moves the images: ``affine_grid``, then ``grid_sample``."""
    images = torch.from_numpy(workload.data()).permute(0, 3, 1, 2)
    rng, centre = np.random.default_rng(1), (workload.side - 1) / 2

    @torch.inference_mode()
    def move() -> np.ndarray:
        angles, shifts = (torch.from_numpy(each).float() for each in workload.motion(rng))
        cosine, sine = angles.cos(), angles.sin()
        down, right = shifts.T / centre  # the grid goes from -1 to 1
        rows = (
            torch.stack([cosine, -sine, sine * down - cosine * right], 1),
            torch.stack([sine, cosine, -cosine * down - sine * right], 1),
        )
        # Every pixel is looked up at R⁻¹ (q - shift), columns before rows.
        grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=True)
        return functional.grid_sample(images, grid, align_corners=True).permute(0, 2, 3, 1).numpy()

    return move


def _module(
    layer: networks.Layer, shape: networks.Shape, weights: networks.Weights, maps: networks.Shape
) -> torch.nn.Module:
    arrays = {name: torch.from_numpy(value) for name, value in weights.items()}
    match layer:
        case networks.Dense(units):
            module: Any = torch.nn.Linear(shape[0], units)
            w = arrays["w"]
            if maps:  # PyTorch makes images flat channel by channel
                w = w.reshape(*maps, units).permute(2, 0, 1, 3).reshape(-1, units)
            _fill(module, weight=w.T, bias=arrays["b"])
        case networks.Conv(filters, size):
            module = torch.nn.Conv2d(shape[2], filters, size, padding="same")
            _fill(module, weight=arrays["w"].permute(3, 2, 0, 1), bias=arrays["b"])
        case networks.LSTM(units):
            module = _LastState(torch.nn.LSTM(shape[1], units, batch_first=True))
            # It has two biases where one is enough; the second stays at zero.
            _fill(
                module.lstm, weight_ih_l0=arrays["w_x"].T, weight_hh_l0=arrays["w_h"].T,
                bias_ih_l0=arrays["b"], bias_hh_l0=torch.zeros(4 * units),
            )  # fmt: skip
            module.lstm.bias_hh_l0.requires_grad_(False)
        case networks.BatchNorm():
            module = (torch.nn.BatchNorm2d if len(shape) == 3 else torch.nn.BatchNorm1d)(shape[-1])
        case networks.Dropout(rate):
            module = torch.nn.Dropout(rate)
        case networks.MaxPool():
            module = torch.nn.MaxPool2d(2)
        case networks.ReLU() | networks.Flatten():
            module = getattr(torch.nn, type(layer).__name__)()
    return module


class _LastState(torch.nn.Module):
    """An LSTM of which the network sees the state after the last step."""

    def __init__(self, lstm: torch.nn.LSTM) -> None:
        super().__init__()
        self.lstm = lstm

    def forward(self, x: Any) -> Any:
        return self.lstm(x)[0][:, -1]


def _fill(module: torch.nn.Module, **values: torch.Tensor) -> None:
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(value)
