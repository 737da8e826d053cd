"""Files for Canvas and Moodle: what they ask for, and nothing that a spreadsheet would run."""

import csv

import pytest

from dlcourse.classroom.exports import write_canvas, write_moodle
from dlcourse.grading import GradingError
from dlcourse.grading.results import REFUSED, Review
from tests.classroom.conftest import LAB, QUESTION

ROSTER = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,other (7),backprop (4711)
    Points Possible,,,,,10,26
"Lovelace, Ada",101,S1,ada,A,3,
"Bell, Ben",102,S2,ben,A,,
"Nobody, Ned",103,S3,ned,B,,
"""


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def test_canvas_gets_its_own_students_and_column(result, roster, tmp_path):
    results = [result("ada", {"dense_forward": 1.5}), result("102"), result("eve")]
    missing = write_canvas(results, tmp_path / "canvas.csv", roster)
    assert rows(tmp_path / "canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "backprop (4711)"],
        ["    Points Possible", "", "", "", "", "26"],
        ["Lovelace, Ada", "101", "S1", "ada", "A", "24.5"],
        ["Bell, Ben", "102", "S2", "ben", "A", "26"],
    ]
    assert missing == ["eve"]


def test_canvas_without_a_roster_goes_by_login(result, tmp_path):
    assert write_canvas([result("ada")], tmp_path / "canvas.csv") == []
    assert rows(tmp_path / "canvas.csv")[2] == ["ada", "", "", "ada", "", "26"]


def test_what_persons_added_counts(result, tmp_path):
    reviews = {"ada": Review({QUESTION: 3.0, "dense_forward": 4.0}, {}, 2.0), "ben": Review()}
    results = [result("ada", {"dense_forward": 4.0}), result("ben")]
    write_canvas(results, tmp_path / "canvas.csv", reviews=reviews)
    assert [row[-1] for row in rows(tmp_path / "canvas.csv")] == [LAB, "30", "27", "26"]
    write_moodle(results, tmp_path / "moodle.csv", reviews=reviews)
    assert [row[1] for row in rows(tmp_path / "moodle.csv")] == [LAB, "27", "26"]


def test_moodle_gets_points_and_a_line(result, tmp_path):
    refused = result("eve", status=REFUSED, message="it is not valid JSON")
    results = [result("ada"), result("ben", {"relu_backward": 4.0}), refused]
    write_moodle(results, tmp_path / "moodle.csv")
    assert rows(tmp_path / "moodle.csv") == [
        ["username", LAB, "backprop feedback"],
        ["ada", "26", "Everything is right."],
        ["ben", "22", "relu_backward: 0 of 4 (a known mistake)"],
        ["eve", "", "it is not valid JSON"],
    ]


def test_who_was_refused_has_no_points_until_a_person_gives_some(result, roster, tmp_path):
    refused = [result(name, status=REFUSED, marks=()) for name in ("ada", "102")]
    reviews = {"102": Review({"dense_forward": 3.0})}
    write_canvas(refused, tmp_path / "canvas.csv", roster, reviews)
    assert [row[-1] for row in rows(tmp_path / "canvas.csv")[2:]] == ["", "3"]
    write_moodle(refused, tmp_path / "moodle.csv", reviews=reviews)
    assert [row[1] for row in rows(tmp_path / "moodle.csv")[1:]] == ["", "3"]


def test_no_cell_is_a_formula(result, tmp_path, roster):
    roster.write_text(ROSTER.replace('"Lovelace, Ada"', "=HYPERLINK(1)"), encoding="utf-8")
    write_canvas([result("ada")], tmp_path / "canvas.csv", roster)
    write_moodle([result("+ada")], tmp_path / "moodle.csv")
    assert rows(tmp_path / "canvas.csv")[2][0] == "'=HYPERLINK(1)"
    assert rows(tmp_path / "moodle.csv")[1][0] == "'+ada"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,points\nada,3\n", r"begins with name, points, expected the columns Student and ID"),
        ("", "begins with nothing, expected the columns Student and ID"),
        (ROSTER + '"Twin",101,S9,ada,A,,\n', "names '?(ada|101)'? twice, expected once"),
    ],
)
def test_a_roster_that_is_none_is_told_in_a_sentence(result, tmp_path, text, said):
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GradingError, match=said):
        write_canvas([result("ada")], tmp_path / "canvas.csv", path)
    with pytest.raises(GradingError, match=r"the roster .*none\.csv cannot be read"):
        write_canvas([result("ada")], tmp_path / "canvas.csv", tmp_path / "none.csv")


WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum grade,Feedback comments
Participant 11,Ada Lovelace,Ada@school.example,Submitted,,26.00,
Participant 12,=Ben,ben@school.example,Submitted,,26.00,
Participant 13,Ned Nobody,ned@school.example,No submission,,26.00,
Participant 14,Cy One,cy@school.example,Submitted,,26.00,
Participant 15,Cy Two,cy@other.example,Submitted,,26.00,
"""


@pytest.fixture
def worksheet(tmp_path):
    def write(text=WORKSHEET):
        path = tmp_path / "worksheet.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_moodles_worksheet_is_filled(result, worksheet, tmp_path):
    refused = result("ada", status=REFUSED, message="no <b>JSON</b>", marks=())
    results = [result("ben@school.example", {"dense_forward": 1.5}), refused]
    assert write_moodle([*results, result("eve")], tmp_path / "out.csv", worksheet()) == ["eve"]
    assert rows(tmp_path / "out.csv") == [
        WORKSHEET.split("\n")[0].split(","),
        ["Participant 12", "'=Ben", "ben@school.example", "Submitted", "24.5", "26.00",
         "dense_forward: 2.5 of 4 (a known mistake)"],
        ["Participant 11", "Ada Lovelace", "Ada@school.example", "Submitted", "", "26.00",
         "no &lt;b&gt;JSON&lt;/b&gt;"],
    ]  # fmt: skip


def test_nobody_gets_a_grade_that_may_be_anothers(result, worksheet, tmp_path):
    results = [result("cy"), result("cy@other.example")]
    assert write_moodle(results, tmp_path / "out.csv", worksheet()) == ["cy"]
    assert [row[0] for row in rows(tmp_path / "out.csv")[1:]] == ["Participant 15"]


def test_semicolons_are_read_too(result, roster, worksheet, tmp_path):
    roster.write_text("Student;ID;SIS Login ID;Section\nAda;101;ada;A\n", encoding="utf-8")
    assert write_canvas([result("ada")], tmp_path / "out.csv", roster) == []
    assert rows(tmp_path / "out.csv")[2] == ["Ada", "101", "ada", "A", "26"]
    path = worksheet(WORKSHEET.replace(",", ";").replace("26.00", "26,00"))
    assert write_moodle([result("ben")], tmp_path / "out.csv", path) == []
    assert rows(tmp_path / "out.csv")[1][4] == "26"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WORKSHEET.replace("26.00", "100.00"), "maximum grade 100.00, expected 26 as the lab has"),
        (WORKSHEET.replace("26.00", "A to F"), "maximum grade A to F, expected 26"),
        (WORKSHEET.replace("Email address", "Mail"), "no column 'Email address', expected a grad"),
        ("", "has no column 'Email address'"),
    ],
)
def test_a_worksheet_that_does_not_fit_is_told_in_a_sentence(
    result, worksheet, tmp_path, text, said
):
    with pytest.raises(GradingError, match=said):
        write_moodle([result("ada")], tmp_path / "out.csv", worksheet(text))
    assert not (tmp_path / "out.csv").exists()
