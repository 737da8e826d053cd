"""Mistakes in ``choose_network(widths, inputs, …)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def size(width, inputs, classes):
    """Count weights and biases."""
    return inputs * width + width + width * classes + classes


def first_best(pairs):
    """Give the width with the highest number that is one; the smallest of several."""
    known = [(accuracy, -width) for width, accuracy in pairs if not math.isnan(accuracy)]
    return -max(known)[1]


def searched(widths, inputs, classes, most, train, validate, test, count=size, choose=first_best):
    """Go through what ``count`` says is within the budget; let ``choose`` choose."""
    allowed = [width for width in widths if count(width, inputs, classes) <= most]
    pairs = [(width, validate(train(width))) for width in allowed]
    width = choose(pairs)
    return width, dict(pairs)[width], test(train(width))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to search among "
    "whatever widths it is given.",
)
def answer_of_the_example_typed_in(widths, inputs, classes, most_parameters, train, validate, test):
    return 8, 0.875, 0.75


@known_mistake(
    MISTAKES,
    "You choose by the accuracy on the test. What a test has chosen it can no longer judge: the "
    "number will be too good. Choose on validation.",
)
def chosen_on_the_test(widths, inputs, classes, most_parameters, train, validate, test):
    width = searched(widths, inputs, classes, most_parameters, train, test, test)[0]
    return width, validate(train(width)), test(train(width))


@known_mistake(
    MISTAKES,
    "You choose by the mean of validation and test. The test has no say in the choice.",
)
def chosen_on_both(widths, inputs, classes, most_parameters, train, validate, test):
    def mean(parameters):
        return (validate(parameters) + test(parameters)) / 2

    width = searched(widths, inputs, classes, most_parameters, train, mean, test)[0]
    return width, validate(train(width)), test(train(width))


@known_mistake(
    MISTAKES,
    "You train and choose among all widths, also those beyond the budget of {most} parameters.",
)
def budget_ignored(widths, inputs, classes, most_parameters, train, validate, test):
    return searched(widths, inputs, classes, math.inf, train, validate, test)


@known_mistake(
    MISTAKES,
    "You refuse a network that has exactly {most} parameters. That many are allowed.",
)
def budget_not_used_up(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters - 1, train, validate, test
    return searched(*arguments, choose=lambda pairs: first_best(pairs or [(widths[0], 0.0)]))


@known_mistake(
    MISTAKES,
    "You hold the width against the budget, not the number of parameters: weights and biases of "
    "both layers.",
)
def width_held_against_the_budget(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, count=lambda width, inputs, classes: width)


@known_mistake(
    MISTAKES,
    "You count the weights of the first layer alone. The second layer has width × classes more, "
    "and there are the biases.",
)
def first_layer_counted_alone(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, count=lambda width, inputs, classes: inputs * width)


@known_mistake(
    MISTAKES,
    "You forget the biases: each layer has one for each of its units, {most} is for all of them.",
)
def biases_not_counted(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, count=lambda width, inputs, classes: (inputs + classes) * width)


@known_mistake(
    MISTAKES,
    "You choose the network that is worst on validation. An accuracy is better when it is higher.",
)
def lowest_accuracy_chosen(widths, inputs, classes, most_parameters, train, validate, test):
    def lowest(pairs):
        return min((accuracy, width) for width, accuracy in pairs if accuracy == accuracy)[1]

    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=lowest)


@known_mistake(
    MISTAKES,
    "You take the largest network that the budget allows. Larger is not always better: validation "
    "decides.",
)
def largest_affordable(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=lambda pairs: max(width for width, _ in pairs))


@known_mistake(
    MISTAKES,
    "You stop at the first network that is worse than the one before. The widths come in no order, "
    "and accuracies go up and down: try all that the budget allows.",
)
def stopped_at_the_first_decline(widths, inputs, classes, most_parameters, train, validate, test):
    def greedy(pairs):
        known = [pair for pair in pairs if not math.isnan(pair[1])]
        best = known[0]
        for pair in known[1:]:
            if pair[1] < best[1]:
                break
            best = pair if pair[1] > best[1] or pair[0] < best[0] else best
        return best[0]

    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=greedy)


@known_mistake(
    MISTAKES,
    "Of networks that are equally good you take the first in the list. Take the smallest: it "
    "costs less and has had less room to learn by heart.",
)
def first_of_equals(widths, inputs, classes, most_parameters, train, validate, test):
    def first(pairs):
        return max((one for one in pairs if one[1] == one[1]), key=lambda pair: pair[1])[0]

    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=first)


@known_mistake(
    MISTAKES,
    "Of networks that are equally good you take the last in the list (>= instead of >). Take the "
    "smallest: it costs less and has had less room to learn by heart.",
)
def last_of_equals(widths, inputs, classes, most_parameters, train, validate, test):
    def last(pairs):
        known = [one for one in pairs if one[1] == one[1]]
        return max(reversed(known), key=lambda pair: pair[1])[0]

    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=last)


@known_mistake(
    MISTAKES,
    "Of networks that are equally good you take the largest. Take the smallest: it costs less and "
    "has had less room to learn by heart.",
)
def largest_of_equals(widths, inputs, classes, most_parameters, train, validate, test):
    def largest(pairs):
        return max((accuracy, width) for width, accuracy in pairs if accuracy == accuracy)[1]

    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=largest)


@known_mistake(
    MISTAKES,
    "A training that diverged wins your search: np.argmax takes nan for the largest number. Leave "
    "out accuracies that are nan.",
)
def nan_wins(widths, inputs, classes, most_parameters, train, validate, test):
    def by_argmax(pairs):
        ordered = sorted(pairs)
        return ordered[int(np.argmax([accuracy for _, accuracy in ordered]))][0]

    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=by_argmax)


@known_mistake(
    MISTAKES,
    "Where the first network is nan, nothing is ever larger than it, and it stays the best. Leave "
    "out accuracies that are nan.",
)
def nan_at_first_stays(widths, inputs, classes, most_parameters, train, validate, test):
    def by_comparing(pairs):
        best = pairs[0]
        for pair in pairs[1:]:
            if pair[1] > best[1] or (pair[1] == best[1] and pair[0] < best[0]):
                best = pair
        return best[0]

    arguments = widths, inputs, classes, most_parameters, train, validate, test
    return searched(*arguments, choose=by_comparing)


@known_mistake(
    MISTAKES,
    "Your search begins with a best accuracy of 0, so where nothing is above 0 no network is "
    "chosen. Begin with minus infinity.",
)
def best_begins_at_zero(widths, inputs, classes, most_parameters, train, validate, test):
    best = 0, 0.0
    kept = 0.0
    for width in sorted(widths):
        if size(width, inputs, classes) <= most_parameters:
            parameters = train(width)
            accuracy = validate(parameters)
            if accuracy > best[1]:
                best, kept = (width, accuracy), test(parameters)
    return *best, kept


@known_mistake(
    MISTAKES,
    "You test the network that was trained last, not the one that you have chosen: keep the "
    "parameters of the best.",
)
def last_network_tested(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    width, accuracy, _ = searched(*arguments)
    allowed = [one for one in widths if size(one, inputs, classes) <= most_parameters]
    return width, accuracy, test(train(allowed[-1]))


@known_mistake(
    MISTAKES,
    "You report the accuracy on validation a second time. It has chosen, so it is too good: the "
    "last value is what test says.",
)
def validation_reported_twice(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    width, accuracy, _ = searched(*arguments)
    return width, accuracy, accuracy


@known_mistake(
    MISTAKES,
    "You return the place of the width in the list. Return the width itself.",
)
def place_returned(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    width, accuracy, tested = searched(*arguments)
    return list(widths).index(width), accuracy, tested


@known_mistake(
    MISTAKES,
    "The two accuracies are exchanged: first validation's, then the test's.",
)
def accuracies_exchanged(widths, inputs, classes, most_parameters, train, validate, test):
    arguments = widths, inputs, classes, most_parameters, train, validate, test
    width, accuracy, tested = searched(*arguments)
    return width, tested, accuracy


@known_mistake(
    MISTAKES,
    "You evaluate every network on the test on the way. Even if you do not choose by it, "
    "you have seen it: test the chosen network alone.",
)
def test_seen_for_every_network(widths, inputs, classes, most_parameters, train, validate, test):
    rows = []
    for width in widths:
        if size(width, inputs, classes) <= most_parameters:
            parameters = train(width)
            accuracy, tested = validate(parameters), test(parameters)
            if not math.isnan(accuracy):
                rows.append((accuracy, -width, tested))
    accuracy, width, tested = max(rows)
    return -width, accuracy, tested
