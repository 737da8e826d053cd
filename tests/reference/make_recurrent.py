"""Make recurrent.npz: what PyTorch computes for RNN, LSTM, GRU and Embedding, in float64.

PyTorch is needed for this script alone, not for the tests that read the file:

    python -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.13.0 numpy
    /tmp/torch/bin/python tests/reference/make_recurrent.py

Arrays are stored in dlcourse's layout: weights transposed, two biases added up where only their
sum counts.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

EXAMPLES, STEPS, FEATURES, UNITS = 4, 6, 3, 5
LENGTHS = [6, 1, 4, 2]
PADDING = -2.0
CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def as_array(value):
    """Return a copy of a tensor, or of an array, as an array."""
    return np.array(value.detach().numpy() if torch.is_tensor(value) else value)


def parameters_of(cell, read):
    """Return dlcourse's parameters of a PyTorch cell; ``read`` takes a tensor or its gradient."""
    w_x, w_h = read(cell.weight_ih_l0).T, read(cell.weight_hh_l0).T
    b_x, b_h = read(cell.bias_ih_l0), read(cell.bias_hh_l0)
    return w_x, w_h, b_x, b_h


def values_of(cell):
    w_x, w_h, b_x, b_h = parameters_of(cell, as_array)
    if isinstance(cell, nn.GRU):
        units = cell.hidden_size
        b = b_x + np.concatenate([b_h[: 2 * units], np.zeros(units)])
        return {"w_x": w_x, "w_h": w_h, "b": b, "b_h": b_h[2 * units :]}
    return {"w_x": w_x, "w_h": w_h, "b": b_x + b_h}


def gradients_of(cell):
    w_x, w_h, b_x, b_h = parameters_of(cell, lambda tensor: as_array(tensor.grad))
    gradients = {"dw_x": w_x, "dw_h": w_h, "db": b_x}
    if isinstance(cell, nn.GRU):
        gradients["db_h"] = b_h[2 * cell.hidden_size :]
    return gradients


def one_layer(make, rng):
    """Return values and gradients of one cell over sequences of full and of unequal length."""
    cell = make(FEATURES, UNITS, batch_first=True)
    found = {f"value.{name}": array for name, array in values_of(cell).items()}
    x = torch.tensor(rng.normal(size=(EXAMPLES, STEPS, FEATURES)), requires_grad=True)
    dy = torch.tensor(rng.normal(size=(EXAMPLES, STEPS, UNITS)))
    y, _ = cell(x)
    (y * dy).sum().backward()
    found |= {"x": x, "dy": dy, "y": y, "dx": x.grad}
    found |= gradients_of(cell)

    cell.zero_grad()
    padded = x.detach().clone()
    for example, length in enumerate(LENGTHS):
        padded[example, length:] = PADDING
    padded.requires_grad_(True)
    packed = nn.utils.rnn.pack_padded_sequence(
        padded, LENGTHS, batch_first=True, enforce_sorted=False
    )
    _, last = cell(packed)
    last = (last[0] if isinstance(last, tuple) else last)[0]
    (last * dy[:, 0]).sum().backward()
    found |= {"padded.x": padded, "padded.last": last, "padded.dx": padded.grad}
    found |= {f"padded.{name}": array for name, array in gradients_of(cell).items()}
    return found


def a_whole_training(make, rng):
    """Return first values, data and the losses of 20 steps of Adam on a small classifier."""
    embedding = nn.Embedding(12, FEATURES, padding_idx=0)
    cell = make(FEATURES, UNITS, batch_first=True)
    head = nn.Linear(UNITS, 3)
    found = {f"value.{name}": array for name, array in values_of(cell).items()}
    found["value.embedding"] = embedding.weight
    found["value.head_w"] = head.weight.T
    found["value.head_b"] = head.bias
    found = {name: as_array(value) for name, value in found.items()}  # before they are trained
    # dlcourse learns the sum of two biases as one number, which under Adam is another course than
    # that of two numbers: here the second stays still, but for the GRU's candidate, where it
    # is a parameter of its own.
    still = torch.ones_like(cell.bias_hh_l0)
    if isinstance(cell, nn.GRU):
        still[2 * UNITS :] = 0
    cell.bias_hh_l0.register_hook(lambda gradient: gradient * (1 - still))

    lengths = rng.integers(1, STEPS + 1, size=16)
    x = rng.integers(1, 12, size=(16, STEPS))
    for example, length in enumerate(lengths):
        x[example, length:] = 0
    labels = rng.integers(0, 3, size=16)
    modules = nn.ModuleList([embedding, cell, head])
    optimizer = torch.optim.Adam(modules.parameters(), lr=0.02)
    losses = []
    for _ in range(20):
        packed = nn.utils.rnn.pack_padded_sequence(
            embedding(torch.tensor(x)), lengths.tolist(), batch_first=True, enforce_sorted=False
        )
        _, last = cell(packed)
        last = (last[0] if isinstance(last, tuple) else last)[0]
        loss = nn.functional.cross_entropy(head(last), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return found | {"x": x, "labels": labels, "losses": np.array(losses)}


def main():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    rng = np.random.default_rng(0)
    arrays = {}
    for name, make in CELLS.items():
        for part, found in (
            ("layer", one_layer(make, rng)),
            ("training", a_whole_training(make, rng)),
        ):
            for key, value in found.items():
                arrays[f"{name}.{part}.{key}"] = as_array(value)
    np.savez_compressed(Path(__file__).with_name("recurrent.npz"), **arrays)


if __name__ == "__main__":
    main()
