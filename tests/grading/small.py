"""A lab of two small exercises with a plain judge, for tests of everything around the engine."""

import json
from dataclasses import dataclass

import numpy as np

from dlcourse.grading import release, sandbox
from dlcourse.grading.marking import Task


@dataclass(frozen=True)
class SmallExercise:
    name: str
    points: float
    right: object


@dataclass(frozen=True)
class SmallVerdict:
    points: float
    message: str = ""
    mistake: str | None = None


def twice(x):
    return 2 * x


def shifted(x):
    return x + 1


EXERCISES = (SmallExercise("twice", 2.0, twice), SmallExercise("shifted", 3.0, shifted))


def small_exercises(lab):
    assert lab == "small"
    return EXERCISES


def small_judge(exercise, candidate, seed):
    """Compare one call with the right answer; tell an error in its own words."""
    if candidate is None:
        return SmallVerdict(0.0, f"there is no {exercise.name}")
    x = np.random.default_rng(seed).standard_normal((3, 4))
    try:
        answer = candidate(x.copy())
    except Exception as error:
        kind = getattr(error, "kind", type(error).__name__)
        return SmallVerdict(0.0, f"{kind}: {error}".removesuffix(": "))
    wanted = exercise.right(x)
    if isinstance(answer, np.ndarray) and np.array_equal(answer, wanted):
        return SmallVerdict(exercise.points)
    if np.array_equal(answer, x):
        return SmallVerdict(0.0, "the input came back", "input returned")
    return SmallVerdict(0.0, f"{type(answer).__name__} is not right")


def broken_judge(exercise, candidate, seed):
    raise ZeroDivisionError("the judge's own fault")


RIGHT = {
    "twice": "def twice(x):\n    return 2 * x",
    "shifted": "def shifted(x):\n    return x + 1",
}


def marks(grade_id, *, solution=False, grade=False, locked=False):
    return {
        "nbgrader": {
            "grade_id": grade_id,
            "solution": solution,
            "grade": grade,
            "locked": locked,
            "schema_version": 3,
            "task": False,
        }
    }


def code_cell(source, metadata=None):
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata or {},
        "outputs": [],
        "execution_count": None,
    }


def cells(answers):
    made = [code_cell("import numpy as np", marks("imports", locked=True))]
    for exercise in EXERCISES:
        name = exercise.name
        stub = f"def {name}(x):\n    raise NotImplementedError()"
        made.append(code_cell(answers.get(name, stub), marks(name, solution=True)))
        test = marks(f"test_{name}", grade=True, locked=True)
        made.append(code_cell(f'check("{name}", {name})', test))
    return made


def notebook(answers=RIGHT):
    kernel = {"language": "python", "name": "python3", "display_name": "Python 3"}
    return {
        "cells": cells(answers),
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write_notebook(path, answers, change=None):
    """Write a notebook; ``change(notebook)`` may alter it before."""
    content = notebook(answers)
    if change is not None:
        change(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def small_release(tmp_path):
    path = write_notebook(tmp_path / "released" / "small.ipynb", {})
    return release.read(path, "small")


def small_task(tmp_path, **options):
    limits = sandbox.Limits(exercise_seconds=2.0)
    defaults = {"seed": 7, "limits": limits, "exercises": small_exercises, "judge": small_judge}
    return Task(small_release(tmp_path), tmp_path / "submitted", **(defaults | options))
