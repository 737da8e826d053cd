"""One submission from its notebook to its result."""

import time

import pytest

from dlcourse.grading import sandbox
from tests.grading.small import RIGHT, broken_judge, code_cell, small_task

pytestmark = pytest.mark.usefixtures("sandboxed")


@pytest.fixture
def mark(hand_in, tmp_path):
    """Grade one notebook of the small lab and return its marks by exercise, and the result."""

    def grade(answers, change=None, **options):
        hand_in("ada", answers, change=change)
        result = small_task(tmp_path, **options).grade("ada")
        return {one.exercise: one for one in result.marks}, result

    return grade


def test_right_answers_earn_everything(mark):
    marks, result = mark(RIGHT)
    assert [(one.points, one.max_points) for one in result.marks] == [(2.0, 2.0), (3.0, 3.0)]
    assert (result.points, result.max_points, result.status) == (5.0, 5.0, "graded")
    assert (result.message, result.mistakes) == ("", ())
    assert marks["twice"].code == RIGHT["twice"]
    assert marks["twice"].message == ""


def test_the_release_earns_nothing(mark):
    marks, result = mark({})
    assert result.points == 0
    assert marks["twice"].message == "NotImplementedError"


def test_a_mistake_is_named(mark):
    marks, result = mark(RIGHT | {"twice": "def twice(x):\n    return x"})
    assert marks["twice"].mistake == "input returned"
    assert result.mistakes == ("input returned",)
    assert result.points == 3.0


def test_later_answers_may_call_earlier_ones(mark):
    answers = {"twice": RIGHT["twice"], "shifted": "def shifted(x):\n    return twice(x) / 2 + 1"}
    _, result = mark(answers)
    assert result.points == 5.0


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("def twice(x):\n    while True: pass", "Timeout"),
        ("import os\ndef twice(x):\n    os._exit(0)", "ProcessEnded"),
        ("import os\nos._exit(0)", "The cell of twice stopped with ProcessEnded"),
        (RIGHT["twice"] + "\nwhile True: pass", "The cell of twice stopped with Timeout"),
        ("def twice(x) return x", "The cell of twice stopped with SyntaxError"),
        ("def other(x):\n    return x", "there is no twice"),
    ],
)
@pytest.mark.parametrize("which", ["twice", "shifted"])
def test_an_exercise_that_kills_its_worker_is_lost_alone(mark, answer, message, which):
    bad = answer.replace("twice", which)
    marks, _ = mark(RIGHT | {which: bad})
    other = "shifted" if which == "twice" else "twice"
    assert marks[which].points == 0
    assert message.replace("twice", which) in marks[which].message
    assert marks[other].passed


def test_a_broken_line_is_quoted(mark):
    marks, _ = mark(RIGHT | {"twice": "x = 1\ndef twice(x) return x"})
    assert marks["twice"].message.startswith(
        "The cell of twice stopped with SyntaxError: expected ':', in your line\n"
        "    def twice(x) return x\n"
    )


def test_an_error_in_the_labs_own_words_is_quoted_with_the_learners_line(mark):
    marks, _ = mark(RIGHT | {"twice": "def twice(x):\n    return y"})
    assert "NameError: name 'y' is not defined" in marks["twice"].message


def test_a_helper_in_a_cell_of_ones_own_is_explained(mark):
    def add(content):
        content["cells"].append(code_cell("def helper(x):\n    return 2 * x"))

    marks, _ = mark(RIGHT | {"twice": "def twice(x):\n    return helper(x)"}, change=add)
    assert "You define helper in a cell of your own." in marks["twice"].message


def test_a_missing_cell_costs_its_exercise(mark):
    marks, result = mark(RIGHT, change=lambda content: content["cells"].pop(1))
    assert marks["twice"].points == 0
    assert marks["twice"].message == "The cell of twice is not in the notebook."
    assert result.status == "mended"
    assert result.points == 3.0


def test_a_notebook_has_a_time_of_its_own(mark):
    limits = sandbox.Limits(exercise_seconds=2.0, total_seconds=1.0)
    start = time.monotonic()
    marks, _ = mark(RIGHT | {"twice": "def twice(x):\n    while True: pass"}, limits=limits)
    assert time.monotonic() - start < 6
    assert "Timeout" in marks["twice"].message
    assert "used up before this exercise" in marks["shifted"].message


def test_a_judge_that_fails_is_told_to_the_instructor(mark):
    marks, result = mark(RIGHT, judge=broken_judge)
    assert result.points == 0
    assert "twice could not be judged (ZeroDivisionError: the judge's own fault)" in result.message
    assert "show it to your instructor" in marks["twice"].message


def test_addresses_do_not_show(mark):
    """They differ from run to run, and the same work gets the same words."""
    source = "def twice(x):\n    raise ValueError(repr(object()))"
    marks, _ = mark(RIGHT | {"twice": source})
    assert marks["twice"].message == "ValueError: <object object at 0x…>"


def test_what_a_cell_prints_is_kept_and_what_a_call_prints_is_not(mark):
    source = "print('hello')\ndef twice(x):\n    print(x)\n    return 2 * x"
    marks, _ = mark(RIGHT | {"twice": source})
    assert marks["twice"].printed == "hello\n"
    assert marks["twice"].passed


def test_inputs_of_one_exercise_do_not_reach_the_feedback_of_another(mark):
    """The first function remembers its input; no later cell runs that could print it."""
    answers = {
        "twice": "seen = []\ndef twice(x):\n    seen.append(x)\n    return 2 * x",
        "shifted": "print('seen', seen)\ndef shifted(x):\n    return x + 1",
    }
    marks, _ = mark(answers)
    assert marks["shifted"].printed == "seen []\n"


def test_random_numbers_are_the_same_in_every_run(mark, hand_in, tmp_path):
    source = "import random\nprint(np.random.rand(), random.random(), hash('x'))\n" + RIGHT["twice"]
    first, _ = mark(RIGHT | {"twice": source})
    again = small_task(tmp_path).grade("ada").marks[0]
    assert again == first["twice"]
    assert len(again.printed.split()) == 3


def test_a_folder_that_cannot_be_read_is_refused(mark, hand_in, tmp_path, monkeypatch):
    from dlcourse.grading import ingest

    def fail(*arguments):
        raise PermissionError(13, "Permission denied", "submitted/ada")

    monkeypatch.setattr(ingest, "read", fail)
    _, result = mark(RIGHT)
    assert result.status == "refused"
    assert "Permission denied" in result.message
    assert result.max_points == 5.0
