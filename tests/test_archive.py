import numpy as np
import pytest

from dlcourse import archive


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with archive.replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def half():
        with archive.replacing(path) as file:
            file.write(b"half of the n")
            raise error

    with pytest.raises(error):
        half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_read_is_what_was_written(tmp_path):
    arrays = {"a.b": np.arange(3.0), "état/1": np.ones((2, 0)), "n": np.array(7)}
    archive.write(tmp_path / "f.npz", "test", {"text": "ä", "list": [1, None]}, arrays)
    description, again = archive.read(tmp_path / "f.npz", "test")
    assert description == {"text": "ä", "list": [1, None]}
    assert list(again) == list(arrays)
    assert all(np.array_equal(again[name], array) for name, array in arrays.items())


def test_objects_are_never_pickled(tmp_path):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        archive.write(tmp_path / "f.npz", "test", {}, {"a": np.array([{}])})
    assert list(tmp_path.iterdir()) == []


def test_checked_refuses_other_bytes(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert archive.checked(path, right) == b"abc"
    path.write_bytes(b"abd")
    with pytest.raises(archive.ArchiveError, match="f is damaged: it has the SHA-256"):
        archive.checked(path, right)
