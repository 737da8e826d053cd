"""What all ensembles of classifiers share: members, their votes, scikit-learn's conventions."""

from typing import Any

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, clone
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError:
    raise ImportError(
        "dlcourse.ensembles follows scikit-learn, which is not installed: pip install scikit-learn"
    ) from None

from dlcourse import validation


class ClassifierEnsemble(ClassifierMixin, BaseEstimator):
    """An ensemble of classifiers; a subclass says how its members come about and vote.

    Attributes
    ----------
    classes_
        The names of the classes, sorted.
    members_
        The fitted classifiers.
    """

    classes_: np.ndarray
    members_: list[Any]

    def fit(self, X: Any, y: Any) -> "ClassifierEnsemble":  # noqa: N803  scikit-learn's name
        """Fit new members to features X (n, features) and the names of their classes y (n,)."""
        X, y = validate_data(self, X, y)  # noqa: N806
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y holds one class, {self.classes_[0]!r}: expected at least two to tell apart"
            )
        self.members_ = []
        self._fit(X, labels, np.random.default_rng(self.random_state))
        return self

    def _fit(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        """Fill ``members_``; ``labels`` are 0 … classes - 1."""
        raise NotImplementedError

    def _vote(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of each class, (n, classes)."""
        raise NotImplementedError

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the probability of each class, float64 (n, classes)."""
        check_is_fitted(self)
        return self._vote(validate_data(self, X, reset=False))

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the most probable class of each row."""
        probability = self.predict_proba(X)
        return self.classes_[probability.argmax(axis=1)]


def new_member(estimator: Any, rng: np.random.Generator) -> Any:
    """Return an unfitted copy of ``estimator`` with a seed of its own, where it takes one."""
    if not hasattr(estimator, "fit") or not hasattr(estimator, "get_params"):
        raise TypeError(
            f"estimator is {validation.describe(estimator)}: expected a scikit-learn estimator, "
            "such as dlcourse.estimators.Classifier()"
        )
    member = clone(estimator)
    if "random_state" in member.get_params(deep=False):
        member.set_params(random_state=int(rng.integers(2**31)))
    return member


def probabilities(member: Any, x: np.ndarray, classes: int) -> np.ndarray:
    """Return a member's probabilities over all ``classes``; one that it never saw has 0."""
    if not hasattr(member, "predict_proba"):
        raise TypeError(
            f"estimator is {validation.describe(member)}: expected a classifier with predict_proba"
        )
    spread = np.zeros((len(x), classes))
    spread[:, member.classes_] = member.predict_proba(x)
    return spread
