"""The parent's end of one worker: start it, ask it, wait no longer than allowed, kill it."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from dlcourse.grading import codec, sandbox


class WorkerLost(BaseException):  # noqa: N818 - it is what happened, not a fault of the caller
    """The worker died, hung or broke the protocol: this exercise is over.

    Not an ``Exception``, so that a check that catches what a learner's function raises does not
    take the loss of the process for one of its errors.
    """


class LearnerError(Exception):
    """Something that the learner's code raised inside the worker.

    Its class is made for the occasion and has the original's name. ``cell`` and ``line`` say
    where in the learner's cells it happened (or are None).
    """

    cell: str | None = None
    line: int | None = None


# Only these are rebuilt as what they were; any other name becomes a LearnerError of that name.
_BUILT_IN = (
    (ArithmeticError, AssertionError, AttributeError, EOFError, FloatingPointError, ImportError)
    + (IndexError, KeyError, LookupError, MemoryError, ModuleNotFoundError, NameError)
    + (NotImplementedError, OSError, OverflowError, PermissionError, RecursionError)
    + (RuntimeError, TypeError, UnboundLocalError, ValueError, ZeroDivisionError)
)


def learner_error(answer: dict[str, Any]) -> LearnerError:
    """Return the exception that a worker's ``raised`` answer describes."""
    name, message = _text(answer, "type"), _text(answer, "message")
    bases: tuple[type, ...] = (LearnerError,)
    for built_in in _BUILT_IN:
        if built_in.__name__ == name:
            bases = (LearnerError, built_in)
    kind = type(name if name.isidentifier() else "Exception", bases, {"__str__": _first_argument})
    error = kind(message)
    cell, line = answer.get("cell"), answer.get("line")
    if type(cell) is str and type(line) is int:
        error.cell, error.line = codec.clean(cell, 80), line
    return error


def _first_argument(error: BaseException) -> str:
    return str(error.args[0])


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return codec.clean(value, 500) if type(value) is str else ""


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
        self.seconds_left = limits.start_seconds
        self._deadline = 0.0
        descriptor = sandbox.call_filter() if sandboxed else None
        try:
            arguments, variables = sandbox.command(
                limits, sandboxed=sandboxed, filter_descriptor=descriptor
            )
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=variables,
                cwd="/",
                pass_fds=() if descriptor is None else (descriptor,),
                start_new_session=True,
            )
        finally:
            if descriptor is not None:
                os.close(descriptor)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to = self._process.stdin.fileno()
        self._from = self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._calls = 0
        try:
            with self._clock():
                self._expect(self._receive(), "ready")
        except WorkerLost as lost:
            self.close()
            raise sandbox.SandboxError(f"a worker did not start: {self._complaint or lost}") from None

    # --- questions ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def _clock(self) -> Iterator[None]:
        """Count the time spent here, and only this, against ``seconds_left``.

        The grader's own work between two questions is not the learner's.
        """
        start = time.monotonic()
        self._deadline = start + self.seconds_left
        try:
            yield
        finally:
            self.seconds_left -= time.monotonic() - start

    def run(self, name: str, source: str) -> tuple[LearnerError | None, str, int]:
        """Execute a cell; return its error if any, what it printed, and how much more it did."""
        with self._clock():
            self._send(codec.Encoder().encode({"kind": "run", "cell": name, "source": source}))
            answer = self._receive()
        self._expect(answer, "ran", "raised")
        error = learner_error(answer) if answer["kind"] == "raised" else None
        dropped = answer.get("dropped")
        printed = codec.clean(answer["printed"]) if type(answer.get("printed")) is str else ""
        return error, printed, dropped if type(dropped) is int else 0

    def look(self, name: str) -> tuple[bool, bool, Any]:
        """Return whether ``name`` exists, whether it can be called, and its value if not."""
        with self._clock():
            self._send(codec.Encoder().encode({"kind": "look", "name": name}))
            answer = self._receive(("value",))
        self._expect(answer, "found")
        return answer.get("exists") is True, answer.get("callable") is True, answer.get("value")

    def call(self, name: str, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
        """Call a function in the worker, and do to ``arguments`` what it did to its copies.

        Raises
        ------
        LearnerError
            When the function raised.
        WorkerLost
            When no answer came in time, or none that can be believed.
        """
        self._calls += 1
        encoder = codec.Encoder(layouts=True)
        question = {"kind": "call", "id": self._calls, "name": name}
        values = {"arguments": list(arguments), "options": options}
        frame = encoder.encode(question, values)
        largest = max((array.size for array in encoder.arrays), default=1)
        with self._clock():
            self._send(frame)
            while True:
                answer = self._receive(("value", "arguments", "changed"), encoder.arrays)
                if answer["kind"] != "callback":
                    break
                self._send(self._answer_callback(answer, encoder.functions, largest))
        self._expect(answer, "returned", "raised")
        if answer.get("id") != self._calls:
            raise self._lost("it answered another question than it was asked")
        changed = answer.get("changed")
        _write_back(list(arguments), answer.get("arguments"))
        _write_arrays(encoder.arrays, changed)
        if answer["kind"] == "raised":
            raise learner_error(answer)
        return answer.get("value")

    def _answer_callback(
        self, answer: dict[str, Any], functions: list[Callable[..., Any]], largest: int
    ) -> bytes:
        number, arguments = answer.get("function"), answer.get("arguments")
        if type(number) is not int or not 0 <= number < len(functions):
            raise self._lost("it called a function that it was not given")
        if type(arguments) is not tuple:
            raise self._lost("it called a function without arguments")
        for argument in arguments:
            # The function runs in the grader: its work must not grow beyond the exercise's.
            if isinstance(argument, np.ndarray) and argument.size > largest:
                message = f"an array of {argument.size} values is larger than the exercise's own"
                return codec.Encoder().encode({"kind": "error", "message": message})
        try:
            with np.errstate(all="ignore"):
                value = functions[number](*arguments)
        except Exception as error:  # the learner's mistake, told to the learner's code
            message = f"{type(error).__name__}: {error}"
            return codec.Encoder().encode({"kind": "error", "message": codec.clean(message, 500)})
        return codec.Encoder().encode({"kind": "value"}, {"value": value})

    # --- the pipe ----------------------------------------------------------------------------

    def _wait(self, descriptor: int, event: int) -> None:
        poller = select.poll()
        poller.register(descriptor, event)
        left = self._deadline - time.monotonic()
        if left <= 0 or not poller.poll(left * 1000):
            raise self._lost("it took longer than the time allowed")

    def _send(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            self._wait(self._to, select.POLLOUT)
            try:
                view = view[os.write(self._to, view) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise self._lost("its process ended") from None

    def _read(self, size: int) -> bytes:
        parts = []
        while size:
            self._wait(self._from, select.POLLIN)
            try:
                part = os.read(self._from, min(size, 1 << 20))
            except BlockingIOError:
                continue
            if not part:
                raise self._lost("its process ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _receive(
        self, values: tuple[str, ...] = (), known: Sequence[np.ndarray] = ()
    ) -> dict[str, Any]:
        try:
            header, body = codec.frame_sizes(self._read(codec.PREFIX.size))
            decoder = codec.Decoder(known=list(known))
            return decoder.decode(self._read(header), self._read(body), values)
        except codec.FrameError as error:
            raise self._lost(f"it sent something that is no answer ({error})") from None

    def _expect(self, answer: dict[str, Any], *kinds: str) -> None:
        if answer["kind"] not in kinds:
            raise self._lost("it sent something that is no answer to the question")

    def _lost(self, reason: str) -> WorkerLost:
        self.close()
        return WorkerLost(reason)

    # --- the end -----------------------------------------------------------------------------

    _complaint = ""

    @property
    def alive(self) -> bool:
        """Whether the process can still be asked."""
        return self._process.poll() is None

    def close(self) -> None:
        """Kill the process and everything in its sandbox."""
        if self._process.stderr is None or self._process.stderr.closed:
            return
        self._process.kill()
        # What is in the pipe now was written by bubblewrap or Python at the start, if at all.
        os.set_blocking(self._process.stderr.fileno(), False)
        with contextlib.suppress(BlockingIOError):
            self._complaint = codec.clean(
                (os.read(self._process.stderr.fileno(), 2000)).decode("utf-8", "replace").strip()
            )
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _write_arrays(arrays: list[np.ndarray], changed: Any) -> None:
    """Copy the worker's changed arrays into the parent's own.

    Raises
    ------
    ValueError
        When the function gave an argument another shape or dtype, which no check foresees: it
        is reported as an error of the learner's function.
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
            raise ValueError(
                f"the function changed an argument in place from shape {target.shape}, dtype "
                f"{target.dtype} to shape {array.shape}, dtype {array.dtype}"
            )
        if not target.flags.writeable:
            raise ValueError("the function wrote into an argument that is read-only")
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
