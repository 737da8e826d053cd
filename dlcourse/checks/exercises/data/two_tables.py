"""What the exercises on a training and a test table have in common: draws, and properties."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.checks.drawing import sizes
from dlcourse.checks.exercise import Call, Case, Target

Oracle = Callable[[Case], Sequence[Target]]


def shapes(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw the rows of the training table, those of the test table, and the columns."""
    n, m, i = sizes(rng, 3, low=3, high=9)
    return n, m, i


def holds(case: Case, oracle: Oracle, position: int, found: np.ndarray) -> bool:
    """Whether one output is the right answer of a case, up to rounding."""
    target = oracle(case)[position]
    near = found.shape == target.value.shape
    return bool(
        near and np.all(np.abs(found - target.value) <= 2 * target.tolerance(case.precision))
    )


def rows_one_by_one(
    oracle: Oracle,
) -> Callable[[Call, Case, tuple[np.ndarray, ...], np.random.Generator], str | None]:
    """Make the check that a row of the test table gives the same when it comes alone."""

    def violation(
        call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
    ) -> str | None:
        train, test = case.arguments["train"], case.arguments["test"]
        row = int(rng.integers(len(test)))
        alone = {"train": train, "test": test[row : row + 1]}
        _, found = call(*alone.values())
        if holds(Case(alone, case.about), oracle, 1, found):
            return None
        return (
            "A row of test comes out differently when it is the only one. In use, examples come "
            "one by one: what is done to one must not depend on the others."
        )

    return violation
