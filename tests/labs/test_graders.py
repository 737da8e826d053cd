"""The graders of every lab are proved: wrong is caught and named, right always passes.

A few seeds here; ``make graders`` goes over many.
"""

import re
import time

import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import LABS, load
from dlcourse.checks.judging import Verdict
from tests.labs.proof import banks, graders
from tests.labs.proof.judging import faults_of_right, faults_of_wrong

SEEDS = range(3)


@pytest.mark.parametrize(
    "wrong", [pytest.param(wrong, id=wrong.label) for wrong in banks.mistakes()]
)
def test_a_mistake_fails_and_the_learner_reads_its_sentence(wrong):
    assert faults_of_wrong(wrong, SEEDS) == ([], [])


@pytest.mark.parametrize(
    "right", [pytest.param(right, id=right.label) for right in banks.right_answers()]
)
def test_a_right_solution_gets_every_point_on_every_seed(right):
    assert faults_of_right(right, SEEDS) == []


@pytest.mark.parametrize("lab", LABS)
def test_the_banks_are_large_enough(lab):
    alternatives = banks.alternatives(lab)
    assert set(alternatives) == {exercise.name for exercise in load(lab)}
    for exercise in load(lab):
        assert len(exercise.mistakes) >= 12, exercise.name
        assert len(alternatives[exercise.name]) >= 4, exercise.name
        assert len({mistake.name for mistake in exercise.mistakes}) == len(exercise.mistakes)
        assert len({mistake.sentence for mistake in exercise.mistakes}) == len(exercise.mistakes)


def test_no_two_exercises_share_a_name():
    """A check knows its exercise by the name alone; two labs may ask for the same exercise."""
    by_name = {exercise.name: exercise for lab in LABS for exercise in load(lab)}
    for lab in LABS:
        names = [exercise.name for exercise in load(lab)]
        assert len(set(names)) == len(names)
        assert all(exercise is by_name[exercise.name] for exercise in load(lab))


@pytest.mark.parametrize("lab", LABS)
def test_every_sentence_is_a_sentence(lab):
    for exercise in load(lab):
        for mistake in exercise.mistakes:
            begins_with_code = re.match(r"\w+[.\[(]|\d", mistake.sentence)
            assert mistake.sentence[0].isupper() or begins_with_code, mistake.name
            assert mistake.sentence.endswith((".", ")")), mistake.name
            assert len(mistake.sentence) > 40, mistake.name


@pytest.mark.parametrize("lab", LABS)
def test_the_whole_lab_is_checked_in_under_five_seconds(lab):
    right = {exercise: banks.alternatives(lab)[exercise.name][0] for exercise in load(lab)}
    for exercise, function in right.items():
        if exercise.speed is not None:
            judge(exercise, function)  # compiles it
    began = time.perf_counter()
    for exercise, function in right.items():
        assert judge(exercise, function).passed
    assert time.perf_counter() - began < 5.0


def test_the_proof_counts_and_ends_with_its_line(capsys):
    assert graders.main(["descent", "--seeds", "1", "--workers", "1"]) == 0
    total = sum(len(exercise.mistakes) for exercise in load("descent"))
    right = sum(len(bank) for bank in banks.alternatives("descent").values())
    assert capsys.readouterr().out.endswith(
        f"mistakes: {total} of {total} caught, {total} of {total} named; "
        f"alternatives: {right} of {right} accepted\n"
    )


def test_the_proof_sees_a_grader_that_misses(monkeypatch):
    lenient = Verdict("any", points=99.0, max_points=99.0)
    monkeypatch.setattr("tests.labs.proof.judging.judge", lambda *arguments: lenient)
    exercise = load("descent")[0]
    tally = graders.prove(("descent",), exercise.name, range(2))
    assert tally.caught == tally.named == 0
    assert tally.mistakes == len(exercise.mistakes)
    assert not tally.proved
    assert "full marks" in tally.faults[0]


def test_the_proof_sees_a_grader_that_is_unfair(monkeypatch):
    strict = Verdict("any", points=0.0, max_points=99.0, message="No.")
    monkeypatch.setattr("tests.labs.proof.judging.judge", lambda *arguments: strict)
    exercise = load("descent")[0]
    tally = graders.prove(("descent",), exercise.name, range(2), only_right=True)
    assert tally.accepted == tally.solved == 0
    assert not tally.proved
    assert tally.faults[0].endswith("seed 0: 0 points: No.")
