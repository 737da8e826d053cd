"""Mistakes in ``fill_gaps(train, test)``, the more specific ones first."""

import warnings

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def filled(x, values):
    """Put values into the gaps."""
    return np.where(np.isnan(x), values, x).astype(x.dtype)


def middles(x, axis=0, keepdims=False):
    """Give medians, without complaining where there is no number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.nanmedian(x, axis=axis, keepdims=keepdims)


def both(train, test, values):
    """Fill both tables with the same values."""
    return filled(train, values), filled(test, values)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to fill whatever "
    "tables it is given.",
)
def answer_of_the_example_typed_in(train, test):
    return (
        np.array([[1.0, 5.0], [4.0, 7.0], [9.0, 6.0], [4.0, 6.0]], train.dtype),
        np.array([[4.0, 0.0]], test.dtype),
    )


@known_mistake(
    MISTAKES,
    "Your medians are those of train and test together. What is done to the training data then "
    "knows of the test data, and the test is no test any more: take the medians of train alone.",
)
def fitted_on_all_the_data(train, test):
    return both(train, test, middles(np.concatenate([train, test])))


@known_mistake(
    MISTAKES,
    "You fill test with medians of its own. The model is trained on tables filled with the medians "
    "of train, and in use examples come one by one, without a median: fill both with those of "
    "train.",
)
def test_filled_with_its_own_medians(train, test):
    return filled(train, middles(train)), filled(test, middles(test))


@known_mistake(
    MISTAKES,
    "You fill with the medians of test. What is learnt from data is learnt from train.",
)
def both_filled_with_the_medians_of_test(train, test):
    return both(train, test, middles(test))


@known_mistake(
    MISTAKES,
    "You fill with the means. One value far out moves a mean a long way; the median is asked for.",
)
def filled_with_the_means(train, test):
    return both(train, test, np.nanmean(train, axis=0))


@known_mistake(
    MISTAKES,
    "You fill with zeros. For a model a 0 is a measurement like any other, and perhaps an absurd "
    "one: fill with the median of the column.",
)
def filled_with_zeros(train, test):
    return both(train, test, 0.0)


@known_mistake(
    MISTAKES,
    "You mark the gaps with a number of your own, -1. For a model that is a measurement like any "
    "other: fill with the median of the column.",
)
def filled_with_minus_one(train, test):
    return both(train, test, -1.0)


@known_mistake(
    MISTAKES,
    "You take one median of the whole table. Each column has a unit of its own: axis=0.",
)
def median_of_the_whole_table(train, test):
    return both(train, test, np.nanmedian(train))


@known_mistake(
    MISTAKES,
    "You fill a gap with the median of its row, of the other numbers of the same example, which "
    "are measured in other units. Take the median of the column: axis=0.",
)
def medians_of_the_rows(train, test):
    return filled(train, middles(train, 1, True)), filled(test, middles(test, 1, True))


@known_mistake(
    MISTAKES,
    "Your medians are NaN where the column has a gap: np.median does not leave gaps out. Use "
    "np.nanmedian.",
)
def medians_spoilt_by_the_gaps(train, test):
    return both(train, test, np.median(train, axis=0))


@known_mistake(
    MISTAKES,
    "You take the upper of the two numbers in the middle. With an even number of values the median "
    "is the mean of both.",
)
def upper_middle(train, test):
    columns = [np.sort(column[~np.isnan(column)]) for column in train.T]
    return both(train, test, np.array([column[len(column) // 2] for column in columns]))


@known_mistake(
    MISTAKES,
    "You take the lower of the two numbers in the middle. With an even number of values the median "
    "is the mean of both.",
)
def lower_middle(train, test):
    columns = [np.sort(column[~np.isnan(column)]) for column in train.T]
    return both(train, test, np.array([column[(len(column) - 1) // 2] for column in columns]))


@known_mistake(
    MISTAKES,
    "You count the gaps among the values: np.sort puts NaN at the end, so the middle of the whole "
    "column lies too far up. Leave the gaps out first.",
)
def middle_of_the_column_with_its_gaps(train, test):
    ordered = np.sort(train, axis=0)
    n = len(train)
    return both(train, test, (ordered[(n - 1) // 2] + ordered[n // 2]) / 2)


@known_mistake(
    MISTAKES,
    "You replace whole columns by their medians. Numbers that are there stay as they are: only "
    "gaps are filled, np.where(np.isnan(x), medians, x).",
)
def every_value_replaced(train, test):
    values = middles(train)
    return (
        np.tile(values, (len(train), 1)).astype(train.dtype),
        np.tile(values, (len(test), 1)).astype(test.dtype),
    )


@known_mistake(
    MISTAKES,
    "You leave out the rows that have a gap. Their other numbers are lost then, and test rows "
    "cannot be left out at all: somebody waits for an answer.",
)
def rows_with_gaps_left_out(train, test):
    return train[~np.isnan(train).any(axis=1)], test[~np.isnan(test).any(axis=1)]


@known_mistake(
    MISTAKES,
    "The gaps of test are still there. Fill both tables.",
)
def test_not_filled(train, test):
    return filled(train, middles(train)), test.copy()


@known_mistake(
    MISTAKES,
    "The gaps of train are still there. Fill both tables.",
)
def train_not_filled(train, test):
    return train.copy(), filled(test, middles(train))


@known_mistake(
    MISTAKES,
    "You fill with the largest number of the column. The median is the one in the middle.",
)
def filled_with_the_largest(train, test):
    return both(train, test, np.nanmax(train, axis=0))


@known_mistake(
    MISTAKES,
    "You return the tables in the other order. Return train, test.",
)
def tables_exchanged(train, test):
    return both(train, test, middles(train))[::-1]


@known_mistake(
    MISTAKES,
    "You return the training table alone. Return both, train and test.",
)
def test_forgotten(train, test):
    return filled(train, middles(train))


@known_mistake(
    MISTAKES,
    "You write into the caller's tables, as x[np.isnan(x)] = … does. Make new ones: np.where, or "
    "begin with copies.",
)
def filled_in_place(train, test):
    new_train, new_test = both(train, test, middles(train))
    train[...], test[...] = new_train, new_test
    return train, test


@known_mistake(
    MISTAKES,
    "Your tables are float64 although float32 came in: np.zeros(…) and lists make float64. Begin "
    "with copies of the tables, or convert with astype(train.dtype).",
)
def made_in_float64(train, test):
    new_train, new_test = both(train, test, middles(train))
    return new_train.astype(np.float64), new_test.astype(np.float64)
