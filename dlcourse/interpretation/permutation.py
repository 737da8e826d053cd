"""Explanations by mixing up: what a score loses when one column is dealt out anew."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.data import as_dataset
from dlcourse.model import Sequential


@dataclass(frozen=True)
class PermutationImportance:
    """By how much a score fell for each feature.

    Attributes
    ----------
    falls
        float64 (features, repeats): the score as it is, less the score with that column permuted.
    mean, spread
        Their mean and standard deviation over the repeats, (features,).
    score
        The score as it is.
    """

    falls: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    score: float


class _AsEstimator:
    """A trained model with the two methods that scikit-learn asks for."""

    def __init__(self, model: Sequential) -> None:
        self.model = model

    def fit(self, x: Any, y: Any) -> "_AsEstimator":
        return self

    def predict(self, x: Any) -> np.ndarray:
        return self.model.predict(x)


def permutation_importance(
    model: Any,
    data: tuple,
    metric: Callable[[np.ndarray, np.ndarray], float],
    *,
    rng: np.random.Generator | int,
    repeats: int = 10,
) -> PermutationImportance:
    """Return what ``metric`` loses when one feature after another is permuted among the examples.

    Parameters
    ----------
    model
        A ``Sequential``, or anything else with ``predict(x)``, trained already.
    data
        A pair (x, y) of features (n, features) and targets; held-out ones, because on training data
        what was learnt by heart looks important.
    metric
        A function of (targets, what ``predict`` returns), higher is better:
        ``lambda y, scores: accuracy(y, scores.argmax(axis=1))`` for a network's logits.
    rng
        A ``numpy.random.Generator``, or a seed, for the permutations.
    repeats
        How many permutations of each column.

    Notes
    -----
    By scikit-learn's ``permutation_importance``. Of two features that say the same, each looks
    unimportant: the other one is still there. Breiman, "Random forests", 2001, section 10.
    """
    try:
        from sklearn.inspection import permutation_importance as by_scikit
    except ImportError:
        raise ImportError(
            "permutation_importance is scikit-learn's, which is not installed: "
            "pip install scikit-learn"
        ) from None
    if not callable(getattr(model, "predict", None)):
        raise TypeError(f"model is {validation.describe(model)}: expected one with predict(x)")
    x, y = as_dataset("data", data)
    if x.ndim != 2:
        raise ValueError(f"data.x has shape {x.shape}: expected (n, features)")
    if not callable(metric):
        raise TypeError(
            f"metric is {validation.describe(metric)}: expected a function of (targets, outputs)"
        )
    seed = int(validation.generator("rng", rng).integers(2**31))

    def score(estimator: Any, x: np.ndarray, y: np.ndarray) -> float:
        return float(metric(y, estimator.predict(x)))

    found = by_scikit(
        _AsEstimator(model), x, y, scoring=score,
        n_repeats=validation.count("repeats", repeats), random_state=seed,
    )  # fmt: skip
    return PermutationImportance(
        found.importances, found.importances_mean, found.importances_std,
        float(metric(y, model.predict(x))),
    )  # fmt: skip
