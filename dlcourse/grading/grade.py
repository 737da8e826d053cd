"""Grade a class of submissions, a few at a time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from dlcourse.checks.seeds import current_seed, seed_from_text
from dlcourse.grading import ingest, release, sample, sandbox
from dlcourse.grading.errors import GradingError
from dlcourse.grading.marking import Task
from dlcourse.grading.results import Result


def grade(
    lab: str = "backprop",
    *,
    submissions: Path | None = None,
    workers: int | None = None,
    student: str | None = None,
    seed_file: Path | None = None,
    unsafe: bool = False,
    course: Path | None = None,
    limits: sandbox.Limits | None = None,
    progress: bool = False,
) -> list[Result]:
    """Grade the submissions of a lab.

    Parameters
    ----------
    lab : str
        Name of the lab.
    submissions : Path, optional
        The folder that holds ``STUDENT/LAB/LAB.ipynb``; the sample class that comes with the
        course by default.
    workers : int, optional
        How many submissions are graded at a time; one a processor by default.
    student : str, optional
        Grade this learner only.
    seed_file : Path, optional
        A file with any text that learners do not know; the inputs of the checks are drawn from
        it. Without it they are those that ``DLCOURSE_SEED`` or ``DLCOURSE_SEED_FILE`` give, or
        the ones that learners see in their notebooks.
    unsafe : bool
        Run the submissions without a sandbox: with everything that you may read, write and send.
    course : Path, optional
        The course's folder, the one with ``labs/`` in it; found from the current one by default.
    limits : sandbox.Limits, optional
        What one submission may use.
    progress : bool
        Show a progress bar.

    Returns
    -------
    list of Result
        One a submission, sorted by name: the same, whatever the number of workers and the order
        in which they finish.

    Raises
    ------
    GradingError
        When an argument is wrong, or this machine has no sandbox and ``unsafe`` is false.
    """
    if workers is not None and workers < 1:
        raise GradingError(f"workers is {workers}, expected 1 or more")
    if not unsafe and (reason := sandbox.why_not()):
        raise GradingError(
            f"{reason}; submissions are strangers' code and are not run without a sandbox, "
            "unless you say --unsafe"
        )
    folder = release.find_course(course)
    handed_out = release.load(folder, lab)
    with _submissions(folder, handed_out, submissions) as place:
        task = Task(
            release=handed_out,
            submissions=place,
            seed=_seed(seed_file),
            limits=(limits or sandbox.Limits()).for_packages(handed_out.packages),
            sandboxed=not unsafe,
        )
        return run(task, ingest.students(place, student), workers, progress=progress)


def run(
    task: Task, students: list[str], workers: int | None = None, *, progress: bool = False
) -> list[Result]:
    """Grade the named learners' submissions; the results come sorted by name.

    Every process of the pool grades one submission at a time, with a sandboxed worker of its own.
    The judge redirects streams and records warnings, which is a process's business, not a
    thread's: hence processes.
    """
    count = min(workers or _processors(), len(students))
    with _bar(len(students), progress) as advance:
        results = []
        if count <= 1:
            for student in students:
                results.append(task.grade(student))
                advance(results[-1])
        else:
            # A fork server starts processes fast and inherits no threads from this one.
            context = get_context("forkserver" if os.name == "posix" else "spawn")
            with ProcessPoolExecutor(count, mp_context=context) as pool:
                futures = [pool.submit(task.grade, student) for student in students]
                try:
                    for future in as_completed(futures):
                        results.append(future.result())
                        advance(results[-1])
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
    return sorted(results, key=lambda result: result.student)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _seed(seed_file: Path | None) -> int:
    try:
        if seed_file is None:
            return current_seed()
        return seed_from_text(seed_file.read_text(encoding="utf-8"), f"the seed file {seed_file}")
    except (OSError, ValueError) as error:
        raise GradingError(f"the seed cannot be read: {error}") from None


@contextmanager
def _submissions(
    course: Path, handed_out: release.Release, submissions: Path | None
) -> Iterator[Path]:
    """Give the folder of submissions; the sample class is made for the occasion."""
    if submissions is not None:
        yield Path(submissions)
        return
    with tempfile.TemporaryDirectory(prefix="sample_class_") as folder:
        sample.make_class(course / "labs" / "sample_class", handed_out, Path(folder))
        yield Path(folder)


@contextmanager
def _bar(total: int, shown: bool):
    """Give a function that advances a progress bar, with the last name and the points so far."""
    if not shown:
        yield lambda result: None
        return
    from tqdm import tqdm  # an extra: the library alone does without

    # Every submission takes a while, so each one is shown.
    with tqdm(total=total, unit="submission", leave=False, mininterval=0) as bar:

        def advance(result: Result) -> None:
            bar.set_postfix_str(f"{result.student}: {result.points:g} of {result.max_points:g}")
            bar.update()

        yield advance
