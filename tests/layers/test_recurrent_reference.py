"""RNN, LSTM, GRU and Embedding against PyTorch 2.13; see tests/reference/make_recurrent.py."""

from pathlib import Path

import numpy as np
import pytest

from dlcourse.layers import GRU, LSTM, RNN, Dense, Embedding
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam

CELLS = pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture(scope="module")
def stored():
    with np.load(Path(__file__).parents[1] / "reference" / "recurrent.npz") as file:
        return dict(file)


def part_of(stored, cell, part):
    prefix = f"{cell.__name__.lower()}.{part}."
    return {
        name.removeprefix(prefix): array
        for name, array in stored.items()
        if name.startswith(prefix)
    }


def give_values(layer, table):
    for name, array in table.items():
        if name.startswith("value.") and hasattr(layer, name.removeprefix("value.")):
            getattr(layer, name.removeprefix("value."))[...] = array


def assert_close(actual, expected, dtype):
    tolerance = 5e-6 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


@CELLS
@DTYPES
def test_values_and_gradients(stored, cell, dtype):
    table = part_of(stored, cell, "layer")
    layer = cell(5, return_sequences=True)
    model = Sequential(layer, input_shape=(6, 3), rng=0, dtype=dtype)
    give_values(layer, table)
    assert_close(model.forward(table["x"]), table["y"], dtype)
    assert_close(model.backward(table["dy"], input_gradient=True), table["dx"], dtype)
    for parameter in model.parameters:
        name = parameter.name.split(".")[1]
        assert_close(parameter.gradient, table["d" + name], dtype)


@CELLS
@DTYPES
def test_sequences_of_unequal_length_are_pytorchs_packed_ones(stored, cell, dtype):
    table = part_of(stored, cell, "layer")
    layer = cell(5, padding=-2)
    model = Sequential(layer, input_shape=(6, 3), rng=0, dtype=dtype)
    give_values(layer, table)
    assert_close(model.forward(table["padded.x"]), table["padded.last"], dtype)
    dy = table["dy"][:, 0].copy()
    assert_close(model.backward(dy, input_gradient=True), table["padded.dx"], dtype)
    for parameter in model.parameters:
        name = parameter.name.split(".")[1]
        assert_close(parameter.gradient, table["padded.d" + name], dtype)


@CELLS
@DTYPES
def test_a_whole_training(stored, cell, dtype):
    table = part_of(stored, cell, "training")
    embedding, layer, head = Embedding(12, 3, padding_index=0), cell(5, padding=0), Dense(3)
    model = Sequential(embedding, layer, head, input_shape=(6,), rng=0, dtype=dtype)
    embedding.w[...] = table["value.embedding"]
    head.w[...], head.b[...] = table["value.head_w"], table["value.head_b"]
    give_values(layer, table)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters, 0.02)
    losses = []
    for _ in range(20):
        y = model.forward(table["x"])
        losses.append(loss.forward(y, table["labels"]))
        model.backward(loss.backward())
        optimizer.step()
    assert losses[-1] < 0.8 * losses[0]
    tolerance = 1e-4 if dtype == np.float32 else 1e-11
    np.testing.assert_allclose(losses, table["losses"], rtol=tolerance)
