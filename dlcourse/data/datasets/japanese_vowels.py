"""JapaneseVowels: who is speaking? Sequences of unequal length."""

import numpy as np

from dlcourse.data.dataset import Dataset, Split
from dlcourse.data.datasets import vendored
from dlcourse.data.preprocessing import stratified_sample


def load_japanese_vowels() -> Split:
    """Return 640 utterances of /ae/ by nine speakers: 198, 72 and 370 of them.

    Returns
    -------
    Split
        x float32 (n, 29, 12): 29 time steps of 12 linear-prediction coefficients. An utterance
        lasts 7 to 29 steps; the steps after its end are all zeros, which no spoken one is, so
        that ``LSTM(…, padding=0.0)`` knows where it ends. y int64 (n,): the speaker, 0 to 8.

    Notes
    -----
    M. Kudo, J. Toyama and M. Shimbo, "Multidimensional curve classification using
    passing-through regions", 1999; UCI Machine Learning Repository (CC BY 4.0). The published
    training part is divided into training and validation here; the test part is the published one.
    """
    parts = vendored.read("japanese_vowels.npz")
    x, y = parts["train_x"], parts["train_y"].astype(np.int64)
    held_out = np.zeros(len(y), bool)
    held_out[stratified_sample(y, 72, rng=0)] = True
    return Split(
        Dataset(x[~held_out], y[~held_out]),
        Dataset(x[held_out], y[held_out]),
        Dataset(parts["test_x"], parts["test_y"].astype(np.int64)),
    )
