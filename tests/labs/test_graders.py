"""The graders of every lab are proved: wrong is caught and named, right always passes."""

import importlib
import re
import time
import warnings

import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import LABS, load

SEEDS = range(25)
ALTERNATIVES = {
    lab: importlib.import_module(f"tests.labs.alternatives.{lab}").ALTERNATIVES for lab in LABS
}
MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}: {mistake.name}")
    for lab in LABS
    for exercise in load(lab)
    for mistake in exercise.mistakes
]
RIGHT = [
    pytest.param(exercise, function, id=f"{exercise.name}: {function.__name__}")
    for lab in LABS
    for exercise in load(lab)
    for function in ALTERNATIVES[lab][exercise.name]
]


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_a_mistake_fails_and_the_learner_reads_its_sentence(exercise, mistake):
    for seed in SEEDS:
        verdict = judge(exercise, mistake.function, seed)
        assert not verdict.passed, seed
        assert verdict.points < exercise.points, seed
        assert verdict.mistake == mistake.name, seed
        assert mistake.sentence.split("{")[0].split("\n")[0] in verdict.message, seed
        assert "{" not in verdict.message, seed


@pytest.mark.parametrize(("exercise", "function"), RIGHT)
def test_a_right_solution_gets_every_point_on_every_seed(exercise, function):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in SEEDS:
            verdict = judge(exercise, function, seed)
            assert verdict.passed, (seed, verdict.message)


@pytest.mark.parametrize("lab", LABS)
def test_the_banks_are_large_enough(lab):
    assert set(ALTERNATIVES[lab]) == {exercise.name for exercise in load(lab)}
    for exercise in load(lab):
        assert len(exercise.mistakes) >= 12, exercise.name
        assert len(ALTERNATIVES[lab][exercise.name]) >= 4, exercise.name
        assert len({mistake.name for mistake in exercise.mistakes}) == len(exercise.mistakes)
        assert len({mistake.sentence for mistake in exercise.mistakes}) == len(exercise.mistakes)


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
    began = time.perf_counter()
    for exercise in load(lab):
        assert judge(exercise, ALTERNATIVES[lab][exercise.name][0]).passed
    assert time.perf_counter() - began < 5.0
