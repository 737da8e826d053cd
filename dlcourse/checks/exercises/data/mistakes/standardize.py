"""Mistakes in ``standardize(train, test)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def moments(x, axis=0, keepdims=False):
    """Give means and standard deviations, the latter ready to divide by."""
    spread = x.std(axis=axis, keepdims=keepdims)
    return x.mean(axis=axis, keepdims=keepdims), np.where(spread == 0, x.dtype.type(1), spread)


def both(train, test, mean, spread):
    """Treat both tables alike; a division by 0 is the mistake's own affair."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            ((train - mean) / spread).astype(train.dtype),
            ((test - mean) / spread).astype(test.dtype),
        )


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to standardize "
    "whatever tables it is given.",
)
def answer_of_the_example_typed_in(train, test):
    return (
        np.array([[-1.0, 0.0], [1.0, 0.0]], train.dtype),
        np.array([[2.0, -3.0]], test.dtype),
    )


@known_mistake(
    MISTAKES,
    "Your mean and standard deviation are those of train and test together. The training data "
    "then knows of the test data, and the test is no test any more: take those of train alone.",
)
def fitted_on_all_the_data(train, test):
    return both(train, test, *moments(np.concatenate([train, test])))


@known_mistake(
    MISTAKES,
    "You standardize test with a mean and standard deviation of its own. A model has learnt what a "
    "number means in the scale of train, and in use examples come one by one, without a mean: "
    "treat test with the numbers of train.",
)
def test_by_its_own_statistics(train, test):
    return both(train, train, *moments(train))[0], both(test, test, *moments(test))[1]


@known_mistake(
    MISTAKES,
    "You standardize test with a mean and standard deviation of its own, and divide by 0 where a "
    "column is the same throughout. Both tables are treated with the numbers of train, and a "
    "deviation of 0 is replaced by 1.",
)
def each_by_its_own_and_divided_by_zero(train, test):
    return (
        both(train, train, train.mean(axis=0), train.std(axis=0))[0],
        both(test, test, test.mean(axis=0), test.std(axis=0))[1],
    )


@known_mistake(
    MISTAKES,
    "Your mean and standard deviation are those of train and test together, with a small number "
    "added. Take those of train alone, so that nothing of test is known in training, and replace "
    "a deviation of 0 by 1.",
)
def fitted_on_all_the_data_with_a_small_number_added(train, test):
    everything = np.concatenate([train, test])
    spread = everything.std(axis=0) + train.dtype.type(1e-8)
    return both(train, test, everything.mean(axis=0), spread)


@known_mistake(
    MISTAKES,
    "Your mean and standard deviation are those of test. What is learnt from data is learnt from "
    "train.",
)
def fitted_on_test(train, test):
    return both(train, test, *moments(test))


@known_mistake(
    MISTAKES,
    "You centre with the mean of train, but divide test by a standard deviation of its own. Both "
    "come from train.",
)
def test_by_its_own_deviation(train, test):
    mean, spread = moments(train)
    return both(train, train, mean, spread)[0], both(test, test, mean, moments(test)[1])[1]


@known_mistake(
    MISTAKES,
    "Test is still as it was. Treat both tables with the same numbers, and compute these before "
    "you overwrite train: of a standardized table they are 0 and 1.",
)
def test_left_as_it_was(train, test):
    return both(train, test, *moments(train))[0], test.copy()


@known_mistake(
    MISTAKES,
    "A column that is the same throughout has the standard deviation 0, and you divide by it. "
    "Divide by 1 there: np.where(spread == 0, 1, spread).",
)
def divided_by_zero(train, test):
    return both(train, test, train.mean(axis=0), train.std(axis=0))


@known_mistake(
    MISTAKES,
    "You add a small number to every standard deviation, so that a constant column gives a 0 for "
    "train and an enormous number for test, and columns that hardly vary come out wrong. Replace "
    "the deviations that are 0 by 1 and leave the others alone.",
)
def small_number_added(train, test):
    return both(train, test, train.mean(axis=0), train.std(axis=0) + train.dtype.type(1e-8))


@known_mistake(
    MISTAKES,
    "You make a constant column all zeros, in test as well. Test may differ from what train had: "
    "subtract the mean and divide by 1.",
)
def constant_column_erased(train, test):
    mean, spread = moments(train)
    varies = np.where(train.std(axis=0) == 0, 0, 1)
    return tuple((x * varies).astype(x.dtype) for x in both(train, test, mean, spread))


@known_mistake(
    MISTAKES,
    "You divide by n - 1 under the root (ddof=1). Here, as in scikit-learn, the standard deviation "
    "is the root of the mean of the squares, over all {n} rows.",
)
def divided_by_one_less(train, test):
    spread = train.std(axis=0, ddof=1)
    return both(train, test, train.mean(axis=0), np.where(spread == 0, 1, spread))


@known_mistake(
    MISTAKES,
    "You divide by the variance, and not by its root, the standard deviation: the result then "
    "depends on the unit of the column.",
)
def divided_by_the_variance(train, test):
    spread = train.var(axis=0)
    return both(train, test, train.mean(axis=0), np.where(spread == 0, 1, spread))


@known_mistake(
    MISTAKES,
    "You compute the variance as the mean of the squares minus the square of the mean. For numbers "
    "far from 0 these are huge and nearly equal, and what is left is rounding: subtract the mean "
    "first, or use std.",
)
def mean_square_minus_square_of_the_mean(train, test):
    mean = train.mean(axis=0)
    variance = (train**2).mean(axis=0) - mean**2
    spread = np.sqrt(np.maximum(variance, 0))
    return both(train, test, mean, np.where(spread == 0, 1, spread))


@known_mistake(
    MISTAKES,
    "You take one mean and one standard deviation of the whole table. Each column has a unit of "
    "its own: axis=0.",
)
def statistics_of_the_whole_table(train, test):
    return both(train, test, *moments(train, axis=None))


@known_mistake(
    MISTAKES,
    "You standardize each row by itself: axis=1 mixes numbers that are measured in different "
    "units. Take the statistics of the columns: axis=0.",
)
def rows_standardized(train, test):
    return (
        both(train, train, *moments(train, 1, True))[0],
        both(test, test, *moments(test, 1, True))[1],
    )


@known_mistake(
    MISTAKES,
    "You subtract the mean and do not divide: the columns keep their spread.",
)
def centred_only(train, test):
    return both(train, test, train.mean(axis=0), 1)


@known_mistake(
    MISTAKES,
    "You divide by the standard deviation and do not subtract the mean first.",
)
def divided_only(train, test):
    return both(train, test, 0, moments(train)[1])


@known_mistake(
    MISTAKES,
    "You divide first and subtract the mean afterwards, which by then is in another unit. First "
    "subtract, then divide: mind the brackets.",
)
def mean_subtracted_after_the_division(train, test):
    mean, spread = moments(train)
    return (train / spread - mean).astype(train.dtype), (test / spread - mean).astype(test.dtype)


@known_mistake(
    MISTAKES,
    "You multiply by the standard deviation. Divide by it.",
)
def multiplied(train, test):
    mean, spread = moments(train)
    return both(train, test, mean, 1 / spread)


@known_mistake(
    MISTAKES,
    "You scale to the range from 0 to 1, by the smallest and the largest number. Here the mean is "
    "to be 0 and the standard deviation 1.",
)
def scaled_to_the_range(train, test):
    low, width = train.min(axis=0), np.ptp(train, axis=0)
    return both(train, test, low, np.where(width == 0, 1, width))


@known_mistake(
    MISTAKES,
    "You subtract the median. The mean is the sum divided by the number of rows.",
)
def median_in_place_of_the_mean(train, test):
    return both(train, test, np.median(train, axis=0), moments(train)[1])


@known_mistake(
    MISTAKES,
    "You divide by the mean distance from the mean. The standard deviation is the root of the mean "
    "of the squared distances.",
)
def mean_distance_in_place_of_the_deviation(train, test):
    mean = train.mean(axis=0)
    spread = np.abs(train - mean).mean(axis=0)
    return both(train, test, mean, np.where(spread == 0, 1, spread))


@known_mistake(
    MISTAKES,
    "You return the tables in the other order. Return train, test.",
)
def tables_exchanged(train, test):
    return both(train, test, *moments(train))[::-1]


@known_mistake(
    MISTAKES,
    "You write into the caller's tables, as -= and /= do. Make new ones.",
)
def standardized_in_place(train, test):
    new_train, new_test = both(train, test, *moments(train))
    train[...], test[...] = new_train, new_test
    return train, test


@known_mistake(
    MISTAKES,
    "Your tables are float64 although float32 came in: a list or np.zeros(…) makes float64. "
    "Compute with the tables themselves.",
)
def made_in_float64(train, test):
    new_train, new_test = both(train, test, *moments(train))
    return new_train.astype(np.float64), new_test.astype(np.float64)
