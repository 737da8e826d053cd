"""nbgrader's gradebook after merging, as nbgrader's own API, pages and commands see it."""

import json
import re
import sys
from datetime import datetime

import pytest
from nbconvert.filters import markdown2html
from nbgrader import api

from dlcourse.classroom import Course, merge
from dlcourse.commands import main
from dlcourse.grading import GradingError
from dlcourse.grading.results import REFUSED, Mark
from tests.classroom.conftest import LAB, QUESTION
from tests.labs.nbgrader_course import NbgraderCourse


def scores(course, student):
    """Return (score, waits for a person) by cell."""
    with api.Gradebook(course.url, course.name) as book:
        notebook = book.find_submission_notebook(LAB, LAB, student)
        return {grade.name: (grade.score, grade.needs_manual_grade) for grade in notebook.grades}


def comments(course, student):
    with api.Gradebook(course.url, course.name) as book:
        notebook = book.find_submission_notebook(LAB, LAB, student)
        return {remark.name: remark.comment for remark in notebook.comments}


def by_hand(course, student, cell, score=None, comment=None, extra=None):
    """Do what an instructor does in formgrader."""
    with api.Gradebook(course.url, course.name) as book:
        grade = book.find_grade(cell if cell == QUESTION else f"test_{cell}", LAB, LAB, student)
        if score is not None:
            grade.manual_score, grade.needs_manual_grade = score, False
        if extra is not None:
            grade.extra_credit = extra
        if comment is not None:
            book.find_comment(cell, LAB, LAB, student).manual_comment = comment
        book.db.commit()


def feedback(course, student):
    return (course.place("feedback", student, LAB) / f"{LAB}.html").read_text(encoding="utf-8")


def test_scores_comments_and_what_waits_for_a_person(course, handed_out, result, hand_in):
    hand_in("ada")
    hand_in("ben")
    lost = {"dense_backward": 3.5}
    merged = merge(course, handed_out, [result("ada"), result("ben", lost, words="")])
    assert (merged.students, merged.by_hand, merged.late) == (2, 1, 0)
    assert scores(course, "ada")[QUESTION] == (0.0, True)
    assert scores(course, "ben")[QUESTION] == (0.0, False)
    assert scores(course, "ben")["test_dense_backward"] == (2.5, False)
    assert scores(course, "ben")["test_dense_forward"] == (4.0, False)
    said = comments(course, "ben")
    assert said["dense_backward"] == (
        "    It looks like: a known mistake\n    Your dense_backward is not right."
    )
    assert said["dense_forward"] is None


def test_a_lab_that_nbgrader_knows_is_taken_as_it_is(folder, handed_out, result, tmp_path):
    outside = tmp_path / "nbgrader"
    outside.mkdir()
    nbgrader = NbgraderCourse(outside, LAB)
    nbgrader.run("generate_assignment", LAB)
    nbgrader.submit("ada", nbgrader.released())
    course = Course(outside)
    merge(course, handed_out, [result("ada", {"dense_forward": 1.0})])
    assert nbgrader.points("ada")["test_dense_forward"] == 3.0
    nbgrader.run("export", "--to", str(outside / "grades.csv"))
    assert re.search(
        rf"^{LAB},.*,ada,.*,25\.0,30\.0", (outside / "grades.csv").read_text(), re.MULTILINE
    )
    nbgrader.run("generate_feedback", LAB, "--force")
    assert "Your dense_forward is not right." in nbgrader.feedback("ada")


def test_what_a_person_entered_stays(course, handed_out, result, hand_in):
    hand_in("ada")
    merge(course, handed_out, [result("ada", {"relu_backward": 2.0})])
    by_hand(course, "ada", QUESTION, 3.0, "Nearly.")
    by_hand(course, "ada", "relu_backward", 4.0, "I see what you mean.")
    again = merge(course, handed_out, [result("ada", {"relu_backward": 2.0})])
    assert again.by_hand == 0
    assert scores(course, "ada")[QUESTION] == (3.0, False)
    assert scores(course, "ada")["test_relu_backward"] == (4.0, False)
    assert comments(course, "ada")["relu_backward"] == "I see what you mean."
    page = feedback(course, "ada")
    assert "Your instructor: Nearly." in page
    assert "Your instructor: I see what you mean." in page
    assert "29 of 30 points" in page


def test_work_that_has_changed_is_looked_at_again(course, handed_out, result, hand_in):
    hand_in("ada")
    merge(course, handed_out, [result("ada", {"relu_backward": 2.0})])
    by_hand(course, "ada", QUESTION, 3.0)
    by_hand(course, "ada", "relu_backward", 4.0)
    again = merge(course, handed_out, [result("ada", {"relu_backward": 3.0}, words="Since.")])
    assert again.by_hand == 1
    assert scores(course, "ada")[QUESTION] == (3.0, True)
    assert scores(course, "ada")["test_relu_backward"] == (4.0, True)


def test_extra_credit_counts(course, handed_out, result, hand_in):
    hand_in("ada")
    merge(course, handed_out, [result("ada", words="")])
    by_hand(course, "ada", "dense_forward", extra=1.0)
    merge(course, handed_out, [result("ada", words="")])
    assert "27 of 26 points" in feedback(course, "ada")


def test_merging_again_changes_no_file(course, handed_out, result, hand_in):
    hand_in("ada")
    files = {}
    for number in range(2):
        merge(course, handed_out, [result("ada", {"dense_forward": 1.0})])
        files[number] = {
            path.relative_to(course.folder): path.read_bytes()
            for step in ("autograded", "feedback")
            for path in (course.folder / step).rglob("*")
            if path.is_file()
        }
    assert files[0] == files[1]
    assert {path.name for path in files[0]} == {f"{LAB}.ipynb", f"{LAB}.html", "timestamp.txt"}


def test_late_work_is_penalized_by_the_courses_plugin(folder, handed_out, result, hand_in):
    (folder / "labs" / "penalty.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class HalfAnHour(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return 5.0 if total_seconds_late == 1800 else None\n"
    )
    with (folder / "labs" / "nbgrader_config.py").open("a") as file:
        file.write("\nimport sys\nsys.path.insert(0, c.CourseDirectory.root)\n")
        file.write("c.AssignLatePenalties.plugin_class = 'penalty.HalfAnHour'\n")
    course = Course(folder / "labs")
    hand_in("ada", "2026-11-02 10:30:00.000000 UTC")
    hand_in("ben", "2026-11-02 10:00:00.000000 UTC")
    try:
        merge(course, handed_out, [result("ada", words="")])
        with api.Gradebook(course.url, course.name) as book:
            book.update_or_create_assignment(LAB, duedate=datetime(2026, 11, 2, 10))
        merged = merge(course, handed_out, [result("ada", words=""), result("ben", words="")])
    finally:
        sys.path.remove(str(folder / "labs"))
        sys.modules.pop("penalty", None)
    assert merged.late == 1
    assert "21 of 26 points, after 5 taken off for being late" in feedback(course, "ada")
    assert "26 of 26 points" in feedback(course, "ben")


def test_a_refused_notebook_is_shown_to_a_person(course, handed_out, result, hand_in):
    hand_in("ada")
    nothing = tuple(Mark(mark.exercise, 0.0, mark.max_points) for mark in result("ada").marks)
    refused = result("ada", status=REFUSED, marks=nothing, message="it is not valid JSON", words="")
    merged = merge(course, handed_out, [refused])
    assert merged.by_hand == 1
    assert scores(course, "ada")["test_dense_forward"] == (0.0, True)
    assert comments(course, "ada")["dense_forward"] == "    it is not valid JSON"
    shown = json.loads((course.place("autograded", "ada", LAB) / f"{LAB}.ipynb").read_text())
    assert "it is not valid JSON" in json.dumps(shown)


def test_a_file_that_lies_about_is_no_student(course, handed_out, result, hand_in):
    hand_in("ada")
    (course.submitted / "stray.ipynb").write_text("{}")
    merged = merge(course, handed_out, [result("ada"), result("stray.ipynb", status=REFUSED)])
    assert merged.students == 1
    with api.Gradebook(course.url, course.name) as book:
        assert [student.id for student in book.students] == ["ada"]


@pytest.mark.parametrize("text", ["tomorrow", "", "2026-13-45 99:00:00 UTC", "x" * 100_000])
def test_a_timestamp_that_is_none_is_left_out(course, handed_out, result, hand_in, text):
    place = hand_in("ada", timestamp="")
    (place / "timestamp.txt").write_text(text)
    assert merge(course, handed_out, [result("ada")]).late == 0
    assert not (course.place("feedback", "ada", LAB) / "timestamp.txt").exists()


def test_nothing_is_read_through_a_learners_link(course, handed_out, result, hand_in, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("2026-11-02 10:00:00 UTC")
    place = hand_in("ada", timestamp="")
    for name in ("timestamp.txt", "submission_secret.txt"):
        (place / name).symlink_to(secret)
    merge(course, handed_out, [result("ada")])
    written = {path.name for path in course.place("feedback", "ada", LAB).iterdir()}
    assert written == {f"{LAB}.html"}


def test_a_comment_is_text_in_nbgraders_pages_too(course, handed_out, result, hand_in):
    hand_in("ada")
    hostile = "x\n</pre><script>alert(1)</script>\n\n<img src=y onerror=alert(2)>\r<b>\u2028<i>"
    marks = tuple(
        Mark(mark.exercise, 0.0, mark.max_points, hostile, "a <b>mistake</b>")
        for mark in result("ada").marks
    )
    merge(course, handed_out, [result("ada", marks=marks)])
    page = markdown2html(comments(course, "ada")["dense_forward"])
    assert not re.search(r"<(script|img|b|i)\b", page)
    assert "alert(1)" in page


def test_another_lab_of_this_name_in_the_gradebook_is_not_overwritten(
    course, handed_out, result, hand_in
):
    hand_in("ada")
    merge(course, handed_out, [result("ada")])
    with api.Gradebook(course.url, course.name) as book:
        book.find_grade_cell("test_dense_forward", LAB, LAB).max_score = 5.0
        book.db.commit()
    with pytest.raises(GradingError, match=r"they differ in test_dense_forward; run `nbgrader gen"):
        merge(course, handed_out, [result("ada")])


def test_a_gradebook_that_cannot_be_opened_is_named_without_its_password(folder, handed_out):
    with (folder / "labs" / "nbgrader_config.py").open("a") as file:
        file.write("c.CourseDirectory.db_url = 'postgresql+psycopg://eve:pw@127.0.0.1:9/none'\n")
    with pytest.raises(
        GradingError, match=r"the gradebook postgresql\+psycopg://eve:\*\*\*@"
    ) as told:
        merge(Course(folder / "labs"), handed_out, [])
    assert "pw@" not in str(told.value)


def test_bad_courses_are_told_in_a_sentence(tmp_path, folder):
    with pytest.raises(GradingError, match="is no course of nbgrader: no nbgrader_config"):
        Course(tmp_path / "elsewhere")
    configuration = folder / "labs" / "nbgrader_config.py"
    sound = configuration.read_text()
    configuration.write_text(
        "c = get_config()\nc.CourseDirectory.directory_structure = '{nbgrader_step}'"
    )
    with pytest.raises(GradingError, match=r"directory_structure is '\{nbgrader_step\}', expected"):
        Course(folder / "labs")
    configuration.write_text(sound + "\n1 / 0\n")
    with pytest.raises(GradingError, match="cannot be read: ZeroDivisionError"):
        Course(folder / "labs")


def test_the_command_grades_what_was_collected_and_enters_it(
    folder, course, hand_in, sandboxed, capsys
):
    hand_in("ada")
    other = course.place("submitted", "cleo", "descent")
    other.mkdir(parents=True)
    (folder / "labs" / "source" / "descent").mkdir()
    (folder / "labs" / "source" / "descent" / "descent.ipynb").write_text("{}")
    for told in ("1 in the gradebook; 1 to look at by hand, in formgrader.",) * 2:
        assert main(["grade", LAB, "--course", str(folder), "--workers", "1"]) == 0
        printed = capsys.readouterr().out
        assert told in printed
        assert "cleo" not in printed
    assert scores(course, "ada")["test_dense_forward"][0] == 0.0
    assert (
        "dense_forward: 0 of 4 points"
        in (course.place("autograded", "ada", LAB) / f"{LAB}.ipynb").read_text()
    )
