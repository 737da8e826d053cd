"""Mistakes in ``stratified_split(labels, order, holdout)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def dealt(labels, order, seats, second=None, backwards=False):
    """Deal out: each class has ``seats(its number)`` in test, then ``second`` in validation."""
    second = seats if second is None else second
    place = np.zeros(len(order), dtype=np.int64)  # 0 train, 1 validation, 2 test
    for label in np.unique(labels):
        members = np.flatnonzero(labels[order] == label)
        members = members[::-1] if backwards else members
        t = seats(len(members))
        v = second(len(members))
        place[members[:t]] = 2
        place[members[t : t + v]] = 1
    return order[place == 0], order[place == 1], order[place == 2]


def right(labels, order, holdout):
    """Give what a mistake then spoils."""
    return dealt(labels, order, lambda n: n // holdout)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to split "
    "whatever labels it is given.",
)
def answer_of_the_example_typed_in(labels, order, holdout):
    return np.array([5, 6, 4]), np.array([1, 3]), np.array([2, 0])


@known_mistake(
    MISTAKES,
    "You cut the order without looking at the classes: a rare class may be missing from a part. "
    "Hold out n // {holdout} of each class by itself.",
)
def not_stratified(labels, order, holdout):
    share = len(order) // holdout
    return order[2 * share :].copy(), order[share : 2 * share].copy(), order[:share].copy()


@known_mistake(
    MISTAKES,
    "You ignore the order and take the examples as they lie. A file is often sorted by something: "
    "go by order.",
)
def order_ignored(labels, order, holdout):
    return right(labels, np.arange(len(order)), holdout)


@known_mistake(
    MISTAKES,
    "You shuffle yourself. The caller has done so, and wants the same split again: go by order.",
)
def shuffled_again(labels, order, holdout):
    return right(labels, np.random.default_rng(0).permutation(order), holdout)


@known_mistake(
    MISTAKES,
    "Your parts hold the right examples, class after class. Batches of one class teach badly: each "
    "part keeps the sequence of order.",
)
def class_after_class(labels, order, holdout):
    parts = right(labels, order, holdout)
    return tuple(part[np.argsort(labels[part], kind="stable")] for part in parts)


@known_mistake(
    MISTAKES,
    "Your parts hold the right examples, sorted by their number. Each part keeps the sequence of "
    "order, which is random on purpose.",
)
def sorted_by_number(labels, order, holdout):
    return tuple(np.sort(part) for part in right(labels, order, holdout))


@known_mistake(
    MISTAKES,
    "You return places in order, not numbers of examples: the example at place k is order[k].",
)
def places_returned(labels, order, holdout):
    return right(labels[order], np.arange(len(order)), holdout)


@known_mistake(
    MISTAKES,
    "You look up labels by place: example order[k] has the label labels[order[k]], not labels[k].",
)
def labels_by_place(labels, order, holdout):
    looked_up = np.empty_like(labels)
    looked_up[order] = labels
    return right(looked_up, order, holdout)


@known_mistake(
    MISTAKES,
    "You return the labels of the parts. Return the numbers of their examples, with which the "
    "caller looks up rows and labels.",
)
def labels_returned(labels, order, holdout):
    return tuple(labels[part] for part in right(labels, order, holdout))


@known_mistake(
    MISTAKES,
    "Your validation part and your test part hold the same examples: what you choose by would be "
    "what you test with. The next examples of each class are for validation.",
)
def validation_is_the_test(labels, order, holdout):
    train, _, test = right(labels, order, holdout)
    return train, test.copy(), test


@known_mistake(
    MISTAKES,
    "The examples held out for validation and test are still in your training part: that is a "
    "leak, and every score will look too good. Each example belongs to one part.",
)
def held_out_still_in_training(labels, order, holdout):
    _, validation, test = right(labels, order, holdout)
    return order.copy(), validation, test


@known_mistake(
    MISTAKES,
    "The examples held out for validation are in your training part as well. Training then learns "
    "what it is to be judged by: each example belongs to one part.",
)
def validation_still_in_training(labels, order, holdout):
    _, validation, test = right(labels, order, holdout)
    return order[~np.isin(order, test)], validation, test


@known_mistake(
    MISTAKES,
    "You take the held-out examples from the end of order. The first ones of each class are for "
    "the test, the next for validation.",
)
def held_out_from_the_end(labels, order, holdout):
    return dealt(labels, order, lambda n: n // holdout, backwards=True)


@known_mistake(
    MISTAKES,
    "The first examples of each class are in your validation part, and the next in your test "
    "part. It is the other way round.",
)
def validation_taken_first(labels, order, holdout):
    train, validation, test = right(labels, order, holdout)
    return train, test, validation


@known_mistake(
    MISTAKES,
    "You return the parts in another sequence. Return train, validation, test.",
)
def test_returned_first(labels, order, holdout):
    return right(labels, order, holdout)[::-1]


@known_mistake(
    MISTAKES,
    "You round up. Of n examples of a class n // {holdout} go to the test and as many to "
    "validation.",
)
def rounded_up(labels, order, holdout):
    return dealt(labels, order, lambda n: -(-n // holdout))


@known_mistake(
    MISTAKES,
    "You round to the nearest number. Of n examples of a class n // {holdout} go to the test and "
    "as many to validation.",
)
def rounded_to_the_nearest(labels, order, holdout):
    return dealt(labels, order, lambda n: round(n / holdout))


@known_mistake(
    MISTAKES,
    "You hold out at least one example of every class. A class with fewer than {holdout} examples "
    "stays in training whole: n // {holdout} is 0.",
)
def at_least_one_of_each(labels, order, holdout):
    return dealt(labels, order, lambda n: max(1, n // holdout))


@known_mistake(
    MISTAKES,
    "Your validation part takes its share of what the test has left. Both parts get n // {holdout} "
    "of the n examples of a class.",
)
def share_of_the_rest(labels, order, holdout):
    return dealt(labels, order, lambda n: n // holdout, lambda n: (n - n // holdout) // holdout)


@known_mistake(
    MISTAKES,
    "You hold out as many examples of each class as of every other. A test is to look like the "
    "world the network will meet: each class keeps its share.",
)
def as_many_of_each_class(labels, order, holdout):
    _, counts = np.unique(labels, return_counts=True)
    return dealt(labels, order, lambda n: counts.min() // holdout)


@known_mistake(
    MISTAKES,
    "You hold out {holdout} examples of each class. holdout says one in how many: n // {holdout} "
    "of n examples.",
)
def holdout_taken_as_a_number(labels, order, holdout):
    return dealt(labels, order, lambda n: holdout)
