import json
import shutil
from pathlib import Path

import pytest
from nbgrader import api

from dlcourse.classroom import Course
from dlcourse.classroom.gradebook import own_programs
from dlcourse.classroom.notebooks import graded
from dlcourse.grading import release, sandbox
from dlcourse.grading.results import GRADED, Mark, Result, Written

ROOT = Path(__file__).parents[2]
LAB = "backprop"
QUESTION = "why_a_random_upstream_gradient"


@pytest.fixture(scope="session")
def sandboxed():
    """A machine on which the sandbox works; without one, nothing about it can be tested."""
    if reason := sandbox.why_not():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory):
    """A gradebook without anything in it: to make one takes nbgrader six seconds."""
    folder = tmp_path_factory.mktemp("gradebook")
    shutil.copy(ROOT / "labs" / "nbgrader_config.py", folder)
    course = Course(folder)
    with own_programs(), api.Gradebook(course.url, course.name):
        pass
    return folder / "gradebook.db"


@pytest.fixture
def folder(tmp_path, empty_gradebook):
    """A course's folder with one lab in it, as its instructor has it."""
    shutil.copytree(ROOT / "labs" / "source" / LAB, tmp_path / "labs" / "source" / LAB)
    shutil.copy(ROOT / "labs" / "nbgrader_config.py", tmp_path / "labs")
    shutil.copy(empty_gradebook, tmp_path / "labs")
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_toc.yml").touch()
    return tmp_path


@pytest.fixture
def handed_out(folder):
    return release.load(folder, LAB)


@pytest.fixture
def course(folder):
    return Course(folder / "labs")


@pytest.fixture
def result(handed_out):
    """Make a result: all points by default, and the answer in words that is given."""

    def make(student, lost=None, words="Because.", **options):
        lost = lost or {}
        points = {cell.grade_id: cell.points for cell in handed_out.cells if cell.grade}
        marks = tuple(
            Mark(
                name,
                points[f"test_{name}"] - lost.get(name, 0.0),
                points[f"test_{name}"],
                f"Your {name} is not right." if name in lost else "",
                "a known mistake" if name in lost else None,
                f"def {name}(): pass",
            )
            for name in handed_out.answers
        )
        written = (Written(QUESTION, points[QUESTION], words),)
        options = {"status": GRADED, "marks": marks, "written": written} | options
        return Result(student, LAB, **options)

    return make


@pytest.fixture
def hand_in(course, handed_out, result):
    """Put a notebook into nbgrader's folder of submissions, with what its exchange puts there."""

    def write(student, timestamp="2026-11-02 10:00:00.000000 UTC", **files):
        place = course.place("submitted", student, LAB)
        place.mkdir(parents=True)
        notebook = graded(handed_out, result(student))
        (place / f"{LAB}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        if timestamp:
            (place / "timestamp.txt").write_text(timestamp + "\n", encoding="utf-8")
        return place

    return write
