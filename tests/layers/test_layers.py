import numpy as np
import pytest

from dlcourse import initializers
from dlcourse.devices import to_host
from dlcourse.kernels.cpu.compile import JIT_IS_OFF
from dlcourse.layers import (
    GRU,
    LSTM,
    RNN,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    LayerNorm,
    MaxPool2D,
    ReLU,
    Residual,
    Sigmoid,
    Tanh,
)
from dlcourse.model import Sequential
from tests.allocation import peak_of
from tests.support import (
    DEVICES_AND_TYPES,
    DEVICES_LONG,
    LONG,
    SIMULATED,
    assert_layer_gradients,
    same_memory,
)

#: Every layer, a function that makes it, and input shapes it takes.
LAYERS = [
    ("dense", lambda: Dense(4), (3,)),
    ("dense to one unit", lambda: Dense(1), (5,)),
    ("dense from one feature", lambda: Dense(3), (1,)),
    ("dense at each step", lambda: Dense(4), (5, 3)),
    ("dense at each place", lambda: Dense(2), (2, 3, 4)),
    ("relu", ReLU, (7,)),
    ("relu on images", ReLU, (3, 2, 2)),
    ("sigmoid", Sigmoid, (7,)),
    ("tanh", Tanh, (2, 5)),
    ("rnn", lambda: RNN(5), (4, 3)),
    ("rnn, every state", lambda: RNN(2, return_sequences=True), (5, 3)),
    ("rnn, one step", lambda: RNN(3), (1, 2)),
    ("lstm", lambda: LSTM(5), (4, 3)),
    ("lstm, every state", lambda: LSTM(2, return_sequences=True), (5, 3)),
    ("lstm, one unit, one feature", lambda: LSTM(1), (3, 1)),
    ("gru", lambda: GRU(5), (4, 3)),
    ("gru, every state", lambda: GRU(2, return_sequences=True), (5, 3)),
    ("gru, one step", lambda: GRU(3, return_sequences=True), (1, 2)),
    ("conv", lambda: Conv2D(3, 3), (4, 5, 2)),
    ("conv, same", lambda: Conv2D(2, 3, padding="same"), (3, 4, 2)),
    ("conv, same, even sizes", lambda: Conv2D(2, (2, 4), padding="same"), (3, 4, 1)),
    ("conv, strides", lambda: Conv2D(2, 3, stride=2, padding=1), (5, 6, 2)),
    ("conv, unequal strides", lambda: Conv2D(2, (3, 2), (2, 3), (1, 0)), (5, 7, 1)),
    ("conv, 1 by 1", lambda: Conv2D(3, 1), (2, 3, 2)),
    ("conv, 1 by 1, stride", lambda: Conv2D(2, 1, stride=2), (3, 4, 2)),
    ("conv, gaps between windows", lambda: Conv2D(2, 2, stride=3), (6, 6, 1)),
    ("conv, more padding than image", lambda: Conv2D(2, 4, padding=3), (2, 1, 1)),
    ("conv, one window", lambda: Conv2D(2, (3, 4)), (3, 4, 1)),
    ("max pool", MaxPool2D, (5, 4, 2)),
    ("max pool, overlapping", lambda: MaxPool2D(3, 2, 1), (5, 6, 2)),
    ("max pool, unequal", lambda: MaxPool2D((2, 3), (1, 2), (1, 0)), (3, 5, 1)),
    ("average pool", AveragePool2D, (4, 5, 2)),
    ("average pool, overlapping", lambda: AveragePool2D(3, 2, 1), (5, 6, 2)),
    ("average pool, padding not counted", lambda: AveragePool2D(3, 1, 1, False), (3, 4, 2)),
    ("global average pool", GlobalAveragePool2D, (3, 4, 2)),
    ("flatten", Flatten, (2, 3, 2)),
    ("dropout", lambda: Dropout(0.4), (3, 5)),
    ("batch norm on images", BatchNorm, (3, 2, 2)),
    ("layer norm", LayerNorm, (5,)),
    ("layer norm on sequences", LayerNorm, (3, 4)),
    ("residual", lambda: Residual(Dense(4), Tanh(), Dense(3)), (3,)),
    (
        "residual with a projection",
        lambda: Residual(
            BatchNorm(), Conv2D(2, 3, 2, 1), Tanh(), projection=Conv2D(2, 1, stride=2)
        ),
        (4, 4, 1),
    ),
]
MAKERS = pytest.mark.parametrize(
    ("make", "shape"), [case[1:] for case in LAYERS], ids=[case[0] for case in LAYERS]
)


@MAKERS
@pytest.mark.parametrize(
    ("device", "rows"),
    [
        ("cpu", 1),
        ("cpu", 3),
        pytest.param("cuda", 1, marks=LONG),
        pytest.param("cuda", 3, marks=SIMULATED),
    ],
)
def test_gradients(make, shape, device, rows):
    assert_layer_gradients(make(), shape, rows=rows, device=device)


@MAKERS
def test_a_batch_gives_what_its_rows_give_one_by_one(make, shape):
    rng = np.random.default_rng(1)
    model = Sequential(make(), input_shape=shape, rng=rng)
    x = rng.normal(size=(5, *shape)).astype(np.float32)
    whole = model.predict(x)
    rows = np.concatenate([model.predict(row[None]) for row in x])
    np.testing.assert_allclose(whole, rows, rtol=1e-5, atol=1e-6)
    assert whole.dtype == np.float32
    assert whole.shape == (5, *model.output_shape)


@MAKERS
def test_backward_before_forward_is_refused(make, shape):
    model = Sequential(make(), input_shape=shape, rng=0)
    with pytest.raises(RuntimeError, match="backward came before any forward"):
        model.layers[0].backward(np.zeros((2, *model.output_shape), np.float32))


@MAKERS
@DEVICES_LONG
def test_a_second_step_of_the_same_shape_allocates_no_new_buffers(make, shape, device):
    model = Sequential(make(), input_shape=shape, rng=0).to(device)
    x = np.ones((4, *shape), np.float32)
    dy = np.ones((4, *model.output_shape), np.float32)
    first = model.forward(x), model.backward(dy, input_gradient=True)
    model.forward(x[:3]), model.backward(dy[:3], input_gradient=True)  # the short last batch
    second = model.forward(x), model.backward(dy, input_gradient=True)
    assert all(same_memory(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.skipif(JIT_IS_OFF, reason="plain Python allocates a number at every step")
@MAKERS
def test_a_warm_step_allocates_no_arrays(make, shape):
    rows = 2048  # any array with a number for each row takes 8 kB at least
    model = Sequential(make(), input_shape=shape, rng=0)
    x = np.random.default_rng(0).normal(size=(rows, *shape)).astype(np.float32)
    dy = np.ones((rows, *model.output_shape), np.float32)

    def step():
        model.forward(x)
        model.backward(dy, input_gradient=True)

    step()
    assert peak_of(step) < 8000


def test_dense_is_a_matrix_product_plus_bias():
    model = Sequential(Dense(2), input_shape=(3,), rng=0, dtype=np.float64)
    model.layers[0].w[...] = [[1, 2], [3, 4], [5, 6]]
    model.layers[0].b[...] = [10, 20]
    assert model.forward(np.array([[1.0, 0, -1]])).tolist() == [[6, 16]]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (ReLU, [0, 0, 0, 1e4, np.nan]),
        (Sigmoid, [0, 0.5, 0.5, 1, np.nan]),
        (Tanh, [-1, 0, 0, 1, np.nan]),
    ],
)
@DEVICES_AND_TYPES
def test_activations_at_extremes(layer, expected, device, dtype):
    model = Sequential(layer(), input_shape=(5,), rng=0, dtype=dtype).to(device)
    y = to_host(model.forward(np.array([[-1e4, -0.0, 0.0, 1e4, np.nan]], dtype)))
    np.testing.assert_array_equal(y[0], np.array(expected, dtype))


def test_he_normal_has_the_stated_spread():
    w = np.empty((400, 300))
    initializers.he_normal(w, np.random.default_rng(0))
    assert w.mean() == pytest.approx(0, abs=3 * w.std() / np.sqrt(w.size))
    assert w.std() == pytest.approx(np.sqrt(2 / 400), rel=0.01)


def test_a_layer_belongs_to_one_model():
    layer = Dense(2)
    Sequential(layer, input_shape=(3,), rng=0)
    with pytest.raises(ValueError, match="part of a model already"):
        Sequential(layer, input_shape=(3,), rng=0)
