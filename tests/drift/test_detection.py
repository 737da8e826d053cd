"""Tests of drift: against loops, against SciPy, and how often they are wrong."""

import builtins
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from dlcourse.data import load_fashion_mnist
from dlcourse.drift import (
    DriftTest,
    class_frequencies,
    kolmogorov_smirnov,
    maximum_mean_discrepancy,
    shifted,
)


def slow_distance(a, b):
    """Compare the two shares at every value that occurs."""
    return max(abs(np.mean(a <= v) - np.mean(b <= v)) for v in np.concatenate([a, b]))


@pytest.mark.parametrize("seed", range(5))
def test_kolmogorov_smirnov_against_a_loop(seed):
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=(30, 3)), rng.normal(0.5, 2, size=(45, 3)).round(1)
    found = kolmogorov_smirnov(one, other)
    assert isinstance(found, DriftTest)
    expected = [slow_distance(a, b) for a, b in zip(one.T, other.T, strict=True)]
    np.testing.assert_allclose(found.statistic, expected)


def test_a_small_p_value_is_exact():
    """Of the 20 ways to deal out 6 values as 3 and 3, two are as far apart as can be."""
    found = kolmogorov_smirnov([1.0, 2, 3], [4.0, 5, 6])
    assert found.statistic[0] == 1
    assert found.p_value[0] == pytest.approx(2 / 20)


def slow_discrepancy(x, y, width):
    def k(a, b):
        return np.exp(-np.sum((a - b) ** 2) / (2 * width**2))

    n, m = len(x), len(y)
    within = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    others = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return within + others - 2 * np.mean([k(a, b) for a in x for b in y])


def test_discrepancy_against_loops():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 2)), rng.normal(1, 1, size=(6, 2))
    both = np.concatenate([x, y])
    median = np.median([np.linalg.norm(a - b) for a, b in combinations(both, 2)])
    for width, options in ((0.7, {"bandwidth": 0.7}), (median, {})):
        found = maximum_mean_discrepancy(x, y, rng=0, **options)
        assert found.statistic[0] == pytest.approx(slow_discrepancy(x, y, width), abs=1e-12)


def test_the_p_value_of_all_permutations():
    """With few examples, drawn permutations come near to the share of all that there are."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(4, 1)), rng.normal(0.8, 1, size=(4, 1))
    both = np.concatenate([x, y])
    value = slow_discrepancy(x, y, 1.0)
    every = [
        slow_discrepancy(both[list(part)], np.delete(both, part, axis=0), 1.0)
        for part in combinations(range(8), 4)
    ]
    exact = np.mean([one >= value - 1e-12 for one in every])
    found = maximum_mean_discrepancy(x, y, rng=0, bandwidth=1, permutations=4000)
    assert found.p_value[0] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4000))


@pytest.mark.parametrize("test", ["columns", "whole", "classes"])
def test_false_alarms_are_as_rare_as_promised(test):
    """At level 0.1, of 100 samples without drift: at most 22 alarms (1 in 10,000 has more)."""
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(100):
        x, y = rng.normal(size=(2, 60, 5))
        if test == "columns":
            found = kolmogorov_smirnov(x, y, level=0.1)
        elif test == "whole":
            found = maximum_mean_discrepancy(x, y, rng=rng, level=0.1, permutations=99)
        else:
            found = class_frequencies(*rng.integers(4, size=(2, 80)), level=0.1)
        alarms += found.drifted
    assert alarms <= 22
    assert test == "columns" or alarms >= 2  # Bonferroni's correction may be stricter than said


def test_the_whole_sees_what_columns_do_not():
    """Two columns that begin to go together: each by itself is as it was."""
    rng = np.random.default_rng(0)
    free = rng.normal(size=(200, 2))
    tied = rng.multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]], size=200)
    assert not kolmogorov_smirnov(free, tied).drifted
    assert maximum_mean_discrepancy(free, tied, rng=0).drifted


def test_real_images():
    fashion = load_fashion_mnist()
    old, new = fashion.validation.x[:300], fashion.test.x[:300]
    noisy = shifted(new, "noise", 0.2, rng=0)
    for test in (kolmogorov_smirnov, lambda a, b: maximum_mean_discrepancy(a, b, rng=0)):
        assert not test(old, new).drifted
        assert test(old, noisy).drifted
        assert "drift" in str(test(old, noisy))
    assert "no drift seen" in str(kolmogorov_smirnov(old, new))


def test_class_frequencies_against_the_definition():
    rng = np.random.default_rng(0)
    a, b = rng.integers(4, size=50), rng.choice(4, 70, p=[0.4, 0.3, 0.2, 0.1])
    table = np.array([np.bincount(one, minlength=4) for one in (a, b)])
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    value = ((table - expected) ** 2 / expected).sum()
    found = class_frequencies(a, b, classes=6)
    assert found.statistic[0] == pytest.approx(value)
    assert found.p_value[0] == pytest.approx(stats.chi2.sf(value, 3))
    assert not class_frequencies([1, 1], [1, 1, 1]).drifted
    assert class_frequencies([0] * 30, [1] * 30).drifted


def test_without_scipy_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    x = np.zeros((3, 2))
    for call in (
        lambda: kolmogorov_smirnov(x, x),
        lambda: maximum_mean_discrepancy(x, x, rng=0),
        lambda: class_frequencies([0], [1]),
    ):
        with pytest.raises(ImportError, match="not installed: pip install scipy"):
            call()


X = np.zeros((3, 2))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: kolmogorov_smirnov(X[:1], X), ValueError, "reference has shape .1, 2.: expected"),
        (lambda: kolmogorov_smirnov(X, X[:, :1]), ValueError, "new has 1 values an example: expe"),
        (lambda: kolmogorov_smirnov(X, X * np.nan), ValueError, "new holds 6 values that are not"),
        (lambda: kolmogorov_smirnov(X, X, level=1), ValueError, "level is 1: expected .* below 1"),
        (
            lambda: maximum_mean_discrepancy(X, X, rng=0),
            ValueError,
            "bandwidth is not given, and most examples are equal",
        ),
        (
            lambda: maximum_mean_discrepancy(X, X, rng=0, bandwidth=0),
            ValueError,
            "bandwidth is 0: expected",
        ),
        (
            lambda: maximum_mean_discrepancy(X, X, rng=0, permutations=0),
            ValueError,
            "permutations is 0: expected",
        ),
        (lambda: class_frequencies([], [1]), ValueError, "reference holds no classes"),
        (lambda: class_frequencies([-1], [1]), ValueError, "reference has the label -1"),
        (lambda: class_frequencies([0], [5], classes=3), ValueError, r"new\[0\] is 5: expected"),
        (lambda: class_frequencies([0.5], [1]), TypeError, "reference is .*: expected whole-num"),
    ],
)
def test_what_is_wrong_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call()
