"""Boosting: each member looks at what those before it got wrong."""

import inspect
import math
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from dlcourse import validation
from dlcourse.ensembles.members import ClassifierEnsemble, new_member


class AdaBoost(ClassifierEnsemble):
    """AdaBoost for K classes (SAMME): wrong examples gain weight, better members count more.

    With weights w of sum 1, a member of weighted error e has the vote
    α = log((1 - e) / e) + log(K - 1), and what it got wrong is multiplied by exp(α). A member no
    better than guessing, e ≥ 1 - 1/K, is thrown away, and the weights begin anew.

    Parameters
    ----------
    estimator
        A scikit-learn classifier. One whose ``fit`` takes ``sample_weight`` is given the weights;
        any other, such as ``dlcourse.estimators.Classifier``, a sample drawn by them.
    members
        At most so many; it ends early when a member is never wrong.
    random_state
        A seed, or a ``numpy.random.Generator``, for samples and the members' own seeds.

    Attributes
    ----------
    votes_
        α of each member, float64 (members,).

    Notes
    -----
    Freund and Schapire, "A decision-theoretic generalization of on-line learning and an application
    to boosting", 1997 (K = 2, and boosting by resampling); Zhu, Zou, Rosset and Hastie,
    "Multi-class AdaBoost", 2009, algorithm 2 (SAMME).
    """

    def __init__(self, estimator: Any, members: int = 10, *, random_state: Any = 0) -> None:
        self.estimator, self.members, self.random_state = estimator, members, random_state

    def _fit(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        classes = len(self.classes_)
        weights = np.full(len(x), 1 / len(x))
        votes = []
        for _ in range(validation.count("members", self.members)):
            member = new_member(self.estimator, rng)
            if "sample_weight" in inspect.signature(member.fit).parameters:
                member.fit(x, labels, sample_weight=weights)
            else:
                rows = rng.choice(len(x), len(x), p=weights)
                member.fit(x[rows], labels[rows])
            wrong = member.predict(x) != labels
            error = float(weights[wrong].sum())
            if error >= 1 - 1 / classes:
                weights = np.full(len(x), 1 / len(x))
                continue
            # A member without an error would have an infinite vote.
            vote = math.log((1 - error) / max(error, 1e-10)) + math.log(classes - 1)
            self.members_.append(member)
            votes.append(vote)
            if error == 0:
                break
            weights[wrong] *= math.exp(vote)
            weights /= weights.sum()
        if not votes:
            raise ValueError(
                "estimator was no better than guessing in every round: expected one that learns "
                "something from the weighted examples"
            )
        self.votes_ = np.array(votes)

    def _vote(self, x: np.ndarray) -> np.ndarray:
        total = np.zeros((len(x), len(self.classes_)))
        for vote, member in zip(self.votes_, self.members_, strict=True):
            total[np.arange(len(x)), member.predict(x)] += vote
        return total / self.votes_.sum()


class GradientBoosting(RegressorMixin, BaseEstimator):
    """Gradient boosting for numbers: each member learns what is left, and a part of it is added.

    F₀ = mean of y; member m is fitted to the residuals y - Fₘ₋₁(x), which are the negative gradient
    of half the squared error by the forecasts, and Fₘ = Fₘ₋₁ + ν · member m.

    Parameters
    ----------
    estimator
        A scikit-learn regressor, ``dlcourse.estimators.Regressor(hidden=(4,))`` for instance. A
        weak one: what one member alone could learn needs no boosting.
    members
        How many.
    shrinkage
        ν, above 0 and at most 1. A smaller one needs more members and often ends better.
    random_state
        A seed, or a ``numpy.random.Generator``, for the members' own seeds.

    Notes
    -----
    Friedman, "Greedy function approximation: a gradient boosting machine", 2001, algorithm 2 and
    section 5.
    """

    def __init__(
        self, estimator: Any, members: int = 20, shrinkage: float = 0.3, *, random_state: Any = 0
    ) -> None:
        self.estimator, self.members, self.shrinkage = estimator, members, shrinkage
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "GradientBoosting":  # noqa: N803  scikit-learn's name
        """Fit members, one after the other, to features X (n, features) and targets y (n,)."""
        X, y = validate_data(self, X, y, y_numeric=True)  # noqa: N806
        rate = validation.number("shrinkage", self.shrinkage, above=0, most=1)
        rng = np.random.default_rng(self.random_state)
        self.mean_ = float(np.mean(y))
        self.members_ = []
        rest = y.astype(np.float64) - self.mean_
        for _ in range(validation.count("members", self.members)):
            member = new_member(self.estimator, rng).fit(X, rest)
            rest = rest - rate * member.predict(X)
            self.members_.append(member)
        return self

    def stages(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the forecasts after 0, 1, … members, float64 (members + 1, n)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)  # noqa: N806
        steps = [self.shrinkage * member.predict(X) for member in self.members_]
        return self.mean_ + np.cumsum([np.zeros(len(X)), *steps], axis=0)

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the forecasts after the last member, float64 (n,)."""
        return self.stages(X)[-1]
