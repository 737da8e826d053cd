"""Mistakes in ``one_hot(codes, classes)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(codes, classes):
    """Give what a mistake then spoils."""
    return (codes[:, np.newaxis] == np.arange(classes)).astype(np.float64)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to encode "
    "whatever codes it is given.",
)
def answer_of_the_example_typed_in(codes, classes):
    return np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])


@known_mistake(
    MISTAKES,
    "Your code -1 became the last category: as an index, -1 means the last. What is unknown gets a "
    "row of zeros.",
)
def unknown_taken_for_the_last(codes, classes):
    return np.eye(classes)[codes]


@known_mistake(
    MISTAKES,
    "Your code -1 became the first category. What is unknown gets a row of zeros.",
)
def unknown_taken_for_the_first(codes, classes):
    return right(np.maximum(codes, 0), classes)


@known_mistake(
    MISTAKES,
    "You have made a column for the unknown, behind the others. There are {c} columns, and a row "
    "of zeros for what is unknown.",
)
def last_column_for_the_unknown(codes, classes):
    return np.eye(classes + 1)[codes]


@known_mistake(
    MISTAKES,
    "You have made a column for the unknown, before the others. There are {c} columns, and a row "
    "of zeros for what is unknown.",
)
def first_column_for_the_unknown(codes, classes):
    return np.eye(classes + 1)[codes + 1]


@known_mistake(
    MISTAKES,
    "The rows of unknown codes are missing. Every code has a row: zeros where it is unknown.",
)
def unknown_left_out(codes, classes):
    return right(codes[codes >= 0], classes)


@known_mistake(
    MISTAKES,
    "Your rows of unknown codes are NaN. They are to be zeros: a network cannot compute with NaN.",
)
def unknown_as_nan(codes, classes):
    encoded = right(codes, classes)
    encoded[codes < 0] = np.nan
    return encoded


@known_mistake(
    MISTAKES,
    "You share an unknown code out among all categories. Here it gets a row of zeros.",
)
def unknown_shared_out(codes, classes):
    encoded = right(codes, classes)
    encoded[codes < 0] = 1 / classes
    return encoded


@known_mistake(
    MISTAKES,
    "Your table is transposed: a row is to be an example, a column a category, ({n}, {c}).",
)
def transposed(codes, classes):
    return right(codes, classes).T


@known_mistake(
    MISTAKES,
    "You count categories from 1: every 1 stands one column too far left. Codes and columns both "
    "begin at 0.",
)
def counted_from_one(codes, classes):
    return right(codes - 1, classes)


@known_mistake(
    MISTAKES,
    "Your table has as many columns as the largest code asks for. Use the argument classes: there "
    "is a column for each category, whether it occurs or not.",
)
def columns_up_to_the_largest_code(codes, classes):
    return right(codes, int(codes.max()) + 1)


@known_mistake(
    MISTAKES,
    "Your table has columns only for categories that occur (np.unique). A column has to mean the "
    "same in every table: use the argument classes.",
)
def columns_that_occur(codes, classes):
    known = np.unique(codes[codes >= 0])
    return (codes[:, np.newaxis] == known).astype(np.float64)


@known_mistake(
    MISTAKES,
    "You leave the first category out, as statisticians do, so that its rows look like unknown "
    "ones. There is a column for each category.",
)
def first_category_left_out(codes, classes):
    return right(codes, classes)[:, 1:]


@known_mistake(
    MISTAKES,
    "You write the code itself where a 1 belongs. That brings back the order that one-hot "
    "encoding is to remove, and makes category 0 vanish.",
)
def code_in_place_of_one(codes, classes):
    return right(codes, classes) * codes[:, np.newaxis]


@known_mistake(
    MISTAKES,
    "You set all columns up to the code to 1. That claims an order among the categories: only the "
    "category's own column is 1.",
)
def ones_up_to_the_code(codes, classes):
    return (codes[:, np.newaxis] >= np.arange(classes)).astype(np.float64)


@known_mistake(
    MISTAKES,
    "Your ones and zeros are exchanged: the row's own category gets the 1.",
)
def ones_and_zeros_exchanged(codes, classes):
    return 1 - right(codes, classes)


@known_mistake(
    MISTAKES,
    "You write -1 where a 0 belongs. What a row is not counts as 0.",
)
def minus_one_in_place_of_zero(codes, classes):
    return 2 * right(codes, classes) - 1


@known_mistake(
    MISTAKES,
    "Indexing with encoded[:, codes] = 1 sets whole columns. Each row has a column of its own: "
    "encoded[np.arange(n), codes].",
)
def whole_columns_set(codes, classes):
    encoded = np.zeros((len(codes), classes))
    encoded[:, codes[codes >= 0]] = 1
    return encoded


@known_mistake(
    MISTAKES,
    "Your ones are all in the rows that the codes name: encoded[codes] sets rows. Rows are "
    "examples; the codes name columns.",
)
def rows_set(codes, classes):
    encoded = np.zeros((len(codes), classes))
    for code in codes:
        if code >= 0:
            encoded[code] = 1
    return encoded


@known_mistake(
    MISTAKES,
    "Your table is an array of True and False. Make numbers of it: astype(float).",
)
def true_and_false(codes, classes):
    return codes[:, np.newaxis] == np.arange(classes)


@known_mistake(
    MISTAKES,
    "You return the codes as one column. A category's number says nothing about its size: each "
    "category gets a column of its own.",
)
def codes_as_a_column(codes, classes):
    return codes[:, np.newaxis].astype(np.float64)


@known_mistake(
    MISTAKES,
    "Your table is one flat row. Give it the shape ({n}, {c}).",
)
def flattened(codes, classes):
    return right(codes, classes).ravel()


@known_mistake(
    MISTAKES,
    "You write into the caller's codes, perhaps to replace the -1. Make a copy, or ask "
    "codes >= 0 where you need it.",
)
def codes_changed_in_place(codes, classes):
    encoded = right(codes, classes)
    codes[codes < 0] = 0
    return encoded
