"""Mistakes in ``find_faults(x)``, the more specific ones first."""

import warnings

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def quantile(x, share):
    """Read off a quantile of each column without its gaps, faster than np.nanpercentile does."""
    last = np.maximum(np.sum(~np.isnan(x), axis=0) - 1, 0)
    place = share * last
    below = np.floor(place).astype(int)
    ordered, columns = np.sort(x, axis=0), np.arange(x.shape[1])
    low, high = ordered[below, columns], ordered[np.minimum(below + 1, last), columns]
    return low + (place - below) * (high - low)


def outside(x, factor=1.5):
    """Say what lies more than ``factor`` quartile distances beyond the quartiles."""
    first, third = quantile(x, 0.25), quantile(x, 0.75)
    reach = factor * (third - first)
    return (x < first - reach) | (x > third + reach)


def seen_before(x):
    """Say which rows equal an earlier one, a gap being equal to a gap."""
    seen: set[bytes] = set()
    found = np.zeros(len(x), dtype=bool)
    for k, row in enumerate(np.where(np.isnan(x), np.nan, x + 0.0)):
        found[k] = row.tobytes() in seen
        seen.add(row.tobytes())
    return found


def same(x):
    """Compare all rows with all rows, a gap being equal to a gap."""
    gaps = np.isnan(x)
    filled = np.where(gaps, 0, x)
    return (filled[:, None] == filled).all(axis=2) & (gaps[:, None] == gaps).all(axis=2)


@known_mistake(
    MISTAKES,
    "Your mask of gaps is False throughout: x == np.nan never holds, because NaN equals nothing, "
    "not even itself. Use np.isnan(x).",
)
def compared_with_nan(x):
    return np.zeros(x.shape, dtype=bool), outside(x), seen_before(x)


@known_mistake(
    MISTAKES,
    "You take zeros for gaps as well. A 0 is a number that was measured.",
)
def zeros_taken_for_gaps(x):
    return np.isnan(x) | (x == 0), outside(x), seen_before(x)


@known_mistake(
    MISTAKES,
    "Your missing says which rows have a gap. It is to say so of each value: the shape of x, "
    "({n}, {i}).",
)
def rows_with_gaps(x):
    return np.isnan(x).any(axis=1), outside(x), seen_before(x)


@known_mistake(
    MISTAKES,
    "Your missing is the wrong way round: True where there is a number. True is to mark the gaps.",
)
def present_in_place_of_missing(x):
    return ~np.isnan(x), outside(x), seen_before(x)


@known_mistake(
    MISTAKES,
    "One gap spoils your quartiles of a whole column: np.percentile gives NaN as soon as there is "
    "one. Use np.nanpercentile, which leaves gaps out.",
)
def gaps_in_the_quartiles(x):
    return np.isnan(x), outside(x) & ~np.isnan(x).any(axis=0), seen_before(x)


@known_mistake(
    MISTAKES,
    "You call gaps outliers. A missing value is neither too large nor too small: a comparison with "
    "NaN gives False, so ask whether a value is outside, not whether it fails to be inside.",
)
def gaps_called_outliers(x):
    return np.isnan(x), outside(x) | np.isnan(x), seen_before(x)


@known_mistake(
    MISTAKES,
    "You call a value on the limit an outlier. The limits belong to the normal range: use < and >.",
)
def limits_called_outliers(x):
    first, third = quantile(x, 0.25), quantile(x, 0.75)
    reach = 1.5 * (third - first)
    return np.isnan(x), (x <= first - reach) | (x >= third + reach), seen_before(x)


@known_mistake(
    MISTAKES,
    "You take one distance of the quartiles as reach. It is 1.5 times their distance.",
)
def reach_of_one_distance(x):
    return np.isnan(x), outside(x, 1.0), seen_before(x)


@known_mistake(
    MISTAKES,
    "You take three distances of the quartiles as reach. It is 1.5 times their distance.",
)
def reach_of_three_distances(x):
    return np.isnan(x), outside(x, 3.0), seen_before(x)


@known_mistake(
    MISTAKES,
    "You call everything outside the quartiles an outlier: that is half of all values. The limits "
    "lie 1.5 times the distance of the quartiles beyond them.",
)
def everything_outside_the_quartiles(x):
    return np.isnan(x), outside(x, 0.0), seen_before(x)


@known_mistake(
    MISTAKES,
    "You measure from the median. The limits are the first quartile minus, and the third plus, "
    "1.5 times their distance.",
)
def measured_from_the_median(x):
    far = np.abs(x - quantile(x, 0.5)) > 1.5 * (quantile(x, 0.75) - quantile(x, 0.25))
    return np.isnan(x), far, seen_before(x)


@known_mistake(
    MISTAKES,
    "You look for values more than three standard deviations from the mean. An outlier widens the "
    "standard deviation and so hides itself, in a small table always: use the quartiles.",
)
def three_standard_deviations(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        far = np.abs(x - np.nanmean(x, axis=0)) > 3 * np.nanstd(x, axis=0)
    return np.isnan(x), far, seen_before(x)


@known_mistake(
    MISTAKES,
    "You take the quartiles of the whole table. Each column has a unit and a range of its own: "
    "axis=0.",
)
def quartiles_of_the_whole_table(x):
    return np.isnan(x), outside(x.reshape(-1, 1)).reshape(x.shape), seen_before(x)


@known_mistake(
    MISTAKES,
    "You take the quartiles of each row. What is normal is said by the column: axis=0.",
)
def quartiles_of_each_row(x):
    return np.isnan(x), outside(x.T).T, seen_before(x)


@known_mistake(
    MISTAKES,
    "You find outliers that are too large and miss those that are too small: there are two limits.",
)
def large_outliers_only(x):
    return np.isnan(x), outside(x) & (x > quantile(x, 0.5)), seen_before(x)


@known_mistake(
    MISTAKES,
    "You find outliers that are too small and miss those that are too large: there are two limits.",
)
def small_outliers_only(x):
    return np.isnan(x), outside(x) & (x < quantile(x, 0.5)), seen_before(x)


@known_mistake(
    MISTAKES,
    "Your outlier says which rows have one. It is to say so of each value: the shape of x, "
    "({n}, {i}).",
)
def rows_with_outliers(x):
    return np.isnan(x), outside(x).any(axis=1), seen_before(x)


@known_mistake(
    MISTAKES,
    "You mark the first of several equal rows as well. One of them has to stay: mark those that "
    "repeat an earlier row.",
)
def the_first_marked_as_well(x):
    return np.isnan(x), outside(x), same(x).sum(axis=1) > 1


@known_mistake(
    MISTAKES,
    "You mark the earlier ones of equal rows and keep the last. The first is to stay: mark those "
    "that repeat an earlier row.",
)
def the_last_kept(x):
    return np.isnan(x), outside(x), seen_before(x[::-1])[::-1]


@known_mistake(
    MISTAKES,
    "You do not find repeated rows that have a gap: NaN == NaN is False. Here a gap in both rows "
    "counts as equal.",
)
def rows_with_gaps_never_equal(x):
    return np.isnan(x), outside(x), seen_before(x) & ~np.isnan(x).any(axis=1)


@known_mistake(
    MISTAKES,
    "You fill the gaps with zeros before you compare, so that a row with a 0 seems to repeat a row "
    "with a gap. Compare the gaps, too.",
)
def gaps_filled_with_zeros_to_compare(x):
    return np.isnan(x), outside(x), seen_before(np.nan_to_num(x))


@known_mistake(
    MISTAKES,
    "You compare each row with the one just before it. A row may repeat any earlier one.",
)
def compared_with_the_row_before_only(x):
    found = np.zeros(len(x), dtype=bool)
    found[1:] = same(x)[np.arange(1, len(x)), np.arange(len(x) - 1)]
    return np.isnan(x), outside(x), found


@known_mistake(
    MISTAKES,
    "You call rows equal that share one value. All values of the row have to be equal: all, not "
    "any.",
)
def one_shared_value_is_enough(x):
    shared = (x[:, None] == x).any(axis=2)
    return np.isnan(x), outside(x), np.tril(shared, -1).any(axis=1)


@known_mistake(
    MISTAKES,
    "You leave out the last column when you compare rows: a slice [:-1] stops before it.",
)
def last_column_not_compared(x):
    return np.isnan(x), outside(x), seen_before(x[:, :-1]) if x.shape[1] > 1 else seen_before(x)


@known_mistake(
    MISTAKES,
    "Your repeated holds the numbers of rows. It is to be a mask: True or False for each row, "
    "shape ({n},).",
)
def numbers_of_the_repeated_rows(x):
    return np.isnan(x), outside(x), np.flatnonzero(seen_before(x))


@known_mistake(
    MISTAKES,
    "You write into x, for instance the gaps as zeros. Finding is not mending: work on a copy.",
)
def gaps_filled_in_place(x):
    found = np.isnan(x), outside(x), seen_before(x)
    x[found[0]] = 0
    return found
