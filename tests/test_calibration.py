"""Calibration: against loops over examples, a search on a grid, scikit-learn, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from dlcourse.calibration import (
    Reliability,
    brier_score,
    expected_calibration_error,
    fit_temperature,
    probabilities,
    reliability,
    with_class_shares,
)
from dlcourse.losses import SoftmaxCrossEntropy


def drawn(n=400, classes=5, temperature=1.0, seed=0):
    """Draw logits, and labels by the probabilities that the logits mean at this temperature."""
    rng = np.random.default_rng(seed)
    z = 2 * rng.normal(size=(n, classes))
    p = probabilities(z, temperature)
    y = np.array([rng.choice(classes, p=row) for row in p])
    return z, y


def slow_reliability(p, y, edges):
    """Count example by example, bin by bin."""
    kept = [[] for _ in edges[1:]]
    for row, label in zip(p, y, strict=True):
        sure = row.max()
        for b in range(len(kept)):
            if (edges[b] < sure <= edges[b + 1]) or (b == 0 and sure == edges[0]):
                kept[b].append((sure, float(np.argmax(row) == label)))
                break
    error = sum(
        len(one) / len(p) * abs(np.mean([c for c, _ in one]) - np.mean([r for _, r in one]))
        for one in kept
        if one
    )
    return [len(one) for one in kept], error


@given(st.integers(2, 6), st.integers(1, 20), st.integers(0, 10_000))
def test_reliability_against_a_loop(classes, bins, seed):
    z, y = drawn(50, classes, seed=seed)
    p = probabilities(z)
    found = reliability(p, y, bins)
    counts, error = slow_reliability(p, y, np.linspace(0, 1, bins + 1))
    assert isinstance(found, Reliability)
    assert found.counts.tolist() == counts
    assert found.error == pytest.approx(error, abs=1e-12)
    assert expected_calibration_error(p, y, bins) == found.error
    assert (np.isnan(found.accuracy) == (found.counts == 0)).all()


def test_two_classes_against_scikit_learn():
    z, y = drawn(500, 2)
    p = probabilities(z)
    right = p.argmax(axis=1) == y
    accuracy, confidence = calibration_curve(right, p.max(axis=1), n_bins=10)
    found = reliability(p, y, 10)
    there = found.counts > 0
    np.testing.assert_allclose(found.accuracy[there], accuracy)
    np.testing.assert_allclose(found.confidence[there], confidence)


def test_bins_of_equal_counts():
    z, y = drawn(400)
    found = reliability(probabilities(z), y, 8, equal_counts=True)
    assert found.counts.tolist() == [50] * 8


def test_by_hand():
    p = [[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]]
    found = reliability(p, [0, 1, 1, 1], bins=2)
    assert found.counts.tolist() == [0, 4]
    assert found.confidence[1] == pytest.approx(0.75)
    assert found.accuracy[1] == 0.75
    assert found.error == pytest.approx(0)
    assert reliability(p, [0, 1, 1, 1], bins=10).error == pytest.approx(0.4)


def test_certainty_falls_into_the_last_bin_and_rounding_is_forgiven():
    found = reliability(np.array([[1.0004, 0], [0, 1]], np.float32), [0, 0], 10)
    assert found.counts[-1] == 2
    assert found.accuracy[-1] == 0.5


@pytest.mark.parametrize("true", [0.3, 1.0, 2.5])
def test_the_temperature_that_drew_the_labels_is_found(true):
    z, y = drawn(20_000, temperature=true)
    assert fit_temperature(z, y) == pytest.approx(true, rel=0.05)


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e6])
def test_no_temperature_on_a_grid_is_better(scale):
    z, y = drawn(300, temperature=1.7)
    best = fit_temperature(scale * z, y) / scale
    loss = SoftmaxCrossEntropy()
    lowest = loss.forward(z / best, y)
    for other in best * np.linspace(0.5, 2, 101):
        assert loss.forward(z / other, y) >= lowest - 1e-12


def test_a_temperature_changes_no_prediction():
    z, _ = drawn()
    order = np.argsort(z, axis=1)
    for temperature in (0.1, 1, 10):
        p = probabilities(z, temperature)
        np.testing.assert_array_equal(np.argsort(p, axis=1), order)
        np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_allclose(probabilities(z, 1e9), 0.2, atol=1e-8)


def test_huge_logits_do_not_overflow():
    z = np.array([[1e30, 0], [0, 1e30], [1e30, 0.0]])
    np.testing.assert_array_equal(probabilities(z), [[1, 0], [0, 1], [1, 0]])
    assert np.isfinite(fit_temperature(z, [0, 1, 1]))


def test_brier_against_scikit_learn():
    z, y = drawn(100, 4)
    p = probabilities(z)
    expected = brier_score_loss(y, p, labels=np.arange(4), scale_by_half=False)
    assert brier_score(p, y) == pytest.approx(expected)
    assert brier_score([[0, 1]], [0]) == 2


def test_the_true_probabilities_have_the_lowest_brier_score():
    z, y = drawn(20_000)
    scores = {t: brier_score(probabilities(z, t), y) for t in (0.5, 1.0, 2.0)}
    assert min(scores, key=scores.get) == 1.0


def test_new_class_shares_by_bayes_rule():
    """Two bell curves with known densities: the answer is known for any shares."""
    x = np.linspace(-3, 3, 50)
    density = np.exp(-0.5 * (x[:, None] - [-1, 1]) ** 2)

    def posterior(shares):
        p = density * shares
        return p / p.sum(axis=1, keepdims=True)

    found = with_class_shares(posterior([0.9, 0.1]), [90, 10], [0.25, 0.75])
    np.testing.assert_allclose(found, posterior([0.25, 0.75]), atol=1e-12)


GOOD = [[0.5, 0.5], [0.2, 0.8]]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: probabilities([1, 2]), ValueError, r"logits has shape \(2,\): expected \(n, cla"),
        (lambda: probabilities([[1, np.nan]]), ValueError, "logits holds 1 values .* not finite"),
        (lambda: probabilities([[1, 2]], 0), ValueError, "temperature is 0: expected .* above 0"),
        (lambda: reliability([[0.5, 0.6]], [0]), ValueError, "sum 1.1: expected probabilities"),
        (lambda: reliability([[-0.5, 1.5]], [0]), ValueError, "smallest value -0.5 and sum 1"),
        (lambda: reliability(GOOD, [0]), ValueError, r"target has shape \(1,\): expected \(2,\)"),
        (lambda: reliability(GOOD, [0, 2]), ValueError, r"target\[1\] is 2: expected labels"),
        (lambda: reliability(GOOD, [0, 1], 0), ValueError, "bins is 0: expected"),
        (lambda: reliability(GOOD, [0, 1], equal_counts=1), TypeError, "equal_counts is 1 "),
        (lambda: brier_score([["a", "b"]], [0]), TypeError, "expected an array of real numbers"),
        (lambda: fit_temperature([[2, 1], [0, 3]], [0, 1]), ValueError, "expected at least one mi"),
        (lambda: fit_temperature([[2, 1], [0, 3]], [1, 0]), ValueError, "no higher than the other"),
        (lambda: with_class_shares(GOOD, [1, 0], [1, 1]), ValueError, "learnt has smallest value"),
        (lambda: with_class_shares(GOOD, [1, 1], [1]), ValueError, r"expected has shape \(1,\)"),
    ],
)
def test_what_is_wrong_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call()
