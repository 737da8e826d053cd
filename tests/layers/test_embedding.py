import re

import numpy as np
import pytest

from dlcourse import initializers
from dlcourse.layers import GRU, Dense, Embedding
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential, load, save
from dlcourse.optimizers import Adam
from dlcourse.training import fit
from tests.support import DEVICES_LONG, assert_layer_gradients


def draw_indices(rng, shape):
    return rng.integers(0, 6, size=shape)


@DEVICES_LONG
@pytest.mark.parametrize("shape", [(), (1,), (7,)])
@pytest.mark.parametrize("padding_index", [None, 0, 5])
def test_gradients(shape, padding_index, device):
    if padding_index is None:
        assert_layer_gradients(
            Embedding(6, 4), shape, rows=5, draw=draw_indices, inputs=False, device=device
        )
    else:  # the padding's own row has a gradient by definition, not by differences
        assert_layer_gradients(
            Embedding(6, 4, padding_index=padding_index),
            shape,
            rows=5,
            draw=lambda rng, shape: (padding_index + rng.integers(1, 6, size=shape)) % 6,
            inputs=False,
            device=device,
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("padding_index", [None, 2])
def test_values_and_gradients_are_those_of_the_reference(dtype, padding_index):
    rng = np.random.default_rng(0)
    layer = Embedding(9, 3, padding_index=padding_index)
    model = Sequential(layer, input_shape=(5,), rng=rng, dtype=dtype)
    x = rng.integers(0, 9, size=(4, 5))
    x[0] = 2
    y = model.forward(x)
    assert y.shape == (4, 5, 3)
    assert y.dtype == dtype
    dy = rng.normal(size=y.shape).astype(dtype)
    model.parameters.gradients[:] = np.nan
    assert model.backward(dy, input_gradient=True) is None
    expected = np.zeros((9, 3))
    for n in range(4):
        for t in range(5):
            np.testing.assert_array_equal(y[n, t], layer.w[x[n, t]])
            if x[n, t] != padding_index:
                expected[x[n, t]] += dy[n, t]
    np.testing.assert_allclose(layer.dw, expected, rtol=0, atol=1e-6)


def test_the_padding_vector_stays_zero():
    model = Sequential(
        Embedding(6, 4, padding_index=0), GRU(5, padding=0), Dense(2), input_shape=(7,), rng=0
    )
    layer = model.layers[0]
    before = layer.w.copy()
    x = np.random.default_rng(0).integers(1, 6, size=(20, 7))
    x[:, 4:] = 0
    y = x[:, 0] % 2
    fit(
        model, SoftmaxCrossEntropy(), Adam(model.parameters, 0.01), (x, y), epochs=3, rng=0,
        progress=False,
    )  # fmt: skip
    assert not layer.w[0].any()
    assert (layer.w[1:] != before[1:]).all()
    # What is filled up is skipped: the same as without, except for the shape.
    short = Sequential(Embedding(6, 4), GRU(5), Dense(2), input_shape=(4,), rng=0)
    short.parameters.values[:] = model.parameters.values
    np.testing.assert_array_equal(model.predict(x), short.predict(x[:, :4]))


def test_a_model_of_one_index_an_example():
    model = Sequential(Embedding(6, 4), Dense(2), input_shape=(), rng=0)
    assert model.predict([0, 3, 5]).shape == (3, 2)
    assert model.input_dtype == np.int64
    assert model.predict(np.array([1], np.uint8)).shape == (1, 2)


def test_first_values_are_standard_normal():
    w = Sequential(Embedding(300, 100), input_shape=(), rng=0).layers[0].w
    assert w.mean() == pytest.approx(0, abs=0.02)
    assert w.std() == pytest.approx(1, abs=0.02)


def test_a_second_step_allocates_no_new_buffers_and_keeps_all_of_dw():
    model = Sequential(Embedding(6, 4), input_shape=(3,), rng=0)
    first = model.forward(np.ones((4, 3), np.int64))
    model.backward(np.ones((4, 3, 4)))
    second = model.forward(np.zeros((2, 3), np.int64))
    model.backward(np.ones((2, 3, 4)))
    assert np.shares_memory(first, second)
    assert model.layers[0].dw.tolist() == [[6.0] * 4] + [[0.0] * 4] * 5


def test_saved_and_loaded(tmp_path):
    model = Sequential(
        Embedding(6, 4, padding_index=1, initializer=initializers.he_normal),
        input_shape=(3,),
        rng=0,
    )
    save(model, tmp_path / "model.npz")
    again = load(tmp_path / "model.npz")
    assert repr(again) == repr(model)
    assert again.layers[0].padding_index == 1
    assert again.layers[0].initializer == initializers.he_normal
    assert repr(Embedding(6, 4, padding_index=1)) == "Embedding(count=6, units=4, padding_index=1)"


def test_backward_before_forward_is_refused():
    model = Sequential(Embedding(6, 4), input_shape=(3,), rng=0)
    with pytest.raises(RuntimeError, match="backward came before any forward"):
        model.backward(np.zeros((1, 3, 4)))


def run(x, shape=(3,), **options):
    return Sequential(Embedding(6, 4, **options), input_shape=shape, rng=0).forward(x)


REFUSALS = [
    (lambda: Embedding(0, 4), ValueError, "count is 0: expected a whole number of at least 1"),
    (lambda: Embedding(6, 1.5), TypeError, "units is 1.5 (float): expected a whole number"),
    (
        lambda: Embedding(6, 4, padding_index=6),
        ValueError,
        "padding_index is 6: expected an index from 0 to 5",
    ),
    (
        lambda: Embedding(6, 4, padding_index=-1),
        ValueError,
        "padding_index is -1: expected a whole number of at least 0",
    ),
    (
        lambda: Embedding(6, 4, initializer=0),
        TypeError,
        "initializer is 0 (int): expected a function such as",
    ),
    (
        lambda: run([[0, 1, 2], [3, 6, 5]]),
        ValueError,
        "x[1, 1] is 6: expected indices from 0 to 5",
    ),
    (lambda: run([[0, 1, -1]]), ValueError, "x[0, 2] is -1: expected indices from 0 to 5"),
    (lambda: run([2, 9], ()), ValueError, "x[1] is 9: expected indices from 0 to 5"),
    (
        lambda: run(np.zeros((2, 3))),
        TypeError,
        "x is an array of shape (2, 3) and dtype float64: expected an array of whole numbers",
    ),
    (lambda: run([[True, False, True]]), TypeError, "expected an array of whole numbers"),
    (lambda: run([[0, 1]]), ValueError, "x has shape (1, 2): expected (n, 3)"),
    (lambda: run(np.zeros((0, 3), int)), ValueError, "x holds no examples"),
    (
        lambda: run([], (3, 2)),
        ValueError,
        "Embedding(count=6, units=4) got inputs of shape (3, 2): expected (), one index an example",
    ),
    (
        lambda: Sequential(Dense(2), Embedding(6, 4), input_shape=(3,), rng=0).forward([[1, 2, 3]]),
        TypeError,
        "embedding_1 got an array of shape (1, 2) and dtype float32: expected int64 indices",
    ),
]


@pytest.mark.parametrize(
    ("do", "error", "sentence"), REFUSALS, ids=[case[2][:40] for case in REFUSALS]
)
def test_refusals(do, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)) as caught:
        do()
    assert "\n" not in str(caught.value)
