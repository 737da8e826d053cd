"""Grade submissions in several processes; a process that dies costs nobody a grade.

Every process grades one submission at a time, with a sandboxed worker of its own. The judge
redirects streams and records warnings, which is a process's business, not a thread's: hence
processes.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from typing import Any, TypeAlias

from dlcourse.grading.errors import GradingError
from dlcourse.grading.marking import Task
from dlcourse.grading.results import Result

Graded: TypeAlias = Generator[tuple[str, Result], None, None]
# A submission whose process dies again and again must not keep the others waiting for ever.
MOST_TRIES = 3


@dataclass
class _Grader:
    """A process of ours that grades, and whom it is at work on."""

    process: BaseProcess
    pipe: connection.Connection
    core: int | None
    student: str = ""


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(task: Task, students: Sequence[str], count: int) -> Graded:
    """Grade each of the students, up to ``count`` at a time; give keys and results as they come.

    Whoever stops listening ends the processes.
    """
    waiting = deque(students)
    tries: dict[str, int] = {}
    graders: list[_Grader] = []
    try:
        graders += [_start(task, core) for core in _cores(count)]
        for grader in graders:
            _give(grader, waiting)
        while any(grader.student for grader in graders):
            ready = connection.wait([grader.pipe for grader in graders if grader.student])
            for position, grader in enumerate(graders):
                if grader.pipe not in ready:
                    continue
                try:
                    told = grader.pipe.recv()
                except (EOFError, OSError):  # killed, for want of memory perhaps
                    student = grader.student
                    tries[student] = tries.get(student, 0) + 1
                    if tries[student] == MOST_TRIES:
                        raise died_always(student) from None
                    waiting.appendleft(student)
                    _stop(grader)
                    grader = graders[position] = _start(task, grader.core)
                else:
                    if isinstance(told, BaseException):
                        raise told
                    yield told
                _give(grader, waiting)
    finally:
        for grader in graders:
            _stop(grader)


def died_always(student: str) -> GradingError:
    """Return the error that ends a run in which a submission's process dies again and again."""
    return GradingError(
        f"the process that graded {student!r} died {MOST_TRIES} times; is there memory enough? "
        "What is graded already is kept"
    )


def one_after_another(task: Task, students: Sequence[str]) -> Graded:
    """Grade the students in this process."""
    with one_thread():
        for student in students:
            yield task.graded(student)


def _cores(count: int) -> list[int | None]:
    """Give each process a processor of its own where there are enough.

    A judge and its worker take turns, for a question and an answer. On one processor the turn
    passes at once; to wake another one takes longer than most answers: pinned, 15.6 submissions a
    second were graded where 10.4 were without.
    """
    if not hasattr(os, "sched_setaffinity"):
        return [None] * count
    own = sorted(os.sched_getaffinity(0))
    return list(own[:count]) if count <= len(own) else [None] * count


def _start(task: Task, core: int | None) -> _Grader:
    # A fork server starts processes fast and inherits no threads from this one.
    context: Any = get_context("forkserver" if os.name == "posix" else "spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, task, core), daemon=True)
    process.start()
    theirs.close()
    return _Grader(process, ours, core)


def _give(grader: _Grader, waiting: deque[str]) -> None:
    grader.student = waiting.popleft() if waiting else ""
    if grader.student:
        with contextlib.suppress(OSError):  # it is dead: the next look finds out
            grader.pipe.send(grader.student)


def _stop(grader: _Grader) -> None:
    grader.process.kill()
    grader.process.join()
    grader.pipe.close()


def _serve(pipe: connection.Connection, task: Task, core: int | None) -> None:
    """Grade whom the parent names, until it names nobody any more."""
    # Ctrl-C reaches every process of a terminal; the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if core is not None:
        os.sched_setaffinity(0, {core})
    with one_thread(), contextlib.suppress(EOFError, ConnectionError):  # the parent is gone
        while True:
            student = pipe.recv()
            told: Any
            try:
                told = task.graded(student)
            except Exception as error:
                told = error
            pipe.send(told)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let the judge's own products run in one thread: the same sums, whatever the machine has."""
    from threadpoolctl import threadpool_limits  # an extra: the library alone does without

    with threadpool_limits(1):
        yield
