"""nbgrader's own Autograde, through this course's engine: by command or in formgrader.

nbgrader reads a submission, cleans it, runs it beside the tests and takes points from what it
printed. With these three in ``nbgrader_config.py`` it does none of that::

    c.Autograde.pre_convert_hook = "dlcourse.classroom.autograde.set_aside"
    c.Autograde.exporter_class = "dlcourse.classroom.autograde.FromRelease"
    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = ["dlcourse.classroom.autograde.GradeOutside"]

`FromRelease` starts from the lab as it was handed out and never opens the submitted notebook.
`GradeOutside` has the engine grade it (sandboxed, judged from outside, as ``dlcourse grade`` does)
and enters the result, with the same scores and comments. `set_aside` keeps nbgrader from
copying what a link in a submission points to.
"""

from __future__ import annotations

import atexit
import functools
import logging
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from dlcourse.classroom import notebooks
from dlcourse.classroom.course import Course
from dlcourse.classroom.gradebook import Gradebook
from dlcourse.classroom.words import make_harmless
from dlcourse.grading import apart, release, sandbox
from dlcourse.grading.errors import GradingError
from dlcourse.grading.grade import NO_SANDBOX, prepare
from dlcourse.grading.results import Result

#: Beside the folder of submissions, where links and the like are moved to.
ASIDE = ".set_aside"
#: What a course gives its learners back through autograded/; nbgrader copies whatever lies there.
_KEPT = ("timestamp.txt", "submission_secret.txt")


class FromRelease(NotebookExporter):
    """Gives nbgrader the lab as it was handed out, in place of what a stranger handed in."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if reason := sandbox.why_not():
            said = f"{reason}; {NO_SANDBOX}"
            self.log.error(said)
            raise NbGraderException(said)

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Convert the lab's release; of ``filename``, only whose it is counts."""
        handed_out = released(_course(self.parent), resources["nbgrader"])
        return self.from_notebook_node(notebooks.released(handed_out), resources, **kw)


class GradeOutside(NbGraderPreprocessor):
    """Grades a submission in the sandbox, and enters the result in nbgrader's gradebook."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook that formgrader shows."""
        about = resources["nbgrader"]
        course = _course(self.parent.parent)
        course.url = about["db_url"]
        handed_out = released(course, about)
        result = _graded(prepare(handed_out, course.submitted), about["student"])
        self._leave_nothing_else(course.place("autograded", result.student, result.lab), result)
        with Gradebook.opened(course, handed_out) as gradebook:
            # When it was handed in, nbgrader has entered. Which text a person has judged, it has
            # deleted: so it asks that person to look again, as it always does.
            gradebook.enter(result, "", {})
        return make_harmless(notebooks.graded(handed_out, result)), resources

    def _leave_nothing_else(self, place: Path, result: Result) -> None:
        """Take away what nbgrader has copied from the submission: feedback would give it back."""
        for path in sorted(place.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            elif path.parent != place or path.name not in (f"{result.lab}.ipynb", *_KEPT):
                path.unlink()


def released(course: Course, about: dict[str, str]) -> release.Release:
    """Return the lab that nbgrader is about to grade.

    Raises
    ------
    GradingError
        When it is none that the engine can grade.
    """
    lab = about["assignment"]
    if about["notebook"] != lab:
        raise GradingError(
            f"the notebook {about['notebook']} of {lab} cannot be graded: expected {lab}.ipynb"
        )
    for step in ("release", "source"):
        path = course.place(step, ".", lab) / f"{lab}.ipynb"
        if path.is_file():
            return release.read(path, lab)
    raise GradingError(f"there is no lab {lab!r} in {course.folder}")


def set_aside(assignment: str, student: str, notebooks: Sequence[str]) -> None:
    """Move links, pipes and devices out of a submission, before nbgrader copies what is in it.

    nbgrader calls this (its ``pre_convert_hook``) with the paths of the notebooks of one learner.
    """
    log = logging.getLogger("dlcourse.classroom")
    for place in {Path(notebook).parent for notebook in notebooks}:
        submitted = place.parents[1]
        for path in list(_strange(place)):
            target = submitted.with_name(ASIDE) / path.relative_to(submitted)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
            log.warning("%s is no plain file: it lies in %s now", path, target.parent)


def _strange(place: Path) -> Iterator[Path]:
    for folder in (place.parent, place):
        if folder.is_symlink():
            yield folder
            return
    for path in place.rglob("*"):
        kind = path.lstat().st_mode
        # The notebook itself is not opened by nbgrader, and graded as what it is.
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind) or path.suffix == ".ipynb"):
            yield path


def _course(converter: Any) -> Course:
    return Course(Path(converter.coursedir.root))


@functools.cache
def _grader() -> apart.Grader:
    """Return a process that judges: formgrader's own has threads, and streams of its own."""
    grader = apart.Grader()
    atexit.register(grader.close)
    return grader


def _graded(task: Any, student: str) -> Result:
    return _grader().mark(task, student, task.take(student))
