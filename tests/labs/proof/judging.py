"""What it means that a mistake is caught and named, and that a right answer is accepted."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from dlcourse.checks import judge
from tests.labs.proof.banks import Right, Wrong


def first_line(sentence: str) -> str:
    """Give the beginning of a mistake's sentence, up to what a case fills in."""
    return sentence.split("{")[0].split("\n")[0]


def faults_of_wrong(wrong: Wrong, seeds: Iterable[int]) -> tuple[list[str], list[str]]:
    """
    Judge a mistake on every seed.

    Returns
    -------
    missed, unnamed : list of str
        Where it got full marks, and where it failed under another name than its own, or the
        learner would not have read its sentence.
    """
    missed, unnamed = [], []
    for seed in seeds:
        verdict = judge(wrong.exercise, wrong.mistake.function, seed)
        if verdict.passed or verdict.points >= wrong.exercise.points:
            missed.append(f"seed {seed}: full marks")
        if (
            verdict.mistake != wrong.mistake.name
            or first_line(wrong.mistake.sentence) not in verdict.message
            or "{" in verdict.message
        ):
            unnamed.append(f"seed {seed}: named {verdict.mistake!r}: {verdict.message}")
    return missed, unnamed


def faults_of_right(right: Right, seeds: Iterable[int]) -> list[str]:
    """Judge a right answer on every seed; a warning counts as a fault, too."""
    faults = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in seeds:
            verdict = judge(right.exercise, right.function, seed)
            if not verdict.passed:
                faults.append(f"seed {seed}: {verdict.points:g} points: {verdict.message}")
    return faults
