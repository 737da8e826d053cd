"""Cleaning: duplicates, missing values, outliers and inconsistent categories.

Tables here are arrays (n, features) of numbers, with NaN where a value is missing. What is
learnt from data (a mean to fill in, a range that is normal) is learnt by ``fit`` from the
training part alone and then applied to every part: a mean that has seen the test part is a leak.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, Literal, Self

import numpy as np

from dlcourse import validation


def table(name: str, value: Any, *, missing: bool = False) -> np.ndarray:
    """Return ``value`` as a float64 table (n, features), finite but for NaN where allowed."""
    array = validation.real_array(name, value, np.dtype(np.float64))
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {array.shape}: expected (n, features)")
    if array.size == 0:
        raise ValueError(f"{name} holds no values: expected at least one row and one feature")
    if not missing:
        return validation.finite(name, array)
    validation.finite(name, np.where(np.isnan(array), 0, array))
    return array


class Fitted:
    """Something that learns from a training table and is applied to others of the same width."""

    features: int | None = None

    def _known(self, x: Any, *, missing: bool = False) -> np.ndarray:
        """Return x as a table after checking that ``fit`` came first and saw as many features."""
        if self.features is None:
            raise RuntimeError(f"{type(self).__name__} was asked before fit: call fit(x) first")
        array = table("x", x, missing=missing)
        if array.shape[1] != self.features:
            raise ValueError(
                f"x has {array.shape[1]} features: expected {self.features}, as in fit"
            )
        return array


def duplicate_rows(x: Any) -> np.ndarray:
    """Return a mask (n,), True at each row that equals an earlier one; NaN equals NaN here."""
    array = table("x", x, missing=True) + 0.0  # -0.0 becomes 0.0, which it equals
    seen: set[bytes] = set()
    repeated = np.zeros(len(array), bool)
    for n, row in enumerate(array):
        key = np.where(np.isnan(row), np.nan, row).tobytes()
        repeated[n] = key in seen
        seen.add(key)
    return repeated


class Imputer(Fitted):
    """Fill in missing values, a feature at a time.

    Parameters
    ----------
    strategy
        "mean", "median", "most_frequent" (the smallest of equally frequent ones) of the training
        part, or "constant".
    fill_value
        What "constant" fills in.

    Attributes
    ----------
    values
        What each feature's gaps are filled with, after ``fit``.
    """

    def __init__(
        self,
        strategy: Literal["mean", "median", "most_frequent", "constant"] = "mean",
        fill_value: float = 0.0,
    ) -> None:
        known = ("mean", "median", "most_frequent", "constant")
        if strategy not in known:
            raise ValueError(f"strategy is {strategy!r}: expected one of {', '.join(known)}")
        self.strategy = strategy
        self.fill_value = validation.number("fill_value", fill_value)

    def fit(self, x: Any) -> Self:
        """Learn what to fill in from the training part."""
        array = table("x", x, missing=True)
        empty = np.isnan(array).all(axis=0)
        if empty.any() and self.strategy != "constant":
            raise ValueError(
                f"x has no value at all in feature {int(np.argmax(empty))}: expected at least one "
                f"to take the {self.strategy} of"
            )
        self.features = array.shape[1]
        if self.strategy == "mean":
            self.values = np.nanmean(array, axis=0)
        elif self.strategy == "median":
            self.values = np.nanmedian(array, axis=0)
        elif self.strategy == "constant":
            self.values = np.full(self.features, self.fill_value)
        else:
            self.values = np.array([_most_frequent(column) for column in array.T])
        return self

    def transform(self, x: Any) -> np.ndarray:
        """Return a copy of x without gaps."""
        array = self._known(x, missing=True)
        return np.where(np.isnan(array), self.values, array)


def _most_frequent(column: np.ndarray) -> float:
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    return float(values[np.argmax(counts)])


class Bounds(Fitted):
    """The range of each feature that counts as normal; a subclass says how it is found.

    Attributes
    ----------
    low, high
        The ends of the range, after ``fit``; they belong to it.
    """

    low: np.ndarray
    high: np.ndarray

    def outside(self, x: Any) -> np.ndarray:
        """Return a mask of the shape of x, True at each outlier; a missing value is none."""
        array = self._known(x, missing=True)
        return (array < self.low) | (array > self.high)

    def clip(self, x: Any) -> np.ndarray:
        """Return a copy of x with each outlier moved to the end of the range it is beyond."""
        return np.clip(self._known(x, missing=True), self.low, self.high)


class InterquartileBounds(Bounds):
    """Normal is [Q₁ - k IQR, Q₃ + k IQR], where IQR = Q₃ - Q₁ (Tukey 1977, with k = 1.5).

    Half of the data decides, so that the outliers themselves hardly move the range.
    """

    def __init__(self, factor: float = 1.5) -> None:
        self.factor = validation.number("factor", factor, least=0)

    def fit(self, x: Any) -> Self:
        """Find the ranges in the training part, gaps left out."""
        array = table("x", x, missing=True)
        first, third = np.nanpercentile(array, [25, 75], axis=0)
        reach = self.factor * (third - first)
        self.features, self.low, self.high = array.shape[1], first - reach, third + reach
        return self


class ZScoreBounds(Bounds):
    """Normal is mean ± k standard deviations.

    The outliers are part of both: one far enough out widens the range, and in a sample of n no
    z-score can exceed (n - 1) / √n (Shiffler 1988), so that with ten rows nothing passes 3.
    """

    def __init__(self, threshold: float = 3.0) -> None:
        self.threshold = validation.number("threshold", threshold, above=0)

    def fit(self, x: Any) -> Self:
        """Find the ranges in the training part, gaps left out."""
        array = table("x", x, missing=True)
        mean, reach = np.nanmean(array, axis=0), self.threshold * np.nanstd(array, axis=0)
        self.features, self.low, self.high = array.shape[1], mean - reach, mean + reach
        return self


def tidy_category(value: str) -> str:
    """Return the name in small letters, without outer spaces and with single inner ones."""
    return " ".join(value.split()).casefold()


def similar_categories(values: Iterable[str], cutoff: float = 0.8) -> dict[str, str]:
    """Return the rare spellings that look like a frequent one: {"toyouta": "toyota"}.

    Two names are alike if Ratcliff and Obershelp's measure (1988, twice the matching letters over
    all letters) is at least ``cutoff``; the one that occurs more often, or comes first in the
    alphabet, is taken for right. Names are compared tidied. It is a proposal for a person to look
    at: "ford" and "fjord" are alike too.
    """
    cutoff = validation.number("cutoff", cutoff, above=0, most=1)
    counts = Counter(tidy_category(value) for value in values)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    proposal: dict[str, str] = {}
    for position, name in enumerate(ordered):
        accepted = [better for better in ordered[:position] if better not in proposal]
        alike = [(SequenceMatcher(None, name, better).ratio(), better) for better in accepted]
        if alike:
            likeness, better = max(alike)
            if likeness >= cutoff:
                proposal[name] = better
    return proposal


def unify_categories(
    values: Iterable[str], spellings: Mapping[str, str] | None = None
) -> np.ndarray:
    """Return the names tidied, each listed spelling replaced: {"vw": "volkswagen"}."""
    corrections = {
        tidy_category(wrong): tidy_category(right) for wrong, right in (spellings or {}).items()
    }
    tidied = [tidy_category(value) for value in values]
    return np.array([corrections.get(name, name) for name in tidied], dtype=str)
