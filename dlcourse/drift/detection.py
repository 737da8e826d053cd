"""Noticing drift: tests of whether two samples come from one distribution.

No labels are needed. What is compared may be inputs, a model's outputs, or its guesses; Rabanser,
Günnemann and Lipton, "Failing loudly", 2019, compare these, and find outputs best in the mean.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import validation

#: Up to this many pairs of values a p-value is exact; beyond, the limit for large samples is used.
EXACT_PAIRS = 10_000


@dataclass(frozen=True)
class DriftTest:
    """What a test of drift found.

    Attributes
    ----------
    statistic
        float64 (columns,), how far the samples are apart: one value for each column that was
        tested, or one for all.
    p_value
        float64 (columns,): how often samples of one and the same distribution would be so far
        apart or farther.
    level
        How often a false alarm is allowed.
    """

    statistic: np.ndarray
    p_value: np.ndarray
    level: float

    @property
    def drifted(self) -> bool:
        """Whether to sound the alarm: the smallest p-value, times the columns, is below the level.

        Who looks at many columns finds a small p-value somewhere; Bonferroni's correction is for
        that, and keeps false alarms of all columns together below the level.
        """
        return bool(self.p_value.min() * len(self.p_value) < self.level)

    def __str__(self) -> str:
        verdict = "drift" if self.drifted else "no drift seen"
        p = min(1.0, float(self.p_value.min()) * len(self.p_value))
        return f"{verdict}: largest distance {self.statistic.max():.3g}, p = {p:.2g}"


def _sample(name: str, value: Any) -> np.ndarray:
    """Return a sample as a table (n, columns), float64, of at least two rows."""
    array = validation.real_array(name, value, np.dtype(np.float64))
    if array.ndim == 0 or len(array) < 2 or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}: expected at least two examples")
    return validation.finite(name, array).reshape(len(array), -1)


def _samples(reference: Any, new: Any) -> tuple[np.ndarray, np.ndarray]:
    first, second = _sample("reference", reference), _sample("new", new)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"new has {second.shape[1]} values an example: expected {first.shape[1]}, as reference "
            "has"
        )
    return first, second


def _needs_scipy() -> ImportError:
    return ImportError(
        "drift is tested by SciPy's statistics, which is not installed: pip install scipy"
    )


def kolmogorov_smirnov(reference: Any, new: Any, *, level: float = 0.05) -> DriftTest:
    """Compare two samples column by column: the largest distance of their distribution functions.

    D = max_v |F_reference(v) - F_new(v)|, where F(v) is the share of a sample that is at most v.

    Parameters
    ----------
    reference, new
        Samples (n, …) and (m, …); what an example consists of is laid out in columns.
    level
        How often a false alarm is allowed, over all columns together.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong.

    Notes
    -----
    By SciPy's ``ks_2samp``. It sees each column by itself: that two columns have begun to go
    together escapes it. Kolmogorov 1933; Smirnov, "Table for estimating the goodness of fit of
    empirical distributions", 1948.
    """
    try:
        from scipy import stats
    except ImportError:
        raise _needs_scipy() from None
    first, second = _samples(reference, new)
    level = validation.number("level", level, above=0, below=1)
    method = "exact" if len(first) * len(second) <= EXACT_PAIRS else "asymp"
    found = [
        stats.ks_2samp(one, other, method=method)
        for one, other in zip(first.T, second.T, strict=True)
    ]
    return DriftTest(
        np.array([test.statistic for test in found], np.float64),
        np.array([test.pvalue for test in found], np.float64),
        level,
    )


def maximum_mean_discrepancy(
    reference: Any,
    new: Any,
    *,
    rng: np.random.Generator | int,
    level: float = 0.05,
    permutations: int = 200,
    bandwidth: float | None = None,
) -> DriftTest:
    """Compare two samples as wholes: are examples nearer to their own sample than to the other?

    With k(a, b) = exp(-|a - b|² / 2σ²) the statistic is the mean of k over pairs within the
    reference, plus that within the new sample, less twice that over mixed pairs (unbiased: an
    example makes no pair with itself, so it may be a little below 0).

    Parameters
    ----------
    reference, new, level
        As for ``kolmogorov_smirnov``.
    rng
        A ``numpy.random.Generator``, or a seed, for the permutations.
    permutations
        The samples are mixed so many times, and the p-value is the share of these, with the samples
        as they are, that are as far apart: at least 1 / (permutations + 1).
    bandwidth
        σ; by itself, the median distance of all pairs.

    Notes
    -----
    It takes 8 (n + m)² bytes. Gretton, Borgwardt, Rasch, Schölkopf and Smola, "A kernel two-sample
    test", 2012, lemma 6 and section 8.
    """
    try:
        from scipy.spatial.distance import cdist
    except ImportError:
        raise _needs_scipy() from None
    first, second = _samples(reference, new)
    level = validation.number("level", level, above=0, below=1)
    permutations = validation.count("permutations", permutations)
    rng = validation.generator("rng", rng)
    n, m = len(first), len(second)
    both = np.concatenate([first, second])
    squares = cdist(both, both, "sqeuclidean")
    if bandwidth is None:
        bandwidth = float(np.sqrt(np.median(squares[np.triu_indices(n + m, 1)])))
        if bandwidth == 0:
            raise ValueError(
                "bandwidth is not given, and most examples are equal: expected a bandwidth above 0"
            )
    bandwidth = validation.number("bandwidth", bandwidth, above=0)
    kernel = np.exp(squares / (-2 * bandwidth**2))
    np.fill_diagonal(kernel, 0)

    # One row a way of dealing out the examples: 1 where one belongs to the reference. The first
    # row is how they came.
    belongs = np.zeros((permutations + 1, n + m))
    belongs[:, :n] = 1
    belongs[1:] = rng.permuted(belongs[1:], axis=1)
    to_reference = belongs @ kernel
    within = (to_reference * belongs).sum(axis=1)
    mixed = to_reference.sum(axis=1) - within
    others = kernel.sum() - within - 2 * mixed
    found = within / (n * (n - 1)) + others / (m * (m - 1)) - 2 * mixed / (n * m)
    # Rounding must not decide whether a permutation that deals out the same sets counts as equal.
    as_far = np.mean(found >= found[0] - 1e-12)
    return DriftTest(found[:1], np.array([as_far]), level)


def class_frequencies(
    reference: Any, new: Any, *, classes: int | None = None, level: float = 0.05
) -> DriftTest:
    """Compare how often each class was guessed, by Pearson's χ² test.

    χ² = Σ (count - expected)² / expected over classes and samples, where a class is expected in
    both samples with the same share. It sees that more shirts come than before; whether the guesses
    are right it cannot see.

    Parameters
    ----------
    reference, new
        A model's guesses (or, where they are known, labels), whole numbers (n,) and (m,).
    classes
        How many classes there are; as many as occur, unless it is said. A class that occurs in
        neither sample is left out.
    level
        As for ``kolmogorov_smirnov``.

    Notes
    -----
    By SciPy's ``chi2_contingency``, whose limit wants about five of each class at least. Pearson
    1900.
    """
    try:
        from scipy import stats
    except ImportError:
        raise _needs_scipy() from None
    samples = []
    for name, value in (("reference", reference), ("new", new)):
        array = np.asarray(value)
        if array.size == 0:
            raise ValueError(f"{name} holds no classes: expected at least one")
        array = validation.labels(name, array, array.size, classes)
        if array.min() < 0:
            raise ValueError(f"{name} has the label {array.min()}: expected labels from 0 up")
        samples.append(array)
    level = validation.number("level", level, above=0, below=1)
    least = max(int(array.max()) for array in samples) + 1
    table = np.array([np.bincount(array, minlength=least) for array in samples])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] == 1:  # one class and nothing else: no difference can be seen
        return DriftTest(np.zeros(1), np.ones(1), level)
    found = stats.chi2_contingency(table, correction=False)
    return DriftTest(np.array([float(found.statistic)]), np.array([float(found.pvalue)]), level)
