"""Scaling: features of a like size, so that one learning rate suits them all.

Each scaler learns from the training part (``fit``), is applied to every part (``transform``) and
can be undone (``inverse``). A feature that never varies keeps its spread of 0 rather than being
divided by it. Names and definitions are scikit-learn's.
"""

from typing import Any, Literal, Self

import numpy as np

from dlcourse.data.preprocessing.cleaning import Fitted, table


class Scaler(Fitted):
    """x → (x - shift) / scale, a feature at a time; a subclass says which shift and scale.

    Attributes
    ----------
    shift, scale
        One of each for each feature, after ``fit``.
    """

    shift: np.ndarray
    scale: np.ndarray

    def _learn(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise NotImplementedError

    def fit(self, x: Any) -> Self:
        """Learn shift and scale from the training part (n, features)."""
        array = table("x", x)
        shift, scale = self._learn(array)
        self.features, self.shift, self.scale = (
            array.shape[1],
            shift,
            np.where(scale == 0, 1, scale),
        )
        return self

    def transform(self, x: Any) -> np.ndarray:
        """Return x scaled, as a new float64 array."""
        return (self._known(x) - self.shift) / self.scale

    def inverse(self, x: Any) -> np.ndarray:
        """Return what was scaled to x."""
        return self._known(x) * self.scale + self.shift


class StandardScaler(Scaler):
    """Standardization: mean 0 and standard deviation 1 (dividing by n) on the training part."""

    def _learn(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean = x.mean(axis=0)
        spread = x.std(axis=0)
        # A constant feature's computed spread is rounding error, not spread.
        rounding = 10 * np.finfo(x.dtype).eps * np.abs(x).max(axis=0)
        return mean, np.where(spread <= rounding, 0, spread)


class MinMaxScaler(Scaler):
    """Scaling to [0, 1] on the training part; other parts may fall outside."""

    def _learn(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x.min(axis=0), x.max(axis=0) - x.min(axis=0)


class RobustScaler(Scaler):
    """Median 0 and interquartile range 1 on the training part: outliers do not set the scale."""

    def _learn(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        first, middle, third = np.percentile(x, [25, 50, 75], axis=0)
        return middle, third - first


def normalize(x: Any, norm: Literal["l1", "l2", "max"] = "l2") -> np.ndarray:
    """Normalization: return each row divided by its own norm; a row of zeros stays so.

    Nothing is learnt from other rows, so nothing can leak.
    """
    array = table("x", x)
    if norm == "l1":
        size = np.abs(array).sum(axis=1)
    elif norm == "l2":
        size = np.sqrt(np.square(array).sum(axis=1))
    elif norm == "max":
        size = np.abs(array).max(axis=1)
    else:
        raise ValueError(f"norm is {norm!r}: expected 'l1', 'l2' or 'max'")
    return array / np.where(size == 0, 1, size)[:, None]
