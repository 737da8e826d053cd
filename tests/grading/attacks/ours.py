"""The attacks against this course's engine: the whole class in one run."""

from __future__ import annotations

import csv
import hashlib
import html
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading import feedback_page, sandbox, table, write_csv
from dlcourse.grading.grade import run
from dlcourse.grading.marking import Task
from dlcourse.grading.record import Record
from dlcourse.grading.results import Result
from tests.grading.attacks.attack import FORMULA, Attack
from tests.grading.attacks.course import EXERCISES, NEIGHBOURS, Course, two_exercises

PRIVATE_SEED = 0x5EED
# Short, because some attacks use up all that there is; honest answers take a hundredth of it.
LIMITS = sandbox.Limits(
    memory=1 << 30, cpu_seconds=10, exercise_seconds=2.0, total_seconds=6.0, start_seconds=60.0
)
POINTS = {one.name: one.points for one in EXERCISES}


@dataclass(frozen=True)
class Outcome:
    """
    What became of an attack.

    Attributes
    ----------
    gained
        Points that were not earned.
    read
        Whether something is shown that should not be.
    lost
        What was lost of honest work; empty when nothing was.
    note
        Why it was not run, in stock nbgrader.
    """

    gained: float = 0.0
    read: bool = False
    lost: str = ""
    note: str = ""

    @property
    def harmless(self) -> bool:
        """Whether the attack has come to nothing."""
        return not (self.gained or self.read or self.lost)

    def __str__(self) -> str:
        told = [f"{self.gained:g} points"] if self.gained else []
        told += ["a secret"] if self.read else []
        told += [f"lost: {self.lost}"] if self.lost else []
        return ", ".join(told) or self.note or "nothing"


def outcome(attack: Attack, points: dict[str, float], shown: str, pattern: str) -> Outcome:
    """Compare the points given with those deserved, and look for what should not be shown."""
    gained = sum(given for name, given in points.items() if name not in attack.deserves)
    short = [name for name in attack.deserves if points.get(name, 0.0) < POINTS[name]]
    return Outcome(gained, bool(re.search(pattern, shown)), ", ".join(short))


def shown(result: Result) -> str:
    """Give all that a person gets to see of a result: terminal, page and spreadsheet."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.csv"
        write_csv([result], path)
        written = path.read_text(encoding="utf-8")
        with path.open(encoding="utf-8", newline="") as file:
            formulas = [field for row in csv.reader(file) for field in row if field[:1] in "=+-@"]
    # A tag does something on a page alone.
    elsewhere = html.escape(table([result]) + "\n" + written)
    return "\n".join([feedback_page(result), elsewhere, *(FORMULA for one in formulas if one)])


def attacked(attacks: Sequence[Attack], folder: Path, workers: int | None = None) -> list[Outcome]:
    """Hand the attacks in and grade the class; give what became of each, in order."""
    course = Course(folder)
    course.plain_gradebook()
    course.hand_in(attacks)
    before = digest(course)
    task = Task(course.release, course.submitted, PRIVATE_SEED, LIMITS, exercises=two_exercises)
    students = [*NEIGHBOURS, *(attack.student for attack in attacks)]
    with Record(folder / "record.jsonl") as record:
        results = {
            result.student: result
            for result in run(task, sorted(students), workers, written_down=record)
        }
    harmed = [name for name in NEIGHBOURS if results[name].points < sum(POINTS.values())]
    if digest(course) != before:
        harmed.append("the course's own files")
    found = []
    for attack in attacks:
        result = results.get(attack.student)
        if result is None:
            found.append(Outcome(lost="no result"))
            continue
        points = {mark.exercise: mark.points for mark in result.marks}
        one = outcome(attack, points, shown(result), course.pattern(attack))
        found.append(one)
    if harmed:
        found[-1] = Outcome(found[-1].gained, found[-1].read, ", ".join(harmed))
    return found


def digest(course: Course) -> str:
    """Give a digest of what no submission may change."""
    total = hashlib.sha256()
    for place in course.places:
        total.update(Path(place).read_bytes())
    return total.hexdigest()
