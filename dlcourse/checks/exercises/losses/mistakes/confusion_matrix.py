"""Mistakes in ``confusion_matrix(target, predicted, classes)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(target, predicted, classes):
    """Give the right counts, for mistakes that are made afterwards."""
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (target, predicted), 1)
    return counts


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to count "
    "whatever target and predicted it is given.",
)
def answer_of_the_example_typed_in(target, predicted, classes):
    return np.array([[1, 1, 0], [0, 2, 0], [1, 0, 0]])


@known_mistake(
    MISTAKES,
    "Your table is the transpose of the right one: rows are the true classes, columns the guessed "
    "ones. counts[target, predicted], truth first.",
)
def transposed(target, predicted, classes):
    return right(predicted, target, classes)


@known_mistake(
    MISTAKES,
    "No pair counts more than once. Either you write = 1 where += 1 is needed, or you write "
    "counts[target, predicted] += 1 for whole arrays: NumPy then adds only once to an entry that "
    "occurs several times. Loop over the examples, or use np.add.at.",
)
def every_pair_once(target, predicted, classes):
    counts = np.zeros((classes, classes), dtype=int)
    counts[target, predicted] += 1
    return counts


@known_mistake(
    MISTAKES,
    "Your table is as large as the largest label that occurs. It has a row and a column for each "
    "of the {c} classes, whether they occur or not: use the argument classes.",
)
def size_from_the_largest_label(target, predicted, classes):
    return right(target, predicted, int(max(target.max(), predicted.max())) + 1)


@known_mistake(
    MISTAKES,
    "Your table has a row only for classes that occur (np.unique). It has a row and a column for "
    "each of the {c} classes, so that row 3 is always class 3.",
)
def size_from_the_classes_that_occur(target, predicted, classes):
    names = np.unique(np.concatenate([target, predicted]))
    return right(np.searchsorted(names, target), np.searchsorted(names, predicted), len(names))


@known_mistake(
    MISTAKES,
    "np.bincount stops at the largest number that occurs, and the rest cannot be reshaped. Give it "
    "minlength=classes * classes.",
)
def bincount_too_short(target, predicted, classes):
    pairs = target.astype(int) * classes + predicted
    return np.bincount(pairs).reshape(classes, classes)


@known_mistake(
    MISTAKES,
    "np.histogram2d spreads its bins from the smallest to the largest label that occurs, so they "
    "are not the classes. Give it the edges: bins=[np.arange(classes + 1)] * 2.",
)
def histogram_with_bins_of_its_own(target, predicted, classes):
    return np.histogram2d(target, predicted, bins=classes)[0]


@known_mistake(
    MISTAKES,
    "You subtract 1 from the labels: index −1 is the last row, so everything is shifted round. "
    "Labels count from 0 here.",
)
def labels_counted_from_one(target, predicted, classes):
    return np.roll(right(target, predicted, classes), (-1, -1), axis=(0, 1))


@known_mistake(
    MISTAKES,
    "Your table has one row and one column too many: the classes are 0 to classes − 1.",
)
def one_class_too_many(target, predicted, classes):
    return right(target, predicted, classes + 1)


@known_mistake(
    MISTAKES,
    "You count right guesses only, the diagonal. What a confusion matrix is for are the others: "
    "which class is taken for which.",
)
def diagonal_only(target, predicted, classes):
    return np.diag(np.diag(right(target, predicted, classes)))


@known_mistake(
    MISTAKES,
    "You count wrong guesses only: the diagonal is 0. Right guesses belong there.",
)
def errors_only(target, predicted, classes):
    counts = right(target, predicted, classes)
    np.fill_diagonal(counts, 0)
    return counts


@known_mistake(
    MISTAKES,
    "You divide by the sum of each row. That is useful later (the diagonal becomes the recall); "
    "here the counts themselves are asked for.",
)
def rows_normalized(target, predicted, classes):
    counts = right(target, predicted, classes)
    totals = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)


@known_mistake(
    MISTAKES,
    "You divide by the number of examples. The table holds counts.",
)
def divided_by_the_number_of_examples(target, predicted, classes):
    return right(target, predicted, classes) / len(target)


@known_mistake(
    MISTAKES,
    "The last example is missing: your loop ends one too early. range(n) already stops before n.",
)
def last_example_skipped(target, predicted, classes):
    return right(target[:-1], predicted[:-1], classes)


@known_mistake(
    MISTAKES,
    "The first example is missing: your loop begins at 1.",
)
def first_example_skipped(target, predicted, classes):
    return right(target[1:], predicted[1:], classes)


@known_mistake(
    MISTAKES,
    "Your table is symmetric: you count each pair both ways. A 3 read as an 8 is another error "
    "than an 8 read as a 3.",
)
def counted_both_ways(target, predicted, classes):
    counts = right(target, predicted, classes)
    return counts + counts.T


@known_mistake(
    MISTAKES,
    "You compare target with itself: everything lands on the diagonal, as if all guesses were "
    "right.",
)
def target_compared_with_itself(target, predicted, classes):
    return right(target, target, classes)


@known_mistake(
    MISTAKES,
    "You return the share of right guesses, the accuracy: one number. A table of classes × classes "
    "counts is asked for.",
)
def accuracy_returned(target, predicted, classes):
    return np.mean(target == predicted)


@known_mistake(
    MISTAKES,
    "You return one count for each class. A confusion matrix has a count for each pair of classes: "
    "the true one and the guessed one.",
)
def right_guesses_of_each_class(target, predicted, classes):
    return np.diag(right(target, predicted, classes))


@known_mistake(
    MISTAKES,
    "You compare the arrays element by element in a table of examples × examples. The table asked "
    "for has the classes on both sides.",
)
def examples_against_examples(target, predicted, classes):
    return (target[:, np.newaxis] == predicted).astype(int)


@known_mistake(
    MISTAKES,
    "You return the counts as one flat row. Reshape it to (classes, classes).",
)
def not_reshaped(target, predicted, classes):
    return right(target, predicted, classes).ravel()


@known_mistake(
    MISTAKES,
    "You sort the labels first, each array by itself. Then example 0 of the one is no longer "
    "example 0 of the other: the pairs are lost.",
)
def sorted_each_by_itself(target, predicted, classes):
    return right(np.sort(target), np.sort(predicted), classes)


@known_mistake(
    MISTAKES,
    "Your table counts in the dtype of the labels (np.zeros_like, or dtype=target.dtype), or in a "
    "small one: past 255 a count in uint8 begins at 0 again. Count in int.",
)
def counted_in_a_small_dtype(target, predicted, classes):
    return right(target, predicted, classes).astype(np.uint8)


@known_mistake(
    MISTAKES,
    "You compute target * classes + predicted into the caller's target (*= and +=), which destroys "
    "the labels. Let it make a new array.",
)
def pairs_numbered_in_place(target, predicted, classes):
    counts = right(target, predicted, classes)
    target *= classes
    target += predicted
    return counts
