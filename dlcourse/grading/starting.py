"""Start a worker's process: forked within a sandbox that stands ready, or on its own."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from dlcourse.grading import codec, sandbox

# How long a killed process may take to be gone.
_GONE_SECONDS = 10.0


class Started(Protocol):
    """A worker's process, and the parent's end of its pipe."""

    to_worker: int
    from_worker: int

    @property
    def alive(self) -> bool:
        """Whether it runs."""

    def work(self) -> tuple[float, bool]:
        """Return its processor time in seconds, and whether it would run if it could."""

    def end(self) -> str:
        """Kill it and all that it started, close the pipe; return what it complained of, if so."""


def start(limits: sandbox.Limits, *, sandboxed: bool) -> Started:
    """Start a worker.

    Raises
    ------
    sandbox.SandboxError
        When this cannot be done.
    """
    if sandboxed:
        zygote = _zygote(limits)
        for _ in range(2):
            if not zygote.works:
                break
            try:
                return zygote.fork(limits)
            except OSError:  # it was killed, for want of memory perhaps
                zygote.end()
                zygote = _zygote(limits)
    return _Process(limits, sandboxed=sandboxed)


class _Process:
    """A worker that is a process of its own, in a sandbox of its own or in none."""

    def __init__(self, limits: sandbox.Limits, *, sandboxed: bool) -> None:
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
        self.to_worker = self._process.stdin.fileno()
        self.from_worker = self._process.stdout.fileno()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def work(self) -> tuple[float, bool]:
        return _work(self._process.pid)

    def end(self) -> str:
        self._process.kill()
        complaint = _complaint(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()
        return complaint


def _complaint(process: subprocess.Popen) -> str:
    """Return what bubblewrap or Python wrote at the start, and close what it was written to."""
    assert process.stderr is not None
    os.set_blocking(process.stderr.fileno(), False)
    told = b""
    with contextlib.suppress(BlockingIOError):
        told = os.read(process.stderr.fileno(), 2000)
    process.stderr.close()
    return codec.clean(told.decode("utf-8", "replace").strip())


def _work(process: int) -> tuple[float, bool]:
    """Look up the innermost process that a process has started: the worker itself."""
    try:
        while children := _read(process, f"task/{process}/children").split():
            process = int(children[0])
        state, *rest = _read(process, "stat").rsplit(")", 1)[1].split()
    except OSError:  # it has ended, or there is no /proc
        return 0.0, False
    ticks = int(rest[10]) + int(rest[11])  # utime and stime of proc(5)
    return ticks / os.sysconf("SC_CLK_TCK"), state in "RD"


def _read(process: int, name: str) -> str:
    return Path(f"/proc/{process}/{name}").read_text(encoding="utf-8", errors="replace")


class _Forked:
    """A worker that was forked in a sandbox: known by a descriptor of its process 1."""

    def __init__(self, process: int, to_worker: int, from_worker: int) -> None:
        self.to_worker = to_worker
        self.from_worker = from_worker
        self._process = process
        told = Path(f"/proc/self/fdinfo/{process}").read_text(encoding="ascii")
        self._number = int(told.split("Pid:")[1].split()[0])
        self._over = select.poll()
        self._over.register(process, select.POLLIN)

    @property
    def alive(self) -> bool:
        return self._process >= 0 and not self._over.poll(0)

    def work(self) -> tuple[float, bool]:
        return _work(self._number)

    def end(self) -> str:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        gone = self._over.poll(_GONE_SECONDS * 1000)
        for descriptor in (self._process, self.to_worker, self.from_worker):
            os.close(descriptor)
        self._process = -1
        if not gone:
            raise sandbox.SandboxError("a worker was killed and is not gone")
        return ""


class _Zygote:
    """The process in a sandbox that forks workers, as this process knows it.

    See ``zygote.py``. It lives as long as this process does.
    """

    def __init__(self, arguments: list[str], seconds: float) -> None:
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                arguments,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={},
                cwd="/",
                start_new_session=True,
            )
        self._control.settimeout(seconds)
        try:
            ready = self._control.recv(1)
        except OSError as error:
            ready, reason = b"", str(error)
        else:
            reason = "it ended"
        if not ready:
            raise sandbox.SandboxError(f"a worker did not start: {self.end() or reason}")
        self.works = ready == b"+"
        if not self.works:
            self.end()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, limits: sandbox.Limits) -> _Forked:
        """Have a worker forked.

        Raises
        ------
        OSError
            When the zygote is gone.
        """
        incoming, to_worker = os.pipe()
        from_worker, outgoing = os.pipe()
        try:
            with self._lock:
                socket.send_fds(
                    self._control, [json.dumps(asdict(limits)).encode()], [incoming, outgoing]
                )
                answer, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
            if answer != b"+" or len(descriptors) != 1:
                raise ConnectionError("the zygote gave no worker")
        except OSError:
            os.close(to_worker)
            os.close(from_worker)
            raise
        finally:
            os.close(incoming)
            os.close(outgoing)
        return _Forked(descriptors[0], to_worker, from_worker)

    def end(self) -> str:
        """Kill it, and with it every worker in its sandbox."""
        self.works = False
        if self._control.fileno() < 0:
            return ""
        self._control.close()
        # What it says at the start is worth a moment; a zygote that works says nothing.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._process.kill()
        self._process.wait()
        return _complaint(self._process)


_zygotes: dict[tuple[str, ...], _Zygote] = {}
_zygotes_lock = threading.Lock()


def _zygote(limits: sandbox.Limits) -> _Zygote:
    """Return this process's zygote for such limits, started at the first use."""
    arguments, _ = sandbox.command(limits, sandboxed=True, forks=True)
    # A forked process must not talk over its parent's socket.
    key = (str(os.getpid()), *arguments)
    with _zygotes_lock:
        zygote = _zygotes.get(key)
        if zygote is None or (zygote.works and not zygote.alive):
            if zygote is not None:
                zygote.end()
            zygote = _zygotes[key] = _Zygote(arguments, limits.start_seconds)
    return zygote


@atexit.register
def _end_all() -> None:
    for key, zygote in _zygotes.items():
        if key[0] == str(os.getpid()):
            zygote.end()
