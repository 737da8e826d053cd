"""The 8 × 8 digits that come with scikit-learn."""

import numpy as np

from dlcourse.data.dataset import Dataset, Split


def load_digits() -> Split:
    """Return scikit-learn's digits: 1,797 scans of 8 × 8 pixels, in three parts.

    Returns
    -------
    Split
        ``train`` (1,257), ``validation`` (270) and ``test`` (270): x float32 (n, 64) with pixels
        from 0 to 1, y int64 (n,) from 0 to 9. Each part holds about as many of each digit as the
        others, and the parts are always the same.

    Raises
    ------
    ImportError
        scikit-learn is not installed.

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998 (CC BY 4.0), the test part of it, as shipped by scikit-learn
    (BSD-3-Clause).
    """
    try:
        from sklearn.datasets import load_digits as scikit_digits
    except ImportError:
        raise ImportError(
            "the digits come with scikit-learn, which is not installed: pip install scikit-learn"
        ) from None
    pixels, labels = scikit_digits(return_X_y=True)
    x = (pixels / 16).astype(np.float32)
    y = labels.astype(np.int64)

    # Shuffle, then sort by digit keeping that order: every k-th example from there on has the
    # digits in the proportion of the whole.
    shuffled = np.random.default_rng(0).permutation(len(y))
    by_digit = shuffled[np.argsort(y[shuffled], kind="stable")]
    turn = np.arange(len(y)) % 20
    validation, test = by_digit[turn < 3], by_digit[(turn >= 10) & (turn < 13)]
    train = np.setdiff1d(by_digit, np.concatenate([validation, test]))
    return Split(*(Dataset(x[part], y[part]) for part in (train, validation, test)))
