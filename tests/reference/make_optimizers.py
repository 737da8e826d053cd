"""Write optimizers.npz: PyTorch's trajectories, and one whole training, in float64.

pip install torch==2.13.0
python tests/reference/make_optimizers.py
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

STEPS, SIZE = 40, 7

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "sgd, penalty": lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.05),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.1),
    "adagrad, accumulator": lambda p: torch.optim.Adagrad(
        p, 0.1, initial_accumulator_value=0.1, eps=1e-3
    ),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01),
    "rmsprop, momentum": lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.8),
    "rmsprop, centred": lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.9, eps=1e-3, centered=True),
    "rmsprop, centred, momentum": lambda p: torch.optim.RMSprop(
        p, 0.01, alpha=0.9, eps=1e-3, centered=True, momentum=0.8
    ),
    "adam": lambda p: torch.optim.Adam(p, 0.01),
    "adam, penalty": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.05),
    "adam, epsilon": lambda p: torch.optim.Adam(p, 0.01, betas=(0.8, 0.95), eps=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1),
    "amsgrad": lambda p: torch.optim.Adam(p, 0.01, betas=(0.9, 0.95), amsgrad=True),
    "adamax": lambda p: torch.optim.Adamax(p, 0.02),
}


def trajectory(make, start, gradients, later_rate):
    p = torch.tensor(start, requires_grad=True)
    optimizer = make([p])
    path = np.empty_like(gradients)
    for step, gradient in enumerate(gradients):
        if step == STEPS // 2:  # where the forms of momentum differ
            for group in optimizer.param_groups:
                group["lr"] *= later_rate
        p.grad = torch.tensor(gradient)
        optimizer.step()
        path[step] = p.detach().numpy()
    return path


def training(rng):
    """Train a small network by AdamW on smoothed labels, clipped by norm, on a cosine schedule."""
    x, labels = rng.normal(size=(24, 6)), rng.integers(0, 3, 24)
    network = nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 5), nn.ELU(), nn.Linear(5, 3))
    network = network.double()
    tables = {"training/x": x, "training/labels": labels}
    first = []
    for layer in (network[0], network[2], network[4]):
        w = rng.normal(0, 0.6, (layer.in_features, layer.out_features))
        b = rng.normal(0, 0.1, layer.out_features)
        layer.weight.data, layer.bias.data = torch.tensor(w.T.copy()), torch.tensor(b)
        first += [w.ravel(), b]
    optimizer = torch.optim.AdamW(network.parameters(), 0.02, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)
    losses, norms = [], []
    for _ in range(30):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(
            network(torch.tensor(x)), torch.tensor(labels), label_smoothing=0.1
        )
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(network.parameters(), 0.3)))
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    last = []
    for layer in (network[0], network[2], network[4]):
        last += [layer.weight.detach().numpy().T.ravel(), layer.bias.detach().numpy()]
    tables["training/first"], tables["training/last"] = np.concatenate(first), np.concatenate(last)
    tables["training/losses"], tables["training/norms"] = np.array(losses), np.array(norms)
    return tables


def main() -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=SIZE)
    gradients = rng.normal(0.3, 1, (STEPS, SIZE)) * 10.0 ** rng.integers(-3, 2, SIZE)
    gradients[:, 0] = 0  # a weight that no example reaches
    gradients[::3, 1] = 0
    tables = {"start": start, "gradients": gradients, "later_rate": np.array(0.3)}
    for name, make in OPTIMIZERS.items():
        tables[f"path/{name}"] = trajectory(make, start, gradients, 0.3)
    tables |= training(rng)
    np.savez_compressed(Path(__file__).with_name("optimizers.npz"), **tables)


if __name__ == "__main__":
    main()
