"""Encoding: categories as numbers that claim no order."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from dlcourse import validation


class OneHotEncoder:
    """One column a category, 1 in the row's own and 0 elsewhere.

    Parameters
    ----------
    unknown
        What to do with a category that ``fit`` did not see: "error", or "zeros", a row of zeros.

    Attributes
    ----------
    categories
        The categories in sorted order, one for each column, after ``fit``.
    """

    def __init__(self, unknown: str = "error") -> None:
        if unknown not in ("error", "zeros"):
            raise ValueError(f"unknown is {unknown!r}: expected 'error' or 'zeros'")
        self.unknown = unknown
        self.categories: np.ndarray | None = None

    def fit(self, values: Iterable[Any]) -> Self:
        """Learn the categories from the training part, (n,) names or whole numbers."""
        self.categories = np.unique(_categories(values))
        return self

    def transform(self, values: Iterable[Any]) -> np.ndarray:
        """Return float32 (n, categories)."""
        if self.categories is None:
            raise RuntimeError("OneHotEncoder was asked before fit: call fit(values) first")
        found = _categories(values)
        place = np.searchsorted(self.categories, found).clip(max=len(self.categories) - 1)
        known = self.categories[place] == found
        if self.unknown == "error" and not known.all():
            first = int(np.argmin(known))
            raise ValueError(
                f"values[{first}] is {found[first].item()!r}: expected one of "
                f"{', '.join(map(str, self.categories))}"
            )
        encoded = np.zeros((len(found), len(self.categories)), np.float32)
        encoded[np.flatnonzero(known), place[known]] = 1
        return encoded

    def inverse(self, encoded: Any) -> np.ndarray:
        """Return the category with the largest value of each row."""
        if self.categories is None:
            raise RuntimeError("OneHotEncoder was asked before fit: call fit(values) first")
        rows = validation.batch("encoded", encoded, (len(self.categories),), np.dtype(np.float64))
        return self.categories[rows.argmax(axis=1)]


def _categories(values: Iterable[Any]) -> np.ndarray:
    array = np.asarray(values if isinstance(values, np.ndarray) else list(values))
    if array.dtype.kind == "O":
        kinds = {type(value).__name__ for value in array.ravel()}
        if kinds != {"str"}:
            raise TypeError(
                f"values holds {', '.join(sorted(kinds))}: expected names or whole numbers alone"
            )
        array = array.astype(str)
    if array.ndim != 1 or len(array) == 0:
        raise ValueError(f"values has shape {array.shape}: expected (n,) with at least one")
    if array.dtype.kind not in "iuUb":
        raise TypeError(f"values has dtype {array.dtype}: expected names or whole numbers")
    return array


def one_hot(labels: Any, classes: int) -> np.ndarray:
    """Return float32 (n, classes) with a 1 at each row's label, 0 … classes - 1."""
    array = np.asarray(labels)
    array = validation.labels("labels", array, array.size, validation.count("classes", classes))
    encoded = np.zeros((len(array), classes), np.float32)
    encoded[np.arange(len(array)), array] = 1
    return encoded
