"""Class weights: against scikit-learn's and Cui et al.'s own formula, and what they sum to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from dlcourse.data.preprocessing import class_weights
from dlcourse.losses import SoftmaxCrossEntropy

counts = st.lists(st.integers(1, 300), min_size=2, max_size=8)


def labels(numbers):
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(numbers)), numbers))


@given(counts)
def test_balanced_weights_are_scikit_learns(numbers):
    y = labels(numbers)
    expected = compute_class_weight("balanced", classes=np.arange(len(numbers)), y=y)
    np.testing.assert_allclose(class_weights(y), expected, rtol=1e-12)


@given(counts, st.floats(0.01, 0.9999))
def test_effective_numbers_against_their_definition(numbers, beta):
    """An effective number is a sum of powers, 1 + β + … + βⁿ⁻¹, added up here one by one."""
    effective = np.array([sum(beta**k for k in range(n)) for n in numbers])
    expected = 1 / effective
    expected *= sum(numbers) / np.dot(expected, numbers)
    found = class_weights(labels(numbers), beta=beta)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert found[labels(numbers)].mean() == pytest.approx(1)


def test_the_two_ends_of_beta():
    y = labels([3, 50, 7])
    np.testing.assert_array_equal(class_weights(y, beta=0), np.ones(3))
    np.testing.assert_allclose(class_weights(y, beta=1 - 1e-12), class_weights(y), rtol=1e-6)


def test_a_weighted_loss_is_the_loss_of_a_balanced_set():
    """Each class once, by its mean loss: what a set with equally many of each would give."""
    y = labels([4, 20, 9])
    logits = np.random.default_rng(1).normal(size=(len(y), 3))
    weighted = SoftmaxCrossEntropy(class_weight=class_weights(y)).forward(logits, y)
    plain = SoftmaxCrossEntropy()
    by_class = [plain.forward(logits[y == c], y[y == c]) for c in range(3)]
    assert weighted == pytest.approx(np.mean(by_class))


@pytest.mark.parametrize(
    ("y", "options", "error", "words"),
    [
        ([], {}, ValueError, "y holds no labels: expected at least one"),
        ([0, 2], {}, ValueError, "no example of class 1: expected at least one of each of the 3"),
        ([0, 1], {"classes": 3}, ValueError, "y has no example of class 2"),
        ([0, 3], {"classes": 3}, ValueError, r"y\[1\] is 3: expected labels from 0 to 2"),
        ([-1, 0], {}, ValueError, "y has the label -1: expected labels from 0 up"),
        ([0.5, 1], {}, TypeError, "y is an array .*: expected whole-number labels"),
        ([0, 1], {"beta": 1}, ValueError, "beta is 1: expected .* below 1"),
        ([0, 1], {"classes": 1}, ValueError, "classes is 1: expected a whole number of at least 2"),
    ],
)
def test_what_is_wrong_is_said(y, options, error, words):
    with pytest.raises(error, match=words):
        class_weights(np.array(y, dtype=float if len(y) == 0 else None), **options)
