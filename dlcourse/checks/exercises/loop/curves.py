"""Recorded curves for the exercises about early stopping: written move by move, exact in floats."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

#: All values are multiples of this, so that differences of float32 and float64 are exact.
UNIT = 1 / 64


def curve(rng: np.random.Generator, moves: str, change: int = 0) -> np.ndarray:
    """
    Write a curve of losses, a letter an epoch, relative to the best value that counts so far.

    ====  ==================================================================
    I     an improvement by more than ``change`` units
    e     better than the best by ``change`` units exactly (a tie where it is 0)
    s     better than the best, by less than ``change`` units
    v     worse than the best, by less than ``change`` units
    w     worse than the best, and than the epoch before
    d     worse than the best, but better than the epoch before
    n     not a number
    ====  ==================================================================
    """
    best = int(rng.integers(150, 200))
    before, values = best, []
    for move in moves:
        if move == "I":
            # By a little only, so that a fixed share of the value is another thing.
            before = best = best - change - int(rng.integers(1, 4))
        elif move == "e":
            before = best - change
        elif move == "s":
            before = best - int(rng.integers(1, change))
        elif move == "v":
            before = best + int(rng.integers(1, change))
        elif move == "w":
            before = max(before, best) + int(rng.integers(12, 18))
        elif move == "d":
            before -= int(rng.integers(2, 4))
            assert before > best, moves
        values.append(math.nan if move == "n" else before * UNIT)
    return np.array(values)


def stopped(
    values: Sequence[float], patience: int, change: float = 0.0, largest: bool = False
) -> tuple[int, int]:
    """
    Give the last epoch that is trained and the best one until then, by the definition.

    Epoch by epoch the whole past is looked at again: an epoch counts as an improvement when it
    beats the last one that counted, and training ends when the ``patience`` latest are none.
    """
    signed = [-value if largest else value for value in values]
    for last in range(1, len(signed) + 1):
        counted = [0]
        for epoch in range(1, last + 1):
            beaten = math.inf if counted[-1] == 0 else signed[counted[-1] - 1]
            if beaten - signed[epoch - 1] > change:
                counted.append(epoch)
        if last - counted[-1] >= patience:
            break
    return last, counted[-1]
