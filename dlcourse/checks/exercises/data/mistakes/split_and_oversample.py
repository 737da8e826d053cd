"""Mistakes in ``split_and_oversample(y, order, test_size)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def balanced(y, part, most=None):
    """Append copies, class by class, in turns."""
    labels = y[part]
    counts = np.bincount(labels)
    most = counts.max() if most is None else most
    extra = [
        np.resize(part[labels == label], max(most, count))[count:]
        for label, count in enumerate(counts)
        if count
    ]
    return np.concatenate([part, *extra]).astype(np.int64)


def right(y, order, test_size):
    """Give what a mistake then spoils."""
    return balanced(y, order[test_size:]), order[:test_size].copy()


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to split and "
    "balance whatever it is given.",
)
def answer_of_the_example_typed_in(y, order, test_size):
    return np.array([0, 5, 2, 4, 5, 5]), np.array([3, 1])


@known_mistake(
    MISTAKES,
    "You oversample before you split: copies of test examples are in train, and the test asks for "
    "what was learnt by heart. First set the test part aside, then copy within the rest.",
)
def oversampled_before_the_split(y, order, test_size):
    everything = balanced(y, order)
    return everything[test_size:], everything[:test_size]


@known_mistake(
    MISTAKES,
    "Your copies come from all examples of a class, those of the test part among them: what is "
    "tested on is trained on. Copy within train alone.",
)
def copies_taken_from_the_test_part_as_well(y, order, test_size):
    train, test = order[test_size:], order[:test_size]
    counts = np.bincount(y[train])
    extra = [
        np.resize(order[y[order] == label], counts.max())[count:]
        for label, count in enumerate(counts)
        if count
    ]
    return np.concatenate([train, *extra]), test.copy()


@known_mistake(
    MISTAKES,
    "You balance the test part as well. A test is to look like the world the model will meet: it "
    "stays as it is.",
)
def test_part_oversampled_as_well(y, order, test_size):
    train, test = right(y, order, test_size)
    return train, balanced(y, test) if len(test) else test


@known_mistake(
    MISTAKES,
    "You fill every class up to the largest count of all examples, those of the test part among "
    "them. Count within train.",
)
def filled_up_to_the_counts_of_everything(y, order, test_size):
    return balanced(y, order[test_size:], np.bincount(y).max()), order[:test_size].copy()


@known_mistake(
    MISTAKES,
    "You do not balance: train is what is left after the test part was taken. Repeat examples of "
    "the rarer classes.",
)
def not_balanced(y, order, test_size):
    return order[test_size:].copy(), order[:test_size].copy()


@known_mistake(
    MISTAKES,
    "You throw away examples of the frequent classes (undersampling). Here examples of the rare "
    "ones are repeated, and none is lost.",
)
def undersampled(y, order, test_size):
    train = order[test_size:]
    counts = np.bincount(y[train])
    least = counts[counts > 0].min()
    kept = [k for k in range(len(train)) if np.sum(y[train[:k]] == y[train[k]]) < least]
    return train[kept], order[:test_size].copy()


@known_mistake(
    MISTAKES,
    "You ignore the order and take the examples as they lie. The test part is the first {t} of "
    "order.",
)
def order_ignored(y, order, test_size):
    return right(y, np.arange(len(y)), test_size)


@known_mistake(
    MISTAKES,
    "You shuffle yourself. The caller has done so: go by order.",
)
def shuffled_again(y, order, test_size):
    return right(y, np.random.default_rng(0).permutation(order), test_size)


@known_mistake(
    MISTAKES,
    "You take the test part from the end of order. It is the first {t} of it.",
)
def test_part_from_the_end(y, order, test_size):
    cut = len(order) - test_size
    return balanced(y, order[:cut]), order[cut:].copy()


@known_mistake(
    MISTAKES,
    "You have made the training part of {t} examples and the test part of the rest. test_size is "
    "the size of the test part.",
)
def sizes_exchanged(y, order, test_size):
    part = order[:test_size]
    return balanced(y, part) if test_size else part.copy(), order[test_size:].copy()


@known_mistake(
    MISTAKES,
    "You return the parts in the other order. Return train, test.",
)
def parts_exchanged(y, order, test_size):
    return right(y, order, test_size)[::-1]


@known_mistake(
    MISTAKES,
    "You look up labels by place and not by number: example number train[k] has the label "
    "y[train[k]], not y[k].",
)
def labels_by_place(y, order, test_size):
    train, test = order[test_size:], order[:test_size].copy()
    labels = y[: len(train)]
    counts = np.bincount(labels, minlength=1)
    extra = [
        np.resize(train[labels == label], counts.max())[count:]
        for label, count in enumerate(counts)
        if count
    ]
    return np.concatenate([train, *extra]), test


@known_mistake(
    MISTAKES,
    "You repeat the first example of a class again and again. Take all of its examples in turns.",
)
def first_example_only_repeated(y, order, test_size):
    train, test = order[test_size:], order[:test_size].copy()
    counts = np.bincount(y[train])
    extra = [
        np.resize(train[y[train] == label][:1], counts.max() - count)
        for label, count in enumerate(counts)
        if count
    ]
    return np.concatenate([train, *extra]), test


@known_mistake(
    MISTAKES,
    "You repeat each example several times in a row (np.repeat). Take them in turns, all once, "
    "then all again, so that none is shown much more often than another.",
)
def each_repeated_in_a_row(y, order, test_size):
    train, test = order[test_size:], order[:test_size].copy()
    counts = np.bincount(y[train])
    extra = []
    for label, count in enumerate(counts):
        if count:
            lacking = int(counts.max() - count)
            members = train[y[train] == label]
            extra.append(np.repeat(members, -(-lacking // count))[:lacking])
    return np.concatenate([train, *extra]), test


@known_mistake(
    MISTAKES,
    "You repeat the rare examples once. Repeat until each class occurs as often as the most "
    "frequent one.",
)
def repeated_only_once(y, order, test_size):
    train, test = order[test_size:], order[:test_size].copy()
    counts = np.bincount(y[train])
    extra = [
        train[y[train] == label][: counts.max() - count]
        for label, count in enumerate(counts)
        if count
    ]
    return np.concatenate([train, *extra]), test


@known_mistake(
    MISTAKES,
    "Your copies go past the size of the most frequent class: you repeat all examples of a class a "
    "whole number of times. Stop when the counts are equal.",
)
def whole_rounds_repeated(y, order, test_size):
    train, test = order[test_size:], order[:test_size].copy()
    counts = np.bincount(y[train])
    extra = [
        np.tile(train[y[train] == label], -(-counts.max() // count) - 1)
        for label, count in enumerate(counts)
        if count
    ]
    return np.concatenate([train, *extra]), test


@known_mistake(
    MISTAKES,
    "You append one copy too few: the rare classes are still one short of the most frequent one.",
)
def one_copy_too_few(y, order, test_size):
    train, test = order[test_size:], order[:test_size].copy()
    counts = np.bincount(y[train])
    extra = [
        np.resize(train[y[train] == label], max(counts.max() - 1, count))[count:]
        for label, count in enumerate(counts)
        if count
    ]
    return np.concatenate([train, *extra]), test


@known_mistake(
    MISTAKES,
    "You return the copies alone. Train holds every training example once, then the copies.",
)
def copies_alone(y, order, test_size):
    train, test = right(y, order, test_size)
    return train[len(order) - test_size :], test


@known_mistake(
    MISTAKES,
    "You put the examples of each class together with their copies. First come all training "
    "examples in their order, then the copies.",
)
def sorted_by_class(y, order, test_size):
    train, test = right(y, order, test_size)
    return train[np.argsort(y[train], kind="stable")], test


@known_mistake(
    MISTAKES,
    "You return labels. Return the numbers of the examples: the caller takes x and y by them.",
)
def labels_returned(y, order, test_size):
    train, test = right(y, order, test_size)
    return y[train], y[test]


@known_mistake(
    MISTAKES,
    "You balance only the rarest class. Every class that lacks examples is filled up.",
)
def rarest_class_only(y, order, test_size):
    train, test = order[test_size:], order[:test_size].copy()
    counts = np.bincount(y[train])
    rarest = int(np.argmin(np.where(counts > 0, counts, len(y) + 1)))
    extra = np.resize(train[y[train] == rarest], counts.max())[counts[rarest] :]
    return np.concatenate([train, extra]), test


@known_mistake(
    MISTAKES,
    "A class without any training example cannot be repeated: np.resize makes zeros out of "
    "nothing, and example 0 is shown in its place. Leave such a class out.",
)
def zeros_for_an_absent_class(y, order, test_size):
    train, test = right(y, order, test_size)
    counts = np.bincount(y[order[test_size:]])
    absent = int(np.sum(counts == 0))
    return np.append(train, np.zeros(absent * counts.max(), dtype=np.int64)), test


@known_mistake(
    MISTAKES,
    "You write into the caller's order or labels, by sorting or shuffling them in place. Make new "
    "arrays.",
)
def order_sorted_in_place(y, order, test_size):
    found = right(y, order, test_size)
    order.sort()
    return found
