"""The log: a file of JSON lines, one a run, to which lines are only ever added."""

import json
import os
import platform
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from dlcourse import __version__, validation

#: Packages whose versions may change a result.
PACKAGES = ("numpy", "numba", "scipy", "scikit-learn")


def versions() -> dict[str, str]:
    """Return the versions of this library, of Python and of what computes below it."""
    found = {"dlcourse": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # the library works without it
            continue
    return found


@dataclass(frozen=True)
class Record:
    """One run, as the log keeps it.

    Attributes
    ----------
    name
        What it was called; a random one if it was not.
    began, seconds
        When, in UTC (ISO 8601), and how long it took.
    status
        "finished", or "failed" where an exception ended it.
    error
        That exception in a line; None if there was none.
    seed
        Of its random numbers; None if it was not given.
    parameters
        What was decided beforehand: numbers, texts, True or False, None, and lists of these.
    history
        Values by name, one an epoch.
    results
        What was measured in the end: numbers by name.
    versions
        Of the packages that computed.
    """

    name: str
    began: str
    seconds: float
    status: str
    error: str | None
    seed: int | None
    parameters: dict[str, Any]
    history: dict[str, list[float]]
    results: dict[str, float]
    versions: dict[str, str]


@dataclass
class OpenRun:
    """A run that is going on: what is put into it here will stand in its record.

    Attributes
    ----------
    history
        Assign what ``fit`` returns: ``run.history = fit(…)``.
    results
        Numbers by name: ``run.results["test accuracy"] = 0.87``.
    """

    name: str
    history: Mapping[str, list[float]] = field(default_factory=dict)
    results: dict[str, float] = field(default_factory=dict)


class ExperimentLog:
    """Experiments on file, a line of JSON for each run.

    Any program can read it, any spreadsheet can be made of it, and several processes may write to
    it at once, because a line is added in one piece.

    Parameters
    ----------
    path
        The file, made by the first run; its folder must exist.

    Examples
    --------
    >>> log = ExperimentLog("experiments.jsonl")
    >>> with log.run(seed=0, width=64, learning_rate=1e-3) as run:
    ...     run.history = fit(model, loss, optimizer, data, rng=0)
    ...     run.results["test loss"] = evaluate(model, loss, test)["loss"]
    >>> compare(log.records())
    """

    def __init__(self, path: str | Path) -> None:
        if not isinstance(path, (str, Path)):
            raise TypeError(f"path is {validation.describe(path)}: expected the name of a file")
        self.path = Path(path)
        if not self.path.parent.is_dir():
            raise FileNotFoundError(f"path is {self.path}: expected a file in an existing folder")

    def __repr__(self) -> str:
        return f"ExperimentLog({str(self.path)!r})"

    @contextmanager
    def run(
        self, name: str | None = None, *, seed: int | None = None, **parameters: Any
    ) -> Iterator[OpenRun]:
        """Open a run for a ``with`` block; at its end the record is written, whatever happened.

        Parameters
        ----------
        name
            What to call it; a random name of eight letters and digits otherwise.
        seed
            Of its random numbers.
        **parameters
            What was decided beforehand, by name.

        Raises
        ------
        TypeError, ValueError
            A parameter cannot be written down as JSON. An exception of the block is recorded, with
            the status "failed", and goes on its way.
        """
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name is {validation.describe(name)}: expected a text or None")
        seed = None if seed is None else validation.count("seed", seed, least=0)
        plain = {key: _plain(key, value) for key, value in parameters.items()}
        run = OpenRun(name or uuid.uuid4().hex[:8])
        began, clock = datetime.now(UTC), perf_counter()
        error = None
        try:
            yield run
        except BaseException as caught:
            error = f"{type(caught).__name__}: {caught}"
            raise
        finally:
            self._add(
                Record(
                    run.name, began.isoformat(timespec="seconds"), perf_counter() - clock,
                    "finished" if error is None else "failed", error, seed, plain,
                    _numbers_by_epoch(run.history), _numbers(run.results), versions(),
                )
            )  # fmt: skip

    def _add(self, record: Record) -> None:
        line = (json.dumps(asdict(record), ensure_ascii=False) + "\n").encode()
        # One call of the system that appends: lines of several processes do not mix.
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            written = os.write(descriptor, line)
        finally:
            os.close(descriptor)
        if written != len(line):
            raise OSError(f"only {written} of {len(line)} bytes of a record went into {self.path}")

    def records(self) -> list[Record]:
        """Return all runs in the order in which they ended.

        Raises
        ------
        ValueError
            A line is no record of a run: its number is said.
        """
        if not self.path.exists():
            return []
        found = []
        with self.path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    found.append(Record(**json.loads(line)))
                except (json.JSONDecodeError, TypeError):
                    raise ValueError(
                        f"line {number} of {self.path} is no record of a run: expected a line that "
                        "ExperimentLog wrote"
                    ) from None
        return found


def _plain(name: str, value: Any) -> Any:
    """Return a parameter as JSON can hold it; an array or an object is refused."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return validation.number(name, value)
    if isinstance(value, (list, tuple)):
        return [_plain(f"{name}[{place}]", one) for place, one in enumerate(value)]
    raise TypeError(
        f"{name} is {validation.describe(value)}: expected a number, a text, True, False, None, or "
        "a list of these"
    )


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    """Return numbers by name; NaN and infinity may be among them, as Python's JSON has them."""
    return {str(name): float(value) for name, value in values.items()}


def _numbers_by_epoch(history: Mapping[str, Any]) -> dict[str, list[float]]:
    return {str(name): [float(value) for value in column] for name, column in history.items()}
