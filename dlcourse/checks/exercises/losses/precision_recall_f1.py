"""``precision_recall_f1(counts, average)``: three scores from a confusion matrix."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import LAYOUTS, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.losses.mistakes.precision_recall_f1 import MISTAKES

AVERAGES = ("macro", "micro")


def table(rng: np.random.Generator, classes: int) -> np.ndarray:
    """Draw a table with more right than wrong guesses, and classes of different sizes."""
    counts = rng.integers(1, 6, (classes, classes)) + np.diag(rng.integers(4, 20, classes))
    # Far from symmetric, so that rows cannot be taken for columns.
    counts[0, -1] += 25
    return counts


def of(counts: np.ndarray, about: str, part: str = "values", average: str = "macro") -> Case:
    """Make a case of a table."""
    return Case(
        {"counts": counts, "average": average},
        f'{about}, average="{average}"',
        part,
        facts={"c": len(counts), "total": int(counts.sum())},
    )


def emptied(
    rng: np.random.Generator, rows: tuple[int, ...] = (), columns: tuple[int, ...] = ()
) -> np.ndarray:
    """Draw a table of four classes, some of which are never true or never guessed."""
    counts = table(rng, 4)
    counts[list(rows), :] = 0
    counts[:, list(columns)] = 0
    order = rng.permutation(4)
    return counts[np.ix_(order, order)]


def one_stray_guess(rng: np.random.Generator) -> np.ndarray:
    """Draw a table with a class that occurs once in all: never true, guessed a single time."""
    counts = emptied(rng, rows=(0,), columns=(0,))
    absent = int(np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1) == 0)[0])
    counts[(absent + 1) % 4, absent] = 1
    return counts


def without_hits(rng: np.random.Generator) -> np.ndarray:
    """Draw a table in which no guess is right."""
    counts = table(rng, 3)
    np.fill_diagonal(counts, 0)
    return counts


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary tables with both averages, then every kind of 0/0, sizes and layouts."""
    classes, more = sizes(rng, 2, low=3)
    ordinary = [
        (table(rng, 2), "a table of two classes"),
        (table(rng, classes), f"a table of {classes} classes"),
        (table(rng, more) * rng.integers(1, 9, (more, 1)), "classes of very different sizes"),
    ]
    special = [
        (emptied(rng, columns=(1,)), "a class that is never guessed"),
        (emptied(rng, rows=(1,)), "a class that is guessed but never true"),
        (emptied(rng, rows=(1,), columns=(2,)), "one class never true and one never guessed"),
        (emptied(rng, rows=(1,), columns=(1,)), "a class that does not occur at all"),
        (emptied(rng, rows=(0, 1, 2), columns=(0, 1, 2)), "one class alone of four"),
        (one_stray_guess(rng), "a class that is guessed a single time and never true"),
        (without_hits(rng), "not one right guess"),
        (np.diag(rng.integers(1, 9, 4)), "nothing but right guesses"),
        (rng.integers(1, 9, (1, 1)), "a single class"),
        *((layout(table(rng, 3)), f"a table out of {about}") for about, layout in LAYOUTS.items()),
    ]
    pairs = [(counts, about, average) for average in AVERAGES for counts, about in ordinary]
    edges = [(counts, about, average) for counts, about in special for average in AVERAGES]
    return [
        *(of(counts, about, "values", average) for counts, about, average in pairs),
        *(of(counts, about, "edge", average) for counts, about, average in edges),
    ]


def ratio(above: float, below: float) -> float:
    """Divide; nothing out of nothing is 0."""
    return above / below if below else 0.0


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Count hits, false alarms and misses class by class."""
    counts = [[int(value) for value in row] for row in case.arguments["counts"]]
    scores, hits_of_all, alarms_of_all, misses_of_all = [], 0, 0, 0
    for c, row in enumerate(counts):
        hits = row[c]
        misses = sum(row) - hits
        alarms = sum(other[c] for other in counts) - hits
        hits_of_all, alarms_of_all = hits_of_all + hits, alarms_of_all + alarms
        misses_of_all += misses
        if hits + misses + alarms:
            scores.append(three_scores(hits, alarms, misses))
    if case.arguments["average"] == "micro":
        values = three_scores(hits_of_all, alarms_of_all, misses_of_all)
    else:
        values = tuple(sum(column) / len(scores) for column in zip(*scores, strict=True))
    first, second, third = (Target(np.array(value), steps=len(counts) + 6) for value in values)
    return first, second, third


def three_scores(hits: int, alarms: int, misses: int) -> tuple[float, float, float]:
    """Give precision, recall and F1 of one class."""
    return (
        ratio(hits, hits + alarms),
        ratio(hits, hits + misses),
        ratio(2 * hits, 2 * hits + alarms + misses),
    )


def renumbered(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the scores do not depend on which class has which number."""
    counts = case.arguments["counts"]
    order = rng.permutation(len(counts))
    again = call(counts[np.ix_(order, order)], case.arguments["average"])
    if agree(again, outputs, case):
        return None
    return "Giving the classes other numbers changes the scores."


def transposed(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that swapping truth and guess swaps precision and recall."""
    precision, recall, f1 = call(case.arguments["counts"].T, case.arguments["average"])
    if agree((recall, precision, f1), outputs, case):
        return None
    return (
        "With the table transposed, precision and recall should change places and F1 stay, and "
        "they do not."
    )


def agree(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...], case: Case) -> bool:
    """Whether two answers are the same but for rounding."""
    return all(
        one.shape == () and abs(float(one) - float(other)) <= 4 * target.tolerance(case.precision)
        for one, other, target in zip(first, second, oracle(case), strict=True)
    )


PRECISION_RECALL_F1 = Exercise(
    name="precision_recall_f1",
    title="precision, recall and F1, macro and micro",
    arguments=("counts", "average"),
    outputs=(Output("precision"), Output("recall"), Output("f1")),
    parts=(
        Part("rates", 1, "precision and recall", outputs=("precision", "recall")),
        Part("f1", 1, "F1", outputs=("f1",)),
        Part(
            "edge",
            2,
            "classes that are never guessed, never true or absent; any size and layout",
            own_cases=True,
            needs=("rates", "f1"),
        ),
        Part(
            "care",
            1,
            "the table is left alone, every class is treated alike",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("rates", "f1"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Counts are exact; a score is a quotient of a few roundings (F1 by way of precision and "
        "recall takes five), and c of them are summed in any order."
    ),
    properties=(Property("renumbered", renumbered), Property("transposed", transposed)),
    mistakes=tuple(MISTAKES),
)
