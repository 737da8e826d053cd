"""The parent's end of one worker: start it, ask it, wait no longer than allowed, kill it."""

from __future__ import annotations

import contextlib
import inspect
import os
import select
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.grading import codec, sandbox, starting

# An argument of a callback may always have this many elements.
FREE_SIZE = 1000
# A worker on a loaded machine is waited for so many times as long as on one that is idle.
_MOST_PATIENCE = 20.0
# Most messages are shorter than this and come in one piece.
_READ_SIZE = 1 << 16


class WorkerLost(Exception):
    """The worker died, hung or broke the protocol, and has been killed.

    ``kind`` names it for a table: Timeout, ProcessEnded or NoAnswer.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Raised(Exception):
    """Something that the learner's code raised inside the worker.

    Attributes
    ----------
    kind, message : str
        Name of the exception's class, and its text.
    cell, line : str, int or None
        Where in the learner's cells it happened, counted from 1.
    """

    def __init__(self, kind: str, message: str, cell: str | None, line: int | None) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind
        self.message = message
        self.cell = cell
        self.line = line


@dataclass(frozen=True)
class Found:
    """What a name stands for in the worker: a function with a signature, or a value."""

    exists: bool
    callable: bool
    value: Any = None
    signature: inspect.Signature | None = None


class _Shown:
    """A parameter's default value, of which only the text is known here."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _raised(answer: dict[str, Any]) -> Raised:
    cell, line = answer.get("cell"), answer.get("line")
    known = type(cell) is str and type(line) is int
    kind = _text(answer, "type")
    return Raised(
        kind if kind.isidentifier() else "Exception",
        _text(answer, "message", 8_000),
        cell if known else None,
        line if known else None,
    )


def _text(answer: dict[str, Any], name: str, limit: int = 500) -> str:
    value = answer.get(name)
    return codec.clean(value, limit) if type(value) is str else ""


def _signature(parameters: Any) -> inspect.Signature | None:
    """Rebuild a signature from what the worker says; None when it makes no sense."""
    if type(parameters) is not list or len(parameters) > 50:
        return None
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    codec.clean(name, 80),
                    inspect._ParameterKind(kind),
                    default=inspect.Parameter.empty
                    if default is None
                    else _Shown(codec.clean(default, 80)),
                )
                for name, kind, default in parameters
            ]
        )
    except (TypeError, ValueError, AttributeError):
        return None


class Worker:
    """One worker process.

    Parameters
    ----------
    limits : sandbox.Limits
    sandboxed : bool
        False only for code that is trusted (``--unsafe``).

    Raises
    ------
    sandbox.SandboxError
        When the process does not come up.
    """

    def __init__(self, limits: sandbox.Limits, *, sandboxed: bool = True) -> None:
        self._deadline = 0.0
        self._process = starting.start(limits, sandboxed=sandboxed)
        self.seconds_left = limits.start_seconds
        self._to = self._process.to_worker
        self._from = self._process.from_worker
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._writable, self._readable = select.poll(), select.poll()
        self._writable.register(self._to, select.POLLOUT)
        self._readable.register(self._from, select.POLLIN)
        self._pending = b""
        self._calls = 0
        try:
            with self._clock():
                self._expect(self._receive(), "ready")
        except WorkerLost as lost:
            self.close()
            raise sandbox.SandboxError(
                f"a worker did not start: {self._complaint or lost}"
            ) from None

    # --- questions ---------------------------------------------------------------------------

    @property
    def seconds_left(self) -> float:
        """How long the worker may still take to answer, before it is taken for lost.

        On a loaded machine this is longer than a clock on the wall says: a worker that is held up
        by others is not lost before it has had so much of a processor, so that the same work gets
        the same grade.
        """
        return self._seconds

    @seconds_left.setter
    def seconds_left(self, seconds: float) -> None:
        self._seconds = self._allowed = seconds
        self._granted = 0.0
        self._worked, _ = self._process.work()

    @contextlib.contextmanager
    def _clock(self) -> Iterator[None]:
        """Count the time spent here, and only this, against ``seconds_left``.

        The grader's own work between two questions is not the learner's.
        """
        start, granted = time.monotonic(), self._granted
        self._deadline = start + self._seconds
        try:
            yield
        finally:
            self._seconds -= time.monotonic() - start - (self._granted - granted)

    def _owed(self, ready: bool) -> float:
        """Return how much longer a worker may take that had to wait for a processor, or for us."""
        worked, runs = self._process.work()
        left = self._allowed - (worked - self._worked)
        if not (runs or ready) or left <= 0 or self._granted >= _MOST_PATIENCE * self._allowed:
            return 0.0
        more = max(left, 0.02)
        self._granted += more
        return more

    def run(self, name: str, source: str) -> tuple[Raised | None, str]:
        """Execute a cell; return its error if any, and the first of what it printed."""
        with self._clock():
            self._send(codec.Encoder().encode({"kind": "run", "cell": name, "source": source}))
            answer = self._receive()
        self._expect(answer, "ran", "raised")
        error = _raised(answer) if answer["kind"] == "raised" else None
        printed = answer.get("printed")
        return error, codec.clean(printed) if type(printed) is str else ""

    def look(self, name: str) -> Found:
        """Say what ``name`` stands for."""
        with self._clock():
            self._send(codec.Encoder().encode({"kind": "look", "name": name}))
            answer = self._receive(("value",))
        self._expect(answer, "found")
        return Found(
            answer.get("exists") is True,
            answer.get("callable") is True,
            answer.get("value"),
            _signature(answer.get("signature")),
        )

    def call(
        self,
        name: str,
        arguments: Sequence[Any],
        threads: int | None = None,
        launch: dict[str, Any] | None = None,
    ) -> Any:
        """Call a function in the worker, and do to ``arguments`` what it did to its copies.

        ``threads`` says how many threads a compiled loop may use; None leaves it to the worker.
        ``launch`` says how a CUDA kernel is launched on the simulated GPU: its ``sizes``, and what
        is ``counted``, which comes back.

        Raises
        ------
        Raised
            When the function raised.
        WorkerLost
            When no answer came in time, or none that can be believed.
        """
        self._calls += 1
        encoder = codec.Encoder(layouts=True)
        question = {"kind": "call", "id": self._calls, "name": name, "threads": threads}
        question["launch"] = launch
        frame = encoder.encode(question, {"arguments": list(arguments)})
        callbacks = _Callbacks(encoder.functions, encoder.arrays)
        with self._clock():
            self._send(frame)
            while True:
                answer = self._receive(("value", "arguments", "changed"), encoder.arrays)
                if answer["kind"] != "callback":
                    break
                self._send(callbacks.answer(answer))
        self._expect(answer, "returned", "raised")
        if answer.get("id") != self._calls:
            raise self._lost("NoAnswer", "it answered another question than it was asked")
        _write_back(list(arguments), answer.get("arguments"))
        _write_arrays(encoder.arrays, answer.get("changed"))
        for text in _warnings(answer.get("warned")):
            warnings.warn(text, RuntimeWarning, stacklevel=2)
        if answer["kind"] == "raised":
            raise _raised(answer)
        return answer.get("value")

    # --- the pipe ----------------------------------------------------------------------------

    def _wait(self, poller: select.poll) -> None:
        while True:
            left = self._deadline - time.monotonic()
            ready = bool(poller.poll(max(left, 0.0) * 1000))
            if ready and left > 0:
                return
            if not (more := self._owed(ready)):
                raise self._lost("Timeout", "it took too long; is there a loop that never ends?")
            self._deadline += more
            if ready:  # it is this process that came late
                return

    def _send(self, frame: bytes) -> None:
        # A closed descriptor's number may by now be another file's.
        if self._closed:
            raise WorkerLost("ProcessEnded", "its process was ended before")
        view = memoryview(frame)
        while view:
            try:
                view = view[os.write(self._to, view) :]
            except BlockingIOError:
                self._wait(self._writable)
            except BrokenPipeError:
                raise self._lost("ProcessEnded", "the process that ran it came to an end") from None

    def _read(self, size: int) -> bytes:
        """Return the next bytes; what came along with them is kept for the next time."""
        parts = [self._pending]
        missing = size - len(self._pending)
        while missing > 0:
            self._wait(self._readable)
            try:
                part = os.read(self._from, max(missing, _READ_SIZE))
            except BlockingIOError:
                continue
            if not part:
                raise self._lost("ProcessEnded", "the process that ran it came to an end")
            parts.append(part)
            missing -= len(part)
        read = b"".join(parts)
        self._pending = read[size:]
        return read[:size]

    def _receive(
        self, values: tuple[str, ...] = (), known: Sequence[np.ndarray] = ()
    ) -> dict[str, Any]:
        try:
            header, body = codec.frame_sizes(self._read(codec.PREFIX.size))
            decoder = codec.Decoder(known=list(known))
            return decoder.decode(self._read(header), self._read(body), values)
        except codec.FrameError as error:
            raise self._lost("NoAnswer", f"it sent something that is no answer ({error})") from None

    def _expect(self, answer: dict[str, Any], *kinds: str) -> None:
        if answer["kind"] not in kinds:
            raise self._lost("NoAnswer", "it sent something that is no answer to the question")

    def _lost(self, kind: str, message: str) -> WorkerLost:
        self.close()
        return WorkerLost(kind, message)

    # --- the end -----------------------------------------------------------------------------

    _complaint = ""
    _closed = False

    @property
    def alive(self) -> bool:
        """Whether the process can still be asked."""
        return not self._closed and self._process.alive

    def close(self) -> None:
        """Kill the process and everything in its sandbox."""
        if not self._closed:
            self._closed = True
            self._complaint = self._process.end()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Callbacks:
    """Evaluates, here, the functions that were handed to the learner's code as arguments."""

    def __init__(self, functions: list[Callable[..., Any]], arrays: list[np.ndarray]) -> None:
        self._functions = functions
        self._largest = max([FREE_SIZE, *(array.size for array in arrays)])

    def answer(self, question: dict[str, Any]) -> bytes:
        """Return the frame that answers a worker's ``callback``."""
        try:
            value = self._evaluate(question.get("function"), question.get("arguments"))
        except Exception as error:  # a mistake of the learner's code, told to the learner's code
            told = {"kind": "error", "type": type(error).__name__, "message": str(error)[:500]}
            return codec.Encoder().encode(told)
        return codec.Encoder().encode({"kind": "value"}, {"value": value})

    def _evaluate(self, number: Any, arguments: Any) -> Any:
        if type(number) is not int or not 0 <= number < len(self._functions):
            raise ValueError("there is no such function")
        if type(arguments) is not tuple:
            raise TypeError("a function is called with arguments")
        for argument in arguments:
            # This runs in the grader: its work must not grow beyond what the exercise asks for.
            if isinstance(argument, np.ndarray) and argument.size > self._largest:
                raise ValueError(
                    f"the argument has {argument.size} elements, far more than the exercise's own"
                )
        with np.errstate(all="ignore"):
            value = self._functions[number](*arguments)
        if isinstance(value, np.ndarray):
            self._largest = max(self._largest, value.size)
        return value


def _warnings(texts: Any) -> list[str]:
    if type(texts) is not list:
        return []
    return [codec.clean(text, 200) for text in texts[:5] if type(text) is str]


def _write_arrays(arrays: list[np.ndarray], changed: Any) -> None:
    """Copy the worker's changed arrays into the parent's own.

    Raises
    ------
    Raised
        When the function gave an argument another shape or dtype, which cannot be repeated here:
        it is reported as an error of the function.
    """
    if type(changed) is not list:
        return
    for pair in changed:
        if type(pair) is not list or len(pair) != 2:
            continue
        index, array = pair
        if type(index) is not int or not 0 <= index < len(arrays):
            continue
        if not isinstance(array, np.ndarray):
            continue
        target = arrays[index]
        if (target.shape, target.dtype) != (array.shape, array.dtype):
            message = f"an argument was changed in place from shape {target.shape}, dtype "
            message += f"{target.dtype} to shape {array.shape}, dtype {array.dtype}"
            raise Raised("ValueError", message, None, None)
        if not target.flags.writeable:
            raise Raised("ValueError", "an argument that is read-only was changed", None, None)
        target[...] = array


def _write_back(ours: Any, theirs: Any) -> None:
    """Make the parent's lists and dicts hold what the worker's hold after the call."""
    if type(ours) is list and type(theirs) is list:
        _keep_identity(ours, theirs, range(min(len(ours), len(theirs))))
        ours[:] = theirs
    elif type(ours) is tuple and type(theirs) is tuple:
        for mine, other in zip(ours, theirs, strict=False):
            _write_back(mine, other)
    elif type(ours) is dict and type(theirs) is dict:
        _keep_identity(ours, theirs, [key for key in ours if key in theirs])
        ours.clear()
        ours.update(theirs)


def _keep_identity(ours: Any, theirs: Any, keys: Any) -> None:
    """Where both hold a container of the same kind, change ours in place and keep it."""
    for key in keys:
        if type(ours[key]) is type(theirs[key]) and type(ours[key]) in (list, tuple, dict):
            _write_back(ours[key], theirs[key])
            theirs[key] = ours[key]
        elif callable(ours[key]):  # a function came back as its type's name only
            theirs[key] = ours[key]
