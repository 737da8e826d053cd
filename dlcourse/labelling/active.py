"""Active learning: the model says which label it wants next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.data import as_dataset

#: What an example's label is worth, from the probabilities (n, classes) that the model gives.
Query = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class LabellingRun:
    """What came of buying labels, round by round.

    Attributes
    ----------
    labels
        How many labels were known, int64 (rounds + 1,).
    accuracy
        The share of test examples that were then right, float64 (rounds + 1,).
    chosen
        Which examples of the pool were labelled, in the order in which that was asked for, int64.
    """

    labels: np.ndarray
    accuracy: np.ndarray
    chosen: np.ndarray


def active_learning(
    classifier: Any,
    pool: tuple,
    test: tuple,
    *,
    query: Query | None,
    first: int,
    each: int,
    rounds: int,
    rng: np.random.Generator | int,
) -> LabellingRun:
    """Label some examples at random, then ``each`` more a round: those that ``query`` puts highest.

    Parameters
    ----------
    classifier
        A scikit-learn classifier with ``predict_proba``, ``dlcourse.estimators.Classifier`` for
        instance. It stays as it is; a fresh clone of it learns all known labels in each round.
    pool
        A pair (x, y): examples x (n, features), and the labels y (n,) that somebody would give. A
        label is looked at only when it was asked for.
    test
        A pair (x, y) for the accuracy after each round.
    query
        ``margin``, ``least_confident``, ``entropy`` or another function of probabilities (n,
        classes) to values (n,), the highest of which are asked for; None: chosen by lot, which is
        what every query has to be compared with.
    first, each, rounds
        How many labels there are at first, how many come with a round, how many rounds there are.
    rng
        A ``numpy.random.Generator``, or a seed, for the draws. The first labels depend on it alone,
        so runs with the same seed start from the same ones, whatever their query.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong, or the pool holds fewer examples than labels are asked for.

    Notes
    -----
    Pool-based sampling: Settles, "Active learning literature survey", 2009, section 2.3. A tie is
    broken by lot.
    """
    from sklearn.base import clone

    x, y = as_dataset("pool", pool)
    test_x, test_y = as_dataset("test", test)
    if not hasattr(classifier, "predict_proba"):
        raise TypeError(
            f"classifier is {validation.describe(classifier)}: expected a scikit-learn classifier "
            "with predict_proba"
        )
    first = validation.count("first", first)
    each, rounds = validation.count("each", each), validation.count("rounds", rounds)
    wanted = first + each * rounds
    if wanted > len(x):
        raise ValueError(
            f"first, each and rounds ask for {wanted} labels: expected at most {len(x)}, the "
            "examples of the pool"
        )
    rng = validation.generator("rng", rng)
    order = rng.permutation(len(x))
    chosen, rest = order[:first], order[first:]
    counts, accuracy = [], []
    for round_number in range(rounds + 1):
        model = clone(classifier).fit(x[chosen], y[chosen])
        counts.append(len(chosen))
        accuracy.append(np.mean(model.predict(test_x) == test_y))
        if round_number == rounds:
            break
        rest = rng.permutation(rest)
        if query is not None:
            values = np.asarray(query(model.predict_proba(x[rest])))
            if values.shape != rest.shape:
                raise ValueError(
                    f"query returned {validation.describe(values)}: expected {rest.shape}, a value "
                    "for each row"
                )
            rest = rest[np.argsort(-values, kind="stable")]
        chosen, rest = np.concatenate([chosen, rest[:each]]), rest[each:]
    return LabellingRun(np.array(counts), np.array(accuracy), chosen)
