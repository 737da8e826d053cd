"""One writer puts what grading found into nbgrader's gradebook, through nbgrader's own API.

What nbgrader does with a gradebook goes on working: formgrader, grading by hand, penalties for
lateness, ``nbgrader export``. What a person has entered (a score, a comment) is never touched.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlcourse.classroom import notebooks
from dlcourse.classroom.course import Course
from dlcourse.classroom.words import harmless, make_harmless
from dlcourse.grading.errors import GradingError, Refused
from dlcourse.grading.feedback import page
from dlcourse.grading.notebooks import read_bytes
from dlcourse.grading.release import Release
from dlcourse.grading.results import REFUSED, Mark, Result, Review
from dlcourse.grading.text import plain

#: Files that nbgrader's exchange puts beside a notebook, and needs to give feedback back.
_OF_EXCHANGE = ("timestamp.txt", "submission_secret.txt")


@dataclass(frozen=True)
class Merged:
    """What became of a class.

    Attributes
    ----------
    students : int
        Submissions that are in the gradebook now.
    by_hand : int
        Of these, how many wait for a person: an answer in words, a notebook that was refused, or a
        score entered by hand for work that has changed since.
    late : int
        How many were handed in too late.
    reviews : dict of Review
        What persons and lateness have added, by learner.
    """

    students: int
    by_hand: int
    late: int
    reviews: dict[str, Review]


def merge(course: Course, release: Release, results: Sequence[Result]) -> Merged:
    """Put results into the gradebook and write notebooks for formgrader and pages for learners.

    The same results give the same scores, comments and files, however often they are merged, and
    an interrupted run is finished by the next one.

    Parameters
    ----------
    course : Course
    release : Release
        The lab as it was handed out.
    results : sequence of Result
        Of that lab.

    Raises
    ------
    GradingError
        When the gradebook cannot be opened, or does not fit the lab.
    """
    by_hand = late = 0
    reviews: dict[str, Review] = {}
    with Gradebook.opened(course, release) as gradebook:
        for result in results:
            place = course.place("submitted", result.student, release.lab)
            if place.parent.is_symlink() or not place.parent.is_dir():
                continue  # a file that lies about: in the table of results, and nobody's
            sent = _sent(place)
            before = notebooks.written_answers(_shown(course, result), release)
            waits, is_late = gradebook.enter(result, sent.get("timestamp.txt", ""), before)
            by_hand, late = by_hand + waits, late + is_late
            shown = make_harmless(notebooks.graded(release, result))
            _write(course, "autograded", result, ".ipynb", shown, sent)
            reviews[result.student] = review = gradebook.review(result.student)
            _write(course, "feedback", result, ".html", page(result, review), sent)
    return Merged(len(reviews), by_hand, late, reviews)


class Gradebook:
    """nbgrader's gradebook, open, for one lab."""

    def __init__(self, course: Course, release: Release, book: Any) -> None:
        self._course, self._release, self._book = course, release, book

    @classmethod
    @contextmanager
    def opened(cls, course: Course, release: Release) -> Iterator[Gradebook]:
        """Open the gradebook; a lab that nbgrader does not know yet is entered first."""
        from nbgrader import api
        from sqlalchemy.exc import SAWarning, SQLAlchemyError

        try:
            with (
                own_programs(),
                warnings.catch_warnings(),
                api.Gradebook(course.url, course.name) as book,
            ):
                # nbgrader's own, about the order in which it makes rows; the rows are all right.
                warnings.filterwarnings(
                    "ignore", r"Object of type <Submitted(Assignment|Notebook)>", SAWarning
                )
                opened = cls(course, release, book)
                opened._know_the_lab()
                yield opened
        except SQLAlchemyError as error:
            reason = str(error).split("\n")[0]
            raise GradingError(
                f"the gradebook {_without_password(course.url)}: {reason}"
            ) from error

    def _know_the_lab(self) -> None:
        """Make sure that the gradebook has this lab, with the cells that the release has."""
        from nbgrader.api import MissingEntry
        from nbgrader.preprocessors import ComputeChecksums, SaveCells

        lab = self._release.lab
        try:
            known = self._book.find_notebook(lab, lab)
        except MissingEntry:
            # As `nbgrader generate_assignment` does it, without making the release anew.
            self._book.update_or_create_assignment(lab)
            resources = {
                "nbgrader": {"assignment": lab, "notebook": lab, "db_url": self._course.url}
            }
            notebook = notebooks.released(self._release)
            for step in (ComputeChecksums, SaveCells):
                notebook, resources = step().preprocess(notebook, resources)
            self._book.db.expire_all()
            return
        points = {cell.grade_id: cell.points for cell in self._release.cells if cell.grade}
        in_book = {cell.name: cell.max_score for cell in known.grade_cells}
        if points != in_book:
            wrong = sorted(set(points.items()) ^ set(in_book.items()))[0][0]
            raise GradingError(
                f"the gradebook's {lab} is not the lab that was handed out: they differ in "
                f"{wrong}; run `nbgrader generate_assignment {lab}` again"
            )

    def enter(self, result: Result, timestamp: str, before: dict[str, str]) -> tuple[bool, bool]:
        """Enter one learner's scores and comments.

        Parameters
        ----------
        result : Result
        timestamp : str
            When it was handed in, as nbgrader writes it; empty where that is not known.
        before : dict of str
            The answers in words that lay before a person until now.

        Returns
        -------
        waits, late : bool
            Whether a person has to look at it, and whether it was late.
        """
        book, lab, student = self._book, self._release.lab, result.student
        book.update_or_create_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        submission = book.update_or_create_submission(lab, student, **when)
        notebook = book.find_submission_notebook(lab, lab, student)
        marks = {f"test_{mark.exercise}": mark for mark in result.marks}
        for grade in notebook.grades:
            if grade.name in marks:
                self._enter_score(grade, marks[grade.name].points, result)
            else:
                self._enter_answer(grade, result, before)
        said = {mark.exercise: comment(mark, result) for mark in result.marks}
        for remark in notebook.comments:
            remark.auto_comment = said.get(remark.name)
        book.db.commit()
        self._penalize(submission, notebook, student)
        return bool(notebook.needs_manual_grade), submission.total_seconds_late > 0

    @staticmethod
    def _enter_score(grade: Any, points: float, result: Result) -> None:
        """Enter a score; a person who has overruled the one before is asked to look again."""
        if grade.auto_score != points:
            grade.needs_manual_grade = grade.manual_score is not None
            grade.auto_score = points
        if result.status == REFUSED and grade.manual_score is None:
            grade.needs_manual_grade = True

    @staticmethod
    def _enter_answer(grade: Any, result: Result, before: dict[str, str]) -> None:
        """Ask for a score of an answer in words, unless a person has given one for this text."""
        text = {one.question: one.text for one in result.written}.get(grade.name, "")
        empty = not text.strip() and result.status != REFUSED
        grade.auto_score = 0.0 if empty else None
        same = before.get(grade.name) == harmless(text)
        judged = grade.manual_score is not None and same
        if not judged:
            grade.needs_manual_grade = not empty or grade.manual_score is not None
        # Judged, it stays as the person has left it.

    def _penalize(self, submission: Any, notebook: Any, student: str) -> None:
        """Let nbgrader's plugin say what being late costs."""
        from nbgrader.preprocessors import AssignLatePenalties

        if submission.total_seconds_late <= 0 and notebook.late_submission_penalty is None:
            return
        lab = self._release.lab
        about = {"assignment": lab, "notebook": lab, "student": student, "db_url": self._course.url}
        step = AssignLatePenalties(config=self._course.configuration)
        step.log.setLevel("ERROR")  # it warns of every late learner; the summary counts them
        step.preprocess(notebooks.released(self._release), {"nbgrader": about})
        self._book.db.expire_all()

    def review(self, student: str) -> Review:
        """Return what a person and the clock have added to a learner's result."""
        notebook = self._book.find_submission_notebook(
            self._release.lab, self._release.lab, student
        )
        points = {
            grade.name.removeprefix("test_"): float(grade.manual_score + (grade.extra_credit or 0))
            for grade in notebook.grades
            if grade.manual_score is not None and not grade.needs_manual_grade
        }
        extra = {
            grade.name.removeprefix("test_"): float((grade.auto_score or 0) + grade.extra_credit)
            for grade in notebook.grades
            if grade.extra_credit and grade.manual_score is None
        }
        comments = {
            remark.name: remark.manual_comment
            for remark in notebook.comments
            if remark.manual_comment
        }
        return Review(extra | points, comments, float(notebook.late_submission_penalty or 0.0))


def comment(mark: Mark, result: Result) -> str | None:
    """Return what formgrader shows beside an exercise, as Markdown that holds text alone.

    Messages quote learners. nbgrader's own pages make HTML of comments and leave HTML in them as
    it is, so the text is set as code: each line is indented.
    """
    said = result.message if result.status == REFUSED else mark.message
    if not said:
        return None
    head = f"It looks like: {mark.mistake}\n" if mark.mistake else ""
    return "\n".join(f"    {line}" for line in plain(head + said, lines=True).split("\n"))


def _sent(place: Path) -> dict[str, str]:
    """Return what nbgrader's exchange has put beside a notebook; of a stranger's, nothing else."""
    found = {}
    for name in _OF_EXCHANGE:
        path = place / name
        if place.is_symlink() or not path.exists():
            continue
        try:
            text = read_bytes(path).decode("ascii").strip()
        except (Refused, UnicodeDecodeError):
            continue  # a link or something else than text: nobody's timestamp
        if name != "timestamp.txt" or _is_time(text):
            found[name] = text
    return found


def _is_time(text: str) -> bool:
    from nbgrader.utils import parse_utc

    try:
        return bool(text) and parse_utc(text) is not None
    except (ValueError, OverflowError):
        return False


def _shown(course: Course, result: Result) -> Path:
    place = course.place("autograded", result.student, result.lab)
    return place / f"{result.lab}.ipynb"


def _write(
    course: Course, step: str, result: Result, suffix: str, content: Any, sent: dict[str, str]
) -> None:
    """Write a learner's file of one of nbgrader's steps, whole or not at all."""
    place = course.place(step, result.student, result.lab)
    place.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, str):
        content = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    for name, text in {f"{result.lab}{suffix}": content, **sent}.items():
        new = place / f".{name}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(place / name)


@contextmanager
def own_programs() -> Iterator[None]:
    """Let programs of this environment be found: nbgrader calls alembic by its name alone."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)
