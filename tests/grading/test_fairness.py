"""The same work, the same grade: a small version of ``python -m tests.grading.fairness``."""

from collections import Counter

import pytest

from dlcourse.checks.exercises import load
from dlcourse.grading import release
from dlcourse.grading.marking import Task
from tests.grading import classes, fairness

pytestmark = pytest.mark.usefixtures("sandboxed")
SEEDS = 3


def test_any_order_and_any_number_of_workers(tmp_path):
    handed_out = release.load(classes.ROOT, "backprop")
    folder = tmp_path / "class"
    names = classes.make("backprop", 5, folder)
    ways = fairness.any_order(Task(handed_out, folder, 7, fairness.LIMITS), names, tmp_path)
    assert len(ways) == 6
    assert len(set(ways)) == 1


def test_any_seed(tmp_path):
    handed_out = release.load(classes.ROOT, "backprop")
    for name, answers in fairness.works().items():
        classes.hand_in(handed_out, tmp_path, name, answers)
    task = Task(handed_out, tmp_path, 0, fairness.LIMITS)
    found = {name: Counter() for name in fairness.works()}
    for seed in range(SEEDS):
        for name, grade in fairness.at_seed(task, list(found), seed).items():
            found[name][grade] += 1
    assert fairness.unfair(found) == []
    total = sum(exercise.points for exercise in load("backprop"))
    points = {name: sum(p for p, _ in next(iter(grades)).marks) for name, grades in found.items()}
    assert points["work0"] == points["work1"] == total
    assert points["work4"] == points["work5"] == 0.0
    assert points["work2"] < total


def test_an_unfair_grade_is_seen():
    full, nothing = fairness.Grade(((4.0, None),)), fairness.Grade(((0.0, "slip"),))
    fair = {"a": Counter({full: 3}), "a-again": Counter({full: 3})}
    assert fairness.unfair(fair) == []
    assert "2 different grades" in fairness.unfair({"a": Counter({full: 2, nothing: 1})})[0]
    other = {"a": Counter({full: 3}), "a-again": Counter({nothing: 3})}
    assert fairness.unfair(other) == ["a-again: another grade than the same work"]
