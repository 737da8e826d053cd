"""nbgrader's own commands on the course: release, validate, autograde, feedback."""

import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

ROOT = Path(__file__).parents[2]
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError"

# What learners may write: one exercise right, three with a mistake, one that stops.
MISTAKEN = {
    "dense_forward": "    return x @ w + b",
    "dense_backward": "    print('shapes', dy.shape)\n"
    "    return dy @ w.T, dy.T @ x, dy.sum(axis=0)",
    "relu_backward": "    import sys\n    print('note', file=sys.stderr)\n"
    "    dy[x <= 0] = 0\n    return dy",
    "softmax_cross_entropy_backward": "    p = np.exp(logits)\n"
    "    p = p / p.sum(axis=1, keepdims=True)\n"
    "    p[np.arange(len(labels)), labels] -= 1\n    return p / len(labels)",
    "check_gradient": "    return dx.shpe",
}
POINTS = {
    "dense_forward": 4.0,
    "dense_backward": 2.5,
    "relu_backward": 2.0,
    "softmax_cross_entropy_backward": 4.0,
    "check_gradient": 0.0,
}


class Course:
    """A copy of the course in which nbgrader may write."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DLCOURSE_", "NBGRADER_", "JUPYTER_"))
        } | {
            "HOME": str(folder / "home"),
            # nbgrader calls alembic by its name alone.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
            # Otherwise Matplotlib collects the fonts anew for the new HOME.
            "MPLCONFIGDIR": matplotlib.get_configdir(),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "PYTHONWARNINGS": "ignore",
        }

    def run(self, *arguments):
        ran = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def released(self):
        path = self.folder / "release" / "backprop" / "backprop.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))

    def submit(self, student, notebook):
        place = self.folder / "submitted" / student / "backprop"
        place.mkdir(parents=True)
        (place / "backprop.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        return place / "backprop.ipynb"

    def points(self, student):
        with sqlite3.connect(self.folder / "gradebook.db") as database:
            rows = database.execute(
                "select base_cell.name, grade.auto_score from grade "
                "join base_cell on base_cell.id = grade.cell_id "
                "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
                "join submitted_assignment "
                "on submitted_assignment.id = submitted_notebook.assignment_id "
                "where submitted_assignment.student_id = ?",
                (student,),
            ).fetchall()
        database.close()
        return dict(rows)

    def feedback(self, student):
        path = self.folder / "feedback" / student / "backprop" / "backprop.html"
        page = path.read_text(encoding="utf-8")
        page = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.S)
        return html.unescape(re.sub(r"<[^>]+>", "", page))


def answered(notebook, answers):
    notebook = json.loads(json.dumps(notebook))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            source = "".join(cell["source"])
            assert STUB in source
            cell["source"] = source.replace(STUB, answers[name])
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "labs" / "source", folder / "source")
    shutil.copy(ROOT / "labs" / "nbgrader_config.py", folder)
    (folder / "home").mkdir()
    course = Course(folder)
    course.run("generate_assignment", "backprop", "--create")
    source = json.loads((folder / "source/backprop/backprop.ipynb").read_text(encoding="utf-8"))
    course.submit("solved", source)
    course.submit("empty", course.released())
    course.submit("mistaken", answered(course.released(), MISTAKEN))
    without_a_check = course.released()
    without_a_check["cells"] = [
        cell
        for cell in without_a_check["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") != "test_dense_backward"
    ]
    first = {"dense_forward": MISTAKEN["dense_forward"]}
    course.submit("deleter", answered(without_a_check, first))
    course.run("autograde", "backprop", "--create")
    course.run("generate_feedback", "backprop")
    return course


def test_the_release_holds_stubs_and_no_solution(course):
    text = json.dumps(course.released())
    assert text.count("YOUR CODE HERE") == 5 + 1  # five stubs, and the text that explains them
    assert text.count("*YOUR ANSWER HERE*") == 1
    for secret in ("SOLUTION", "Rubric", "x @ w + b", "x.T @ dy", "np.where(x > 0, dy, 0)\\n"):
        assert secret not in text, secret
    for cell in course.released()["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            assert cell["metadata"]["editable"] is False
            assert cell["metadata"]["deletable"] is False


def test_the_solved_lab_earns_every_point(course):
    points = course.points("solved")
    assert points.pop("why_a_random_upstream_gradient") is None  # a person grades this one
    assert points == {
        "test_dense_forward": 4,
        "test_dense_backward": 6,
        "test_relu_backward": 4,
        "test_softmax_cross_entropy_backward": 6,
        "test_check_gradient": 6,
    }


def test_the_released_lab_earns_nothing(course):
    points = course.points("empty")
    assert len(points) == 6
    assert set(points.values()) == {0}


def test_parts_of_an_exercise_earn_parts_of_the_points(course):
    points = course.points("mistaken")
    assert {name: points[f"test_{name}"] for name in POINTS} == POINTS


def test_feedback_names_the_mistakes(course):
    page = course.feedback("mistaken")
    for sentence in (
        "dense_forward: 4 of 4 points",
        "dense_backward: 2.5 of 6 points",
        "Your dw is the transpose of the right one",
        "You write the zeros into dy itself.",
        "np.exp overflows for large logits",
        "check_gradient stopped with",
        "return dx.shpe",
    ):
        assert sentence in page, sentence
    assert "is not written yet" in course.feedback("empty")


def test_feedback_shows_nothing_of_the_engine_or_the_solution(course):
    for student in ("mistaken", "empty"):
        page = course.feedback(student)
        for secret in (
            "dlcourse/checks",
            "oracle",
            "judge(",
            "BEGIN SOLUTION",
            "Rubric",
            "x.T @ dy",
        ):
            assert secret not in page, (student, secret)


def test_validate_is_silent_on_a_solved_notebook(course):
    assert "Success! Your notebook passes all the tests." in course.run(
        "validate", "source/backprop/backprop.ipynb"
    )


def test_validate_says_what_is_wrong_and_counts_partly_right_as_wrong(course):
    shown = course.run("validate", "submitted/mistaken/backprop/backprop.ipynb")
    assert "VALIDATION FAILED ON 5 CELL(S)" in shown
    assert "dense_backward: 2.5 of 6 points" in shown
    assert "Your dw is the transpose of the right one" in shown
    assert 'check("dense_forward"' not in shown
    assert "Traceback" not in shown
    assert not re.search(r"\S\.\.\.$", shown, re.M), "a line was cut off"


def test_a_deleted_check_comes_back(course):
    points = course.points("deleter")
    assert points["test_dense_forward"] == 4
    assert points["test_dense_backward"] == 0
