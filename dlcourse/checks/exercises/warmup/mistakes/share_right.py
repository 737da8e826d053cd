"""Mistakes in ``share_right(scores, labels)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def hits(scores, labels):
    """Say for each example whether it is right."""
    return scores.argmax(axis=1) == labels


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to count for "
    "whatever scores and labels it is given.",
)
def answer_of_the_example_typed_in(scores, labels):
    return 0.75


@known_mistake(
    MISTAKES,
    "You look for the highest score in each column: axis=0 runs over the examples. Each example "
    "has a row of its own: axis=1.",
)
def best_of_each_column(scores, labels):
    return np.mean(scores.argmax(axis=0) == labels)


@known_mistake(
    MISTAKES,
    "You look for the highest score of the whole table: argmax without an axis gives one number. "
    "Each example has a row of its own: axis=1.",
)
def best_of_the_whole_table(scores, labels):
    return np.mean(scores.argmax() == labels)


@known_mistake(
    MISTAKES,
    "You take the lowest score. The network's answer is the class with the highest: argmax.",
)
def lowest_score(scores, labels):
    return np.mean(scores.argmin(axis=1) == labels)


@known_mistake(
    MISTAKES,
    "You compare the highest score itself with the label (max). What has to be compared is where "
    "it stands: argmax.",
)
def score_compared_with_the_label(scores, labels):
    return np.mean(scores.max(axis=1) == labels)


@known_mistake(
    MISTAKES,
    "You return the number of right answers, {right}. The share is that divided by the number of "
    "examples, {n}.",
)
def counted(scores, labels):
    return np.sum(hits(scores, labels))


@known_mistake(
    MISTAKES,
    "You return per cent. A share lies between 0 and 1.",
)
def in_per_cent(scores, labels):
    return 100 * np.mean(hits(scores, labels))


@known_mistake(
    MISTAKES,
    "You return the share of wrong answers, {wrong} of {n}.",
)
def share_wrong(scores, labels):
    return 1 - np.mean(hits(scores, labels))


@known_mistake(
    MISTAKES,
    "You divide by the number of classes, {c}, and not by the number of examples, {n}: "
    "scores.shape is ({n}, {c}).",
)
def divided_by_the_number_of_classes(scores, labels):
    return np.sum(hits(scores, labels)) / scores.shape[1]


@known_mistake(
    MISTAKES,
    "You divide by the number of all scores, {n} times {c}. There are {n} examples.",
)
def divided_by_the_number_of_scores(scores, labels):
    return np.sum(hits(scores, labels)) / scores.size


@known_mistake(
    MISTAKES,
    "You divide with //, which drops all after the point: use /.",
)
def whole_division(scores, labels):
    return int(np.sum(hits(scores, labels))) // len(labels)


@known_mistake(
    MISTAKES,
    "You return True or False for each example. Their mean is the share: True counts as 1.",
)
def one_verdict_for_each_example(scores, labels):
    return hits(scores, labels)


@known_mistake(
    MISTAKES,
    "You return whether all are right. The share of those that are is asked for.",
)
def all_or_nothing(scores, labels):
    return bool(np.all(hits(scores, labels)))


@known_mistake(
    MISTAKES,
    "You return whether any is right. The share of those that are is asked for.",
)
def any_at_all(scores, labels):
    return bool(np.any(hits(scores, labels)))


@known_mistake(
    MISTAKES,
    "You return the class of each example. Compare it with the labels, then take the mean.",
)
def classes_returned(scores, labels):
    return scores.argmax(axis=1)


@known_mistake(
    MISTAKES,
    "You add 1 to the place of the highest score. Labels and places both count from 0.",
)
def labels_counted_from_one(scores, labels):
    return np.mean(scores.argmax(axis=1) + 1 == labels)


@known_mistake(
    MISTAKES,
    "The last example is missing: range(n) already stops before n, and so does a slice.",
)
def last_example_skipped(scores, labels):
    return np.sum(hits(scores, labels)[:-1]) / len(labels)


@known_mistake(
    MISTAKES,
    "You count an example as right when its score is above 0.5. Scores are no probabilities: it is "
    "right when its label has the highest score of the row.",
)
def above_one_half(scores, labels):
    return np.mean(scores[np.arange(len(labels)), labels] > 0.5)


@known_mistake(
    MISTAKES,
    "You return the mean score of the right class. How high it is does not matter, only whether it "
    "is the highest of its row.",
)
def mean_score_of_the_label(scores, labels):
    return np.mean(scores[np.arange(len(labels)), labels])


@known_mistake(
    MISTAKES,
    "Your search for the highest score begins at 0, so a row of negative scores has none. Begin "
    "with the row's first score, or use argmax.",
)
def search_that_begins_at_zero(scores, labels):
    return np.mean(np.where(scores.max(axis=1) > 0, scores.argmax(axis=1), 0) == labels)


@known_mistake(
    MISTAKES,
    "You count an example as right when its label is among the two highest scores. Only the "
    "highest counts.",
)
def among_the_best_two(scores, labels):
    best = np.argsort(-scores, axis=1)[:, :2]
    return np.mean((best == labels[:, np.newaxis]).any(axis=1))


@known_mistake(
    MISTAKES,
    "You compare whole tables, labels as a column against the scores of all classes: each example "
    "is then counted once for every class.",
)
def labels_against_all_scores(scores, labels):
    return np.mean(scores.argmax(axis=1)[:, np.newaxis] == labels)


@known_mistake(
    MISTAKES,
    "You write the place of the highest score into the labels, or the result of the comparison. "
    "The labels belong to the caller: make a new array.",
)
def labels_overwritten(scores, labels):
    found = hits(scores, labels)
    labels[...] = found
    return np.mean(found)


@known_mistake(
    MISTAKES,
    "You sort the caller's scores: scores.sort() rearranges the array itself. argmax finds the "
    "highest without moving anything.",
)
def scores_sorted_in_place(scores, labels):
    found = hits(scores, labels)
    scores.sort(axis=1)
    return np.mean(found)
