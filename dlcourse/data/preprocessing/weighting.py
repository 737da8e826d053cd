"""Weights for classes of unequal size: which errors are to count for more."""

from typing import Any

import numpy as np

from dlcourse import validation


def class_weights(y: Any, classes: int | None = None, beta: float | None = None) -> np.ndarray:
    """Return a weight for each class, the larger the rarer it is, with mean 1 over the examples.

    Without ``beta`` each class counts as much as every other in all: with n_c of n examples in
    class c out of k, w_c = n / (k n_c). With it, w_c ∝ (1 - β) / (1 - β^n_c): an example adds the
    less to a class the more there are, so that β = 0 gives ones, and the weights without ``beta``
    are what β near 1 comes to.

    Parameters
    ----------
    y
        Labels (n,) from 0 to classes - 1, those of the training part.
    classes
        How many classes there are; as many as ``y`` shows, unless it is said.
    beta
        From 0 to below 1; 0.9, 0.99, 0.999 and so on are usual.

    Returns
    -------
    numpy.ndarray
        float64 (classes,), ready for ``SoftmaxCrossEntropy(class_weight=…)``; indexed by labels,
        ``class_weights(y)[y]``, one weight for each example.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong, or a class has no example, whose weight would be infinite.

    Notes
    -----
    King and Zeng, "Logistic regression in rare events data", 2001, section 4.2; Cui, Jia, Lin, Song
    and Belongie, "Class-balanced loss based on effective number of samples", 2019, section 3 (who
    let the weights sum to the number of classes).
    """
    array = np.asarray(y)
    if array.size == 0:
        raise ValueError("y holds no labels: expected at least one")
    if classes is not None:
        classes = validation.count("classes", classes, least=2)
    array = validation.labels("y", array, array.size, classes)
    if array.min() < 0:
        raise ValueError(f"y has the label {array.min()}: expected labels from 0 up")
    counts = np.bincount(array, minlength=classes or 0)
    if counts.min() == 0:
        raise ValueError(
            f"y has no example of class {int(np.argmin(counts))}: expected at least one of each "
            f"of the {len(counts)} classes"
        )
    weights = 1.0 / counts
    if beta is not None:
        beta = validation.number("beta", beta, least=0, below=1)
        # -expm1(n log β) = 1 - βⁿ, exact where β is nearly 1
        weights = np.ones(len(counts))
        if beta > 0:
            weights = (1 - beta) / -np.expm1(counts * np.log(beta))
    return weights * (counts.sum() / (weights * counts).sum())
