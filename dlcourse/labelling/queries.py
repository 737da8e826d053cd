"""How much a model could learn from an example's label, judged by what it predicts without it."""

import numpy as np

from dlcourse import validation


def least_confident(probabilities: np.ndarray) -> np.ndarray:
    """Return 1 - the largest probability of each row (n, classes), as float64 (n,).

    Lewis and Gale, "A sequential algorithm for training text classifiers", 1994.
    """
    return 1 - _checked(probabilities).max(axis=1)


def margin(probabilities: np.ndarray) -> np.ndarray:
    """Return 1 - (largest - second largest probability) of each row (n, classes), float64 (n,).

    Scheffer, Decomain and Wrobel, "Active hidden Markov models for information extraction", 2001.
    """
    ordered = np.sort(_checked(probabilities), axis=1)
    return 1 - (ordered[:, -1] - ordered[:, -2])


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """Return -Σ p log p of each row (n, classes), with 0 log 0 = 0, as float64 (n,).

    Settles, "Active learning literature survey", 2009, section 3.1.
    """
    p = _checked(probabilities)
    return -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1)


def _checked(probabilities: np.ndarray) -> np.ndarray:
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 2 or p.shape[1] < 2:
        raise ValueError(
            f"probabilities is {validation.describe(p)}: expected (n, classes) with at least two "
            "classes"
        )
    return p
