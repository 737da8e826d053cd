"""What only the next layer reads lies in two arrays that all layers of a model use in turn."""

import numpy as np
import pytest

from dlcourse.buffers import Turns
from dlcourse.layers import (
    GELU,
    LSTM,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    Recompute,
    ReLU,
    Residual,
    Tanh,
)
from dlcourse.model import Sequential
from tests.export.cases import LAYERS, inputs, shaken

ROWS = 6
NETWORKS = {
    "dense": lambda: ((5,), [Dense(7), ReLU(), Dense(4), Tanh(), Dense(3)]),
    "flat between": lambda: (
        (6, 6, 2),
        [Conv2D(4, 3), BatchNorm(), ReLU(), MaxPool2D(2), Flatten(), Dense(3), LayerNorm()],
    ),
    "read again": lambda: (
        (5,),
        [Dense(7), GELU(), Dropout(0.4), BatchNorm(), LeakyReLU(), Dropout(0.2), Tanh(), Dense(3)],
    ),
    "dropout that drops nothing": lambda: ((5,), [Dense(7), Dropout(0.0), Tanh(), Dense(3)]),
    "residual": lambda: (
        (5,),
        [Dense(4), Residual(Dense(4), Tanh()), ReLU(), Residual(Dense(4), ReLU()), Dense(3)],
    ),
    "recomputed": lambda: (
        (5,),
        [
            Recompute(Dense(8), Tanh(), Dense(7), ReLU(), Dense(8), Tanh()),
            Recompute(Dense(6), Flatten(), ReLU()),
            Dense(3),
        ],
    ),
    "recurrent": lambda: (
        (4, 3),
        [LSTM(5, return_sequences=True), Dropout(0.4), Recompute(LSTM(4)), Dense(3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("training", [True, False])
def test_the_gradients_are_those_of_layers_with_memory_of_their_own(network, training):
    def gradients(alone: bool) -> tuple[np.ndarray, np.ndarray]:
        shape, layers = NETWORKS[network]()
        model = Sequential(*layers, input_shape=shape, rng=0, dtype="float64")
        if alone:
            for layer in everyone(model.layers):
                layer.turns = None
        draw = np.random.default_rng(1).standard_normal
        for rows in (ROWS, ROWS - 1, ROWS):  # what an earlier, shorter batch left does not matter
            y = model.forward(draw((rows, *shape)), training)
            dx = model.backward(draw(y.shape), input_gradient=True)
        return model.parameters.gradients.copy(), dx.copy()

    for one, other in zip(gradients(False), gradients(True), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_prediction_is_that_of_layers_with_memory_of_their_own(network):
    shape, layers = NETWORKS[network]()
    model = Sequential(*layers, input_shape=shape, rng=0, dtype="float64")
    draw = np.random.default_rng(1).standard_normal
    for rows in (ROWS, ROWS - 1, ROWS):
        x = draw((rows, *shape))
        given = x.copy()
        np.testing.assert_array_equal(model.predict(x), model.forward(x, training=False))
        np.testing.assert_array_equal(x, given)


def test_a_prediction_is_nothing_to_go_back_from():
    model = Sequential(Dense(4), ReLU(), Dense(3), input_shape=(5,), rng=0)
    model.forward(np.ones((2, 5), np.float32))
    model.predict(np.ones((2, 5), np.float32))
    with pytest.raises(RuntimeError, match=r"dense_2\.backward came before any forward"):
        model.backward(np.ones((2, 3), np.float32))


@pytest.mark.parametrize("case", LAYERS)
@pytest.mark.parametrize("training", [True, False])
def test_what_a_layer_says_it_does_not_read_may_be_lost(case, training):
    make, shape = LAYERS[case]

    def gradients(lost: bool) -> list[np.ndarray | None]:
        model = shaken(make(), input_shape=shape, dtype=np.float64)
        (layer,) = model.layers
        x = inputs(model, 4)
        y = layer.forward(x, training)
        dy = np.random.default_rng(2).standard_normal(y.shape)
        if lost and not layer.reads_x:
            assert not np.shares_memory(x, y)
            x[...] = np.nan
        if lost and not layer.reads_y:
            y[...] = np.nan
        return [layer.backward(dy), model.parameters.gradients]

    for one, other in zip(gradients(True), gradients(False), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_output_is_kept_where_a_gradient_is_computed_from_it():
    layers = [Dense(7), ReLU(), Dense(6), GELU(), Dense(5), LayerNorm(), Tanh(), Dense(3)]
    model = Sequential(*layers, input_shape=(5,), rng=0)
    model.forward(np.ones((ROWS, 5), np.float32))
    kept = [layer.keeps_output for layer in layers]
    assert kept == [False, True, True, True, True, False, True, True]
    for layer in (layers[0], layers[2]):
        assert (layer.buffers.nbytes > 0) == layer.keeps_output


def everyone(layers):
    """Yield layers, and layers inside them."""
    for layer in layers:
        yield layer
        yield from everyone(getattr(layer, "layers", ()))


def test_the_memory_is_twice_the_largest_however_many_layers():
    def held(depth: int) -> int:
        layers = [layer for _ in range(depth) for layer in (Dense(32), ReLU())]
        model = Sequential(*layers, Dense(3), input_shape=(8,), rng=0)
        model.forward(np.ones((16, 8), np.float32))
        model.backward(np.ones((16, 3), np.float32))
        own = sum(layer.buffers.nbytes for layer in model.layers)
        model.predict(np.ones((16, 8), np.float32))
        assert sum(layer.buffers.nbytes for layer in model.layers) == own
        return model._turns.nbytes

    assert held(2) == held(20) == 2 * 16 * 32 * 4


def test_what_was_handed_out_last_stays():
    turns = Turns()
    first = turns.get("dx", (3,), np.float32)
    first[...] = 1
    second = turns.get("dx", (2, 2), np.float32)
    second[...] = 2
    assert (first == 1).all()
    third = turns.get("dx", (3,), np.float32)
    assert third is first
    assert (second == 2).all()
