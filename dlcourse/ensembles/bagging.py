"""Bagging: the same learner on many samples of the data, and the mean of what they say."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.ensembles.members import ClassifierEnsemble, new_member, probabilities


class Bagging(ClassifierEnsemble):
    """Fit each member to n examples drawn with replacement; average their probabilities.

    About 1/e of the examples, 37 %, are missing from a member's sample. For these it is a judge
    that has not seen them, so the bag can be judged without any held-out data.

    Parameters
    ----------
    estimator
        A scikit-learn classifier with ``predict_proba``; it stays as it is.
    members
        How many copies of it.
    random_state
        A seed, or a ``numpy.random.Generator``, for the samples and the members' own seeds.

    Attributes
    ----------
    out_of_bag_score_
        The share of examples that are right by the vote of the members that did not see them.

    Notes
    -----
    Breiman, "Bagging predictors", 1996. What it lowers is the part of the error in which members
    differ (their variance): members that know too little stay as they are.
    """

    def __init__(self, estimator: Any, members: int = 10, *, random_state: Any = 0) -> None:
        self.estimator, self.members, self.random_state = estimator, members, random_state

    def _fit(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        votes = np.zeros((len(x), len(self.classes_)))
        for _ in range(validation.count("members", self.members)):
            rows = rng.integers(0, len(x), len(x))
            member = new_member(self.estimator, rng).fit(x[rows], labels[rows])
            left = np.setdiff1d(np.arange(len(x)), rows)
            if len(left):
                votes[left] += probabilities(member, x[left], len(self.classes_))
            self.members_.append(member)
        judged = votes.any(axis=1)
        right = votes[judged].argmax(axis=1) == labels[judged]
        self.out_of_bag_score_ = float(right.mean()) if judged.any() else float("nan")

    def _vote(self, x: np.ndarray) -> np.ndarray:
        return np.mean([probabilities(m, x, len(self.classes_)) for m in self.members_], axis=0)
