"""Grade submissions on the machines of a Dask cluster; a worker that dies costs nobody a grade.

A submission is read here and its answers travel: the workers' machines share no folder with this
one. What they need is the same dlcourse, the same Python and NumPy, and the sandbox; a worker that
lacks one of these is refused, so that the grades are those of a run on one machine. Results come
back to this process, which alone writes them down.

Whoever reaches a Dask scheduler can run code on its workers: let it listen in a network of your
own, or use Dask's ``tls://`` addresses. Submissions have no network, and reach none of it.
"""

from __future__ import annotations

import pickle
import queue
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from dlcourse import clusters
from dlcourse.grading import apart, pool, record, sandbox
from dlcourse.grading.errors import GradingError
from dlcourse.grading.marking import Task
from dlcourse.grading.results import Result

#: So long a scheduler may be without any worker, as while a queue of jobs starts one.
WORKERS_SECONDS = 60.0
# Enough work for every worker to have the next submission at hand when it is done with one.
_AHEAD = 2


def each(
    task: Task, students: Sequence[str], cluster: Any, count: int | None = None
) -> pool.Graded:
    """Grade each of the students on a cluster's workers; give keys and results as they come.

    Parameters
    ----------
    task : Task
    students : sequence of str
    cluster : str or distributed.Client
        The address of a scheduler, or a client.
    count : int, optional
        How many submissions are graded at a time; one a thread of the workers by default.

    Raises
    ------
    GradingError
        When no scheduler answers, there is no worker, a worker cannot grade as this machine does,
        or workers die again and again over one submission.
    """
    with ExitStack() as stack:
        try:
            client = stack.enter_context(clusters.connected(cluster))
        except (ImportError, TypeError, ValueError) as error:
            raise GradingError(str(error)) from None
        _wait_for_workers(client)
        _refuse_unfit(client, task)
        yield from _graded(client, task, students, count)


def _graded(client: Any, task: Task, students: Sequence[str], count: int | None) -> pool.Graded:
    """Keep the workers busy; a submission whose worker died is given to another by Dask."""
    waiting = deque(students)
    running: dict[Any, tuple[str, str]] = {}
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        while waiting or running:
            most = count or _AHEAD * max(sum(client.nthreads().values()), 1)
            while waiting and len(running) < most:
                student = waiting.popleft()
                taken = task.take(student)
                question = pickle.dumps((task, student, taken))
                future = client.submit(_mark, question, record.engine(), task.sandboxed, pure=False)
                running[future] = student, task.key_of(student, taken)
                future.add_done_callback(done.put)
            future = _next(done, client)
            student, key = running.pop(future)
            yield key, _result(future, student)
    finally:
        client.cancel(list(running))


def _next(done: queue.SimpleQueue, client: Any) -> Any:
    """Wait for a submission that is done; not for ever, when there is nobody to do it."""
    while True:
        try:
            return done.get(timeout=1.0)
        except queue.Empty:
            _wait_for_workers(client)


def _wait_for_workers(client: Any) -> None:
    if client.nthreads():
        return
    from distributed import TimeoutError

    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError:
        raise GradingError(
            f"the scheduler {client.scheduler.address} has had no worker for "
            f"{WORKERS_SECONDS:g} seconds; start one with `dask worker`. What is graded is kept"
        ) from None


def _refuse_unfit(client: Any, task: Task) -> None:
    """Ask all that are there whether they can grade; a worker that comes later is asked then."""
    question = _why_unfit, record.engine(), task.sandboxed
    answers = client.run(*question, on_error="return")
    for address, answer in sorted(answers.items()):
        if isinstance(answer, BaseException):
            answer = _told(answer)
        if answer:
            raise GradingError(f"the worker {address} cannot grade: {answer}")
    try:  # it reads what it passes on
        client.run_on_scheduler(record.engine)
    except Exception as error:
        raise GradingError(
            f"the scheduler {client.scheduler.address} cannot pass submissions on: {_told(error)}"
        ) from None


def _told(error: BaseException) -> str:
    """Say what kept a function of ours from running elsewhere; Dask gives errors as text."""
    told = f"{type(error).__name__}: {error}"
    return "dlcourse is not installed there" if "No module named 'dlcourse" in told else told


def _result(future: Any, student: str) -> Result:
    from distributed import CancelledError, KilledWorker

    try:
        return future.result()
    except KilledWorker as killed:
        raise GradingError(
            f"the workers that graded {student!r} died, {killed.allowed_failures + 1} of them; is "
            "there memory enough? What is graded already is kept"
        ) from None
    except CancelledError:
        raise GradingError("the scheduler has gone away; what is graded already is kept") from None
    except ImportError as error:
        raise GradingError(f"a worker cannot grade: {_told(error)}") from None


# --- in a worker ---------------------------------------------------------------------------------

_thread = threading.local()


def _why_unfit(engine: str, sandboxed: bool) -> str | None:
    """Say, in a worker, why grades reached there would not be those of the machine that asks."""
    if record.engine() != engine:
        return "it has another version of dlcourse, Python or NumPy than this machine"
    return sandbox.why_not() if sandboxed else None


def _mark(question: bytes, engine: str, sandboxed: bool) -> Result:
    """Grade, in a worker, what was taken from one notebook."""
    # Only one whose dlcourse is ours can read the question: so this comes first.
    grader = getattr(_thread, "grader", None)
    if grader is None:
        if reason := _why_unfit(engine, sandboxed):
            raise GradingError(f"a worker cannot grade: {reason}")
        grader = _thread.grader = apart.Grader()
    return grader.mark(*pickle.loads(question))
