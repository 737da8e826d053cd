"""Grade a class of submissions, a few at a time."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dlcourse.checks.seeds import current_seed, seed_from_text
from dlcourse.grading import cluster as machines
from dlcourse.grading import ingest, pool, release, sample, sandbox
from dlcourse.grading.errors import GradingError
from dlcourse.grading.marking import Task
from dlcourse.grading.record import FOLDER, Record
from dlcourse.grading.results import REFUSED, Result
from dlcourse.grading.text import plain

NO_SANDBOX = "submissions are strangers' code and are not run without a sandbox"


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
    record: Path | None = None,
    again: bool = False,
    cluster: Any = None,
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
    record : Path, optional
        The file that results are written to as they come. A run that was interrupted goes on
        from there, and what has not changed since is not graded twice. By default
        ``.graded/LAB.jsonl`` in the folder of submissions; the sample class has none.
    again : bool
        Grade what is in the record already, too.
    cluster : str or distributed.Client, optional
        The address of a Dask scheduler, or a client: its workers grade, and ``workers`` says how
        many submissions at a time (one a thread of theirs by default). Only they need the sandbox.

    Returns
    -------
    list of Result
        One a submission, sorted by name: the same, whatever the number of workers and the order
        in which they finish.

    Raises
    ------
    GradingError
        When an argument is wrong, this machine (or a worker's) has no sandbox and ``unsafe`` is
        false, or the record cannot be written.
    """
    if workers is not None and workers < 1:
        raise GradingError(f"workers is {workers}, expected 1 or more")
    if not unsafe and cluster is None and (reason := sandbox.why_not()):
        raise GradingError(f"{reason}; {NO_SANDBOX}, unless you say --unsafe")
    folder = release.find_course(course)
    handed_out = release.load(folder, lab)
    with _submissions(folder, handed_out, submissions) as place:
        task = prepare(handed_out, place, seed_file, limits, unsafe=unsafe)
        if record is None and submissions is not None:
            record = place / FOLDER / f"{lab}.jsonl"
        others = [name for name in release.labs(folder) if name != lab]
        students = ingest.students(place, student, lab, others)
        with Record(record) if record else contextlib.nullcontext() as written_down:
            return run(
                task,
                students,
                workers,
                progress=progress,
                written_down=written_down,
                again=again,
                cluster=cluster,
            )


def prepare(
    handed_out: release.Release,
    submissions: Path,
    seed_file: Path | None = None,
    limits: sandbox.Limits | None = None,
    *,
    unsafe: bool = False,
) -> Task:
    """Return what grading a class has in common; the arguments are those of `grade`."""
    return Task(
        release=handed_out,
        submissions=submissions,
        seed=_seed(seed_file),
        limits=(limits or sandbox.Limits()).for_packages(handed_out.packages),
        sandboxed=not unsafe,
    )


def run(
    task: Task,
    students: list[str],
    workers: int | None = None,
    *,
    progress: bool = False,
    written_down: Record | None = None,
    again: bool = False,
    cluster: Any = None,
) -> list[Result]:
    """Grade the named learners' submissions; the results come sorted by name.

    What is ``written_down`` from the very same work is not graded once more, unless ``again`` says
    so; what is graded is written down as soon as it is known.
    """
    results = []
    left = students
    if written_down is not None and not again:
        for student in filter(written_down.__contains__, students):
            known = written_down.find(student, task.key(student))
            results += [] if known is None else [known]
        done = {result.student for result in results}
        left = [student for student in students if student not in done]
    with (
        _bar(results, len(students), progress) as advance,
        contextlib.closing(_graded(task, left, workers, cluster)) as graded,
    ):
        for key, result in graded:
            if written_down is not None:
                written_down.add(key, result)
            results.append(result)
            advance(result)
    return sorted(results, key=lambda result: result.student)


def _graded(task: Task, students: list[str], workers: int | None, cluster: Any) -> pool.Graded:
    """Grade on a cluster, in several processes or in this one."""
    if cluster is not None and students:
        return machines.each(task, students, cluster, workers)
    count = min(workers or pool.processors(), len(students))
    if count > 1:
        return pool.each(task, students, count)
    return pool.one_after_another(task, students)


def _seed(seed_file: Path | None) -> int:
    try:
        if seed_file is None:
            return current_seed()
        return seed_from_text(seed_file.read_text(encoding="utf-8"), f"the seed file {seed_file}")
    except (OSError, ValueError) as error:
        raise GradingError(f"the seed cannot be read: {error}") from None


@contextlib.contextmanager
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


@contextlib.contextmanager
def _bar(known: list[Result], total: int, shown: bool) -> Iterator[Callable[[Result], None]]:
    """Give a function that advances a progress bar: the last name, and how the class is doing.

    tqdm estimates the time that is left from what was graded in this run.
    """
    if not shown:
        yield lambda result: None
        return
    from tqdm import tqdm  # an extra: the library alone does without

    refused = sum(result.status == REFUSED for result in known)
    shares = [result.points / result.max_points for result in known if result.status != REFUSED]
    # Every submission takes a while, so each one is shown.
    with tqdm(
        total=total, initial=len(known), unit="submission", leave=False, mininterval=0
    ) as bar:

        def advance(result: Result) -> None:
            nonlocal refused
            if result.status == REFUSED:
                refused += 1
            else:
                shares.append(result.points / result.max_points)
            told = f"{plain(result.student)}: {result.points:g} of {result.max_points:g}"
            if shares:
                told += f"; {sum(shares) / len(shares):.0%} on average"
            if refused:
                told += f", {refused} refused"
            bar.set_postfix_str(told, refresh=False)
            bar.update()

        yield advance
