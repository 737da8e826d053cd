import json
import os
import re

import numpy as np
import pytest

from dlcourse import archive
from dlcourse.layers import Dense, Layer, ReLU, Tanh
from dlcourse.model import Sequential, load, load_into, save


def network(units=5, rng=0, dtype=np.float32):
    return Sequential(Dense(units), ReLU(), Dense(4), input_shape=(3,), rng=rng, dtype=dtype)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.npz"
    save(network(), path)
    return path


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_loaded_is_what_was_saved(tmp_path, dtype):
    model, path = network(rng=7, dtype=dtype), tmp_path / "model.npz"
    save(model, path)
    again = load(path)
    assert repr(again) == repr(model)
    assert again.dtype == dtype
    assert np.array_equal(again.parameters.values, model.parameters.values)
    x = np.ones((2, 3))
    assert np.array_equal(again.predict(x), model.predict(x))


def test_a_file_is_plain_arrays_that_numpy_alone_can_read(saved):
    with np.load(saved, allow_pickle=False) as file:
        assert set(file.files) == {
            "description", "dense_1.w", "dense_1.b", "dense_2.w", "dense_2.b",
        }  # fmt: skip
        assert file["dense_1.w"].shape == (3, 5)
        assert json.loads(str(file["description"]))["kind"] == "dlcourse model"


def test_load_into_a_model_of_the_same_make(saved):
    model = network(rng=1)
    view = model.layers[0].w
    load_into(model, saved)
    assert np.array_equal(model.parameters.values, network().parameters.values)
    assert model.layers[0].w is view


def test_what_is_frozen_stays_frozen(tmp_path):
    model, path = network(), tmp_path / "frozen.npz"
    model.parameters.set_rate("dense_1", 0)
    save(model, path)
    assert [part.rate for part in load(path).parameters] == [0, 0, 1, 1]


def test_layers_of_ones_own(tmp_path):
    class Double(Layer):
        def forward(self, x, training=True):
            return 2 * x

    path = tmp_path / "own.npz"
    save(Sequential(Dense(2), Double(), input_shape=(3,), rng=0), path)
    with pytest.raises(ValueError, match="layer 'Double' is not one of dlcourse's: pass its class"):
        load(path)
    assert isinstance(load(path, known={"Double": Double}).layers[1], Double)


def rewritten(path, change):
    with np.load(path) as file:
        arrays = dict(file)
    description = json.loads(str(arrays["description"]))
    change(description, arrays)
    arrays["description"] = np.array(json.dumps(description))
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:300]), "is broken or not a dlcourse"),
        (lambda path: path.write_bytes(b""), "is broken or not a dlcourse model file"),
        (lambda path: path.write_text("hello"), "is broken or not a dlcourse model file"),
        (lambda path: np.savez(path, a=np.ones(3)), "was not written by dlcourse"),
        (
            lambda path: np.savez(path, a=np.array([{}], dtype=object)),
            "is broken or not a dlcourse model file",
        ),
        (
            lambda path: rewritten(path, lambda d, a: d.update(version=99)),
            "has version 99 of the format, and this dlcourse reads up to 1: update dlcourse",
        ),
        (
            lambda path: rewritten(path, lambda d, a: d.update(kind="dlcourse checkpoint")),
            "is a dlcourse checkpoint file: expected a dlcourse model file",
        ),
        (
            lambda path: rewritten(path, lambda d, a: a.pop("dense_1.b")),
            "is of another architecture: the file has no 'dense_1.b'",
        ),
        (
            lambda path: rewritten(path, lambda d, a: a.update(extra=np.ones(1))),
            "is of another architecture: the model has no 'extra'",
        ),
    ],
)
def test_a_bad_file_says_what_is_wrong_with_it(saved, damage, sentence):
    damage(saved)
    with pytest.raises(archive.ArchiveError, match=re.escape(sentence)) as caught:
        load(saved)
    assert str(saved) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_flipped_bit_anywhere_is_noticed_or_harmless(saved):
    """A zip holds a checksum of each array: no flipped bit changes a number in silence."""
    good, expected = saved.read_bytes(), network().parameters.values
    for position in range(0, len(good), 7):
        broken = bytearray(good)
        broken[position] ^= 16
        saved.write_bytes(broken)
        try:
            model = load(saved)
        except (archive.ArchiveError, ValueError):
            continue
        assert np.array_equal(model.parameters.values, expected)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (network(units=6), "dense_1.w has shape (3, 5) there and (3, 6) in the model"),
        (network(dtype=np.float64), "holds dense_1.w as float32: expected float64"),
        (
            Sequential(Tanh(), input_shape=(3,), rng=0),
            "is of another architecture: the model has no 'dense_1.w'",
        ),
    ],
)
def test_another_architecture_is_refused_and_nothing_changes(saved, model, sentence):
    before = model.parameters.values.copy()
    with pytest.raises(archive.ArchiveError, match=re.escape(sentence)):
        load_into(model, saved)
    assert np.array_equal(model.parameters.values, before)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz does not exist: expected a dlcourse"):
        load(tmp_path / "none.npz")


def test_an_interrupt_while_saving_leaves_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(network(rng=1), saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such permissions")
def test_a_file_may_be_read_by_others_as_any_new_file_may(saved):
    (plain := saved.with_name("plain")).touch()
    assert saved.stat().st_mode == plain.stat().st_mode
