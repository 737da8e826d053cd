"""Models on the (simulated) GPU: moved there and back, copied, saved, frozen, asked for."""

import copy
import os
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

from dlcourse import devices
from dlcourse.data import Augmentation
from dlcourse.devices import CPU, simulated_cuda, to_host
from dlcourse.export import to_onnx
from dlcourse.layers import (
    LSTM,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Recompute,
    ReLU,
    Residual,
)
from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential, load, load_into, save, with_new_head
from dlcourse.optimizers import SGD, RMSprop
from dlcourse.regularizers import MaxNorm
from dlcourse.training import fit, learning_rate_range_test, signal_statistics
from tests.support import write

pytestmark = pytest.mark.simulated

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 5)).astype(np.float32), RNG.integers(3, size=12)


def network():
    """Every kind of thing that has to move: parameters, running moments, counters, a block."""
    layers = Dense(4), BatchNorm(), Recompute(Dropout(0.2), Dense(4)), ReLU(), Dense(3)
    return Sequential(*layers, input_shape=(5,), rng=0)


def step(model, loss, optimizer):
    value = loss.forward(model.forward(X), Y)
    model.backward(loss.backward())
    optimizer.step()
    return float(value)


def numbers(model):
    return {name: to_host(array).copy() for name, array in model.snapshot().items()}


def assert_same(one, other, rtol=0.0, atol=0.0):
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_allclose(array, other[name], rtol, atol, err_msg=name)


def test_there_and_back_nothing_is_lost():
    model = network()
    before = numbers(model)
    assert model.to("cuda") is model
    assert model.device.name == "cuda"
    arrays = [model.parameters.values, model.parameters.gradients, model.layers[0].w]
    arrays += [part.value for part in model.parameters]
    arrays += [array for name, array in model.state.items() if "dropout" not in name]
    assert all(devices.device_of(array) is model.device for array in arrays)
    assert_same(numbers(model), before)
    assert model.to("cuda").to("cpu").device is CPU
    assert isinstance(model.layers[2].layers[1].w, np.ndarray)
    assert model.layers[0].w.base is model.parameters.values
    assert_same(numbers(model), before)


def test_training_goes_on_wherever_the_model_is_taken():
    """Three steps at one place, and one here, one there, one here again: the same numbers."""
    results = []
    for places in (["cpu"] * 3, ["cpu", "cuda", "cpu"], ["cuda", "cpu", "cuda"]):
        model, loss = network(), SoftmaxCrossEntropy()
        optimizer = SGD(model.parameters, 0.1, momentum=0.9)
        values = []
        for place in places:
            model.to(place)
            values.append(step(model, loss, optimizer))
        results.append((values, numbers(model), optimizer.state["velocity"]))
    for values, found, velocity in results[1:]:
        np.testing.assert_allclose(values, results[0][0], rtol=1e-5)
        assert_same(found, results[0][1], atol=2e-5)
        np.testing.assert_allclose(to_host(velocity), results[0][2], rtol=0, atol=1e-4)


def test_an_optimizers_snapshot_is_put_back_on_either_side():
    model, loss = network(), SoftmaxCrossEntropy()
    optimizer = RMSprop(model.parameters, 0.02, momentum=0.5)
    step(model, loss, optimizer)
    kept, before = optimizer.snapshot(), numbers(model)
    model.to("cuda")
    first = step(model, loss, optimizer)
    optimizer.restore(kept)
    model.restore(before)
    assert optimizer.steps == 1
    assert step(model, loss, optimizer) == first


@pytest.mark.parametrize(
    "make", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_copies_are_where_the_model_is_and_share_nothing(make):
    model = network().to("cuda")
    model.parameters.set_rate("dense_1", 0.5)
    again = make(model)
    assert again.device is model.device
    assert_same(numbers(again), numbers(model))
    assert again.parameters["dense_1.w"].rate == 0.5
    write(again.parameters.values, 0)
    assert to_host(model.parameters.values).any()


def test_files_know_nothing_of_devices(tmp_path):
    model = network().to("cuda")
    save(model, tmp_path / "model.npz")
    loaded = load(tmp_path / "model.npz")
    assert loaded.device is CPU
    assert_same(numbers(loaded), numbers(model))
    other = network().to("cuda")
    write(other.parameters.values, 0)
    load_into(other, tmp_path / "model.npz")
    assert other.device is model.device
    assert_same(numbers(other), numbers(model))


def test_a_new_head_is_where_the_old_model_was():
    model = network().to("cuda")
    new = with_new_head(model, Dense(2), keep=4, rng=1)
    assert new.device is model.device
    np.testing.assert_array_equal(
        to_host(new.parameters["dense_1.w"].value), to_host(model.parameters["dense_1.w"].value)
    )
    loss, optimizer = SoftmaxCrossEntropy(), SGD(new.parameters, 0.1)
    before = numbers(new)["parameters"]
    loss.forward(new.forward(X), Y % 2)
    new.backward(loss.backward())
    optimizer.step()
    frozen = to_host(new.parameters.values) == before
    head = sum(part.value.size for part in new.parameters if part.rate)
    assert frozen[:-head].all()
    assert not frozen[-head:].all()


def test_summary_representation_and_prediction_are_those_of_the_cpu():
    model = network()
    here = repr(model), repr(model.summary()), model.predict(X)
    model.to("cuda")
    there = repr(model), repr(model.summary()), model.predict(X, batch_size=5)
    assert here[:2] == there[:2]
    assert isinstance(there[2], np.ndarray)
    np.testing.assert_allclose(there[2], here[2], rtol=1e-5, atol=1e-6)


def test_the_embedding_looks_at_indices_before_they_leave():
    model = Sequential(Embedding(6, 3), LSTM(2), input_shape=(4,), rng=0).to("cuda")
    with pytest.raises(ValueError, match=re.escape("x[1, 2] is 6: expected indices from 0 to 5")):
        model.forward(np.array([[0, 1, 2, 3], [0, 1, 6, 3]]))


def test_carried_states_move_and_are_reset():
    model = Sequential(LSTM(2, stateful=3), input_shape=(2, 1), rng=0)
    x = RNG.normal(size=(3, 2, 1)).astype(np.float32)
    model.forward(x)
    second = model.forward(x).copy()
    model.layers[0].reset_state()
    model.forward(x)
    model.to("cuda")
    np.testing.assert_allclose(to_host(model.forward(x)), second, rtol=1e-5, atol=1e-6)
    model.layers[0].reset_state()
    assert not to_host(model.state["lstm_1.h"]).any()


def test_dropout_drops_the_same_units_on_either_side():
    model = Sequential(Dropout(0.5), input_shape=(300,), rng=3)
    other = copy.copy(model).to("cuda")
    x = np.ones((2, 300), np.float32)
    for _ in range(2):
        np.testing.assert_array_equal(to_host(other.forward(x)), model.forward(x))
    assert 200 < (model.forward(x) == 0).sum() < 400


def test_arrays_are_copied_wherever_they_lie():
    gpu = devices.device("cuda")
    assert isinstance(gpu, devices.Device)
    assert devices.device(gpu) is gpu
    assert network().to(gpu).device is gpu
    there = gpu.put(X)
    assert gpu.put(there) is there
    again = devices.copy_of(there)
    write(there, 0)
    np.testing.assert_array_equal(to_host(again), X)
    devices.copy(again, there)
    here = np.empty_like(X)
    devices.copy(there, here)
    np.testing.assert_array_equal(here, X)
    assert devices.copy_of(here) is not here
    assert CPU.put(here) is here
    empty = gpu.put(np.empty((0, 3), np.float32))
    assert (devices.device_of(empty), empty.shape) == (gpu, (0, 3))


def test_a_backward_after_a_move_wants_a_forward_first():
    model = Sequential(Dense(3), Flatten(), input_shape=(5,), rng=0)
    model.forward(X)
    model.to("cuda")
    with pytest.raises(RuntimeError, match="backward came before any forward"):
        model.backward(np.zeros((12, 3), np.float32))


@pytest.mark.parametrize(
    ("act", "kind", "sentence"),
    [
        (lambda m: m.to("gpu"), ValueError, "device is 'gpu' (str): expected 'cpu' or 'cuda'"),
        (
            lambda m: Sequential(Dense(1), input_shape=(1,), rng=0, dtype=np.float64).to("cuda"),
            TypeError,
            "the model's numbers are float64: expected float32 on a GPU",
        ),
        (
            lambda m: network().forward(m.device.put(X)),
            ValueError,
            "x is an array on a GPU of shape (12, 5) and dtype float32: expected an array on 'cpu'",
        ),
        (
            lambda m: m.forward(m.device.put(Y.reshape(12, 1))),
            TypeError,
            "x is an array on a GPU of shape (12, 1) and dtype int64: expected float32 there",
        ),
        (lambda m: m.forward(X[:, :4]), ValueError, "x has shape (12, 4): expected (n, 5)"),
        (
            lambda m: fit(m, SoftmaxCrossEntropy(), SGD(m.parameters), (m.device.put(X), Y), rng=0),
            TypeError,
            "data.x is an array on a GPU of shape (12, 5) and dtype float32: expected an array of "
            "NumPy's, which goes where it is needed by itself",
        ),
        (
            lambda m: SoftmaxCrossEntropy().forward(m.forward(X), Y + 1),
            ValueError,
            "expected labels from 0 to 2",
        ),
        (
            lambda m: MeanSquaredError().forward(
                m.forward(X), np.zeros((12, 3)), m.device.put(np.ones(12, np.float32))
            ),
            TypeError,
            "weight is an array on a GPU of shape (12,) and dtype float32: expected an array of N",
        ),
    ],
)
def test_bad_input(act, kind, sentence):
    model = network().to("cuda")
    with pytest.raises(kind, match=re.escape(sentence)):
        act(model)


def test_max_norm_and_images():
    layers = Conv2D(2, 3), ReLU(), Residual(Conv2D(2, 3, padding=1), ReLU()), Flatten(), Dense(2)
    model = Sequential(*layers, input_shape=(5, 5, 1), rng=0).to("cuda")
    x = RNG.normal(size=(6, 5, 5, 1))
    fit(
        model, SoftmaxCrossEntropy(), SGD(model.parameters, 0.1), (x, Y[:6] % 2), rng=0, epochs=1,
        max_norm=MaxNorm(0.3), augment=Augmentation(rotation=10), progress=False,
    )  # fmt: skip
    for number in (0, 4):
        w = to_host(model.layers[number].w)
        assert np.linalg.norm(w.reshape(-1, w.shape[-1]), axis=0).max() <= 0.3 * (1 + 1e-6)


def test_diagnostics_and_export_read_what_they_need(tmp_path):
    model, loss = network(), SoftmaxCrossEntropy()
    optimizer = SGD(model.parameters, 0.01)
    here = signal_statistics(model, loss, (X, Y), optimizer)
    model.to("cuda")
    there = signal_statistics(model, loss, (X, Y), optimizer)
    for one, other in zip(here, there, strict=True):
        assert other.name == one.name
        for name in ("mean", "spread", "gradient", "parameter_gradient", "update_ratio"):
            expected = getattr(one, name)
            if expected is not None:
                assert getattr(other, name) == pytest.approx(expected, rel=1e-3, abs=1e-6)
    to_onnx(model, tmp_path / "model.onnx", verify=True)
    assert model.device.name == "cuda"


def test_a_range_test_leaves_the_model_as_it_was():
    model = Sequential(Dense(3), input_shape=(5,), rng=0).to("cuda")
    before = numbers(model)
    found = learning_rate_range_test(
        model, SoftmaxCrossEntropy(), SGD(model.parameters), (X, Y), lowest=1e-2, highest=0.3,
        steps=4, rng=0,
    )  # fmt: skip
    assert len(found.rates) == 4
    assert (np.diff(found.losses) < 0).all()
    assert_same(numbers(model), before)


def test_without_a_gpu_the_sentence_names_the_switch(monkeypatch):
    monkeypatch.setattr("numba.cuda.is_available", lambda: False)
    model = network()
    sentence = r"no GPU can be used here \(.+\): expected .* or DLCOURSE_CUDA=simulator in the env"
    monkeypatch.setattr(devices, "_cuda", {})
    with simulated_cuda(False), pytest.raises(RuntimeError, match=sentence) as caught:
        model.to("cuda")
    assert "\n" not in str(caught.value)
    assert model.device is CPU
    assert isinstance(model.parameters.values, np.ndarray)


def python(code, **environment):
    """Run code in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_environment_switches_the_simulator_on():
    code = (
        "import numpy as np; from dlcourse.layers import Dense; from dlcourse.model import "
        "Sequential; m = Sequential(Dense(1), input_shape=(1,), rng=0).to('cuda'); "
        "print(type(m.parameters.values).__module__)"
    )
    assert python(code, DLCOURSE_CUDA="simulator").endswith("kernels.cuda.simulated_memory")


def test_cuda_is_imported_by_who_asks_for_it_alone():
    """Not even by training: numba.cuda costs a third of a second, and is not always installed."""
    code = (
        "import sys, pkgutil, importlib, dlcourse\n"
        "for name in ('layers', 'losses', 'optimizers', 'model', 'training', 'data', 'devices',"
        "             'estimators'): importlib.import_module('dlcourse.' + name)\n"
        "from dlcourse.model import Sequential; from dlcourse.layers import Dense\n"
        "from dlcourse.losses import MeanSquaredError; from dlcourse.optimizers import SGD\n"
        "from dlcourse.training import fit; import numpy as np\n"
        "m = Sequential(Dense(1), input_shape=(1,), rng=0)\n"
        "fit(m, MeanSquaredError(), SGD(m.parameters), (np.ones((4, 1)), np.ones((4, 1))), rng=0,"
        "    epochs=1, progress=False)\n"
        "print(sorted(n for n in sys.modules if 'cuda' in n and not n.startswith('_numba_cuda')))"
    )
    assert python(code) == "[]"
