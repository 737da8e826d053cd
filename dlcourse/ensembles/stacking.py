"""Stacking: a learner that learns from what other learners say."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.ensembles.members import ClassifierEnsemble, new_member, probabilities


class Stacking(ClassifierEnsemble):
    """Fit a final classifier to the probabilities that several different ones give.

    What a member says about an example that it has learnt is far too sure. So each member is fitted
    ``folds`` times, without one part of the data each time, and speaks about that part alone; from
    these words the final one learns. Then each member is fitted once more, to everything.

    Parameters
    ----------
    estimators
        Scikit-learn classifiers with ``predict_proba``; the more they differ, the better.
    final
        The classifier that decides; None for scikit-learn's logistic regression.
    folds
        Into how many parts the data is cut.
    random_state
        A seed, or a ``numpy.random.Generator``, for the parts and all seeds.

    Notes
    -----
    Wolpert, "Stacked generalization", 1992.
    """

    def __init__(
        self, estimators: Sequence[Any], final: Any = None, folds: int = 5, *, random_state: Any = 0
    ) -> None:
        self.estimators, self.final = estimators, final
        self.folds, self.random_state = folds, random_state

    def _fit(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold

        if not len(self.estimators):
            raise ValueError("estimators is empty: expected at least one classifier")
        folds = validation.count("folds", self.folds, least=2)
        fewest = int(np.bincount(labels).min())
        if fewest < folds:
            raise ValueError(
                f"folds is {folds}, and a class has {fewest} examples: expected one for each fold"
            )
        classes = len(self.classes_)
        parts = StratifiedKFold(folds, shuffle=True, random_state=int(rng.integers(2**31)))
        said = np.empty((len(x), len(self.estimators), classes))
        for column, estimator in enumerate(self.estimators):
            for kept, left in parts.split(x, labels):
                member = new_member(estimator, rng).fit(x[kept], labels[kept])
                said[left, column] = probabilities(member, x[left], classes)
            self.members_.append(new_member(estimator, rng).fit(x, labels))
        final = LogisticRegression(max_iter=1000) if self.final is None else self.final
        self.final_ = new_member(final, rng).fit(said.reshape(len(x), -1), labels)

    def _vote(self, x: np.ndarray) -> np.ndarray:
        classes = len(self.classes_)
        said = [probabilities(member, x, classes) for member in self.members_]
        return probabilities(self.final_, np.concatenate(said, axis=1), classes)
