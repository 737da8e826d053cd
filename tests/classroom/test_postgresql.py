"""The gradebook in PostgreSQL: the same grades as in nbgrader's file, by each way to grade."""

import pytest
from nbgrader import api

from dlcourse.classroom import Course, merge
from dlcourse.classroom.gradebook import own_programs
from dlcourse.grading import GradingError
from tests.classroom.conftest import LAB
from tests.labs.nbgrader_course import NbgraderCourse


@pytest.fixture(scope="module")
def nbgrader(postgresql, tmp_path_factory):
    """A course whose gradebook is on the server."""
    course = NbgraderCourse(tmp_path_factory.mktemp("course"), LAB)
    url = postgresql.database("gradebook")
    with (course.folder / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    course.run("generate_assignment", LAB, "--create")
    return course


@pytest.fixture
def closed(monkeypatch):
    """Close connections when a gradebook is closed: nbgrader leaves that to the garbage."""
    really = api.Gradebook.close

    def close(book):
        really(book)
        book.engine.dispose()

    monkeypatch.setattr(api.Gradebook, "close", close)


def scores(course, student):
    with own_programs(), api.Gradebook(course.url, course.name) as book:
        notebook = book.find_submission_notebook(LAB, LAB, student)
        return {
            grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for grade in notebook.grades
        } | {remark.name: remark.auto_comment for remark in notebook.comments}


@pytest.mark.usefixtures("closed")
def test_results_are_entered_as_in_a_file(nbgrader, course, handed_out, result, hand_in):
    there = Course(nbgrader.folder)
    assert there.url.startswith("postgresql+psycopg://")
    results = [result("ada", {"dense_backward": 3.5}), result("ben", words="")]
    for name in ("ada", "ben"):
        hand_in(name)
        nbgrader.submit(name, nbgrader.released())
    told = [merge(place, handed_out, results) for place in (course, there, there)]
    assert told[0] == told[1] == told[2]
    for name in ("ada", "ben"):
        assert scores(there, name) == scores(course, name)
    assert not (nbgrader.folder / "gradebook.db").exists()


@pytest.mark.usefixtures("closed", "sandboxed")
def test_nbgraders_own_commands_use_it(nbgrader):
    nbgrader.submit("eve", nbgrader.released())
    nbgrader.run("autograde", LAB, "--student=eve")
    found = scores(Course(nbgrader.folder), "eve")
    assert found["test_dense_forward"] == (0.0, None, False)
    assert "is not written yet" in found["dense_forward"]
    nbgrader.run("export", "--to", str(nbgrader.folder / "grades.csv"))
    assert f"{LAB}," in (nbgrader.folder / "grades.csv").read_text()


def test_a_server_that_does_not_answer_is_one_sentence_without_the_password(
    course, handed_out, result
):
    course.url = "postgresql+psycopg://me:hush@127.0.0.1:1/gradebook"
    with pytest.raises(GradingError, match=r"^the gradebook postgresql\+psycopg://me:") as caught:
        merge(course, handed_out, [result("ada")])
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)
