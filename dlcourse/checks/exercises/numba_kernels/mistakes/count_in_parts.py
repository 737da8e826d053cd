"""Mistakes in ``count_in_parts(labels, classes, parts)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def cut(labels, parts):
    """Cut the labels as they should be."""
    n = len(labels)
    return [labels[p * n // parts : (p + 1) * n // parts] for p in range(parts)]


def counted(pieces, classes):
    """Count each piece in a row of its own."""
    return np.array([np.bincount(piece, minlength=classes) for piece in pieces])


def right(labels, classes, parts):
    """Give what a mistake then spoils."""
    return counted(cut(labels, parts), classes)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to count whatever "
    "labels it is given.",
)
def answer_of_the_example_typed_in(labels, classes, parts):
    return np.array([[1, 1], [0, 3]])


@known_mistake(
    MISTAKES,
    "You return the counts of all parts together. Asked is one row for each part; adding them up "
    "is left to the caller.",
)
def parts_added_up(labels, classes, parts):
    return np.bincount(labels, minlength=classes)


@known_mistake(
    MISTAKES,
    "Every part of yours counts all labels. Part p counts labels[p * n // parts : "
    "(p + 1) * n // parts] only.",
)
def every_part_counts_all(labels, classes, parts):
    return counted([labels] * parts, classes)


@known_mistake(
    MISTAKES,
    "All parts count in row 0. With threads, two would write to the same element at the same time, "
    "and counts would be lost: each part has its own row.",
)
def all_in_the_first_row(labels, classes, parts):
    counts = np.zeros((parts, classes), dtype=np.int64)
    counts[0] = np.bincount(labels, minlength=classes)
    return counts


@known_mistake(
    MISTAKES,
    "You deal the labels out in turn, one to each part. A part is a stretch of neighbours, which "
    "also lie side by side in memory.",
)
def dealt_out_in_turn(labels, classes, parts):
    return counted([labels[p::parts] for p in range(parts)], classes)


@known_mistake(
    MISTAKES,
    "Parts of n // parts labels leave a rest at the end, which you do not count. Part p ends at "
    "(p + 1) * n // parts.",
)
def rest_not_counted(labels, classes, parts):
    size = len(labels) // parts
    return counted([labels[p * size : (p + 1) * size] for p in range(parts)], classes)


@known_mistake(
    MISTAKES,
    "You give the whole rest to the last part. Part p is labels[p * n // parts : "
    "(p + 1) * n // parts], so that no part is longer than another by more than one.",
)
def rest_to_the_last_part(labels, classes, parts):
    size = len(labels) // parts
    ends = [*((p + 1) * size for p in range(parts - 1)), len(labels)]
    return counted([labels[p * size : ends[p]] for p in range(parts)], classes)


@known_mistake(
    MISTAKES,
    "You round the length of a part up, so that the last parts are short or empty. Part p is "
    "labels[p * n // parts : (p + 1) * n // parts].",
)
def length_rounded_up(labels, classes, parts):
    size = -(-len(labels) // parts)
    return counted([labels[p * size : (p + 1) * size] for p in range(parts)], classes)


@known_mistake(
    MISTAKES,
    "Your longer parts come first, as np.array_split makes them. Here part p is "
    "labels[p * n // parts : (p + 1) * n // parts].",
)
def longer_parts_first(labels, classes, parts):
    return counted(np.array_split(labels, parts), classes)


@known_mistake(
    MISTAKES,
    "Your parts overlap: the end of a part does not belong to it, or its label is counted twice.",
)
def ends_counted_twice(labels, classes, parts):
    n = len(labels)
    pieces = [labels[p * n // parts : (p + 1) * n // parts + 1] for p in range(parts)]
    return counted(pieces, classes)


@known_mistake(
    MISTAKES,
    "The last label of each part is missing: range(start, end) already stops before end.",
)
def ends_left_out(labels, classes, parts):
    return counted([piece[:-1] for piece in cut(labels, parts)], classes)


@known_mistake(
    MISTAKES,
    "Your counts go on from one part to the next. Each row begins at 0.",
)
def counts_go_on(labels, classes, parts):
    return np.cumsum(right(labels, classes, parts), axis=0)


@known_mistake(
    MISTAKES,
    "Your table is turned over its diagonal: a row for each part, a column for each class.",
)
def transposed(labels, classes, parts):
    return right(labels, classes, parts).T


@known_mistake(
    MISTAKES,
    "You note that a label came up, and not how often: counts[…] = 1 in place of += 1.",
)
def noted_and_not_counted(labels, classes, parts):
    return np.minimum(right(labels, classes, parts), 1)


@known_mistake(
    MISTAKES,
    "You return shares. Asked are the counts, whole numbers.",
)
def shares_returned(labels, classes, parts):
    counts = right(labels, classes, parts)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@known_mistake(
    MISTAKES,
    "Your table is as wide as the largest label asks for. It has {classes} columns, also for "
    "classes that do not come up.",
)
def as_wide_as_the_largest_label(labels, classes, parts):
    return right(labels, classes, parts)[:, : labels.max() + 1]


@known_mistake(
    MISTAKES,
    "Your classes are shifted by one: label 0 belongs in column 0.",
)
def classes_shifted(labels, classes, parts):
    return np.roll(right(labels, classes, parts), 1, axis=1)


@known_mistake(
    MISTAKES,
    "You sort the caller's labels. Leave them as they are; counting needs no order.",
)
def labels_sorted_in_place(labels, classes, parts):
    counts = right(labels, classes, parts)
    labels.sort()
    return counts


@known_mistake(
    MISTAKES,
    "Your loops run in Python. Keep @njit above the function; if it is there, look for work that "
    "is done again for every label.",
)
def left_to_python(labels, classes, parts):
    counts = np.zeros((parts, classes), dtype=np.int64)
    n = len(labels)
    for p in range(parts):
        for k in range(p * n // parts, (p + 1) * n // parts):
            counts[p, labels[k]] += 1
    return counts
