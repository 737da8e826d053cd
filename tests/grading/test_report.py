import csv
import json
from dataclasses import asdict, replace
from html.parser import HTMLParser

import pytest

from dlcourse.grading import Mark, Result, table, write_csv, write_feedback, write_json
from dlcourse.grading.feedback import page
from dlcourse.grading.results import Written
from dlcourse.grading.text import for_spreadsheet, plain

NASTY = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u202egnp.exe'\"&\r\x9b31m"


def result(student, *marks, status="graded", message=""):
    return Result(student, "backprop", status, marks, message)


FULL = result("ada", Mark("forward", 2, 2), Mark("backward", 3, 3))
HALF = result(
    "bo",
    Mark("forward", 2, 2),
    Mark("backward", 0.5, 3, "With two examples: dw is wrong.\nGiven:\n    x = 1", "no average"),
)
OTHER = result(
    "cy", Mark("forward", 0, 2, "It stopped, in your line\n    x = 1"), Mark("backward", 0, 3, "?")
)
GONE = result(
    "di", Mark("forward", 0, 2), Mark("backward", 0, 3), status="refused", message="not valid JSON"
)

TABLE = """\
backprop: 4 submissions

  1  forward (2)
  2  backward (3)

student  status   1    2  total
───────────────────────────────
ada      graded   2    3    5/5
bo       graded   2  0.5  2.5/5
    2: no average
cy       graded   0    0    0/5
    1: It stopped, in your line: x = 1
    2: ?
di       refused  –    –    0/5
    not valid JSON
───────────────────────────────
3 graded, 1 refused; 2.5 of 5 points on average
"""


def test_the_table():
    assert table([FULL, HALF, OTHER, GONE]) == TABLE


def test_a_frequent_mistake_is_counted():
    twice = [HALF, result("ed", *HALF.marks), FULL]
    assert "most frequent: no average (2 of 3)" in table(twice)


def test_an_empty_class_has_a_table():
    assert table([]) == "No submissions.\n"


def test_the_table_keeps_to_its_width():
    long = result("x" * 300, Mark("forward", 0, 2, "word " * 100), message="note " * 60)
    assert max(map(len, table([long], width=80).splitlines())) <= 80


def test_nothing_in_the_table_steers_a_terminal():
    text = table([result(NASTY, Mark("forward", 0, 2, NASTY, NASTY), message=NASTY)])
    assert not {
        character for character in text if character != "\n" and not character.isprintable()
    }
    assert "\\x1b[2J" in text
    assert "\\u202e" in text


def test_the_csv_can_be_read_back(tmp_path):
    write_csv([FULL, HALF, GONE], tmp_path / "grades.csv")
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert sum(float(row["points"]) for row in rows) == 7.5
    assert rows[3]["mistake"] == "no average"
    assert rows[3]["message"] == "With two examples: dw is wrong. Given:     x = 1"
    assert rows[3]["note"] == ""
    assert rows[4]["note"] == "not valid JSON"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_a_spreadsheet_sees_no_formula(text, tmp_path):
    assert for_spreadsheet(text) == f"'{text}"
    write_csv([result(text, Mark("forward", 0, 2, text, text))], tmp_path / "grades.csv")
    assert f",{text}" not in (tmp_path / "grades.csv").read_text()


def test_a_spreadsheet_sees_no_control_character():
    assert for_spreadsheet("\t=1") == "' =1" or for_spreadsheet("\t=1").startswith(" ")
    assert for_spreadsheet("a\nb") == "a b"


def test_the_json_holds_everything_but_how_long_it_took(tmp_path):
    write_json([HALF, GONE], tmp_path / "grades.json")
    written = json.loads((tmp_path / "grades.json").read_text())
    expected = json.loads(json.dumps([asdict(HALF), asdict(GONE)]))
    for told in expected:
        for mark in told["marks"]:
            assert mark.pop("seconds") == 0.0
    assert written == expected
    slow = replace(HALF, marks=tuple(replace(mark, seconds=9.5) for mark in HALF.marks))
    write_json([slow, GONE], tmp_path / "slow.json")
    assert (tmp_path / "slow.json").read_bytes() == (tmp_path / "grades.json").read_bytes()


class Tags(HTMLParser):
    """Collects a page's tags, attributes and text as a browser would see them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data):
        self.text.append(data)


def test_a_page_says_what_was_right_and_what_was_not():
    text = page(HALF)
    for words in ("bo", "2.5 of 5 points", "It looks like: no average", "Everything is right."):
        assert words in text
    assert "With two examples: dw is wrong." in text
    assert "<code>    x = 1</code>" in text


def test_the_page_of_a_refused_submission_says_why_and_shows_no_points():
    text = page(GONE)
    assert "could not be graded" in text
    assert "not valid JSON" in text
    assert "points" not in text.split("<body>")[1]


def test_an_answer_in_words_is_shown_for_a_person_to_grade():
    written = Written("why", 4, "Because <b>so</b>.")
    text = page(Result("ada", "backprop", "graded", FULL.marks, written=(written,)))
    assert "Because &lt;b&gt;so&lt;/b&gt;." in text
    assert "Your instructor reads and grades this answer." in text
    assert "5 of 5 points" in text
    assert "  –  why (4), by hand" in table([replace(FULL, written=(written,))])


def test_a_page_runs_and_loads_nothing_and_shows_everything():
    marks = Mark("forward", 0, 2, NASTY, NASTY, code=f"x = 1  # {NASTY}", printed=NASTY)
    text = page(result(NASTY, marks, message=NASTY))
    seen = Tags(text)
    expected = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "div"}
    assert seen.tags <= expected | {"span", "pre", "details", "summary", "code"}
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert not seen.attributes & {"src", "href", "srcdoc", "action"}
    assert "default-src 'none'" in text
    assert "<script>alert(1)</script>" in "".join(seen.text)
    assert not {
        character for character in text if character != "\n" and not character.isprintable()
    }


def test_pages_lie_where_nbgrader_looks_for_them(tmp_path):
    pages = write_feedback([FULL, HALF], tmp_path)
    assert pages == [tmp_path / "ada" / "backprop.html", tmp_path / "bo" / "backprop.html"]
    assert pages[0].read_text(encoding="utf-8") == page(FULL)


def test_a_name_cannot_lead_out_of_the_folder(tmp_path):
    (path,) = write_feedback([result("../../etc/x", Mark("forward", 0, 2))], tmp_path / "feedback")
    assert path == tmp_path / "feedback" / "x" / "backprop.html"


def test_plain_text_stays_readable():
    assert plain("naïve 漢字 Ω → ½") == "naïve 漢字 Ω → ½"
    assert plain("a\tb\nc") == "a b c"
    assert plain("a\tb\nc", lines=True) == "a    b\nc"
