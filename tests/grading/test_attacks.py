"""No attack of the bank gains a point, reads a secret or costs anybody an honest grade."""

import json
from pathlib import Path

import pytest

from dlcourse.grading.results import REFUSED
from tests.grading.attacks import ATTACKS, __main__, ours, stock
from tests.grading.attacks.attack import FORWARD, HONEST, PLACES, RELU, ZEROS, Attack
from tests.grading.attacks.course import Course
from tests.grading.attacks.ours import Outcome, outcome


@pytest.fixture(scope="module")
def outcomes(sandboxed, tmp_path_factory):
    found = ours.attacked(ATTACKS, tmp_path_factory.mktemp("attacks"), 2)
    return dict(zip((attack.name for attack in ATTACKS), found, strict=True))


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.student for attack in ATTACKS])
def test_an_attack_comes_to_nothing(outcomes, attack):
    assert outcomes[attack.name].harmless, str(outcomes[attack.name])


def test_there_are_enough_of_them_and_no_two_meet():
    assert len(ATTACKS) >= 60
    assert len({attack.student for attack in ATTACKS}) == len(ATTACKS)
    assert not {attack.student for attack in ATTACKS} & {"honest", "empty", "zoe-honest"}


# --- the bank can tell ---------------------------------------------------------------------------

EVERYTHING = (FORWARD, RELU)


def test_unearned_points_are_seen():
    attack = Attack("zeros", ZEROS)
    assert outcome(attack, {FORWARD: 1.0, RELU: 0.0}, "", "x").gained == 1.0
    assert not outcome(attack, {FORWARD: 1.0}, "", "x").harmless
    assert outcome(attack, {FORWARD: 0.0, RELU: 0.0}, "", "x").harmless


def test_lost_work_is_seen():
    attack = Attack("honest", HONEST[FORWARD], HONEST[RELU], EVERYTHING)
    full = dict(ours.POINTS)
    assert outcome(attack, full, "", "x").harmless
    assert outcome(attack, full | {RELU: 1.0}, "", "x").lost == RELU
    assert outcome(attack, {}, "", "x").lost == "dense_forward, relu_backward"


def test_what_works_is_counted(sandboxed, tmp_path, capsys, monkeypatch):
    """An answer that is right, where none is deserved, and one that tells what nobody may know."""
    right = Attack("right, and not deserved", HONEST[FORWARD])
    tells = Attack("tells", 'print("a sec" + "ret")\n' + ZEROS, shows="a secret")
    wrong = Attack("wrong, and deserved", ZEROS, deserves=(FORWARD,))
    found = ours.attacked([right, tells, wrong], tmp_path, 1)
    assert [str(one) for one in found] == ["4 points", "a secret", "lost: dense_forward"]
    line = "attacks: 3 tried, 1 gained points, 1 read a secret, 1 lost a submission"
    assert __main__.closing_line(found) == line
    monkeypatch.setattr(__main__, "ATTACKS", (right,))
    assert __main__.main(["--without-stock"]) == 1
    assert capsys.readouterr().out.endswith(
        "attacks: 1 tried, 1 gained points, 0 read a secret, 0 lost a submission\n"
    )


def test_a_table_has_a_row_for_each():
    some = [attack for attack in ATTACKS if "gradebook" in attack.name]
    text = __main__.table(some, [Outcome(gained=4.0)] * len(some), [Outcome()] * len(some))
    for attack in some:
        assert any(
            line.startswith(attack.name) and line.endswith("nothing") and "4 points" in line
            for line in text.split("\n")
        )
    assert f"in stock autograde: {len(some)} tried, {len(some)} gained points" in text


def test_nothing_is_chosen_by_a_name_that_none_has(sandboxed, capsys):
    assert __main__.main(["no such attack"]) == 2
    assert "no attack is called" in capsys.readouterr().err


def test_the_course_holds_secrets_where_it_says(tmp_path):
    course = Course(tmp_path)
    course.plain_gradebook()
    for place in course.places:
        assert course.secret.encode() in Path(place).read_bytes(), place
    assert course.secret not in json.dumps([cell.source for cell in course.release.cells])


def test_what_works_in_stock_nbgrader_is_seen(sandboxed, tmp_path):
    """One that gains points and reads a secret, for both; the rest is ``make attacks``."""
    answer = f"print(open({PLACES}[2]).read())\ncheck = lambda *arguments: 4.0\n{ZEROS}"
    told = []
    (found,) = stock.attacked([Attack("both", answer)], tmp_path, 1, lambda: told.append(1))
    assert (str(found), told) == ("8 points, a secret", [1])


def test_what_would_harm_the_machine_is_not_run(tmp_path):
    (bomb,) = [attack for attack in ATTACKS if attack.name == "a fork bomb"]
    found = stock.one(bomb, None, tmp_path / "nowhere")
    assert str(found) == "not run: it would fill the machine with processes"


def test_refused_submissions_say_so(sandboxed, tmp_path):
    course = Course(tmp_path)
    attack = next(
        attack for attack in ATTACKS if attack.name == "a named pipe in the notebook's place"
    )
    course.hand_in([attack])
    task = ours.Task(course.release, course.submitted, 0, exercises=ours.two_exercises)
    result = task.grade(attack.student)
    assert (result.status, result.message) == (REFUSED, "backprop.ipynb is not a file")
