"""Make layers.npz: what PyTorch computes for the layers that work on images, and a trained CNN.

Run in an environment that has PyTorch (2.13.0 was used) and NumPy: ``python make_layers.py``. The
tests read the file alone. Arrays are stored in this project's layout, channels last; a case's
options are JSON text beside its arrays.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

ARRAYS: dict[str, np.ndarray] = {}


def store(case: str, options: dict, **arrays: torch.Tensor) -> None:
    ARRAYS[f"{case}/options"] = np.array(json.dumps(options))
    for name, tensor in arrays.items():
        ARRAYS[f"{case}/{name}"] = np.ascontiguousarray(tensor.detach().numpy())


def last(images: torch.Tensor) -> torch.Tensor:
    """Channels last, from PyTorch's channels first."""
    return images.permute(0, 2, 3, 1)


def filters(w: torch.Tensor) -> torch.Tensor:
    """(height, width, inputs, filters), from PyTorch's (filters, inputs, height, width)."""
    return w.permute(2, 3, 1, 0)


def backward(layer: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return y, a random dy, and dx."""
    x = x.clone().requires_grad_()
    y = layer(x)
    dy = torch.randn(y.shape)
    y.backward(dy)
    return y, dy, x.grad


def convolutions() -> None:
    cases = [
        (3, 1, 0, (2, 7, 6, 3), 4),
        (3, 1, "same", (2, 5, 8, 2), 3),
        ((2, 4), 1, "same", (2, 5, 6, 2), 3),  # even sizes: one more zero below and on the right
        (3, 2, 1, (2, 7, 8, 2), 3),
        ((3, 2), (2, 3), (1, 0), (1, 8, 9, 3), 2),
        (1, 2, 0, (2, 5, 5, 3), 4),
        (5, 1, 4, (1, 3, 4, 1), 2),  # more padding than image
    ]
    for number, (size, stride, padding, shape, outputs) in enumerate(cases):
        n, height, width, inputs = shape
        layer = nn.Conv2d(inputs, outputs, size, stride, padding)
        x = torch.randn(n, inputs, height, width)
        y, dy, dx = backward(layer, x)
        options = {"filters": outputs, "kernel_size": size, "stride": stride, "padding": padding}
        store(
            f"Conv2D {number}", options,
            x=last(x), y=last(y), dy=last(dy), dx=last(dx),
            w=filters(layer.weight), dw=filters(layer.weight.grad),
            b=layer.bias, db=layer.bias.grad,
        )  # fmt: skip


def pools() -> None:
    cases = [
        (2, 2, 0, (2, 6, 7, 3)),
        (3, 2, 1, (2, 7, 6, 2)),
        ((2, 3), (1, 2), (1, 1), (1, 5, 6, 2)),
        (3, 1, 1, (2, 4, 4, 1)),
    ]
    for number, (size, stride, padding, (n, height, width, channels)) in enumerate(cases):
        options = {"pool_size": size, "stride": stride, "padding": padding}
        # whole numbers from a small range, so that many windows hold equal ones
        x = torch.randint(-2, 1, (n, channels, height, width)).float()
        y, dy, dx = backward(nn.MaxPool2d(size, stride, padding), x)
        store(f"MaxPool2D {number}", options, x=last(x), y=last(y), dy=last(dy), dx=last(dx))
        for count in (True, False):
            y, dy, dx = backward(nn.AvgPool2d(size, stride, padding, count_include_pad=count), x)
            store(
                f"AveragePool2D {number} {count}", {**options, "count_padding": count},
                x=last(x), y=last(y), dy=last(dy), dx=last(dx),
            )  # fmt: skip


def normalizations() -> None:
    for number, (shape, momentum, epsilon) in enumerate(
        [((5, 3), 0.1, 1e-5), ((2, 3, 4, 5), 0.3, 1e-3)]
    ):
        vectors = len(shape) == 2
        layer = (nn.BatchNorm1d if vectors else nn.BatchNorm2d)(shape[1], epsilon, momentum)
        nn.init.normal_(layer.weight)
        nn.init.normal_(layer.bias)
        ours = (lambda a: a) if vectors else last
        first, x, evaluated = (3 + 2 * torch.randn(shape) for _ in range(3))
        layer(first)
        y, dy, dx = backward(layer, x)
        arrays = {
            "first": ours(first), "x": ours(x), "y": ours(y), "dy": ours(dy), "dx": ours(dx),
            "gamma": layer.weight, "dgamma": layer.weight.grad.clone(),
            "beta": layer.bias, "dbeta": layer.bias.grad.clone(),
            "mean": layer.running_mean.clone(), "variance": layer.running_var.clone(),
        }  # fmt: skip
        layer.zero_grad()
        layer.eval()
        y, dy, dx = backward(layer, evaluated)
        store(
            f"BatchNorm {number}", {"momentum": momentum, "epsilon": epsilon}, **arrays,
            evaluation_x=ours(evaluated), evaluation_y=ours(y), evaluation_dy=ours(dy),
            evaluation_dx=ours(dx), evaluation_dgamma=layer.weight.grad,
            evaluation_dbeta=layer.bias.grad,
        )  # fmt: skip
    for number, shape in enumerate([(4, 6), (2, 3, 5)]):
        layer = nn.LayerNorm(shape[-1])
        nn.init.normal_(layer.weight)
        nn.init.normal_(layer.bias)
        x = 3 + 2 * torch.randn(shape)
        y, dy, dx = backward(layer, x)
        store(
            f"LayerNorm {number}", {"epsilon": 1e-5}, x=x, y=y, dy=dy, dx=dx,
            gamma=layer.weight, dgamma=layer.weight.grad,
            beta=layer.bias, dbeta=layer.bias.grad,
        )  # fmt: skip


class Network(nn.Module):
    """Convolution, normalization, a residual block with a projection, pooling, dense."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.inside = nn.Conv2d(4, 6, 3, padding=1)
        self.inside_norm = nn.BatchNorm2d(6)
        self.projection = nn.Conv2d(4, 6, 1)
        self.dense = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.max_pool2d(torch.relu(self.norm(self.first(x))), 2)
        x = self.projection(x) + torch.relu(self.inside_norm(self.inside(x)))
        return self.dense(x.mean((2, 3)))


def trajectory() -> None:
    """Fifty steps of gradient descent with momentum: every loss, and where the parameters end."""
    network = Network()
    order = [
        "first.weight", "first.bias", "norm.weight", "norm.bias", "inside.weight", "inside.bias",
        "inside_norm.weight", "inside_norm.bias", "projection.weight", "projection.bias",
        "dense.weight", "dense.bias",
    ]  # fmt: skip

    def flat() -> torch.Tensor:
        parts = []
        for name in order:
            value = network.get_parameter(name).detach()
            value = filters(value) if value.ndim == 4 else value.T if value.ndim == 2 else value
            parts.append(value.reshape(-1))
        return torch.cat(parts)

    x = torch.randn(12, 1, 8, 8)
    labels = torch.randint(0, 3, (12,))
    arrays = {"x": last(x), "labels": labels, "start": flat()}
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    network.eval()
    options = {"learning_rate": 0.05, "momentum": 0.9}
    store(
        "trajectory", options, **arrays, losses=torch.stack(losses), end=flat(),
        evaluation_y=network(x),
    )  # fmt: skip


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    convolutions()
    pools()
    normalizations()
    torch.set_default_dtype(torch.float64)
    trajectory()
    path = Path(__file__).with_name("layers.npz")
    np.savez_compressed(path, **ARRAYS)
    print(f"{len(ARRAYS)} arrays, {path.stat().st_size:,} bytes, PyTorch {torch.__version__}")
