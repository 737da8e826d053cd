import re
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as scikit

from dlcourse.data import metrics

labels = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@given(labels, st.sampled_from(["macro", "micro", "weighted", None]))
def test_label_metrics_are_scikit_learns(pairs, average):
    target, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    assert metrics.accuracy(target, predicted) == scikit.accuracy_score(target, predicted)
    options = {"average": average, "zero_division": 0}
    for ours, theirs in [
        (metrics.precision, scikit.precision_score),
        (metrics.recall, scikit.recall_score),
        (metrics.f1, scikit.f1_score),
    ]:
        np.testing.assert_allclose(
            ours(target, predicted, average), theirs(target, predicted, **options), rtol=1e-12
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # predicted classes that are not in target
        expected = scikit.balanced_accuracy_score(target, predicted)
    assert metrics.balanced_accuracy(target, predicted) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_array_equal(
        metrics.confusion_matrix(target, predicted, 5),
        scikit.confusion_matrix(target, predicted, labels=range(5)),
    )


@given(st.integers(0, 2**32), st.integers(1, 5), st.booleans())
def test_top_k_is_scikit_learns(seed, k, ties):
    rng = np.random.default_rng(seed)
    target = rng.integers(5, size=20)
    scores = rng.integers(3, size=(20, 5)).astype(float) if ties else rng.normal(size=(20, 5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn says that k = 5 of 5 is always right
        expected = scikit.top_k_accuracy_score(target, scores, k=k, labels=range(5))
    assert metrics.top_k_accuracy(target, scores, k) == pytest.approx(expected)


@given(st.integers(0, 2**32), st.integers(2, 60), st.booleans())
def test_roc_auc_is_scikit_learns(seed, n, ties):
    rng = np.random.default_rng(seed)
    target = rng.permutation(np.arange(n) % 2)
    scores = rng.integers(4, size=n) if ties else rng.normal(size=n)
    assert metrics.roc_auc(target, scores) == pytest.approx(scikit.roc_auc_score(target, scores))


@given(st.integers(0, 2**32), st.integers(2, 30), st.integers(1, 3))
def test_r2_is_scikit_learns(seed, n, outputs):
    rng = np.random.default_rng(seed)
    target, predicted = rng.normal(size=(2, n, outputs))
    target[:, 0] = 1.0
    assert metrics.r2(target, predicted) == pytest.approx(scikit.r2_score(target, predicted))
    assert metrics.r2(target, target) == 1


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: metrics.accuracy([], []), "target holds no labels"),
        (lambda: metrics.accuracy([1, 2], [1]), "predicted has shape (1,): expected (2,)"),
        (lambda: metrics.accuracy([[1]], [[1]]), "target has shape (1, 1): expected (n,)"),
        (lambda: metrics.confusion_matrix([0, 3], [0, 1], 3), "target[1] is 3: expected labels"),
        (lambda: metrics.f1([0, 1], [0, 1], "mean"), "average is 'mean': expected 'macro',"),
        (lambda: metrics.top_k_accuracy([0], [0.5]), "scores has shape (1,): expected (n, clas"),
        (lambda: metrics.top_k_accuracy([2], [[0.5, 1]]), "target[0] is 2: expected labels from"),
        (lambda: metrics.roc_auc([1, 1], [0.5, 1]), "target holds one class only"),
        (lambda: metrics.roc_auc([0, 1], [0.5, np.nan]), "scores[1] = nan: expected finite"),
        (lambda: metrics.r2([1, 2], [1, 2, 3]), "predicted has shape (3,): expected (2,)"),
        (lambda: metrics.r2([1], [1]), "target holds 1 values: expected at least two"),
        (lambda: metrics.r2([1, np.inf], [1, 2]), "target[1] = inf: expected finite"),
    ],
)
def test_bad_input(act, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        act()


def test_scores_are_not_labels():
    with pytest.raises(TypeError, match="expected whole-number labels"):
        metrics.accuracy([0, 1], [0.2, 0.8])
