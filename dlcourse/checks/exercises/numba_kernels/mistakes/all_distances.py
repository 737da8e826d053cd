"""Mistakes in ``all_distances(x, y)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def differences(x, y):
    """Give all differences: (n, m, d)."""
    return x[:, np.newaxis] - y


def right(x, y):
    """Give what a mistake then spoils."""
    return np.sum(differences(x, y) ** 2, axis=2)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "distances of whatever points it is given.",
)
def answer_of_the_example_typed_in(x, y):
    return np.array([[25.0, 1.0]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "You take the root. Asked are the squared distances, which are enough to find the nearest.",
)
def root_taken(x, y):
    return np.sqrt(right(x, y))


@known_mistake(
    MISTAKES,
    "You add up the differences without squaring them, so that they cancel.",
)
def not_squared(x, y):
    return differences(x, y).sum(axis=2)


@known_mistake(
    MISTAKES,
    "You add up the sizes of the differences. Square each of them.",
)
def sizes_added(x, y):
    return np.abs(differences(x, y)).sum(axis=2)


@known_mistake(
    MISTAKES,
    "You square the sum. Square each difference, then add.",
)
def square_of_the_sum(x, y):
    return differences(x, y).sum(axis=2) ** 2


@known_mistake(
    MISTAKES,
    "You take the mean over the {d} coordinates. Asked is the sum.",
)
def mean_over_the_coordinates(x, y):
    return right(x, y) / x.dtype.type(x.shape[1])


@known_mistake(
    MISTAKES,
    "You multiply x and y. The distance is about their difference.",
)
def products_added(x, y):
    return x @ y.T


@known_mistake(
    MISTAKES,
    "Only the last coordinate counts in your result: total = … replaces what was there. Add, with "
    "total += ….",
)
def last_coordinate_only(x, y):
    return differences(x, y)[:, :, -1] ** 2


@known_mistake(
    MISTAKES,
    "The first coordinate is missing: range begins at 0.",
)
def first_coordinate_left_out(x, y):
    return np.sum(differences(x, y)[:, :, 1:] ** 2, axis=2)


@known_mistake(
    MISTAKES,
    "The last coordinate is missing: range(d) stops before d, which is right; range(d - 1) stops "
    "too early.",
)
def last_coordinate_left_out(x, y):
    return np.sum(differences(x, y)[:, :, :-1] ** 2, axis=2)


@known_mistake(
    MISTAKES,
    "Your total goes on from one pair to the next. It begins at 0 for each pair, inside the second "
    "loop.",
)
def total_never_reset(x, y):
    return np.cumsum(right(x, y)).reshape(len(x), len(y))


@known_mistake(
    MISTAKES,
    "Your total begins at 0 for each x only, and goes on from one y to the next. Begin anew for "
    "each pair, inside the second loop.",
)
def total_reset_for_each_x_only(x, y):
    return np.cumsum(right(x, y), axis=1)


@known_mistake(
    MISTAKES,
    "Your table is turned over its diagonal: row i belongs to x[i], column j to y[j].",
)
def transposed(x, y):
    return right(x, y).T


@known_mistake(
    MISTAKES,
    "You compare x with itself: the second point of each pair is one of y.",
)
def x_with_itself(x, y):
    return right(x, x)


@known_mistake(
    MISTAKES,
    "You fill the table above its diagonal only, as if x and y were the same points: there are {n} "
    "times {m} different pairs.",
)
def half_of_the_table(x, y):
    return np.triu(right(x, y))


@known_mistake(
    MISTAKES,
    "You return one number for each pair of rows with the same number. Asked are all pairs, "
    "{n} times {m}.",
)
def rows_of_the_same_number(x, y):
    shorter = min(len(x), len(y))
    return np.sum((x[:shorter] - y[:shorter]) ** 2, axis=1)


@known_mistake(
    MISTAKES,
    "You multiply the square out, |x|² + |y|² − 2 x·y. Far from zero large numbers then cancel, "
    "and what is left is rounding. Subtract first, then square.",
)
def square_multiplied_out(x, y):
    return (x**2).sum(axis=1)[:, np.newaxis] + (y**2).sum(axis=1) - 2 * (x @ y.T)


@known_mistake(
    MISTAKES,
    "You write the differences into the caller's x. Keep them in a variable of their own.",
)
def differences_in_place(x, y):
    out = right(x, y)
    x -= y[0]
    return out


@known_mistake(
    MISTAKES,
    "Your table is float64 although float32 came in. np.zeros(shape) makes float64: say "
    "dtype=x.dtype.",
)
def made_in_float64(x, y):
    return right(x, y).astype(np.float64)


@known_mistake(
    MISTAKES,
    "Your loops run in Python. Keep @njit above the function; if it is there, look for work that "
    "is done again and again inside the innermost loop.",
)
def left_to_python(x, y):
    out = np.zeros((len(x), len(y)), dtype=x.dtype)
    for i in range(len(x)):
        for j in range(len(y)):
            total = x.dtype.type(0)
            for k in range(x.shape[1]):
                total += (x[i, k] - y[j, k]) ** 2
            out[i, j] = total
    return out
