"""Call a learner's function on copies of a case's arguments; write down what happened."""

from __future__ import annotations

import contextlib
import io
import os
import sysconfig
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.checks import compiling, simulating
from dlcourse.checks.arrays import duplicate, only_by_rounding, plain_copy, plain_view, unchanged
from dlcourse.checks.exercise import Case

# Far more elements than any case has: beyond it an answer is refused by its shape, never copied.
LARGEST_ANSWER = 10_000_000


class LearnerError(Exception):
    """
    The learner's function failed where its traceback cannot be seen, in another process.

    A callable that stands in for the learner's function raises this to report the failure.

    Parameters
    ----------
    kind
        Name of the exception's class: "ValueError".
    message
        The exception's own text.
    line
        The learner's line that raised it, or None.
    fatal
        Whether calling again is pointless, because the process died or time is up.
    """

    def __init__(self, kind: str, message: str = "", line: str | None = None, fatal: bool = False):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.line = line
        self.fatal = fatal


@dataclass(frozen=True)
class Failure:
    """
    An exception in the learner's function.

    ``details`` holds the whole text of one that is told in a sentence, as Numba's are.
    """

    kind: str
    message: str
    line: str | None
    fatal: bool = False
    details: str = ""

    @property
    def unwritten(self) -> bool:
        """Whether the function is still the stub that was handed out."""
        return self.kind == "NotImplementedError"


@dataclass(frozen=True)
class Received:
    """
    One value as it came back.

    ``array`` is the engine's own copy, or None when the value is not numeric or too large to copy;
    ``described`` names what came in words.
    """

    described: str
    shape: tuple[int, ...] | None = None
    dtype: np.dtype | None = None
    array: np.ndarray | None = None


@dataclass(frozen=True)
class Observation:
    """
    What one call did.

    Attributes
    ----------
    failure
        The exception, if there was one.
    received
        The values it returned: those inside a tuple or list, else the value itself.
    container
        "tuple" or "list" when the values came in one, else None.
    changed
        Names of the arguments whose content is not what it was before the call, apart from those
        that a kernel is to change.
    slightly
        Those among them that changed by rounding only.
    warned
        Texts of the warnings, without repetition.
    printed
        What the function printed.
    """

    failure: Failure | None = None
    received: tuple[Received, ...] = ()
    container: str | None = None
    changed: tuple[str, ...] = ()
    slightly: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    printed: str = ""


def observe(function: Callable[..., Any], case: Case) -> Observation:
    """
    Call ``function`` on fresh copies of the arguments of ``case``.

    What the function prints, on either stream, and what it warns of is kept and not shown, because
    a cell that writes to stderr counts as failed in nbgrader, whatever the answer is.
    """
    arguments = {name: duplicate(value) for name, value in case.arguments.items()}
    printed = io.StringIO()
    failure, returned = None, None
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(all="warn", under="ignore"),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        warnings.simplefilter("always")
        try:
            if case.launch is None:
                returned = function(*arguments.values())
            else:
                returned = simulating.launched(function, case.launch, arguments)
        except (Exception, SystemExit) as error:
            failure = describe_failure(error)
    received, container = unpack(returned) if failure is None else ((), None)
    before = case.arguments
    outputs = () if case.launch is None else case.launch.writes
    changed = tuple(
        name
        for name in before
        if name not in outputs and not unchanged(before[name], arguments[name])
    )
    return Observation(
        failure=failure,
        received=received,
        container=container,
        changed=changed,
        slightly=tuple(n for n in changed if only_by_rounding(before[n], arguments[n])),
        warned=tuple(dict.fromkeys(str(warning.message) for warning in caught)),
        printed=printed.getvalue(),
    )


def unpack(returned: object) -> tuple[tuple[Received, ...], str | None]:
    """Take apart what a function returned, trusting nothing that its classes define."""
    if issubclass(type(returned), tuple):
        return tuple(map(receive, tuple.__iter__(returned))), "tuple"  # type: ignore[arg-type]
    if issubclass(type(returned), list):
        return tuple(map(receive, list.__iter__(returned))), "list"  # type: ignore[arg-type]
    return (receive(returned),), None


def receive(value: object) -> Received:
    """Describe one returned value and copy it when it is numeric and of a sensible size."""
    view = plain_view(value)
    if view is None:
        return Received(described=describe_type(value))
    copy = plain_copy(view) if view.size <= LARGEST_ANSWER else None
    described = "an array" if issubclass(type(value), np.ndarray) else f"the number {view}"
    if view.dtype.kind == "b" and view.ndim == 0:
        described = str(bool(view))
    return Received(described=described, shape=view.shape, dtype=view.dtype, array=copy)


def describe_type(value: object) -> str:
    """Name in words a value that is no array of numbers."""
    kind = type(value)
    if value is None:
        return "None"
    if issubclass(kind, np.ndarray):
        return "an array of something else than numbers"
    article = "an" if kind.__name__[:1].lower() in "aeiou" else "a"
    return f"{article} {kind.__name__}"


def describe_failure(error: BaseException) -> Failure:
    """Give the exception's class, the first line of its text, and the learner's line."""
    kind = error.kind if isinstance(error, LearnerError) else type(error).__name__
    if kind in compiling.KINDS:
        told = compiling.explain(text := _text(error))
        line = error.line if isinstance(error, LearnerError) else None
        return Failure(kind, told.sentence, line or told.line, details=text)
    longest = 400 if kind in simulating.KINDS else 160
    if isinstance(error, LearnerError):
        return Failure(error.kind, first_line(error.message, longest), error.line, error.fatal)
    return Failure(type(error).__name__, first_line(_text(error), longest), learners_line(error))


def _text(error: BaseException) -> str:
    """Text of an exception, whose ``__str__`` may be the learner's and may fail itself."""
    try:
        return str(error)
    except Exception:
        return ""


def first_line(text: str, longest: int = 160) -> str:
    """First line of a text, shortened where it is very long."""
    line = text.strip().split("\n")[0]
    return line if len(line) <= longest else line[: longest - 1] + "…"


_LIBRARY_FOLDERS = tuple(
    os.path.join(os.path.realpath(folder), "")
    for folder in {
        os.path.dirname(__file__),
        os.path.join(os.path.dirname(os.path.dirname(__file__)), "simulator"),
        os.path.dirname(np.__file__),
        *(sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")),
    }
)


def learners_line(error: BaseException) -> str | None:
    """Find the deepest line of the traceback that is neither a library's nor the engine's."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not os.path.realpath(frame.filename).startswith(_LIBRARY_FOLDERS):
            return frame.line or None
    return None
