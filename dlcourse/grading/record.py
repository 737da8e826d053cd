"""What has been graded, written down result by result, so that a run can be taken up again.

One line of JSON a result, under a key: a digest of all that the result depends on (the answers,
the lab, the seed, the limits, the engine). A line is taken for a result only while its key is what
the key would be now. So a submission that was changed is graded anew, and one that was not is not.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from dlcourse.grading.errors import GradingError
from dlcourse.grading.results import Mark, Result, Written

FOLDER = ".graded"
_PACKAGE = Path(__file__).resolve().parents[1]


@functools.cache
def engine() -> str:
    """Return a digest of the code that a grade comes from, and of the versions under it."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__}".encode())
    for part in ("checks", "grading", "simulator"):
        for path in sorted((_PACKAGE / part).rglob("*.py")):
            digest.update(f"\n{path.relative_to(_PACKAGE)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


class Record:
    """The results of one lab in one file.

    Parameters
    ----------
    path : Path
        Made when it is not there, with its folder; readable by its owner alone.

    Raises
    ------
    GradingError
        When it cannot be written, or another run is writing it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise GradingError(
                f"what is graded cannot be written down in {path}: {error.strerror}"
            ) from None
        self._file: IO[str] = os.fdopen(descriptor, "a+", encoding="utf-8")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            raise GradingError(f"another run is grading this lab, and writes {path}") from None
        self._results = dict(self._read())

    def _read(self) -> Iterator[tuple[str, tuple[str, Result]]]:
        """Give what the file holds; a line that a killed run left unfinished is cut off."""
        self._file.seek(0)
        sound = 0
        for line in self._file:
            try:
                told = json.loads(line)
                result = _result(told["result"])
            except (ValueError, KeyError, TypeError):
                break
            if not line.endswith("\n"):
                break
            sound += len(line.encode("utf-8"))
            yield result.student, (told["key"], result)
        if sound < os.fstat(self._file.fileno()).st_size:
            self._file.truncate(sound)

    def __contains__(self, student: str) -> bool:
        return student in self._results

    def find(self, student: str, key: str) -> Result | None:
        """Return the student's result when it was reached from the very same work."""
        known, result = self._results.get(student, ("", None))
        return result if known == key else None

    def add(self, key: str, result: Result) -> None:
        """Write a result down, so that it outlives the death of this process."""
        self._results[result.student] = key, result
        line = json.dumps({"key": key, "result": asdict(result)}, ensure_ascii=True)
        self._file.write(line + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let others write."""
        self._file.close()

    def __enter__(self) -> Record:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _lock(file: IO[str]) -> None:
    """Keep other runs out; the lock ends with the process, however it ends."""
    with contextlib.suppress(ImportError):  # elsewhere than on Unix there is no sandbox either
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _result(values: dict[str, Any]) -> Result:
    marks = tuple(Mark(**mark) for mark in values.pop("marks"))
    written = tuple(Written(**one) for one in values.pop("written"))
    return Result(**values, marks=marks, written=written)
