"""Mistakes in ``squared_distances(x, y)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(x, y):
    """Give what a mistake then spoils."""
    return ((x[:, np.newaxis] - y) ** 2).sum(axis=2)


def squares(x):
    """Sum the squares of each row."""
    return (x**2).sum(axis=1)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to measure "
    "whatever x and y it is given.",
)
def answer_of_the_example_typed_in(x, y):
    return np.array([[0.0, 25.0, 1.0], [1.0, 18.0, 2.0]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "Your table is transposed: its rows are to belong to x and its columns to y, ({n}, {m}).",
)
def transposed(x, y):
    return right(x, y).T


@known_mistake(
    MISTAKES,
    "You take the root. That is the distance; the squared distance is asked for.",
)
def root_taken(x, y):
    return np.sqrt(right(x, y))


@known_mistake(
    MISTAKES,
    "You average over the {i} columns. The squared distance is the sum of the squares.",
)
def averaged_over_the_columns(x, y):
    return ((x[:, np.newaxis] - y) ** 2).mean(axis=2)


@known_mistake(
    MISTAKES,
    "You sum the sizes of the differences, not their squares (the city-block distance): square "
    "before you sum.",
)
def sizes_summed(x, y):
    return np.abs(x[:, np.newaxis] - y).sum(axis=2)


@known_mistake(
    MISTAKES,
    "You sum first and square then: differences of different sign cancel. Square each one, then "
    "sum.",
)
def summed_before_squaring(x, y):
    return (x[:, np.newaxis] - y).sum(axis=2) ** 2


@known_mistake(
    MISTAKES,
    "You sum the differences and never square them: they cancel, and a distance can come out "
    "negative.",
)
def not_squared(x, y):
    return (x[:, np.newaxis] - y).sum(axis=2)


@known_mistake(
    MISTAKES,
    "Your squares are not summed: the result has three axes, one for the columns. Sum over the "
    "last one, axis=2.",
)
def not_summed(x, y):
    return (x[:, np.newaxis] - y) ** 2


@known_mistake(
    MISTAKES,
    "You sum over the first axis, the rows of x. The columns of x and y are to be summed over: "
    "the last axis.",
)
def summed_over_the_rows_of_x(x, y):
    return ((x[:, np.newaxis] - y) ** 2).sum(axis=0)


@known_mistake(
    MISTAKES,
    "You sum over the middle axis, the rows of y. The columns of x and y are to be summed over: "
    "the last axis.",
)
def summed_over_the_rows_of_y(x, y):
    return ((x[:, np.newaxis] - y) ** 2).sum(axis=1)


@known_mistake(
    MISTAKES,
    "You compare row 0 with row 0, row 1 with row 1 and so on: x - y lines the rows up, which "
    "fails where there are not as many in x as in y. Each row of x has to meet every row of y: "
    "give x a new axis, x[:, None].",
)
def rows_lined_up(x, y):
    return ((x - y) ** 2).sum(axis=1)


@known_mistake(
    MISTAKES,
    "You return one number, the sum over all pairs. Each pair has a distance of its own.",
)
def summed_over_everything(x, y):
    return right(x, y).sum()


@known_mistake(
    MISTAKES,
    "You return the products of the rows, x @ y.T. They measure how much two rows point the same "
    "way, not how far apart they are.",
)
def products_of_the_rows(x, y):
    return x @ y.T


@known_mistake(
    MISTAKES,
    "You measure x against itself: y is never used.",
)
def x_against_itself(x, y):
    return right(x, x)


@known_mistake(
    MISTAKES,
    "You add where the difference belongs: (a + b)² in place of (a - b)². Written out, the middle "
    "term is minus two times the product.",
)
def added_in_place_of_subtracted(x, y):
    return ((x[:, np.newaxis] + y) ** 2).sum(axis=2)


@known_mistake(
    MISTAKES,
    "Your middle term lacks its 2: (a - b)² = a² - 2ab + b².",
)
def middle_term_once(x, y):
    return squares(x)[:, np.newaxis] - x @ y.T + squares(y)


@known_mistake(
    MISTAKES,
    "You leave the product out: a² + b² is the squared distance only where the rows are at right "
    "angles. (a - b)² = a² - 2ab + b².",
)
def middle_term_left_out(x, y):
    return squares(x)[:, np.newaxis] + squares(y)


@known_mistake(
    MISTAKES,
    "You square twice: once each difference, and once their sum.",
)
def squared_twice(x, y):
    return right(x, y) ** 2


@known_mistake(
    MISTAKES,
    "Only the first column counts in your distances: x[:, 0]. Sum over all {i} columns.",
)
def first_column_only(x, y):
    return (x[:, :1] - y[:, 0]) ** 2


@known_mistake(
    MISTAKES,
    "You take the largest of the squares. Their sum is asked for.",
)
def largest_square(x, y):
    return ((x[:, np.newaxis] - y) ** 2).max(axis=2)


@known_mistake(
    MISTAKES,
    "The last column is left out: range(i) already stops before i, and so does a slice.",
)
def last_column_left_out(x, y):
    return right(x[:, :-1], y[:, :-1])


@known_mistake(
    MISTAKES,
    "Your table is one flat row. Give it the shape ({n}, {m}).",
)
def flattened(x, y):
    return right(x, y).ravel()


@known_mistake(
    MISTAKES,
    "You write into the caller's x or y, as *= and -= do. Make new arrays.",
)
def squared_in_place(x, y):
    found = right(x, y)
    x *= x
    y *= y
    return found


@known_mistake(
    MISTAKES,
    "Your result is float64 although x is float32: np.zeros((n, m)) makes float64. Use "
    "np.zeros((n, m), dtype=x.dtype), or compute with x and y themselves.",
)
def made_in_float64(x, y):
    return right(x.astype(np.float64), y)
