"""What the two exercises about batch normalization have in common: features of different size."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers


def features(
    rng: np.random.Generator, n: int, i: int, numbers: Numbers, offset: float = 1.0
) -> np.ndarray:
    """Draw n examples of i features, each with a mean and a spread of its own."""
    means = offset * (1 + np.arange(i)) * rng.choice([-1.0, 1.0], i)
    return numbers(rng, n, i) * rng.choice([0.5, 2.0, 4.0], i) + means


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Give each feature's mean and biased variance, and how far rounding may carry the difference.

    The difference x - mean is off by a rounding of x for each of the terms in the mean, however
    small it is itself: that is what counts for features far from 0.
    """
    mean = np.array([np.sum(column) / len(column) for column in x.T])
    variance = np.array([np.sum((c - m) ** 2) / len(c) for c, m in zip(x.T, mean, strict=True)])
    return mean, variance, (len(x) + 2) * np.max(np.abs(x), axis=0)
