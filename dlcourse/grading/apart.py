"""A process that grades, beside a process that has other things to do.

A worker of Dask's is such a process: threads of its own write to the streams that the judge
redirects, and Dask forbids it to start processes by ``multiprocessing``. So each of its threads
hands what it is to grade to a plain child process. What kills the child costs Dask no worker.
"""

from __future__ import annotations

import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from dlcourse.grading import ingest, pool
from dlcourse.grading.marking import Task
from dlcourse.grading.results import Result

_START = "from dlcourse.grading import apart; apart.serve({})"


class Grader:
    """A child process that grades; started when it is first needed, and again after its death.

    It ends when this process does, however that ends.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._pipe: Connection | None = None

    def mark(self, task: Task, student: str, taken: ingest.Submission | str) -> Result:
        """Return what ``task.mark(student, taken)`` returns, computed in the child process.

        Raises
        ------
        GradingError
            When the process died each time that it was tried.
        """
        for _ in range(pool.MOST_TRIES):
            try:
                told = self._ask(task, student, taken)
            except (EOFError, OSError):  # killed, for want of memory perhaps
                self.close()
                continue
            if isinstance(told, BaseException):
                raise told
            return told
        raise pool.died_always(student)

    def _ask(self, *question: Any) -> Any:
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        self._pipe.send(question)
        return self._pipe.recv()

    def _start(self) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START.format(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        # What the question refers to is found where it is found here.
        self._pipe.send(sys.path)

    def close(self) -> None:
        """Kill the process."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def serve(descriptor: int) -> None:
    """Grade what the parent sends through a pipe, until it closes it; the child's whole work."""
    with Connection(descriptor) as pipe, pool.one_thread():
        try:
            sys.path[:] = pipe.recv()
            while True:
                task, student, taken = pipe.recv()
                told: Any
                try:
                    told = task.mark(student, taken)
                except Exception as error:
                    told = error
                pipe.send(told)
        except (EOFError, ConnectionError):  # the parent is gone
            return
