"""`dlcourse check`: a learner's own notebook, graded as a class is."""

import json
import re

import pytest

from dlcourse import commands
from dlcourse.commands.check import find_notebook
from dlcourse.commands.errors import UserError
from dlcourse.grading import feedback_page, grade, sandbox_missing
from dlcourse.workspace.labs import release
from tests.packaging.lock import ROOT

RIGHT = "    return x @ w + b"
WRONG = "    dx = dy * (x >= 0)\n    return dx"
STUB = re.compile(r"    ?# YOUR CODE HERE\n    raise NotImplementedError\(?\)?")


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A learner's notebook with one right answer and one wrong one."""
    made = release(ROOT / "labs", "backprop")
    for cell in made.cells:
        answer = {"dense_forward": RIGHT, "relu_backward": WRONG}.get(
            cell.metadata.get("nbgrader", {}).get("grade_id")
        )
        if answer:
            cell.source, count = STUB.subn(answer, cell.source)
            assert count == 1
    path = tmp_path / "backprop.ipynb"
    path.write_text(json.dumps(made), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def test_what_is_right_and_wrong_is_told_and_a_page_written(notebook, capsys):
    before = notebook.read_bytes()
    assert commands.main(["check", "backprop", "--course", str(ROOT)]) == 1
    shown = capsys.readouterr().out
    assert "✓ dense_forward: 4 of 4 points" in shown
    assert "✗ relu_backward: 3 of 4 points" in shown
    assert "You let the gradient through where x is exactly 0 (x >= 0)." in shown
    assert "dense_backward is not written yet" in shown
    page = (notebook.parent / "feedback.html").read_text(encoding="utf-8")
    assert "dx = dy * (x &gt;= 0)" in page
    assert notebook.read_bytes() == before


def test_the_page_is_the_one_that_an_instructors_run_writes(notebook, tmp_path):
    commands.main(["check", "backprop", "--course", str(ROOT), "--page", str(tmp_path / "p.html")])
    handed_in = tmp_path / "class" / "you" / "backprop" / "backprop.ipynb"
    handed_in.parent.mkdir(parents=True)
    handed_in.write_bytes(notebook.read_bytes())
    (result,) = grade(
        "backprop",
        submissions=tmp_path / "class",
        unsafe=sandbox_missing() is not None,
        course=ROOT,
    )
    assert (tmp_path / "p.html").read_text(encoding="utf-8") == feedback_page(result)


def test_the_notebook_is_found_where_a_learner_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    course = tmp_path / "course"
    place = course / "work" / "labs" / "backprop"
    place.mkdir(parents=True)
    (place / "backprop.ipynb").touch()
    assert find_notebook("backprop", None, course) == place / "backprop.ipynb"
    (tmp_path / "backprop.ipynb").touch()
    assert find_notebook("backprop", None, course).resolve() == tmp_path / "backprop.ipynb"
    named = place / "backprop.ipynb"
    assert find_notebook("backprop", named, course) == named


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["backprop", "--notebook", "no.ipynb"], "--notebook no.ipynb is not a file."),
        (["backprop"], "there is no notebook backprop.ipynb here or in the working folder"),
    ],
)
def test_a_notebook_that_is_not_there_is_one_sentence(
    words, complaint, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dlcourse.commands.course.find", lambda named: tmp_path / "course")
    assert commands.main(["check", *words]) == 2
    assert complaint in capsys.readouterr().err


def test_a_lab_that_is_not_there_is_one_sentence(notebook, capsys):
    words = ["check", "no_lab", "--notebook", str(notebook), "--course", str(ROOT)]
    assert commands.main(words) == 2
    assert "there is no lab 'no_lab'" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_one_sentence(notebook, tmp_path, capsys):
    words = ["check", "backprop", "--course", str(ROOT), "--page", str(tmp_path / "no" / "p.html")]
    assert commands.main(words) == 2
    assert "p.html cannot be written" in capsys.readouterr().err


def test_a_file_that_is_no_notebook_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backprop.ipynb").write_text("{", encoding="utf-8")
    assert commands.main(["check", "backprop", "--course", str(ROOT)]) == 1
    assert "0 of " in capsys.readouterr().out


def test_no_course_is_an_error_of_the_user(tmp_path):
    with pytest.raises(UserError, match=r"no notebook nothing\.ipynb"):
        find_notebook("nothing", None, tmp_path)
