import sys

import numpy as np
import pytest

from dlcourse.layers import Dense, Layer, ReLU
from dlcourse.model import MemoryEstimate, Sequential, draw, memory_estimate
from dlcourse.optimizers import SGD, Adam


class Flat(Layer):
    def output_shape(self, input_shape):
        return (int(np.prod(input_shape)),)


def network():
    return Sequential(Flat(), Dense(20), ReLU(), Dense(1), input_shape=(4, 4, 3), rng=0)


def test_memory_is_counted_layer_by_layer():
    model = network()
    parameters = 4 * (48 * 20 + 20 + 20 + 1)
    estimate = memory_estimate(model, 32, Adam(model.parameters))
    assert isinstance(estimate, MemoryEstimate)
    assert estimate.parameters == estimate.gradients == parameters
    assert estimate.optimizer == 2 * parameters
    assert estimate.activations == {
        "flat_1": 32 * 48 * 4, "dense_1": 0, "relu_1": 32 * 20 * 4, "dense_2": 32 * 4,
    }  # fmt: skip
    assert estimate.passing == 2 * 32 * 48 * 4
    assert estimate.total == 4 * parameters + 32 * 4 * (48 + 20 + 1) + estimate.passing
    assert memory_estimate(model, 32, SGD(model.parameters)).optimizer == 0


def test_memory_prints_as_a_table():
    lines = repr(memory_estimate(network(), 32)).splitlines()
    assert lines[0].split() == ["parameters", "3.9", "KiB"]
    assert lines[-1].startswith("in all")
    assert len({len(line) for line in lines}) == 1


def test_memory_of_no_batch():
    with pytest.raises(ValueError, match="batch_size is 0: expected a whole number"):
        memory_estimate(network(), 0)


def test_drawing_shows_every_layer():
    figure = draw(network(), most_units=6)
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.texts]
    assert [text for text in texts if text in ("input", "Flat", "Dense")] == [
        "input", "Flat", "Dense", "Dense",
    ]  # fmt: skip
    assert "4×4×3" in texts
    assert "20\nReLU" in texts
    assert texts.count("⋮") == 2
    dots = [len(line.get_xdata()) for line in axes.lines]
    assert dots == [6, 6, 1]
    lines = [len(collection.get_segments()) for collection in axes.collections]
    assert lines == [36, 6]


def test_drawing_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        draw(network())
