import re

import numpy as np
import pytest

from dlcourse.layers import BatchNorm, Conv2D, Dense, Dropout, ReLU, Residual, Tanh
from dlcourse.model import Sequential, load, save
from tests.support import DEVICES_LONG, assert_layer_gradients


def test_y_is_x_plus_what_the_layers_make_of_it():
    model = Sequential(Residual(Dense(3), Tanh()), input_shape=(3,), rng=0, dtype=np.float64)
    inside = model.layers[0].layers[0]
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_allclose(model.forward(x), x + np.tanh(x @ inside.w + inside.b))


def test_a_projection_takes_the_place_of_x():
    block = Residual(Dense(5), Tanh(), projection=Dense(5))
    model = Sequential(block, input_shape=(3,), rng=0, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(4, 3))
    inside, past = block.layers[0], block.projection
    expected = np.tanh(x @ inside.w + inside.b) + x @ past.w + past.b
    np.testing.assert_allclose(model.forward(x), expected)


def test_names_of_parameters_and_state():
    model = Sequential(
        Residual(Dense(3), BatchNorm(), ReLU(), Dense(3), BatchNorm(), projection=Dense(3)),
        Residual(Residual(Dropout(), Dense(3))),
        input_shape=(3,),
        rng=0,
    )
    assert [part.name for part in model.parameters] == [
        "residual_1.dense_1.w",
        "residual_1.dense_1.b",
        "residual_1.batchnorm_1.gamma",
        "residual_1.batchnorm_1.beta",
        "residual_1.dense_2.w",
        "residual_1.dense_2.b",
        "residual_1.batchnorm_2.gamma",
        "residual_1.batchnorm_2.beta",
        "residual_1.projection.w",
        "residual_1.projection.b",
        "residual_2.residual_1.dense_1.w",
        "residual_2.residual_1.dense_1.b",
    ]
    assert list(model.state) == [
        "residual_1.batchnorm_1.mean",
        "residual_1.batchnorm_1.variance",
        "residual_1.batchnorm_2.mean",
        "residual_1.batchnorm_2.variance",
        "residual_2.residual_1.dropout_1.key",
        "residual_2.residual_1.dropout_1.step",
    ]
    first = model.layers[0].layers[0]
    assert first.name == "residual_1.dense_1"
    assert np.shares_memory(first.w, model.parameters.values)
    assert np.shares_memory(first.dw, model.parameters.gradients)
    assert model.parameters["residual_1.batchnorm_1.gamma"].kind == "scale"
    model.forward(np.random.default_rng(0).normal(size=(4, 3)))
    assert model.state["residual_1.batchnorm_1.mean"].any()
    assert model.state["residual_2.residual_1.dropout_1.step"] == 1


@DEVICES_LONG
@pytest.mark.parametrize("inputs", [True, False])
@pytest.mark.parametrize("projected", [True, False])
def test_gradients_of_a_block_within_a_block(inputs, projected, device):
    inner = Residual(Dense(3), Tanh(), projection=Dense(3) if projected else None)
    block = Residual(inner, Tanh(), Dense(3))
    assert_layer_gradients(block, (3,), inputs=inputs, device=device)


def test_ten_blocks_with_layers_of_zero_pass_the_gradient_through_undiminished():
    model = Sequential(*(Residual(Dense(4), Tanh()) for _ in range(10)), input_shape=(4,), rng=0)
    model.parameters.values[:] = 0
    x = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    np.testing.assert_array_equal(model.forward(x), x)
    np.testing.assert_array_equal(model.backward(x, input_gradient=True), x)


def test_saved_and_loaded(tmp_path):
    model = Sequential(
        Residual(BatchNorm(), Conv2D(4, 3, 2, 1), ReLU(), projection=Conv2D(4, 1, 2)),
        input_shape=(6, 6, 2),
        rng=0,
    )
    x = np.random.default_rng(0).normal(size=(5, 6, 6, 2))
    model.forward(x)
    save(model, tmp_path / "model.npz")
    loaded = load(tmp_path / "model.npz")
    assert repr(loaded) == repr(model)
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def test_representation():
    assert repr(Residual(Dense(3), ReLU(), projection=Dense(3))) == (
        "Residual(Dense(units=3), ReLU(), projection=Dense(units=3))"
    )


def test_a_layer_that_is_part_of_a_block_belongs_to_one_model():
    shared = Dense(3)
    Sequential(Residual(shared), input_shape=(3,), rng=0)
    with pytest.raises(ValueError, match="part of a model already"):
        Sequential(shared, input_shape=(3,), rng=0)
    twice = Dense(3)
    with pytest.raises(ValueError, match="part of a model already"):
        Sequential(Residual(twice, twice), input_shape=(3,), rng=0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Residual(), ValueError, "layers is empty: expected at least one layer"),
        (lambda: Residual(Dense(2), 3), TypeError, "layers[1] is 3 (int): expected a layer"),
        (lambda: Residual([Dense(2)]), TypeError, "expected a layer such as Dense(10)"),
        (
            lambda: Residual(Dense(2), projection=1),
            TypeError,
            "projection is 1 (int): expected a layer or None",
        ),
    ],
)
def test_what_is_no_layer_is_refused(make, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (Residual(Dense(2)), "adds f(x) of shape (2,) to x: expected (3,), the shape that x has"),
        (
            Residual(Dense(2), projection=Dense(4)),
            "adds f(x) of shape (2,) to x: expected (4,), the shape that the projection gives",
        ),
        (Residual(Conv2D(2, 3)), "got inputs of shape (3,): expected images"),
    ],
)
def test_shapes_that_cannot_be_added_are_refused(block, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Sequential(block, input_shape=(3,), rng=0)
