"""Mistakes in ``centred(x)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to centre "
    "whatever x it is given.",
)
def answer_of_the_example_typed_in(x):
    return np.array([[-1.0, -20.0], [0.0, 10.0], [1.0, 10.0]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "You take the mean along each row: axis=1 runs over the {i} columns. The rows are examples, "
    "and each column is measured in a unit of its own: use axis=0, which runs over the {n} rows.",
)
def mean_of_each_row(x):
    return x - x.mean(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "x.mean(axis=1) has one number for each row, shape ({n},), and NumPy lines shapes up from "
    "the right: it meets the columns. What you want are the means of the columns, axis=0, of "
    "shape ({i},).",
)
def mean_of_each_row_against_the_columns(x):
    return x - x.mean(axis=1)


@known_mistake(
    MISTAKES,
    "You subtract one mean, that of the whole table. Each column has a mean of its own: axis=0.",
)
def mean_of_everything(x):
    return x - x.mean()


@known_mistake(
    MISTAKES,
    "You return the means of the columns. They are to be subtracted: x minus its means, which has "
    "the shape of x.",
)
def means_returned(x):
    return x.mean(axis=0)


@known_mistake(
    MISTAKES,
    "You return each column's mean in every row of it. It is to be subtracted from x.",
)
def means_spread_over_the_rows(x):
    return np.broadcast_to(x.mean(axis=0), x.shape).copy()


@known_mistake(
    MISTAKES,
    "You subtract the sum of each column. The mean is the sum divided by the number of rows, {n}.",
)
def sum_subtracted(x):
    return x - x.sum(axis=0)


@known_mistake(
    MISTAKES,
    "You divide the sum by the number of columns, {i}. A column has as many numbers as the table "
    "has rows: {n}.",
)
def divided_by_the_number_of_columns(x):
    return x - x.sum(axis=0) / x.shape[1]


@known_mistake(
    MISTAKES,
    "You divide the sum by n - 1. That belongs to an estimate of the variance; a mean of {n} "
    "numbers divides by {n}.",
)
def divided_by_one_less(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        return x - x.sum(axis=0) / np.float64(len(x) - 1).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You add the means. To bring the mean to 0, subtract them.",
)
def mean_added(x):
    return x + x.mean(axis=0)


@known_mistake(
    MISTAKES,
    "You subtract x from its means, so every sign is turned: x comes first, x - x.mean(axis=0).",
)
def subtracted_the_wrong_way_round(x):
    return x.mean(axis=0) - x


@known_mistake(
    MISTAKES,
    "You divide by the means. Centring moves a column, it does not stretch it: subtract.",
)
def divided_by_the_mean(x):
    return x / x.mean(axis=0)


@known_mistake(
    MISTAKES,
    "You divide by the standard deviation as well. That is standardization, and comes in a later "
    "lab; here columns are moved and keep their spread.",
)
def standardized(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (x - x.mean(axis=0)) / x.std(axis=0)


@known_mistake(
    MISTAKES,
    "You subtract the median, the number in the middle. The mean is the sum divided by the number "
    "of rows.",
)
def median_subtracted(x):
    return x - np.median(x, axis=0)


@known_mistake(
    MISTAKES,
    "You subtract the smallest number of each column, so that columns begin at 0. Their mean is "
    "to be 0.",
)
def smallest_subtracted(x):
    return x - x.min(axis=0)


@known_mistake(
    MISTAKES,
    "You subtract the middle between the smallest and the largest number. One number far out "
    "moves that a long way; the mean counts every number alike.",
)
def middle_of_the_range_subtracted(x):
    return x - (x.min(axis=0) + x.max(axis=0)) / 2


@known_mistake(
    MISTAKES,
    "You subtract the first row from all rows. Subtract the mean of all rows.",
)
def first_row_subtracted(x):
    return x - x[0]


@known_mistake(
    MISTAKES,
    "The mean is taken without the last row: range(n) already stops before n, and so does a slice.",
)
def last_row_left_out_of_the_mean(x):
    if len(x) == 1:
        return x.copy()
    return x - x[:-1].mean(axis=0)


@known_mistake(
    MISTAKES,
    "Only the first column is centred: is the return inside the loop? Do it for each column, or "
    "for all of them at once with axis=0.",
)
def first_column_only(x):
    y = x.copy()
    y[:, 0] -= y[:, 0].mean()
    return y


@known_mistake(
    MISTAKES,
    "You rounded the means, or made whole numbers of them: keep all digits.",
)
def means_rounded(x):
    return x - np.round(x.mean(axis=0))


@known_mistake(
    MISTAKES,
    "Your result is transposed. Its shape has to be that of x, ({n}, {i}).",
)
def result_transposed(x):
    return (x - x.mean(axis=0)).T


@known_mistake(
    MISTAKES,
    "You return the squares of the centred numbers: that is a step on the way to the variance.",
)
def squared_as_for_the_variance(x):
    return (x - x.mean(axis=0)) ** 2


@known_mistake(
    MISTAKES,
    "You write into x itself, as x -= … does. The array belongs to the caller: make a new one, "
    "x - ….",
)
def centred_in_place(x):
    x -= x.mean(axis=0)
    return x


@known_mistake(
    MISTAKES,
    "Your result is float64 although x is float32: np.zeros(…) and np.array(…) of Python numbers "
    "make float64. Compute with x itself, or use np.zeros_like(x).",
)
def made_in_float64(x):
    return x.astype(np.float64) - x.mean(axis=0)
