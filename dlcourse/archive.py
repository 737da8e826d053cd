"""One file format for everything that is saved: named arrays and a description, no pickles.

A file is NumPy's ``.npz`` (a zip of plain arrays, readable by ``numpy.load`` alone) in which one
array, ``description``, holds JSON text: what kind of file it is, the version of the format, and
whatever is not an array. Nothing in it can run code when it is read.
"""

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

#: Raised by one when a file written today could be misread by yesterday's code.
VERSION = 1


#: What the readers of zip files and of arrays raise when bytes are missing or wrong.
BROKEN = (
    EOFError, KeyError, NotImplementedError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


class ArchiveError(ValueError):
    """A file is not what it should be; the message says in which way."""


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a new file that takes the place of ``path`` when the block ends without an error.

    It appears whole or not at all: it is written under another name in the same folder, flushed
    to the disk, and renamed. Whatever was there before stays until then.
    """
    path = Path(path)
    # Not by tempfile, whose files nobody but their owner may read.
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write(path: str | Path, kind: str, description: Mapping, arrays: Mapping[str, Any]) -> None:
    """Write ``arrays`` and ``description`` (JSON's types only) as a file of this ``kind``.

    The file appears whole or not at all: see ``replacing``.
    """
    text = json.dumps({"kind": kind, "version": VERSION, **description})
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, description=np.array(text), **arrays)


def read(path: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the description and the arrays of a file of this ``kind``.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ArchiveError
        The file is broken, of another kind, or of a newer version: the message says which.
    """
    path = Path(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} does not exist: expected a {kind} file") from None
    except BROKEN as error:
        raise ArchiveError(f"{path} is broken or not a {kind} file ({error})") from None
    except AttributeError:  # a lone .npy file is an array, which has no names
        raise ArchiveError(f"{path} is a single array: expected a {kind} file") from None
    try:
        description = json.loads(str(arrays.pop("description")))
        found, version = description.pop("kind"), description.pop("version")
    except (KeyError, json.JSONDecodeError, AttributeError):
        raise ArchiveError(f"{path} was not written by dlcourse: expected a {kind} file") from None
    if found != kind:
        raise ArchiveError(f"{path} is a {found} file: expected a {kind} file")
    if version > VERSION:
        raise ArchiveError(
            f"{path} has version {version} of the format, and this dlcourse reads up to {VERSION}: "
            "update dlcourse"
        )
    return description, arrays


def checked(path: Path, sha256: str) -> bytes:
    """Return the bytes of a file after checking that they are the published ones."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ArchiveError(f"{path} is damaged: it has the SHA-256 {found}, expected {sha256}")
    return content
