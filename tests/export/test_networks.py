"""Whole networks, trained a little, and what their files look like."""

import numpy as np
import onnx
import pytest

import dlcourse
from dlcourse.data import Dataset
from dlcourse.export import to_onnx
from dlcourse.layers import (
    GELU,
    LSTM,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePool2D,
    LayerNorm,
    MaxPool2D,
    ReLU,
    Residual,
    Softmax,
)
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import fit
from tests.export.cases import inputs
from tests.export.running import assert_close, session


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


def cnn():
    return Sequential(
        Conv2D(8, 3, padding="same"), BatchNorm(), ReLU(), MaxPool2D(), Dropout(0.2),
        Conv2D(12, 3), ReLU(), MaxPool2D(2, stride=1), Flatten(), Dense(16), ReLU(), Dense(3),
        input_shape=(12, 10, 2), rng=0,
    )  # fmt: skip


def lstm_classifier():
    return Sequential(
        Embedding(20, 6, padding_index=0), LSTM(9, padding=0, return_sequences=True),
        LSTM(7, padding=0), Dropout(0.1), Dense(3),
        input_shape=(11,), rng=0,
    )  # fmt: skip


def residual_network():
    def block(filters, stride):
        return Residual(
            Conv2D(filters, 3, stride=stride, padding=1), BatchNorm(), ReLU(),
            Conv2D(filters, 3, padding=1), BatchNorm(),
            projection=None if stride == 1 else Conv2D(filters, 1, stride=stride),
        )  # fmt: skip

    return Sequential(
        Conv2D(6, 3, padding=1), BatchNorm(), ReLU(), block(6, 1), ReLU(), block(10, 2), ReLU(),
        GlobalAveragePool2D(), Dense(3),
        input_shape=(9, 8, 2), rng=0,
    )  # fmt: skip


def mixer():
    return Sequential(
        Dense(8), Residual(LayerNorm(), Dense(16), GELU(), Dense(8)), LayerNorm(), Flatten(),
        Dense(3),
        input_shape=(5, 4), rng=0,
    )  # fmt: skip


NETWORKS = pytest.mark.parametrize("make", [cnn, lstm_classifier, residual_network, mixer])


def trained(model):
    """Fit the model to random labels, until its running statistics are its own."""
    x = inputs(model, 48)
    if model.input_dtype == np.int64:
        x[:, 8:] = 0  # sequences of unequal length
        x[::2, 5:] = 0
    y = np.random.default_rng(2).integers(3, size=48)
    optimizer = Adam(model.parameters, learning_rate=3e-3)
    fit(model, SoftmaxCrossEntropy(), optimizer, Dataset(x, y), epochs=3, batch_size=16, rng=0,
        progress=False)  # fmt: skip
    return model


@NETWORKS
@pytest.mark.parametrize("rows", [1, 7])
def test_networks_after_some_training(make, rows, path):
    model = trained(make())
    for name, array in model.state.items():
        if name.endswith((".mean", ".variance")):
            assert np.abs(array - (1 if name.endswith("variance") else 0)).max() > 0.01
    before = model.snapshot()
    to_onnx(model, path)
    for name, array in model.snapshot().items():
        np.testing.assert_array_equal(array, before[name])

    x = inputs(model, rows, seed=3)
    (y,) = session(path).run(None, {"x": x})
    assert_close(y, model.predict(x), 1e-5)
    np.testing.assert_array_equal(y.argmax(axis=1), model.predict(x).argmax(axis=1))


def operations(path):
    return [node.op_type for node in onnx.load(path).graph.node]


def test_images_are_turned_around_once_at_either_end_of_a_chain(path):
    to_onnx(cnn(), path)
    assert operations(path) == [
        "Transpose", "Conv", "BatchNormalization", "Relu", "MaxPool", "Conv", "Relu", "MaxPool",
        "Transpose", "Flatten", "Gemm", "Relu", "Gemm",
    ]  # fmt: skip
    to_onnx(residual_network(), path)
    assert operations(path).count("Transpose") == 1


def test_a_value_that_two_layers_want_turned_is_turned_once(path):
    model = Sequential(
        Residual(Conv2D(2, 1), projection=Conv2D(2, 1)), input_shape=(4, 4, 3), rng=0
    )
    to_onnx(model, path)
    assert operations(path) == ["Transpose", "Conv", "Conv", "Add", "Transpose"]


def test_the_file_says_what_it_is(path):
    model = Sequential(Dense(4), Softmax(), input_shape=(6, 3), rng=0)
    to_onnx(model, path, input_name="measurements", output_name="probabilities")
    stored = onnx.load(path)
    assert (stored.producer_name, stored.producer_version) == ("dlcourse", dlcourse.__version__)
    assert stored.ir_version == 9
    assert [(each.domain, each.version) for each in stored.opset_import] == [("", 20)]
    assert stored.graph.doc_string == repr(model)

    running = session(path)
    (x,), (y,) = running.get_inputs(), running.get_outputs()
    assert (x.name, x.shape, x.type) == ("measurements", ["n", 6, 3], "tensor(float)")
    assert (y.name, y.shape, y.type) == ("probabilities", ["n", 6, 4], "tensor(float)")
    numbers = {each.name: onnx.numpy_helper.to_array(each) for each in stored.graph.initializer}
    assert sorted(numbers) == ["dense_1.b", "dense_1.w"]
    np.testing.assert_array_equal(numbers["dense_1.w"], model.layers[0].w)


def test_indices_are_whole_numbers_in_the_file(path):
    to_onnx(lstm_classifier(), path)
    (x,) = session(path).get_inputs()
    assert (x.shape, x.type) == (["n", 11], "tensor(int64)")


def test_the_same_model_gives_the_same_file(path, tmp_path):
    to_onnx(residual_network(), path)
    to_onnx(residual_network(), again := tmp_path / "again.onnx")
    assert path.read_bytes() == again.read_bytes()
