"""The released labs: no solution, no hidden test, and what nbgrader itself would release."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from dlcourse.workspace.errors import WorkspaceError
from dlcourse.workspace.labs import further_files, lab_names, release

LABS = Path(__file__).parents[2] / "labs"
NAMES = lab_names(LABS)


def hidden_lines(name: str) -> set[str]:
    """Solutions and hidden tests: each line between marks that is not also given."""
    found, given, inside = set(), set(), False
    for cell in nbformat.read(LABS / "source" / name / f"{name}.ipynb", as_version=4).cells:
        for line in cell.source.split("\n"):
            if "### BEGIN" in line:
                inside = True
            elif "### END" in line:
                inside = False
            elif line.strip():
                (found if inside else given).add(line.strip())
    return found - given


def test_the_labs_of_the_course_are_found():
    assert "backprop" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_solution_is_released(name):
    hidden = hidden_lines(name)
    assert len(hidden) > 5, "the source marks no solutions"
    released = release(LABS, name)
    lines = {line.strip() for cell in released.cells for line in cell.source.split("\n")}
    assert lines & hidden == set()
    for word in ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN"):
        assert word not in nbformat.writes(released)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_to_be_solved_raises_and_what_checks_it_is_locked(name):
    cells = release(LABS, name).cells
    to_solve = [c for c in cells if _mark(c).get("solution") and c.cell_type == "code"]
    checks = [c for c in cells if _mark(c).get("grade") and not _mark(c).get("solution")]
    assert to_solve
    assert checks
    for cell in to_solve:
        assert "raise NotImplementedError" in cell.source
        assert "raise NotImplementedError()" not in cell.source, "nbgrader_config.py was not read"
        assert cell.metadata.get("editable", True)
    for cell in checks:
        assert _mark(cell)["locked"]
        assert cell.metadata.editable is False
        assert cell.metadata.deletable is False
    for cell in cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_a_release_is_the_one_that_nbgrader_itself_makes(tmp_path, monkeypatch):
    # nbgrader makes its database with a command that lies beside Python's.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    course = tmp_path / "course"
    shutil.copytree(LABS / "source" / "backprop", course / "source" / "backprop")
    shutil.copy(LABS / "nbgrader_config.py", course)
    config = Config()
    config.merge(_settings(course))
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.db_url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    config.CourseDirectory.assignment_id = "backprop"
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.start()
    (path,) = (course / "release").rglob("*.ipynb")
    theirs, ours = nbformat.read(path, as_version=4), release(LABS, "backprop")
    assert [cell.source for cell in ours.cells] == [cell.source for cell in theirs.cells]
    assert [cell.metadata for cell in ours.cells] == [cell.metadata for cell in theirs.cells]
    assert [_mark(c).get("checksum") for c in ours.cells if _mark(c).get("grade")]


def _settings(course: Path) -> Config:
    return PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()


def _mark(cell: nbformat.NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def test_a_release_is_made_without_a_grade_book(course):
    before = sorted(course.rglob("*"))
    release(course / "labs", "slope")
    assert sorted(course.rglob("*")) == before


def test_hidden_tests_go(course):
    cells = release(course / "labs", "slope").cells
    assert [cell.source for cell in cells[1:]] == [
        'def slope(x):\n    """Return the slope of the square at `x`."""\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()",
        "assert slope(3.0) == 6.0",
    ]


def test_further_files_come_along_but_no_notebook_and_nothing_hidden(course):
    lab = course / "labs" / "source" / "slope"
    for name in ("data/far/down/in/a.csv", "my picture.png", ".DS_Store", "answers.ipynb",
                 ".secret/one/two/three/four.csv", "__pycache__/a/b/c/d.csv",
                 ".ipynb_checkpoints/slope-checkpoint.ipynb", "old.pyc"):  # fmt: skip
        (lab / name).parent.mkdir(parents=True, exist_ok=True)
        (lab / name).write_bytes(b"")
    assert list(further_files(course / "labs", "slope")) == [
        "data/far/down/in/a.csv",
        "heights.csv",
        "my picture.png",
    ]


def test_without_labs_there_are_none(tmp_path):
    assert lab_names(tmp_path) == ()
    (tmp_path / "source" / "empty").mkdir(parents=True)
    assert lab_names(tmp_path) == ()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '"words"'])
def test_a_source_that_is_no_notebook_is_named(course, content):
    path = course / "labs" / "source" / "slope" / "slope.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"slope\.ipynb cannot be read as a notebook"):
        release(course / "labs", "slope")


def test_a_solution_without_an_end_is_refused(course):
    path = course / "labs" / "source" / "slope" / "slope.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("### END SOLUTION", "pass"))
    with pytest.raises(WorkspaceError, match=r"nbgrader cannot release .*slope\.ipynb"):
        release(course / "labs", "slope")
