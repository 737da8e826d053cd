"""Mistakes in ``evaluate(labels, predictions, classes)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def counted(labels, predictions, classes):
    """Count: rows are true classes, columns predicted ones."""
    table = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(table, (labels, predictions), 1)
    return table


def by_class(table):
    """Give the F1 of each class that occurs, and where it occurs."""
    asked = table.sum(axis=0) + table.sum(axis=1)
    return 2.0 * table.diagonal()[asked > 0] / asked[asked > 0], asked > 0


def wilson(p, n, z=1.96):
    """Give the ends of Wilson's interval."""
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return centre - half, centre + half


def right(labels, predictions, classes):
    """Give what a mistake then spoils."""
    table = counted(labels, predictions, classes)
    accuracy = table.trace() / len(labels)
    return [table, accuracy, by_class(table)[0].mean(), *wilson(accuracy, len(labels))]


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to evaluate "
    "whatever predictions it is given.",
)
def answer_of_the_example_typed_in(labels, predictions, classes):
    return np.array([[2, 0], [1, 1]]), 0.75, 11 / 15, *wilson(0.75, 4)


@known_mistake(
    MISTAKES,
    "Your table has the predictions as rows. Row k holds the examples that truly are of class k.",
)
def table_transposed(labels, predictions, classes):
    report = right(labels, predictions, classes)
    return report[0].T.copy(), *report[1:]


@known_mistake(
    MISTAKES,
    "You count into the table by table[labels, predictions] += 1, which adds 1 once for each pair, "
    "however often it comes up. np.add.at counts every one.",
)
def repeated_pairs_counted_once(labels, predictions, classes):
    report = right(labels, predictions, classes)
    table = np.zeros((classes, classes), dtype=np.int64)
    table[labels, predictions] += 1
    return table, *report[1:]


@known_mistake(
    MISTAKES,
    "Your table has as many classes as the data happen to show. A class without an example keeps "
    "its row and column: there are {classes}.",
)
def as_many_classes_as_seen(labels, predictions, classes):
    seen = max(int(labels.max()), int(predictions.max())) + 1
    return tuple(right(labels, predictions, seen))


@known_mistake(
    MISTAKES,
    "Your table holds shares of each row. The report asks for counts: who sees 0.5 does not know "
    "whether that is one of two or a hundred of two hundred.",
)
def table_of_shares(labels, predictions, classes):
    report = right(labels, predictions, classes)
    return report[0] / np.maximum(report[0].sum(axis=1, keepdims=True), 1), *report[1:]


@known_mistake(
    MISTAKES,
    "You take the mean of each class's recall, which is balanced accuracy. F1 asks for precision "
    "as well: 2 hits over (true + predicted).",
)
def mean_recall(labels, predictions, classes):
    report = right(labels, predictions, classes)
    table, seen = report[0], by_class(report[0])[1]
    report[2] = (table.diagonal() / np.maximum(table.sum(axis=1), 1))[seen].mean()
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You take the mean of each class's precision. F1 asks for recall as well: 2 hits over (true + "
    "predicted).",
)
def mean_precision(labels, predictions, classes):
    report = right(labels, predictions, classes)
    table, seen = report[0], by_class(report[0])[1]
    report[2] = (table.diagonal() / np.maximum(table.sum(axis=0), 1))[seen].mean()
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You add hits over all classes first, which is the micro F1: with one label an example it is "
    "the accuracy once more. Macro takes each class's F1, then their mean.",
)
def micro_f1(labels, predictions, classes):
    report = right(labels, predictions, classes)
    report[2] = report[1]
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You weight each class's F1 by its number of examples, so a rare class hardly counts. Macro is "
    "the plain mean over the classes.",
)
def weighted_f1(labels, predictions, classes):
    report = right(labels, predictions, classes)
    scores, seen = by_class(report[0])
    report[2] = float(np.average(scores, weights=report[0].sum(axis=1)[seen]))
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You take the mean of precision and the mean of recall first and F1 of these two. Take F1 "
    "class by class, then the mean.",
)
def f1_of_the_means(labels, predictions, classes):
    report = right(labels, predictions, classes)
    table, seen = report[0], by_class(report[0])[1]
    recall = (table.diagonal() / np.maximum(table.sum(axis=1), 1))[seen].mean()
    precision = (table.diagonal() / np.maximum(table.sum(axis=0), 1))[seen].mean()
    report[2] = 2 * precision * recall / max(precision + recall, 1e-300)
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You take the arithmetic mean of precision and recall. F1 is the harmonic one, which is low as "
    "soon as one of them is.",
)
def arithmetic_mean(labels, predictions, classes):
    report = right(labels, predictions, classes)
    table, seen = report[0], by_class(report[0])[1]
    recall = table.diagonal() / np.maximum(table.sum(axis=1), 1)
    precision = table.diagonal() / np.maximum(table.sum(axis=0), 1)
    report[2] = ((recall + precision) / 2)[seen].mean()
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You forget the 2 of F1: 2 hits over (true + predicted). Yours never gets above one half.",
)
def f1_without_its_two(labels, predictions, classes):
    report = right(labels, predictions, classes)
    report[2] = report[2] / 2
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You count a class that neither the labels nor the predictions have as an F1 of 0. It says "
    "nothing about the network: leave it out of the mean.",
)
def absent_classes_count_as_zero(labels, predictions, classes):
    report = right(labels, predictions, classes)
    report[2] = by_class(report[0])[0].sum() / classes
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You leave classes out of the mean that the labels do not have but the predictions do. "
    "Predicting a class that is not there is a mistake: its F1 is 0.",
)
def only_classes_of_the_labels(labels, predictions, classes):
    report = right(labels, predictions, classes)
    scores, seen = by_class(report[0])
    report[2] = scores[report[0].sum(axis=1)[seen] > 0].mean()
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You leave classes that are never predicted out of the mean. Not to find a class at all is the "
    "worst there is: its F1 is 0.",
)
def only_classes_predicted(labels, predictions, classes):
    report = right(labels, predictions, classes)
    scores, seen = by_class(report[0])
    report[2] = scores[report[0].sum(axis=0)[seen] > 0].mean()
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You divide 0 by 0 for a class without labels and predictions, and its nan spreads. Leave such "
    "a class out of the mean.",
)
def zero_by_zero(labels, predictions, classes):
    report = right(labels, predictions, classes)
    table = report[0]
    with np.errstate(invalid="ignore"):
        report[2] = (2 * table.diagonal() / (table.sum(axis=0) + table.sum(axis=1))).mean()
    return tuple(report)


@known_mistake(
    MISTAKES,
    "You take accuracy ± 1.96 standard errors. With few examples, or an accuracy near 1, that "
    "interval leaves 0 to 1, and has no width where everything is right. Use Wilson's.",
)
def plain_normal_interval(labels, predictions, classes):
    report = right(labels, predictions, classes)
    p, n = report[1], len(labels)
    half = 1.96 * math.sqrt(p * (1 - p) / n)
    return *report[:3], p - half, p + half


@known_mistake(
    MISTAKES,
    "You cut accuracy ± 1.96 standard errors off at 0 and 1. Where everything is right that "
    "interval has still no width, as if nothing could ever go wrong. Use Wilson's.",
)
def plain_interval_cut_off(labels, predictions, classes):
    report = right(labels, predictions, classes)
    p, n = report[1], len(labels)
    half = 1.96 * math.sqrt(p * (1 - p) / n)
    return *report[:3], max(p - half, 0.0), min(p + half, 1.0)


@known_mistake(
    MISTAKES,
    "Your interval has the right width, but its centre is the accuracy. Wilson's centre is pulled "
    "a little towards one half.",
)
def centred_on_the_accuracy(labels, predictions, classes):
    report = right(labels, predictions, classes)
    half = (report[4] - report[3]) / 2
    return *report[:3], report[1] - half, report[1] + half


@known_mistake(
    MISTAKES,
    "You do not divide by 1 + z²/n: your interval is too wide and too far from 0.",
)
def without_the_denominator(labels, predictions, classes):
    report = right(labels, predictions, classes)
    widen = 1 + 1.96**2 / len(labels)
    return *report[:3], report[3] * widen, report[4] * widen


@known_mistake(
    MISTAKES,
    "Your interval uses z = 1.645, which holds 90 %. For 95 % z is 1.96.",
)
def ninety_percent(labels, predictions, classes):
    report = right(labels, predictions, classes)
    return *report[:3], *wilson(report[1], len(labels), 1.645)


@known_mistake(
    MISTAKES,
    "Your interval is one standard error wide on either side (z = 1), which holds 68 %. For 95 % z "
    "is 1.96.",
)
def one_standard_error(labels, predictions, classes):
    report = right(labels, predictions, classes)
    return *report[:3], *wilson(report[1], len(labels), 1.0)


@known_mistake(
    MISTAKES,
    "Your interval takes {classes} (the classes) for n. How sure an accuracy is depends on how "
    "many examples it was measured with: {n}.",
)
def classes_taken_for_examples(labels, predictions, classes):
    report = right(labels, predictions, classes)
    return *report[:3], *wilson(report[1], classes)


@known_mistake(
    MISTAKES,
    "Your interval is that of the macro F1. The formula is about a share of examples, which the "
    "accuracy is.",
)
def interval_of_the_f1(labels, predictions, classes):
    report = right(labels, predictions, classes)
    return *report[:3], *wilson(report[2], len(labels))


@known_mistake(
    MISTAKES,
    "Your accuracy is the number of hits. Divide by the number of examples, {n}.",
)
def hits_not_divided(labels, predictions, classes):
    report = right(labels, predictions, classes)
    report[1] = int(report[0].trace())
    return tuple(report)
