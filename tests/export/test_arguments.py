"""Bad input, missing packages, and what the verification finds."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from dlcourse.export import ExportError, exporting, recurrent, to_onnx
from dlcourse.export import layers as writers
from dlcourse.layers import GRU, LSTM, BatchNorm, Conv2D, Dense, Flatten, LeakyReLU, ReLU
from dlcourse.model import Sequential
from tests.export.cases import shaken


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


@pytest.fixture
def model():
    return shaken(Dense(3), ReLU(), input_shape=(2,))


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"model": Dense(2)}, TypeError, "model is Dense(units=2) (Dense): expected a Sequential"),
        ({"model": None}, TypeError, "model is None (NoneType): expected a Sequential"),
        ({"path": 3}, TypeError, "path is 3 (int): expected a file name"),
        ({"path": Path()}, FileNotFoundError, "path is .: expected a file in an existing folder"),
        (
            {"path": "/none/model.onnx"},
            FileNotFoundError,
            "path is /none/model.onnx: expected a file in an existing folder",
        ),
        (
            {"input_name": "dense_1.w"},
            ValueError,
            "input_name is 'dense_1.w' (str): expected letters, digits and _",
        ),
        ({"output_name": ""}, ValueError, "output_name is '' (str): expected letters, digits"),
        ({"output_name": 3}, TypeError, "output_name is 3 (int): expected letters, digits and _"),
        (
            {"output_name": "x"},
            ValueError,
            "input_name and output_name are both 'x': expected two names",
        ),
        ({"verify": "yes"}, TypeError, "verify is 'yes' (str): expected True, False or None"),
        ({"verify": 1}, TypeError, "verify is 1 (int): expected True, False or None"),
    ],
)
def test_bad_input(options, error, sentence, model, path):
    arguments = {"model": model, "path": path, **options}
    with pytest.raises(error, match=re.escape(sentence)) as caught:
        to_onnx(**arguments)
    assert "\n" not in str(caught.value)
    assert not path.exists()


def test_a_model_that_has_diverged(path):
    model = shaken(Dense(3), BatchNorm(), input_shape=(2,))
    model.state["batchnorm_1.variance"][1] = np.inf
    with pytest.raises(ValueError, match=r"^batchnorm_1\.variance holds 1 values that are not fin"):
        to_onnx(model, path)
    model.parameters["dense_1.w"].value[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"^dense_1\.w holds .* dense_1\.w\[1, 2\] = nan: expec"):
        to_onnx(model, path)


def test_a_model_that_no_file_can_hold(model, path, monkeypatch):
    monkeypatch.setattr(exporting, "LARGEST", 35)
    with pytest.raises(ExportError, match=r"^the parameters are 36 bytes: expected at most 35, as"):
        to_onnx(model, path)


def test_without_onnx(model, path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(
        ImportError,
        match=r"^to_onnx needs the package onnx, which is not installed: pip install onnx onnxrun",
    ):
        to_onnx(model, path)


def test_without_onnxruntime_a_file_is_written_unless_it_must_be_verified(model, path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    to_onnx(model, path)
    assert path.stat().st_size > 100
    with pytest.raises(ImportError, match=r"^to_onnx needs the package onnxruntime, which is not"):
        to_onnx(model, path, verify=True)


#: Mistakes that an export could make, and models that show them.
MISTAKES = {
    "another function": (
        lambda patch: patch.setitem(writers.WRITERS, ReLU, writers.elementwise("Abs")),
        lambda: shaken(Dense(3), ReLU(), input_shape=(2,)),
    ),
    "a slope of its own": (
        lambda patch: patch.setitem(writers.WRITERS, LeakyReLU, writers.elementwise("LeakyRelu")),
        lambda: shaken(Dense(3), LeakyReLU(0.02), input_shape=(2,)),
    ),
    "another order of gates": (
        lambda patch: patch.setitem(recurrent.BLOCKS, LSTM, (0, 1, 2, 3)),
        lambda: shaken(LSTM(3), input_shape=(4, 2)),
    ),
    "no gate behind the product": (
        lambda patch: patch.setitem(recurrent.BLOCKS, GRU, (0, 1, 2)),
        lambda: shaken(GRU(3), input_shape=(4, 2)),
    ),
    "another order of elements": (
        lambda patch: patch.setattr("dlcourse.export.graph.Graph.channels_last", lambda _, x: x),
        lambda: shaken(Conv2D(2, 2), Flatten(), Dense(2), input_shape=(3, 3, 2)),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_verification_finds(mistake, path, monkeypatch):
    change, make = MISTAKES[mistake]
    path.write_bytes(b"the file before")
    to_onnx(make(), path)
    right = path.read_bytes()
    change(monkeypatch)
    with pytest.raises(
        ExportError,
        match=r"^the exported model disagrees with model\.predict: for a random batch the output "
        r"differs by up to [\d.e-]+, where the largest number is [\d.e-]+$",
    ):
        to_onnx(make(), path)
    assert path.read_bytes() == right
    to_onnx(make(), path, verify=False)
    assert path.read_bytes() != right


def test_the_verification_compares_what_is_carried(path, monkeypatch):
    def forget(self, x):
        y = predict(self, x)
        self.state["c"][...] = 0
        return y

    predict = LSTM.predict
    monkeypatch.setattr(LSTM, "predict", forget)
    model = shaken(LSTM(3, stateful=2), input_shape=(4, 2))
    before = model.snapshot()
    with pytest.raises(ExportError, match=r"for a random batch lstm_1\.c after it differs by up"):
        to_onnx(model, path)
    for name, array in model.snapshot().items():
        np.testing.assert_array_equal(array, before[name])


def test_an_interrupt_leaves_the_old_file(model, path, monkeypatch):
    path.write_bytes(b"the file before")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        to_onnx(model, path)
    assert path.read_bytes() == b"the file before"
    assert list(path.parent.iterdir()) == [path]


def test_a_path_may_be_text(model, path):
    to_onnx(model, str(path))
    assert path.exists()


def test_two_sizes_of_batches(path):
    model = Sequential(
        LSTM(3, stateful=2, return_sequences=True), LSTM(3, stateful=4), input_shape=(4, 2), rng=0
    )
    with pytest.raises(ExportError, match=r"^lstm_2 carries the state of 4 .* of 2: expected one"):
        to_onnx(model, path)
