"""No attack that works against a judge in the learner's kernel earns anything here."""

import json
import sqlite3

import pytest

from dlcourse.checks.exercises import load
from dlcourse.grading import release, sandbox
from dlcourse.grading.marking import Task
from tests.grading.attacks import GAIN, READING
from tests.grading.small import code_cell, marks

pytestmark = pytest.mark.usefixtures("sandboxed")

SECRET = "the-secret-of-this-test"
HONEST = "def dense_forward(x, w, b):\n    return x @ w + b\n"
EXERCISE = next(exercise for exercise in load("backprop") if exercise.name == "dense_forward")


def only_dense_forward(lab):
    return (EXERCISE,)


class Course:
    """A course folder with what an attacker would like to read and write in it."""

    def __init__(self, folder):
        self.submissions = folder / "submitted"
        self.gradebook = folder / "gradebook.db"
        source = folder / "labs" / "source" / "backprop" / "backprop.ipynb"
        solution = f"{HONEST}    ### BEGIN SOLUTION\n    # {SECRET}\n    ### END SOLUTION"
        self.write(source, solution)
        with sqlite3.connect(self.gradebook) as connection:
            connection.execute("create table grade (student text, manual_score real)")
            connection.execute("insert into grade values ('attacker', 0)")
        connection.close()
        self.release = release.load(folder, "backprop")
        self.places = [str(source), str(self.gradebook), "/etc/passwd"]
        honest = self.submit("honest", f"{HONEST}# {SECRET}\n")
        self.places.append(str(honest))

    @staticmethod
    def write(path, answer):
        cells = [
            code_cell("import numpy as np", marks("imports", locked=True)),
            code_cell(answer, marks("dense_forward", solution=True)),
        ]
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
        return path

    def submit(self, student, answer):
        return self.write(self.submissions / student / "backprop" / "backprop.ipynb", answer)

    def grade(self, student, answer):
        self.submit(student, answer.replace("PLACES", repr(self.places)))
        return self.task().grade(student)

    def task(self):
        limits = sandbox.Limits(exercise_seconds=5.0)
        return Task(self.release, self.submissions, 0, limits, exercises=only_dense_forward)


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def test_the_honest_answer_earns_everything(course):
    assert course.task().grade("honest").points == EXERCISE.points


@pytest.mark.parametrize("attack", GAIN.values(), ids=GAIN.keys())
def test_an_attack_gains_nothing(course, attack):
    result = course.grade("attacker", attack)
    assert result.points == 0
    assert result.marks[0].message
    with sqlite3.connect(course.gradebook) as connection:
        scores = connection.execute("select manual_score from grade").fetchall()
    connection.close()
    assert scores == [(0,)]
    # Whoever comes next is not harmed.
    assert course.task().grade("honest").points == EXERCISE.points


@pytest.mark.parametrize("attack", READING.values(), ids=READING.keys())
def test_an_attack_learns_nothing(course, attack):
    result = course.grade("attacker", attack)
    assert result.points == 0
    assert "FileNotFoundError" in result.marks[0].message
    assert SECRET not in repr(result)
    assert "root:" not in repr(result)


def test_a_link_to_someone_elses_work_is_refused(course):
    place = course.submissions / "attacker" / "backprop"
    place.mkdir(parents=True)
    (place / "backprop.ipynb").symlink_to(course.places[-1])
    result = course.task().grade("attacker")
    assert (result.status, result.points) == ("refused", 0)
    assert SECRET not in repr(result)
