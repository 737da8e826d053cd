import json

import pytest

from dlcourse.grading import release
from dlcourse.grading.errors import GradingError
from tests.grading.small import code_cell, marks

SOURCE = """\
def twice(x):
    \"\"\"Double x.\"\"\"
    ### BEGIN SOLUTION
    y = x
    return 2 * y
    ### END SOLUTION
"""


def write(path, cells):
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    return path


def answer(name="twice", source=SOURCE):
    return code_cell(source, marks(name, solution=True))


def test_a_source_is_read_without_its_solutions(tmp_path):
    lab = release.read(write(tmp_path / "a" / "small.ipynb", [answer()]), "small")
    assert lab.answers == ("twice",)
    assert lab.stubs["twice"] == (
        'def twice(x):\n    """Double x."""\n    # YOUR CODE HERE\n    raise NotImplementedError\n'
    )


def test_a_question_to_answer_in_words_is_for_a_person(tmp_path):
    source = "Why?\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
    question = {
        "cell_type": "markdown",
        "source": source,
        "metadata": {"nbgrader": {"grade_id": "why", "solution": True, "grade": True, "points": 4}},
    }
    lab = release.read(write(tmp_path / "a" / "small.ipynb", [answer(), question]), "small")
    assert lab.answers == ("twice",)
    assert lab.written == {"why": 4.0}
    assert lab.cells[1].source == "Why?\n*YOUR ANSWER HERE*"


def test_of_the_labs_own_cells_only_definitions_run(tmp_path):
    given = """
%matplotlib inline
import os, math
import numpy as np
import matplotlib.pyplot as plt
from numpy.linalg import norm
from dlcourse.checks import check
digits = load_digits()
EPS = 1e-6
print("hello")
!ls
def helper(x):
    return x
class Box:
    pass
"""
    cells = [
        code_cell(given, marks("given", locked=True)),
        answer(),
        code_cell('check("twice", twice)', marks("test_twice", grade=True, locked=True)),
        code_cell("def demo(): pass"),
        {"cell_type": "markdown", "source": "import this"},
    ]
    lab = release.read(write(tmp_path / "a" / "small.ipynb", cells), "small")
    program = lab.program({"twice": "mine"})
    assert [name for name, _ in program] == ["cell 1 of the lab", "twice"]
    kept = program[0][1]
    for line in ("import os, math", "import numpy as np", "norm", "EPS", "def helper", "class Box"):
        assert line in kept
    for word in ("matplotlib", "dlcourse", "digits", "print", "ls"):
        assert word not in kept.replace("class", "")
    assert program[1][1] == "mine"
    assert [name for name, _ in lab.program({})] == ["cell 1 of the lab"]


def test_what_was_released_comes_before_the_source(tmp_path):
    write(tmp_path / "labs" / "source" / "small" / "small.ipynb", [answer("new")])
    assert release.load(tmp_path, "small").answers == ("new",)
    write(tmp_path / "labs" / "release" / "small" / "small.ipynb", [answer("released")])
    assert release.load(tmp_path, "small").answers == ("released",)


def test_the_course_is_found_from_inside(tmp_path):
    inside = tmp_path / "labs" / "source" / "small"
    inside.mkdir(parents=True)
    assert release.find_course(inside) == tmp_path


def test_an_unknown_lab_is_one_sentence(tmp_path):
    write(tmp_path / "labs" / "source" / "small" / "small.ipynb", [answer()])
    with pytest.raises(GradingError, match="there is no lab 'large'; there is small"):
        release.load(tmp_path, "large")


def test_a_broken_lab_is_the_instructors(tmp_path):
    path = write(tmp_path / "a" / "small.ipynb", [code_cell("x = 1")])
    with pytest.raises(GradingError, match="has no cell for an answer"):
        release.read(path, "small")
    path.write_text("{")
    with pytest.raises(
        GradingError, match=r"the lab's own notebook is broken: small\.ipynb is not"
    ):
        release.read(path, "small")
