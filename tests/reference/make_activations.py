"""Write activations.npz: values and gradients of the activations as PyTorch computes them.

pip install torch==2.13.0
python tests/reference/make_activations.py
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

ACTIVATIONS = {
    "relu": torch.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.01),
    "leaky_relu_slope_0.3": lambda x: functional.leaky_relu(x, 0.3),
    "elu": lambda x: functional.elu(x, 1.0),
    "elu_alpha_0.5": lambda x: functional.elu(x, 0.5),
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softplus": functional.softplus,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda x: torch.softmax(x, -1),
}


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 3, (12, 7))
    x[0] = [-1e4, -30, -1e-4, 0, 1e-4, 30, 1e4]
    x[1] = [-100, -12, -5, -0.5, 5, 12, 100]
    dy = rng.normal(size=x.shape)
    tables = {"x": x, "dy": dy}
    for name, function in ACTIVATIONS.items():
        leaf = torch.tensor(x, requires_grad=True)
        y = function(leaf)
        y.backward(torch.tensor(dy))
        tables[f"{name}/y"], tables[f"{name}/dx"] = y.detach().numpy(), leaf.grad.numpy()
    np.savez_compressed(Path(__file__).with_name("activations.npz"), **tables)


if __name__ == "__main__":
    main()
