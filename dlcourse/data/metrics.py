"""How good predictions are, beyond the loss: names and conventions of scikit-learn.

Labels are whole numbers 0 … classes - 1, ``target`` the true ones, ``predicted`` the guessed
ones; ``scores`` are a model's outputs, one column a class. Everything is computed from the
confusion matrix, or in one sort, so each is a few lines to read.
"""

from typing import Any, Literal

import numpy as np

from dlcourse import validation

Average = Literal["macro", "micro", "weighted"] | None


def _pair(target: Any, predicted: Any) -> tuple[np.ndarray, np.ndarray]:
    target, predicted = np.asarray(target), np.asarray(predicted)
    if target.ndim != 1:
        raise ValueError(f"target has shape {target.shape}: expected (n,), one label a row")
    if len(target) == 0:
        raise ValueError("target holds no labels: expected at least one")
    target = validation.labels("target", target, len(target))
    return target, validation.labels("predicted", predicted, len(target))


def accuracy(target: Any, predicted: Any) -> float:
    """Return the share of labels that were guessed right."""
    target, predicted = _pair(target, predicted)
    return float(np.mean(target == predicted))


def top_k_accuracy(target: Any, scores: Any, k: int = 5) -> float:
    """Return the share of rows whose label is among the k highest scores.

    Of equal scores the higher class counts as the higher, as in scikit-learn.
    """
    scores = np.asarray(scores)
    if scores.ndim != 2:
        raise ValueError(f"scores has shape {scores.shape}: expected (n, classes)")
    target = validation.labels("target", target, len(scores), scores.shape[1])
    k = min(validation.count("k", k), scores.shape[1])
    best = np.argsort(scores, axis=1, kind="stable")[:, -k:]
    return float((best == target[:, None]).any(axis=1).mean())


def confusion_matrix(target: Any, predicted: Any, classes: int | None = None) -> np.ndarray:
    """Return the counts (classes, classes): row the true label, column the guessed one."""
    target, predicted = _pair(target, predicted)
    if classes is None:
        classes = int(max(target.max(), predicted.max())) + 1
    target = validation.labels("target", target, len(target), classes)
    predicted = validation.labels("predicted", predicted, len(target), classes)
    counts = np.bincount(target * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return above / below, with 0 / 0 = 0: a class that never occurs scores nothing."""
    return np.divide(above, below, out=np.zeros(above.shape), where=below != 0)


def _averaged(
    right: np.ndarray, below: np.ndarray, weights: np.ndarray, present: np.ndarray, average: Average
) -> Any:
    """Return right / below per class, or one of its averages over the classes that occur."""
    if average is None:
        return _ratio(right, below)[present]
    if average == "micro":
        return float(_ratio(right.sum(keepdims=True), below.sum(keepdims=True))[0])
    if average == "macro":
        return float(_ratio(right, below)[present].mean())
    if average == "weighted":
        return float(np.average(_ratio(right, below), weights=weights))
    raise ValueError(f"average is {average!r}: expected 'macro', 'micro', 'weighted' or None")


def precision(target: Any, predicted: Any, average: Average = "macro") -> Any:
    """Return, of all that was called a class, the share that is: TP / (TP + FP).

    ``average`` "macro" is the mean over the classes that occur in either array, "micro" counts
    over all classes at once, "weighted" weighs each class by its number of true labels, and None
    gives one value a class (of those that occur).
    """
    table = confusion_matrix(target, predicted)
    right, guessed, true = np.diag(table), table.sum(axis=0), table.sum(axis=1)
    return _averaged(right, guessed, true, guessed + true > 0, average)


def recall(target: Any, predicted: Any, average: Average = "macro") -> Any:
    """Return, of all that is of a class, the share that was called so: TP / (TP + FN).

    ``average`` as in ``precision``.
    """
    table = confusion_matrix(target, predicted)
    right, guessed, true = np.diag(table), table.sum(axis=0), table.sum(axis=1)
    return _averaged(right, true, true, guessed + true > 0, average)


def f1(target: Any, predicted: Any, average: Average = "macro") -> Any:
    """Return the harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    ``average`` as in ``precision``.
    """
    table = confusion_matrix(target, predicted)
    right, guessed, true = np.diag(table), table.sum(axis=0), table.sum(axis=1)
    return _averaged(2 * right, guessed + true, true, guessed + true > 0, average)


def balanced_accuracy(target: Any, predicted: Any) -> float:
    """Return the mean recall over the classes that occur in ``target``."""
    table = confusion_matrix(target, predicted)
    true = table.sum(axis=1)
    return float((np.diag(table)[true > 0] / true[true > 0]).mean())


def roc_auc(target: Any, scores: Any) -> float:
    """Return the probability that a random positive scores above a random negative.

    ``target`` (n,) of 0 and 1, ``scores`` (n,); equal scores count half. It is the area under the
    curve of true against false positive rate (Hanley and McNeil 1982).
    """
    scores = validation.finite("scores", validation.real_array("scores", scores, np.dtype(float)))
    if scores.ndim != 1:
        raise ValueError(f"scores has shape {scores.shape}: expected (n,), one score a row")
    target = validation.labels("target", target, len(scores), 2)
    positives = int(target.sum())
    negatives = len(target) - positives
    if positives == 0 or negatives == 0:
        raise ValueError("target holds one class only: expected both 0 and 1")
    # The rank of a score is its place in the sorted order; equal scores share their mean place.
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = ranks[inverse][target == 1].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def r2(target: Any, predicted: Any) -> float:
    """Return 1 - Σ(target - predicted)² / Σ(target - mean)²: 1 is perfect, 0 is the mean's own.

    With several outputs, the mean of each one's. An output that never varies scores 1 if it was
    predicted exactly, else 0.
    """
    true = validation.finite("target", validation.real_array("target", target, np.dtype(float)))
    guess = validation.real_array("predicted", predicted, np.dtype(float))
    guess = validation.finite("predicted", guess)
    if true.shape != guess.shape:
        raise ValueError(f"predicted has shape {guess.shape}: expected {true.shape}, target's own")
    if len(true) < 2:
        raise ValueError(f"target holds {len(true)} values: expected at least two")
    residual = np.square(true - guess).sum(axis=0)
    total = np.square(true - true.mean(axis=0)).sum(axis=0)
    constant = np.where(residual == 0, 1.0, 0.0)
    score = np.where(total == 0, constant, 1 - residual / np.where(total == 0, 1, total))
    return float(score.mean())
