"""The process that runs a stranger's code: a script of its own, inside the sandbox.

It is started as ``python worker.py OPTIONS`` and imports NumPy, the standard library and
``codec.py`` beside it; the course's package is not there, but for the simulated GPU where a lab
needs it. It holds no test, no expected value and
no other submission: it runs the cells it is sent, calls the functions it is told to call, and
sends back what they return. Whatever the learner's code does to this process, the parent judges
only the arrays that come out.

The protocol is one frame (see ``codec``) for each question and one for each answer:

- ``run``: execute a cell in the one namespace; answered by ``ran`` or ``raised``.
- ``look``: what is called NAME; answered by ``found``.
- ``call``: call NAME with arguments; answered by ``returned`` or ``raised``, both with the
  arguments as they are after the call. In between, the function may ask the parent to evaluate
  a function it was given: ``callback``, answered by ``value`` or ``error``.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.util
import inspect
import io
import json
import os
import random
import re
import resource
import socket
import sys
import traceback
import types
import warnings
from typing import Any

import numpy as np

if __name__ == "__main__":
    import codec  # the files beside this one
    import zygote
else:
    from dlcourse.grading import codec, zygote  # read by a type checker, never in the sandbox

MAX_PRINTED = 2_000
# What Numba says of a kernel is long, and what it is about stands at the end.
MAX_MESSAGE = 8_000
MAGIC_LINE = re.compile(r"^(\s*)[%!?]", re.MULTILINE)


class Kept(io.TextIOBase):
    """A standard output that keeps the first characters and drops the rest."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        """Return True: it takes text."""
        return True

    def write(self, text: str) -> int:
        """Keep what fits of ``text``."""
        self.text += text[: MAX_PRINTED - len(self.text)]
        return len(text)


class Channel:
    """The pipe to the parent, on file descriptors that no standard stream uses."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._pending = b""

    def _read(self, size: int) -> bytes:
        parts = [self._pending]
        missing = size - len(self._pending)
        while missing > 0:
            # Most messages come in one piece.
            part = os.read(self._incoming, max(missing, 1 << 16))
            if not part:
                os._exit(0)  # the parent is gone, and so is the reason to go on
            parts.append(part)
            missing -= len(part)
        read = b"".join(parts)
        self._pending = read[size:]
        return read[:size]

    def receive(self) -> tuple[bytes, bytes]:
        """Return the header and the body of the next frame."""
        header, body = codec.frame_sizes(self._read(codec.PREFIX.size))
        return self._read(header), self._read(body)

    def send(self, frame: bytes) -> None:
        """Write a whole frame."""
        view = memoryview(frame)
        while view:
            view = view[os.write(self._outgoing, view) :]


def compile_cell(name: str, source: str) -> Any:
    """Compile a notebook cell; lines that are IPython's (``%time``, ``!ls``) do nothing."""
    label = f"<{name}>"
    try:
        return compile(source, label, "exec", dont_inherit=True)
    except SyntaxError:
        plain = MAGIC_LINE.sub(r"\1pass  # ", source)
        if plain == source:
            raise
        return compile(plain, label, "exec", dont_inherit=True)


def describe(error: BaseException, cells: set[str]) -> dict[str, Any]:
    """Return an exception's type, text, and where in the learner's cells it came from."""
    try:
        text = str(error)
    except BaseException:  # a stranger's __str__ may raise anything
        text = ""
    where: tuple[str, int] | None = None
    if isinstance(error, SyntaxError):
        text = error.msg or ""
        if error.filename and error.lineno:
            where = (error.filename.strip("<>"), error.lineno)
    else:
        for frame, line in traceback.walk_tb(error.__traceback__):
            cell = frame.f_code.co_filename.strip("<>")
            if cell in cells:
                where = (cell, line)
    return {
        "type": codec.clean(type(error).__name__, 80),
        "message": codec.clean(text, MAX_MESSAGE),
        "cell": where[0] if where else None,
        "line": where[1] if where else None,
    }


def signature_of(function: Any) -> list[list[Any]] | None:
    """Return a function's parameters as name, kind and the default's text (None without one)."""
    try:
        parameters = inspect.signature(function).parameters.values()
        return [
            [
                one.name,
                int(one.kind),
                None if one.default is one.empty else codec.clean(repr(one.default), 80),
            ]
            for one in parameters
        ]
    except Exception:  # no signature, or a default whose repr fails
        return None


def builtin_error(name: str) -> type[Exception]:
    """Return the built-in exception of that name, for what a function of the parent raised."""
    kind = getattr(builtins, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError


def use_threads(count: int | None) -> None:
    """Let compiled loops use so many threads, or all there are; without a compiler do nothing."""
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.set_num_threads(count or numba.config.NUMBA_NUM_THREADS)


def load_simulator(folder: str) -> None:
    """Import the simulated GPU from its own folder; nothing else of the course's package is here.

    What it is made of is imported now: later, only some packages can be.
    """
    package, name = types.ModuleType("dlcourse"), "dlcourse.simulator"
    package.__path__ = []
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules |= {"dlcourse": package, name: module}
    package.simulator = module  # type: ignore[attr-defined]
    spec.loader.exec_module(module)


def launched(kernel: Any, launch: dict[str, Any], arguments: list[Any]) -> Any:
    """Run a CUDA kernel on the simulated GPU, and return what is counted."""
    run_counted = sys.modules["dlcourse.simulator"].run_counted
    sizes = [tuple(size) for size in launch["sizes"]]
    return run_counted(kernel, sizes, tuple(arguments), [tuple(one) for one in launch["counted"]])


class Worker:
    """Answers the parent's questions about one submission."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self._cells: set[str] = set()

    def serve(self) -> None:
        """Answer questions for ever; the end of the pipe ends the process."""
        answers = {"run": self.run, "look": self.look, "call": self.call}
        self._channel.send(codec.Encoder().encode({"kind": "ready"}))
        while True:
            header, body = self._channel.receive()
            kind = json.loads(header)["kind"]
            self._channel.send(answers[kind](header, body))

    def run(self, header: bytes, body: bytes) -> bytes:
        """Execute one cell."""
        question = codec.Decoder().decode(header, body)
        name, source = question["cell"], question["source"]
        self._cells.add(name)
        kept = Kept()
        answer: dict[str, Any] = {"kind": "ran"}
        with contextlib.redirect_stdout(kept), contextlib.redirect_stderr(Kept()):
            try:
                exec(compile_cell(name, source), self._namespace)
            except BaseException as error:
                answer = {"kind": "raised", **describe(error, self._cells)}
        answer["printed"] = codec.clean(kept.text)
        return codec.Encoder().encode(answer)

    def look(self, header: bytes, body: bytes) -> bytes:
        """Say what a name stands for."""
        name = codec.Decoder().decode(header, body)["name"]
        found = self._namespace.get(name)
        answer = {
            "kind": "found",
            "exists": name in self._namespace,
            "callable": callable(found),
        }
        if callable(found):
            answer["signature"] = signature_of(found)
        return codec.Encoder().encode(answer, {"value": None if callable(found) else found})

    def call(self, header: bytes, body: bytes) -> bytes:
        """Call a function, and send what it returned and did to its arguments."""
        decoder = codec.Decoder(function=self._callback, layouts=True)
        question = decoder.decode(header, body, ("arguments",))
        arrays = decoder.arrays
        before = [(array.shape, array.dtype.str, array.tobytes()) for array in arrays]
        encoder = codec.Encoder(known=arrays)
        arguments = question["arguments"]
        use_threads(question["threads"])
        answer: dict[str, Any] = {"kind": "returned"}
        values: dict[str, Any] = {}
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(all="warn", under="ignore"),  # as the check in the notebook does
            contextlib.redirect_stdout(Kept()),
            contextlib.redirect_stderr(Kept()),
        ):
            warnings.simplefilter("always")
            # Numba's, about the shared memory that is not there; its own lock does as well.
            warnings.filterwarnings("ignore", "Could not obtain multiprocessing lock")
            try:
                function = self._namespace[question["name"]]
                if question["launch"] is None:
                    result = function(*arguments)
                else:
                    result = launched(function, question["launch"], arguments)
                values["value"] = encoder.node(result)
            except BaseException as error:
                answer = {"kind": "raised", **describe(error, self._cells)}
                encoder = codec.Encoder(known=arrays)  # without half of a result in it
        values["arguments"] = encoder.node(arguments)
        values["changed"] = [
            [index, encoder.content(array)]
            for index, (array, was) in enumerate(zip(arrays, before, strict=True))
            if (array.shape, array.dtype.str, array.tobytes()) != was
        ]
        texts = dict.fromkeys(codec.clean(str(warning.message), 200) for warning in caught)
        answer |= {"id": question["id"], "warned": list(texts)[:5]}
        return encoder.encode(answer | values)

    def _callback(self, number: int) -> Any:
        """Return a function that asks the parent."""

        def ask_parent(*arguments: Any) -> Any:
            self._channel.send(
                codec.Encoder().encode(
                    {"kind": "callback", "function": number}, {"arguments": arguments}
                )
            )
            answer = codec.Decoder().decode(*self._channel.receive(), ("value",))
            if answer["kind"] == "error":
                raise builtin_error(answer["type"])(answer["message"])
            return answer["value"]

        return ask_parent


def limit(options: dict[str, Any]) -> None:
    """Lower this process's limits; only a privileged process could raise them again."""
    limits = {
        resource.RLIMIT_AS: options["memory"],
        resource.RLIMIT_CPU: options["cpu_seconds"],
        resource.RLIMIT_FSIZE: options["file_size"],
        resource.RLIMIT_NOFILE: options["open_files"],
        resource.RLIMIT_NPROC: options["processes"],
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        hard = resource.getrlimit(which)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(which, (most, most))


def load(packages: list[str]) -> None:
    """Import once for all what a worker of the lab is likely to need and what takes long."""
    importlib.import_module("numpy.random")  # NumPy itself loads it at the first use: 20 ms
    if "numba" in packages:
        importlib.import_module("numba")


class Only:
    """Lets nothing be imported by name but some packages and the standard library."""

    def __init__(self, packages: list[str]) -> None:
        self._allowed = sys.stdlib_module_names | {"numpy", *packages}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse what is not allowed, and leave the rest to others."""
        if name.partition(".")[0] not in self._allowed:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    """Take the pipe off the standard streams, lower the limits, serve.

    With a ``filter`` among its options this is the process that workers are forked from; see
    ``zygote.py``. What then follows `zygote.born` happens in a worker.
    """
    options = json.loads(sys.argv[1])
    # The protocol leaves descriptors 0 and 1 at once, so that nothing printed can get into it.
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    # NumPy is loaded; from here on only the standard library can be imported by name, and the
    # packages that the lab needs, which load parts of themselves when they are first used.
    *found, here = os.environ.pop("PYTHONPATH").split(os.pathsep)
    sys.path.remove(here)
    if "greenlet" in options["packages"]:
        load_simulator(os.path.join(os.path.dirname(here), "simulator"))
    if options["packages"]:
        sys.meta_path.insert(0, Only(options["packages"]))
    else:
        for folder in found:
            sys.path.remove(folder)
    sys.argv[:] = [""]
    if "filter" in options:
        os.close(outgoing)
        load(options["packages"])
        control = socket.socket(fileno=incoming)
        options, incoming, outgoing = zygote.born(control, bytes.fromhex(options["filter"]))
    limit(options)
    # Code that draws from the global generators without a seed draws the same in every run.
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    Worker(Channel(incoming, outgoing)).serve()


if __name__ == "__main__":
    main()
