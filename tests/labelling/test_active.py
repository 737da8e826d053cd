"""Buying labels: who is asked for, in which order, and what is refused."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from dlcourse.data import load_digits
from dlcourse.labelling import LabellingRun, active_learning, entropy, least_confident, margin

ROWS = np.array([[0.5, 0.5, 0.0], [0.6, 0.3, 0.1], [1.0, 0.0, 0.0], [0.4, 0.3, 0.3]])


class Known(ClassifierMixin, BaseEstimator):
    """A classifier that is surer the farther an example's only feature is from zero."""

    def fit(self, x, y):
        self.classes_ = np.array([0, 1])
        self.trained_on = sorted(x[:, 0].tolist())
        return self

    def predict_proba(self, x):
        yes = 1 / (1 + np.exp(-x[:, 0]))
        return np.stack([1 - yes, yes], axis=1)

    def predict(self, x):
        return (x[:, 0] > 0).astype(int)


def line(n=21):
    x = np.linspace(-5, 5, n)[:, None]
    return x, (x[:, 0] > 0).astype(int)


def run(query=margin, **options):
    chosen = {"first": 3, "each": 2, "rounds": 4, "rng": 0} | options
    return active_learning(Known(), line(), line(), query=query, **chosen)


def test_the_three_queries_by_hand():
    np.testing.assert_allclose(least_confident(ROWS), [0.5, 0.4, 0, 0.6])
    np.testing.assert_allclose(margin(ROWS), [1, 0.7, 0, 0.9])
    by_hand = [np.log(2), -(0.6 * np.log(0.6) + 0.3 * np.log(0.3) + 0.1 * np.log(0.1)), 0]
    np.testing.assert_allclose(entropy(ROWS)[:3], by_hand, atol=1e-15)


@pytest.mark.parametrize("query", [least_confident, margin, entropy])
@pytest.mark.parametrize("wrong", [np.ones(3), np.ones((3, 1))])
def test_a_query_wants_rows_of_probabilities(query, wrong):
    with pytest.raises(ValueError, match=r"probabilities is .*: expected \(n, classes\)"):
        query(wrong)


@pytest.mark.parametrize("query", [least_confident, margin, entropy])
def test_what_is_nearest_to_the_border_is_asked_for_first(query):
    done = run(query)
    x = np.abs(line()[0][:, 0])
    rest = np.setdiff1d(np.arange(21), done.chosen[:3])
    nearest = x[rest][np.argsort(x[rest])][:8]
    np.testing.assert_allclose(np.sort(x[done.chosen[3:]]), np.sort(nearest))
    np.testing.assert_allclose(x[done.chosen[3:5]], nearest[:2])


def test_counts_and_no_example_twice():
    for query in (None, margin):
        done = run(query)
        assert isinstance(done, LabellingRun)
        assert done.labels.tolist() == [3, 5, 7, 9, 11]
        assert len(set(done.chosen.tolist())) == 11
        assert done.accuracy.tolist() == [1.0] * 5


def test_one_seed_one_run_and_the_same_first_labels():
    np.testing.assert_array_equal(run(rng=5).chosen, run(rng=5).chosen)
    np.testing.assert_array_equal(run(rng=5).chosen[:3], run(None, rng=5).chosen[:3])
    assert run(None, rng=5).chosen.tolist() != run(None, rng=6).chosen.tolist()


def test_labels_are_looked_at_only_when_asked_for():
    x, y = line()
    done = run()
    hidden = np.full(len(y), 7)  # a label that nothing may meet
    hidden[done.chosen] = y[done.chosen]
    again = active_learning(
        Known(), (x, hidden), (x, y), query=margin, first=3, each=2, rounds=4, rng=0
    )
    np.testing.assert_array_equal(done.chosen, again.chosen)


def test_margin_beats_the_lot_on_digits():
    digits = load_digits()
    model = LogisticRegression(max_iter=300)
    options = {"first": 20, "each": 20, "rounds": 6}
    ends = {}
    for query in (None, margin):
        runs = [
            active_learning(model, digits.train, digits.test, query=query, rng=seed, **options)
            for seed in range(4)
        ]
        ends[query] = np.mean([done.accuracy[-1] for done in runs])
    assert ends[margin] > ends[None] + 0.01


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"first": 0}, "first is 0: expected a whole number of at least 1"),
        ({"rounds": 10}, "ask for 23 labels: expected at most 21"),
        ({"query": lambda p: p}, "query returned .*: expected \\(18,\\)"),
    ],
)
def test_what_is_wrong_is_said(options, words):
    with pytest.raises(ValueError, match=words):
        run(**options)


def test_a_classifier_without_probabilities_is_refused():
    with pytest.raises(TypeError, match=r"classifier is .*: expected .* with predict_proba"):
        active_learning(object(), line(), line(), query=None, first=2, each=1, rounds=1, rng=0)
