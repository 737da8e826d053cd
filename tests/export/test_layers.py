"""Every layer in an ONNX file, run by onnxruntime, gives what the model gives."""

import re

import numpy as np
import onnx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx.reference import ReferenceEvaluator

from dlcourse import layers
from dlcourse.export import ExportError, to_onnx
from dlcourse.export.layers import WRITERS
from dlcourse.layers import (
    GRU,
    LSTM,
    RNN,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    MaxPool2D,
    Residual,
)
from tests.export.cases import ACTIVATIONS, LAYERS, inputs, shaken
from tests.export.running import assert_close, session

#: A few roundings of float32 numbers near the largest one.
ROUNDING = 3e-6
#: ONNX holds a slope and an epsilon as float32 numbers, whatever the model's type is.
HELD_AS_FLOAT32 = ("norm", "elu", "leaky", "residual of images")
#: What onnxruntime may refuse.
LACKING_IN_FLOAT64 = (
    "elu", "gelu", "leaky", "softplus", "conv", "average", "residual", "RNN", "LSTM", "GRU",
)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


def assert_agrees(model, path, *, sizes=(1, 7)):
    to_onnx(model, path)
    running = session(path)
    for rows in sizes:
        x = inputs(model, rows)
        (y,) = running.run(None, {"x": x})
        assert_close(y, model.predict(x), ROUNDING)


@pytest.mark.parametrize("case", LAYERS)
def test_each_layer_alone(case, path):
    make, shape = LAYERS[case]
    assert_agrees(shaken(make(), input_shape=shape), path)
    graph = onnx.load(path).graph
    used = {name for node in graph.node for name in node.input}
    assert {each.name for each in graph.initializer} <= used


def test_every_layer_of_the_library_is_exported_and_in_the_table():
    public = {getattr(layers, name) for name in layers.__all__ if name[0].isupper()}
    public -= {layers.Layer, layers.Block, layers.Recurrent}  # what layers derive from
    assert set(WRITERS) == public
    assert {type(make()) for make, _ in LAYERS.values()} == public


@pytest.mark.parametrize("case", LAYERS)
def test_in_float64_it_agrees_to_the_last_digits_or_is_refused(case, path):
    """What onnxruntime lacks in float64, onnx's own reference has, and slowly computes."""
    make, shape = LAYERS[case]
    model = shaken(make(), input_shape=shape, dtype=np.float64)
    x = inputs(model, 7)
    refused = ""
    try:
        to_onnx(model, path)
    except ExportError as error:
        refused = str(error)
    if not refused:
        (y,) = session(path).run(None, {"x": x})
    else:
        assert case.startswith(LACKING_IN_FLOAT64)
        assert re.search(
            r"^onnxruntime [\d.]+ cannot run the exported model \(.*(not support|implement).*\): "
            r"expected a float32 model, or verify=False for a program that can$",
            refused,
        )
        assert not path.exists()
        if "skipping" in case:  # the reference never skips
            return
        to_onnx(model, path, verify=False)
        (y,) = ReferenceEvaluator(onnx.load(path)).run(None, {"x": x})
    tolerance = 1e-7 if any(word in case for word in HELD_AS_FLOAT32) else 1e-14
    assert_close(y, model.predict(x), tolerance)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_of_large_numbers(name, path):
    model = shaken(ACTIVATIONS[name](), input_shape=(9,))
    to_onnx(model, path)
    x = np.array([[-1e4, -100, -20, -1e-3, 0, 1e-3, 20, 100, 1e4]], np.float32)
    (y,) = session(path).run(None, {"x": x})
    np.testing.assert_allclose(y, model.predict(x), rtol=2e-6, atol=1e-6)


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=pairs,
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    kind=st.sampled_from(["conv", "same", "max", "average", "average, not counted"]),
)
def test_windows_of_every_kind(tmp_path_factory, size, kernel, stride, padding, kind):
    if kind in ("conv", "same"):
        layer = (
            Conv2D(2, kernel, stride, padding)
            if kind == "conv"
            else Conv2D(2, kernel, padding="same")
        )
    else:
        assume(all(2 * pad <= window for pad, window in zip(padding, kernel, strict=True)))
        layer = (
            MaxPool2D(kernel, stride, padding)
            if kind == "max"
            else AveragePool2D(kernel, stride, padding, count_padding=kind == "average")
        )
    try:
        layer.output_shape((*size, 2))
    except ValueError:
        assume(False)
    path = tmp_path_factory.getbasetemp() / "windows.onnx"
    assert_agrees(shaken(layer, input_shape=(*size, 2)), path, sizes=(2,))


CELLS = pytest.mark.parametrize("cell", [RNN, LSTM, GRU])


@CELLS
@pytest.mark.parametrize("return_sequences", [False, True])
def test_steps_are_skipped_wherever_they_lie(cell, return_sequences, path):
    model = shaken(
        cell(4, padding=0, return_sequences=return_sequences), input_shape=(5, 3), seed=2
    )
    to_onnx(model, path)
    x = np.random.default_rng(0).normal(size=(32, 5, 3)).astype(np.float32)
    for example in range(32):  # every pattern that there is
        for step in range(5):
            if example & 1 << step:
                x[example, step] = 0
    x[1, 1, :2] = 0  # one feature that differs is enough to count
    (y,) = session(path).run(None, {"x": x})
    assert_close(y, model.predict(x), ROUNDING)


@CELLS
@pytest.mark.parametrize("padding", [None, -1.5])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_a_carried_state_is_an_input_and_an_output(cell, padding, return_sequences, path):
    model = shaken(
        cell(4, stateful=5, padding=padding, return_sequences=return_sequences),
        input_shape=(6, 3),
    )
    layer = model.layers[0]
    before = {name: array.copy() for name, array in model.state.items()}
    to_onnx(model, path)
    for name, array in model.state.items():
        np.testing.assert_array_equal(array, before[name])

    running = session(path)
    names = [output.name for output in running.get_outputs()]
    assert names == ["y", *(f"{name}.next" for name in before)]
    assert running.get_inputs()[0].shape == [5, 6, 3]
    carried = before
    for batch in range(3):
        x = inputs(model, 5, seed=batch)
        y, *left = running.run(None, {"x": x, **carried})
        assert_close(y, model.predict(x), 1e-5)
        carried = dict(zip(before, left, strict=True))
        for name, array in model.state.items():
            assert_close(carried[name], array, 1e-5)
    layer.reset_state()
    y, *_ = running.run(None, {"x": x, **{name: 0 * array for name, array in carried.items()}})
    assert_close(y, model.predict(x), ROUNDING)


def test_a_layer_within_another_carries_its_state(path):
    model = shaken(Residual(LSTM(3, stateful=2, return_sequences=True)), input_shape=(4, 3))
    to_onnx(model, path)
    x = inputs(model, 2)
    y, *carried = session(path).run(None, {"x": x, **model.state})
    assert_close(y, model.predict(x), ROUNDING)
    assert list(model.state) == ["residual_1.lstm_1.h", "residual_1.lstm_1.c"]
    for found, expected in zip(carried, model.state.values(), strict=True):
        assert_close(found, expected, ROUNDING)


def test_what_is_not_trained_is_nowhere_in_the_file(path):
    to_onnx(shaken(Dense(3), layers.Dropout(0.5), input_shape=(2,)), path)
    graph = onnx.load(path).graph
    assert [node.op_type for node in graph.node] == ["Gemm"]


class Own(Dense):
    """Something else than its base, perhaps."""


@pytest.mark.parametrize("layer", [Own(3), Residual(Own(2))])
def test_a_layer_of_ones_own_is_refused(layer, path):
    model = shaken(layer, input_shape=(2,))
    sentence = (
        r"own_1 is Own\(units=\d\), of which to_onnx does not know what it computes: expected"
    )
    with pytest.raises(ExportError, match=sentence):
        to_onnx(model, path)
    assert not path.exists()


def test_an_embedding_that_is_not_the_first(path):
    model = shaken(Flatten(), Embedding(3, 2), input_shape=(4,))
    with pytest.raises(ExportError, match="embedding_1 stands behind another layer: expected it"):
        to_onnx(model, path)


def test_batch_norm_takes_the_running_statistics(path):
    model = shaken(BatchNorm(), input_shape=(2,))
    to_onnx(model, path)
    stored = {
        each.name: onnx.numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer
    }
    for name, array in model.state.items():
        np.testing.assert_array_equal(stored[name], array)
