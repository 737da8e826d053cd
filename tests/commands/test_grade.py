"""`dlcourse grade`: what is asked of the grading package, and what is shown of its answer."""

from pathlib import Path

import pytest

from dlcourse import commands, grading
from tests.packaging.lock import ROOT

RESULTS = [
    grading.Result(
        student="ada",
        lab="backprop",
        status="graded",
        marks=(grading.Mark(exercise="relu_backward", points=4, max_points=4),),
    )
]


@pytest.fixture
def asked(monkeypatch):
    """Answer for the grading package, and keep what it was asked."""
    found = []

    def grade(lab, **options):
        found.append((lab, options))
        return RESULTS

    monkeypatch.setattr(grading, "grade", grade)
    monkeypatch.chdir(ROOT)
    return found


def test_without_arguments_the_sample_class_is_graded(asked, capsys):
    assert commands.main(["grade"]) == 0
    ((lab, options),) = asked
    assert lab == "backprop"
    assert options["submissions"] is None
    assert options["course"] == ROOT
    assert not options["unsafe"]
    assert capsys.readouterr().out == grading.table(RESULTS)


def test_every_option_is_handed_on(asked, tmp_path):
    words = ["grade", "warmup", "--submissions", str(tmp_path), "--student", "ada", "--unsafe"]
    words += ["--workers", "3", "--seed-file", "seed.txt", "--cluster", "tcp://10.0.0.1:8786"]
    assert commands.main(words) == 0
    ((lab, options),) = asked
    assert lab == "warmup"
    expected = {"submissions": tmp_path, "student": "ada", "unsafe": True, "workers": 3}
    expected |= {"seed_file": Path("seed.txt"), "cluster": "tcp://10.0.0.1:8786"}
    assert {name: options[name] for name in expected} == expected


@pytest.mark.usefixtures("asked")
def test_results_and_pages_are_written_where_they_are_wanted(tmp_path, capsys):
    sheet, pages = tmp_path / "grades.csv", tmp_path / "pages"
    assert commands.main(["grade", "--csv", str(sheet), "--feedback", str(pages)]) == 0
    assert "ada" in sheet.read_text(encoding="utf-8")
    assert (pages / "ada" / "backprop.html").is_file()
    shown = capsys.readouterr().out
    assert f"The results are in {sheet}." in shown
    assert f"The learners' pages are in {pages}." in shown


@pytest.mark.usefixtures("asked")
def test_a_file_that_cannot_be_written_is_one_sentence_after_the_table(tmp_path, capsys):
    sheet = tmp_path / "no" / "such" / "grades.csv"
    assert commands.main(["grade", "--csv", str(sheet)]) == 2
    shown = capsys.readouterr()
    assert shown.out == grading.table(RESULTS)
    assert shown.err == f"dlcourse grade: {sheet} cannot be written: No such file or directory.\n"


@pytest.mark.parametrize("error", [grading.GradingError, grading.SandboxError])
def test_what_grading_refuses_is_one_sentence(monkeypatch, capsys, error):
    def grade(lab, **options):
        raise error("there is no lab 'nope'; there is backprop")

    monkeypatch.setattr(grading, "grade", grade)
    monkeypatch.chdir(ROOT)
    assert commands.main(["grade", "nope"]) == 2
    expected = "dlcourse grade: there is no lab 'nope'; there is backprop.\n"
    assert capsys.readouterr().err == expected


def test_a_lab_that_is_not_there_is_refused(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert commands.main(["grade", "no_such_lab", "--unsafe"]) == 2
    complaint = capsys.readouterr().err
    assert "no_such_lab" in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("others", [[], ["--canvas", "c.csv", "--moodle", "m.csv"]])
def test_a_roster_is_one_systems(asked, capsys, others):
    assert commands.main(["grade", "--roster", "roster.csv", *others]) == 2
    assert "--roster needs one of --canvas and --moodle" in capsys.readouterr().err
    assert not asked


def test_formgrader_is_an_address(asked, capsys):
    assert commands.main(["grade", "--formgrader", "javascript:alert(1)"]) == 2
    complaint = capsys.readouterr().err
    assert "--formgrader is 'javascript:alert(1)', expected an address" in complaint
    assert not asked


@pytest.mark.usefixtures("asked")
def test_the_page_about_a_class_leads_to_formgrader(tmp_path, monkeypatch):
    where = []
    monkeypatch.setattr(
        "dlcourse.classroom.report.report",
        lambda results, release, reviews, formgrader: where.append(formgrader) or "",
    )
    for words in ([], ["--formgrader", "https://hub.example.org/user/grace/formgrader/"]):
        assert commands.main(["grade", "--report", str(tmp_path / "class.html"), *words]) == 0
    assert where == [
        "http://localhost:8888/formgrader",
        "https://hub.example.org/user/grace/formgrader",
    ]


@pytest.mark.usefixtures("asked")
def test_who_is_not_in_the_roster_is_named(tmp_path, capsys):
    roster, sheet = tmp_path / "roster.csv", tmp_path / "moodle.csv"
    roster.write_text("Identifier,Email address,Grade\n", encoding="utf-8")
    assert commands.main(["grade", "--moodle", str(sheet), "--roster", str(roster)]) == 0
    assert "Not in the roster, and so not in that file: ada." in capsys.readouterr().out
