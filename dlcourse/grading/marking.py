"""Grade one submission: run its cells in a worker, and judge each exercise from outside."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dlcourse.checks import LearnerError, compiling, judge
from dlcourse.checks import exercises as labs
from dlcourse.grading import ingest, record
from dlcourse.grading.errors import Refused
from dlcourse.grading.process import Raised, Worker, WorkerLost
from dlcourse.grading.release import Release
from dlcourse.grading.results import GRADED, MENDED, REFUSED, Mark, Result, Written
from dlcourse.grading.sandbox import Limits

# An object's address differs from run to run; the same work gets the same words.
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


class Outcome(Protocol):
    """What a judge returns, as far as grading reads it."""

    @property
    def points(self) -> float:
        """Points earned."""

    @property
    def message(self) -> str:
        """What the learner is told; empty when everything is right."""

    @property
    def mistake(self) -> str | None:
        """Name of the known mistake, if it is one."""


class Assignment(Protocol):
    """What grading needs to know of an exercise: the judge knows the rest."""

    @property
    def name(self) -> str:
        """The function's name and the grade id of its cell."""

    @property
    def points(self) -> float:
        """Points to be had."""


@dataclass(frozen=True)
class Task:
    """Everything that grading one class has in common. It travels to other processes.

    Attributes
    ----------
    release : Release
    submissions : Path
        The folder that holds ``STUDENT/LAB/LAB.ipynb``.
    seed : int
        The judge draws inputs from it, the same for everybody.
    limits : Limits
    sandboxed : bool
    exercises : callable
        ``exercises(lab)`` gives the lab's exercises, in order.
    judge : callable
        ``judge(exercise, candidate, seed)``.
    """

    release: Release
    submissions: Path
    seed: int
    limits: Limits = field(default_factory=Limits)
    sandboxed: bool = True
    exercises: Callable[[str], Sequence[Any]] = labs.load
    judge: Callable[[Any, Any, int], Outcome] = judge

    def grade(self, student: str) -> Result:
        """Return one learner's result; a submission that cannot be graded has one, too."""
        return self.graded(student)[1]

    def graded(self, student: str) -> tuple[str, Result]:
        """Return one learner's result, and the key of what it was reached from."""
        taken = self.take(student)
        return self.key_of(student, taken), self.mark(student, taken)

    def key(self, student: str) -> str:
        """Return a digest of all that a learner's result depends on."""
        return self.key_of(student, self.take(student))

    def take(self, student: str) -> ingest.Submission | str:
        """Return one learner's answers, or why there are none."""
        try:
            return ingest.read(self.submissions, student, self.release)
        except (Refused, OSError) as refused:
            return str(refused)

    def key_of(self, student: str, taken: ingest.Submission | str) -> str:
        """Return the key of a result that is reached from what was taken from a notebook."""
        if isinstance(taken, ingest.Submission):
            taken = repr((sorted(taken.answers.items()), sorted(taken.written.items()),
                          taken.notes, sorted(taken.elsewhere)))  # fmt: skip
        rest = (self.release, self.seed, self.limits, self.sandboxed, record.engine())
        return hashlib.sha256(repr((student, taken, rest)).encode()).hexdigest()

    def mark(self, student: str, taken: ingest.Submission | str) -> Result:
        """Return the result of what was taken from a notebook, which need not lie here."""
        lab = self.release.lab
        exercises = self.exercises(lab)
        if isinstance(taken, str):
            marks = tuple(Mark(one.name, 0.0, one.points) for one in exercises)
            return Result(student, lab, REFUSED, marks, taken, self._written({}))
        with Session(self, taken) as session:
            marks = tuple(session.mark(exercise) for exercise in exercises)
        status = MENDED if taken.notes else GRADED
        message = "; ".join((*taken.notes, *session.notes))
        return Result(student, lab, status, marks, message, self._written(taken.written))

    def _written(self, texts: dict[str, str]) -> tuple[Written, ...]:
        return tuple(
            Written(question, points, texts.get(question, ""))
            for question, points in self.release.written.items()
        )


class Session:
    """One submission while it is graded, with the worker that runs its code.

    A worker that is lost is replaced for the next exercise. A cell that costs the worker its life
    when it is merely run is left out from then on.

    Attributes
    ----------
    notes : list of str
        What the instructor should know about this submission.
    """

    def __init__(self, task: Task, submission: ingest.Submission) -> None:
        self.notes: list[str] = []
        self._task = task
        self._submission = submission
        self._cells = task.release.program(submission.answers)
        self._left = task.limits.total_seconds
        self._failed: dict[str, str] = {}
        self._printed: dict[str, str] = {}
        self._lethal: set[str] = set()
        self._worker: Worker | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    # --- the worker and its cells ------------------------------------------------------------

    def worker(self) -> Worker:
        """Return a worker that lives and has run every cell that can be run."""
        while self._worker is None:
            worker = Worker(self._task.limits, sandboxed=self._task.sandboxed)
            try:
                for name, source in self._cells:
                    if name not in self._lethal:
                        self._run(worker, name, source)
            except WorkerLost:
                continue  # the cell is known now: once more without it
            except BaseException:
                worker.close()
                raise
            self._worker = worker
        return self._worker

    def _run(self, worker: Worker, name: str, source: str) -> None:
        try:
            error, printed = self._timed(worker, lambda: worker.run(name, source))
        except WorkerLost as lost:
            self._lethal.add(name)
            self._failed[name] = f"{lost.kind}: {lost}"
            raise
        self._printed[name] = printed
        if error is not None:
            line = self._line(error)
            self._failed[name] = str(error)[:500] + (f", in your line\n    {line}" if line else "")

    def _timed(self, worker: Worker, work: Callable[[], Any]) -> Any:
        """Do some work of a worker within the time of one exercise, and of them all."""
        allowed = min(self._task.limits.exercise_seconds, self._left)
        worker.seconds_left = allowed
        try:
            return work()
        finally:
            self._left -= allowed - worker.seconds_left

    def _line(self, error: Raised) -> str | None:
        """Return the text of the learner's line that an error came from."""
        cell, number = error.cell, error.line
        if error.kind in compiling.KINDS:  # raised while compiling: the place is in the text
            told = compiling.explain(error.message)
            cell, number = (told.file or "").strip("<>"), told.number
        source = self._submission.answers.get(cell or "")
        if source is None or number is None:
            return None
        lines = source.split("\n")
        return lines[number - 1].strip() if 1 <= number <= len(lines) else None

    # --- judging -----------------------------------------------------------------------------

    def mark(self, exercise: Assignment) -> Mark:
        """Judge one exercise."""
        name = exercise.name
        code = self._submission.answers.get(name)
        if code is None:
            message = f"The cell of {name} is not in the notebook."
            return Mark(name, 0.0, exercise.points, message)
        if self._left <= 0:
            message = "The time for the whole notebook was used up before this exercise."
            return Mark(name, 0.0, exercise.points, message, code=code)
        worker = self.worker()
        began = time.perf_counter()
        try:
            verdict = self._timed(worker, lambda: self._judge(worker, exercise))
            points, message, mistake = verdict.points, verdict.message, verdict.mistake
        except WorkerLost as lost:  # while it was asked for the function
            points, message, mistake = 0.0, f"{name} stopped with {lost.kind}: {lost}.", None
        except Exception as error:
            # The judge itself failed on what came back. One submission must not end the run, and
            # no learner may lose points unseen to a fault that may be the judge's.
            self.notes.append(f"{name} could not be judged ({type(error).__name__}: {error})")
            points, mistake = 0.0, None
            message = "The check could not judge what came back; please show it to your instructor."
        if not worker.alive:
            self._close()
        if name in self._failed and points < exercise.points:
            message = f"The cell of {name} stopped with {self._failed[name]}\n{message}"
        if hint := self._hint(message):
            message = f"{message}\n{hint}"
        return Mark(
            name,
            float(points),
            float(exercise.points),
            _ADDRESS.sub("0x…", message.strip()),
            mistake,
            code,
            _ADDRESS.sub("0x…", self._printed.get(name, "")),
            round(time.perf_counter() - began, 3),
        )

    def _judge(self, worker: Worker, exercise: Assignment) -> Outcome:
        found = worker.look(exercise.name)
        candidate: Any
        if found.callable:
            candidate = Candidate(self, worker, exercise.name, found.signature)
        else:
            candidate = found.value
        return self._task.judge(exercise, candidate, self._task.seed)

    def _hint(self, message: str) -> str:
        """Explain a name that is missing here and was there in the learner's notebook."""
        missing = re.search(r"NameError: name '(\w+)' is not defined", message)
        if missing and missing[1] in self._submission.elsewhere:
            return (
                f"You define {missing[1]} in a cell of your own. Only the answer cells are graded: "
                "put it into the answer cell that uses it."
            )
        return ""

    def failure(self, error: Raised) -> LearnerError:
        """Return a worker's error in the form that the judge reports."""
        return LearnerError(error.kind, error.message, self._line(error))


class Candidate:
    """Stands in for the learner's function, which runs in the worker."""

    def __init__(
        self, session: Session, worker: Worker, name: str, signature: inspect.Signature | None
    ) -> None:
        self._session = session
        self._worker = worker
        self._name = name
        # A signature that is not known takes everything: the call will tell.
        self.__signature__ = signature or inspect.signature(lambda *arguments: None)
        self._lost: WorkerLost | None = None
        self._threads: int | None = None

    @contextlib.contextmanager
    def one_thread(self) -> Iterator[None]:
        """Let compiled loops run in one thread meanwhile, so that they can be measured."""
        self._threads = 1
        try:
            yield
        finally:
            self._threads = None

    def run_counted(
        self, sizes: tuple[Any, Any], arguments: tuple, counted: list[tuple[int, str]]
    ) -> Any:
        """Launch the learner's CUDA kernel, where it is; see ``dlcourse.simulator``."""
        return self._ask(arguments, launch={"sizes": sizes, "counted": counted})

    def __call__(self, *arguments: Any) -> Any:
        """Call the learner's function.

        Raises
        ------
        LearnerError
            When it raised, or when its process was lost (``fatal``).
        """
        return self._ask(arguments)

    def _ask(self, arguments: tuple, launch: dict[str, Any] | None = None) -> Any:
        try:
            if self._lost is None:
                return self._worker.call(self._name, arguments, self._threads, launch)
        except Raised as error:
            raise self._session.failure(error) from None
        except WorkerLost as lost:
            self._lost = lost
        raise LearnerError(self._lost.kind, str(self._lost), fatal=True) from None
