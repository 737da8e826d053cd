"""What an exercise and a seed fix for everybody: the cases, the right answers, the wrong ones.

Whoever judges a class asks the same of each submission. So the last few are kept: the inputs and
the right answers are computed once, and so is what each known mistake makes of the inputs. A case
is handed out as copies only (see ``observe``), so that no submission can change it for the next.
"""

from __future__ import annotations

import copy
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from dlcourse.checks.calling import Observation, observe
from dlcourse.checks.exercise import Case, Exercise, Mistake, Target

#: More exercises than any lab has. They take some hundred kilobytes a lab.
MOST_KEPT = 16


@dataclass(frozen=True)
class Prepared:
    """
    What is asked and what is right.

    Attributes
    ----------
    exercise
    cases
        The calls to be made.
    targets
        For each case, the right values.
    """

    exercise: Exercise
    cases: tuple[Case, ...]
    targets: tuple[Sequence[Target], ...]
    _after_drawing: np.random.Generator
    _mistaken: dict[tuple[str, int], Observation] = field(default_factory=dict)

    def generator(self) -> np.random.Generator:
        """Give the exercise's generator as drawing the cases has left it, the same every time."""
        return copy.deepcopy(self._after_drawing)

    def mistaken(self, mistake: Mistake, case: int) -> Observation:
        """Say what a known mistake does on the case of that number."""
        key = mistake.name, case
        if key not in self._mistaken:
            self._mistaken[key] = observe(mistake.function, self.cases[case])
        return self._mistaken[key]


_kept: OrderedDict[tuple[int, tuple[int, ...]], Prepared] = OrderedDict()
_lock = Lock()


def prepare(exercise: Exercise, seed: int | Sequence[int]) -> Prepared:
    """Draw the cases and compute the right answers, or give those of before."""
    entropy = (int(seed),) if isinstance(seed, (int, np.integer)) else tuple(seed)
    # Another exercise cannot have the same identity: what is kept holds on to its exercise.
    key = id(exercise), entropy
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    rng = generator(exercise, entropy)
    cases = tuple(exercise.draw(rng))
    with np.errstate(all="ignore"):
        targets = tuple(exercise.oracle(case) for case in cases)
    made = Prepared(exercise, cases, targets, rng)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def generator(exercise: Exercise, seed: int | Sequence[int]) -> np.random.Generator:
    """Make the generator of an exercise: each exercise draws its own numbers from one seed."""
    entropy = [seed] if isinstance(seed, (int, np.integer)) else list(seed)
    return np.random.default_rng([*entropy, zlib.crc32(exercise.name.encode())])
