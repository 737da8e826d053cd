"""Submissions that have more in common than the exercise explains, for a person to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from dlcourse.grading.results import Result

#: Characters of normalized code that are compared at a time: about two short statements.
GRAIN = 25
#: A piece that more than this share of the class has is how one writes it, not what was copied.
COMMON = 0.1
#: So many uncommon pieces have to be in common, a handful of lines, and this share of what the one
#: that has fewer has. One right line is written alike by strangers.
FEWEST, LEAST = 150, 0.6
#: Longer answers than this are cut off: the time is the square of nobody's patience.
LONGEST = 20_000


@dataclass(frozen=True)
class Pair:
    """Two learners whose code is alike in what hardly anybody else wrote.

    Attributes
    ----------
    first, second : str
    share : float
        Of the uncommon pieces of the one that has fewer, how many the other one has too.
    exercises : tuple of str
        Where they are, most of them first.
    """

    first: str
    second: str
    share: float
    exercises: tuple[str, ...]


def similar(results: Sequence[Result], stubs: dict[str, str]) -> list[Pair]:
    """Return the pairs of submissions to look at, the most alike first.

    Code is compared as copydetect normalizes it: names, strings, comments and blanks do not count,
    so that renaming hides nothing. All pieces of ``GRAIN`` characters are compared, but those that
    the lab itself handed out, and those that many have.

    Parameters
    ----------
    results : sequence of Result
    stubs : dict of str
        What the answer cells held when the lab was handed out, by exercise.

    Notes
    -----
    Pieces of code as fingerprints: Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for
    document fingerprinting", 2003. Cells are short enough to take every piece.
    """
    given = {name: _pieces(code) for name, code in stubs.items()}
    found: dict[str, set[tuple[str, int]]] = {}
    for result in results:
        pieces = {
            (mark.exercise, piece)
            for mark in result.marks
            for piece in _pieces(mark.code) - given.get(mark.exercise, set())
        }
        if pieces:
            found[result.student] = pieces
    holders = Counter(piece for pieces in found.values() for piece in pieces)
    # In a class of ten, two who copied are already a fifth of it.
    most = max(3, COMMON * len(found))
    rare = {
        student: {piece for piece in pieces if 1 < holders[piece] <= most}
        for student, pieces in found.items()
    }
    own = {student: sum(holders[piece] <= most for piece in found[student]) for student in found}
    pairs = []
    for first, second in combinations(sorted(rare), 2):
        shared = rare[first] & rare[second]
        if len(shared) < FEWEST:
            continue
        share = len(shared) / min(own[first], own[second])
        if share >= LEAST:
            where = Counter(exercise for exercise, _ in shared)
            names = tuple(sorted(where, key=lambda name: (-where[name], name)))
            pairs.append(Pair(first, second, share, names))
    return sorted(pairs, key=lambda pair: (-pair.share, pair.first, pair.second))


def _pieces(code: str) -> set[int]:
    """Return the pieces of a cell's code, as numbers that are alike where the pieces are."""
    from copydetect.utils import filter_code, hashed_kgrams

    text, _ = filter_code(code[:LONGEST], "", language="python")
    return {int(number) for number in hashed_kgrams("".join(text.split()), GRAIN)}
