"""Calibration: whether 90 % sure means right nine times in ten, and what to do if it does not.

Probabilities are rows (n, classes) that sum to 1; targets are labels (n,) from 0 to classes - 1.
Everything is computed in float64.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import validation

#: How far a row of probabilities may be from summing to 1, for float32's sake.
SUM_TOLERANCE = 1e-3


def _scores(name: str, value: Any) -> np.ndarray:
    array = validation.real_array(name, value, np.dtype(np.float64))
    if array.ndim != 2 or array.shape[1] < 2 or len(array) == 0:
        raise ValueError(
            f"{name} has shape {array.shape}: expected (n, classes) with at least one row and two "
            "classes"
        )
    return validation.finite(name, array)


def _judged(probabilities: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    p = _scores("probabilities", probabilities)
    wrong = (p.min(axis=1) < 0) | (np.abs(p.sum(axis=1) - 1) > SUM_TOLERANCE)
    if wrong.any():
        row = p[int(np.argmax(wrong))]
        raise ValueError(
            f"probabilities has a row of smallest value {row.min():g} and sum {row.sum():g}: "
            "expected probabilities, which sum to 1"
        )
    return p, validation.labels("target", target, len(p), p.shape[1])


def probabilities(logits: Any, temperature: float = 1.0) -> np.ndarray:
    """Return softmax(logits / T), float64 (n, classes): surer for T < 1, less sure for T > 1.

    The order within a row stays, and with it every prediction.
    """
    z = _scores("logits", logits) / validation.number("temperature", temperature, above=0)
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


def fit_temperature(logits: Any, target: Any) -> float:
    """Return the temperature T at which softmax(logits / T) has the lowest cross-entropy.

    Parameters
    ----------
    logits
        Outputs (n, classes) of a trained model for examples that it was *not* trained on: the
        validation part.
    target
        Their labels.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong, or no temperature is best: every label has the highest logit (colder
        is always better), or the labels have no higher logits than others (hotter is).

    Notes
    -----
    With s = 1/T the cross-entropy is convex in s, and its slope is the mean of
    Σ_c p_c z_c - z_label, which only rises: it is halved towards its zero. Guo, Pleiss, Sun and
    Weinberger, "On calibration of modern neural networks", 2017, section 4.2.
    """
    z = _scores("logits", logits)
    target = validation.labels("target", target, len(z), z.shape[1])
    z = z - np.take_along_axis(z, target[:, None], axis=1)  # the label's own is 0 from now on
    size = np.abs(z).max()
    if z.max() <= 0:
        raise ValueError(
            "every label has the highest of its logits: expected at least one mistake, without "
            "which the lower temperature is always the better"
        )

    def slope(s: float) -> float:
        e = np.exp(s * (z - z.max(axis=1, keepdims=True)))
        return float(np.mean((e * z).sum(axis=1) / e.sum(axis=1)))

    if slope(0.0) >= 0:
        raise ValueError(
            "the labels' logits are no higher than the others' on average: expected outputs of a "
            "model that has learnt something"
        )
    high = 1 / size
    while slope(high) < 0:
        high *= 2
    low = 0.0
    # float64 has 53 binary digits: as many halvings, and some for a low end far below the high one
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return 2 / (low + high)


@dataclass(frozen=True)
class Reliability:
    """What a model's sureness was worth, by bins of it.

    Attributes
    ----------
    edges
        float64 (bins + 1,): bin b holds confidences above ``edges[b]``, up to ``edges[b + 1]``.
    counts
        int64 (bins,): how many predictions fall into each bin.
    confidence, accuracy
        float64 (bins,): the mean of the predictions' probabilities, and the share of them that are
        right; NaN where a bin is empty.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error, Σ_b n_b / n · |accuracy_b - confidence_b|."""
        gaps = np.abs(self.accuracy - self.confidence)
        return float(np.average(gaps[self.counts > 0], weights=self.counts[self.counts > 0]))


def reliability(
    probabilities: Any, target: Any, bins: int = 15, equal_counts: bool = False
) -> Reliability:
    """Return how often predictions are right, by how sure they are: a reliability diagram's data.

    Parameters
    ----------
    probabilities, target
        Rows (n, classes) and labels (n,). Of each row the highest probability counts, and whether
        its class is the label (of equal ones, the first class).
    bins
        How many bins.
    equal_counts
        False: bins of equal width from 0 to 1. True: bins that hold equally many predictions, as
        far as equal probabilities allow.

    Notes
    -----
    DeGroot and Fienberg, "The comparison and evaluation of forecasters", 1983; the error is that
    of Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", 2015. It depends on the bins: say how many there were.
    """
    p, target = _judged(probabilities, target)
    bins = validation.count("bins", bins)
    confidence = np.minimum(p.max(axis=1), 1.0)
    right = p.argmax(axis=1) == target
    edges = np.linspace(0, 1, bins + 1)
    if validation.flag("equal_counts", equal_counts):
        edges[1:-1] = np.quantile(confidence, edges[1:-1], method="inverted_cdf")
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    below = np.where(counts > 0, counts, np.nan)
    return Reliability(
        edges,
        counts,
        np.bincount(place, confidence, bins) / below,
        np.bincount(place, right, bins) / below,
    )


def expected_calibration_error(probabilities: Any, target: Any, bins: int = 15) -> float:
    """Return Σ_b n_b / n · |accuracy_b - confidence_b| over bins of equal width (Naeini 2015)."""
    return reliability(probabilities, target, bins).error


def brier_score(probabilities: Any, target: Any) -> float:
    """Return the mean of Σ_c (p_c - [c = label])², from 0 to 2.

    Lower is better, and in the long run only the true probabilities are best (Brier, "Verification
    of forecasts expressed in terms of probability", 1950, whose form this is).
    """
    p, target = _judged(probabilities, target)
    p = p.copy()
    p[np.arange(len(p)), target] -= 1
    return float(np.square(p).sum(axis=1).mean())


def with_class_shares(probabilities: Any, learnt: Any, expected: Any) -> np.ndarray:
    """Return the probabilities for data in which the classes have other shares.

    A model learns p(class | x) under the shares of its training data. If only the shares are other
    ones where it is used, Bayes' rule gives p'_c ∝ p_c · expected_c / learnt_c.

    Parameters
    ----------
    probabilities
        Rows (n, classes).
    learnt, expected
        The classes' shares (classes,), or counts, all above 0, in the training data and in use.

    Notes
    -----
    Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities", 2002, section 2.
    """
    p, _ = _judged(probabilities, np.zeros(len(_scores("probabilities", probabilities)), int))
    shares = []
    for name, value in (("learnt", learnt), ("expected", expected)):
        share = validation.real_array(name, value, np.dtype(np.float64))
        if share.shape != (p.shape[1],):
            raise ValueError(f"{name} has shape {share.shape}: expected ({p.shape[1]},)")
        if not (np.isfinite(share).all() and share.min() > 0):
            raise ValueError(f"{name} has smallest value {share.min():g}: expected above 0")
        shares.append(share / share.sum())
    p = p * (shares[1] / shares[0])
    return p / p.sum(axis=1, keepdims=True)
