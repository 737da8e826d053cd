"""Mistakes in ``train_and_predict(x_train, y_train, …)``, the more specific ones first.

They train for a few epochs only: what they get wrong shows at once, and the checks run them often.
"""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def scaled(x_train, *others):
    """Standardize tables by the first one."""
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    spread = np.where(spread == 0, 1.0, spread)
    return [(x - mean) / spread for x in (x_train, *others)]


def fitted(x, y, width, classes, seed, rate=0.3, epochs=4, batch=25, mix=True, same=False):
    """Train a network with one hidden layer by plain steps; return its parameters."""
    rng = np.random.default_rng(seed)
    inputs = x.shape[1]
    w, v = rng.normal(0, (2 / inputs) ** 0.5, (inputs, width)), rng.normal(0, 0.1, (width, classes))
    b, c = np.zeros(width), np.zeros(classes)
    if same:
        w[:], v[:] = 0.1, 0.1
    # A training that diverges is some mistakes' own affair.
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            order = rng.permutation(len(x)) if mix else np.arange(len(x))
            for k in range(0, len(x), batch):
                rows = order[k : k + batch]
                sums = x[rows] @ w + b
                hidden = np.maximum(sums, 0)
                logits = hidden @ v + c
                slopes = np.exp(logits - logits.max(axis=1, keepdims=True))
                slopes /= slopes.sum(axis=1, keepdims=True)
                slopes[np.arange(len(rows)), y[rows]] -= 1
                slopes *= rate / len(rows)
                back = (slopes @ v.T) * (sums > 0)
                w -= x[rows].T @ back
                b -= back.sum(axis=0)
                v -= hidden.T @ slopes
                c -= slopes.sum(axis=0)
    return w, b, v, c


def logits_of(parameters, x):
    """Send rows through a network."""
    w, b, v, c = parameters
    with np.errstate(all="ignore"):
        return np.maximum(x @ w + b, 0) @ v + c


def affordable(x, classes, most):
    """Give the width that the budget allows."""
    return (most - classes) // (x.shape[1] + 1 + classes)


def count(parameters):
    """Count parameters."""
    return sum(part.size for part in parameters)


def run(x_train, y_train, x_test, classes, most_parameters, seed, **how):
    """Give the logits and the number of parameters of a network that is standardized well."""
    x, asked = scaled(x_train, x_test)
    width = affordable(x, classes, most_parameters)
    parameters = fitted(x, y_train, width, classes, seed, **how)
    return logits_of(parameters, asked), count(parameters)


@known_mistake(
    MISTAKES,
    "You return the logits. A prediction is the class with the largest of them: argmax(axis=1).",
)
def logits_returned(x_train, y_train, x_test, classes, most_parameters, seed):
    return run(x_train, y_train, x_test, classes, most_parameters, seed, epochs=1)


@known_mistake(
    MISTAKES,
    "You return probabilities. A prediction is the class with the largest of them: argmax(axis=1).",
)
def probabilities_returned(x_train, y_train, x_test, classes, most_parameters, seed):
    logits, size = run(x_train, y_train, x_test, classes, most_parameters, seed, epochs=1)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True), size


@known_mistake(
    MISTAKES,
    "You return the largest probability of each row, not the class that has it: argmax, not max.",
)
def largest_probability_returned(x_train, y_train, x_test, classes, most_parameters, seed):
    logits, size = run(x_train, y_train, x_test, classes, most_parameters, seed, epochs=1)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).max(axis=1), size


@known_mistake(
    MISTAKES,
    "You return predictions for the rows of x_train. The rows to predict are those of x_test.",
)
def training_rows_predicted(x_train, y_train, x_test, classes, most_parameters, seed):
    logits, size = run(x_train, y_train, x_train, classes, most_parameters, seed, epochs=1)
    return logits.argmax(axis=1), size


@known_mistake(
    MISTAKES,
    "You predict the most frequent class for every row. That needs no network.",
)
def most_frequent_class(x_train, y_train, x_test, classes, most_parameters, seed):
    return np.full(len(x_test), np.bincount(y_train).argmax()), classes


@known_mistake(
    MISTAKES,
    "You return labels of the training rows in their order, as if the test had the same one. Each "
    "prediction has to come from its own row of x_test.",
)
def order_of_the_training_labels(x_train, y_train, x_test, classes, most_parameters, seed):
    return np.resize(y_train, len(x_test)), classes


@known_mistake(
    MISTAKES,
    "You count the classes from 1. They are numbered from 0, as argmax numbers columns.",
)
def classes_counted_from_one(x_train, y_train, x_test, classes, most_parameters, seed):
    logits, size = run(x_train, y_train, x_test, classes, most_parameters, seed)
    return logits.argmax(axis=1) + 1, size


@known_mistake(
    MISTAKES,
    "You ignore the budget of {most} parameters. Compute the width that it allows from the number "
    "of inputs and classes.",
)
def budget_ignored(x_train, y_train, x_test, classes, most_parameters, seed):
    x, asked = scaled(x_train, x_test)
    parameters = fitted(x, y_train, 128, classes, seed, epochs=2)
    return logits_of(parameters, asked).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "Your width is 20 whatever the data are. What the budget allows depends on the inputs and "
    "classes.",
)
def width_hard_coded(x_train, y_train, x_test, classes, most_parameters, seed):
    x, asked = scaled(x_train, x_test)
    parameters = fitted(x, y_train, 20, classes, seed, epochs=8)
    return logits_of(parameters, asked).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "You forget the biases when you compute the width, so your network is a few parameters above "
    "the budget of {most}: (inputs + 1 + classes) · width + classes.",
)
def biases_not_counted(x_train, y_train, x_test, classes, most_parameters, seed):
    x, asked = scaled(x_train, x_test)
    width = most_parameters // (x.shape[1] + classes)
    parameters = fitted(x, y_train, width, classes, seed)
    return logits_of(parameters, asked).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "You keep all training rows and look for the nearest: that is no network, and its numbers are "
    "far more than {most}.",
)
def nearest_neighbours(x_train, y_train, x_test, classes, most_parameters, seed):
    x, asked = scaled(x_train, x_test)
    distances = (x**2).sum(axis=1) - 2 * asked @ x.T
    return y_train[distances.argmin(axis=1)], x.size


@known_mistake(
    MISTAKES,
    "You build the network for 64 inputs and 10 classes, those of the digits. Take the sizes from "
    "x_train and classes.",
)
def sizes_of_the_digits_hard_coded(x_train, y_train, x_test, classes, most_parameters, seed):
    x, asked = scaled(x_train, x_test)
    w, b = np.zeros((64, 10)), np.zeros(10)
    for _ in range(60):
        slopes = np.exp(x @ w + b)
        slopes /= slopes.sum(axis=1, keepdims=True)
        slopes[np.arange(len(x)), y_train] -= 1
        w -= 0.5 / len(x) * x.T @ slopes
        b -= 0.5 / len(x) * slopes.sum(axis=0)
    return (asked @ w + b).argmax(axis=1), w.size + b.size


@known_mistake(
    MISTAKES,
    "Your network does not shuffle: with rows sorted by class it learns one class after the other, "
    "and the last one covers up what came before. Draw a new order in every epoch.",
)
def not_shuffled(x_train, y_train, x_test, classes, most_parameters, seed):
    arguments = x_train, y_train, x_test, classes, most_parameters, seed
    logits, size = run(*arguments, mix=False, batch=4, rate=0.1, epochs=1)
    return logits.argmax(axis=1), size


@known_mistake(
    MISTAKES,
    "Your columns go into the network as they come. Pixels of one kind forgive that; columns in "
    "different units do not. Standardize with the mean and deviation of x_train.",
)
def not_standardized(x_train, y_train, x_test, classes, most_parameters, seed):
    width = affordable(x_train, classes, most_parameters)
    parameters = fitted(x_train, y_train, width, classes, seed, rate=0.01)
    return logits_of(parameters, x_test).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "You standardize x_train and leave x_test as it comes. Both go through the same mean and "
    "deviation: those of x_train.",
)
def test_not_standardized(x_train, y_train, x_test, classes, most_parameters, seed):
    (x,) = scaled(x_train)
    width = affordable(x, classes, most_parameters)
    parameters = fitted(x, y_train, width, classes, seed)
    return logits_of(parameters, x_test).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "A column of x_train that is the same throughout has the deviation 0: you divide by it, and "
    "nan go through the whole network. Replace a deviation of 0 by 1.",
)
def constant_columns_divided_by_zero(x_train, y_train, x_test, classes, most_parameters, seed):
    with np.errstate(all="ignore"):
        x = (x_train - x_train.mean(axis=0)) / x_train.std(axis=0)
        asked = (x_test - x_train.mean(axis=0)) / x_train.std(axis=0)
    width = affordable(x, classes, most_parameters)
    parameters = fitted(x, y_train, width, classes, seed, epochs=1)
    return logits_of(parameters, asked).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "All weights begin with the same number, so all hidden units stay the same: your network is as "
    "strong as one with a single unit. Begin with random numbers.",
)
def weights_all_the_same(x_train, y_train, x_test, classes, most_parameters, seed):
    logits, size = run(x_train, y_train, x_test, classes, most_parameters, seed, same=True)
    return logits.argmax(axis=1), size


@known_mistake(
    MISTAKES,
    "You predict with the network as it was drawn: the training goes to waste, or never runs.",
)
def network_not_trained(x_train, y_train, x_test, classes, most_parameters, seed):
    logits, size = run(x_train, y_train, x_test, classes, most_parameters, seed, epochs=0)
    return logits.argmax(axis=1), size


@known_mistake(
    MISTAKES,
    "Your network climbs: the sign of the step is wrong, and the loss grows. Subtract the "
    "gradient.",
)
def uphill(x_train, y_train, x_test, classes, most_parameters, seed):
    arguments = x_train, y_train, x_test, classes, most_parameters, seed
    logits, size = run(*arguments, rate=-0.02, epochs=2)
    return logits.argmax(axis=1), size


@known_mistake(
    MISTAKES,
    "Your learning rate is so large that the training diverges. Try a tenth of it.",
)
def rate_too_large(x_train, y_train, x_test, classes, most_parameters, seed):
    arguments = x_train, y_train, x_test, classes, most_parameters, seed
    logits, size = run(*arguments, rate=60.0, epochs=2)
    return logits.argmax(axis=1), size


@known_mistake(
    MISTAKES,
    "You stop after one pass over the training rows. There is time for many more.",
)
def one_epoch_only(x_train, y_train, x_test, classes, most_parameters, seed):
    arguments = x_train, y_train, x_test, classes, most_parameters, seed
    logits, size = run(*arguments, rate=0.05, epochs=1)
    return logits.argmax(axis=1), size


@known_mistake(
    MISTAKES,
    "You fit the number of the class, as if class 4 lay between 3 and 5, and round. Give each "
    "class an output of its own.",
)
def number_of_the_class_fitted(x_train, y_train, x_test, classes, most_parameters, seed):
    x, asked = scaled(x_train, x_test)
    w = np.linalg.solve(x.T @ x + 10 * np.eye(x.shape[1]), x.T @ (y_train - y_train.mean()))
    numbers = np.rint(asked @ w + y_train.mean())
    return np.clip(numbers, 0, classes - 1).astype(np.int64), w.size + 1


@known_mistake(
    MISTAKES,
    "You predict the class with the smallest logit. The largest one wins: argmax.",
)
def smallest_logit_wins(x_train, y_train, x_test, classes, most_parameters, seed):
    arguments = x_train, y_train, x_test, classes, most_parameters, seed
    logits, size = run(*arguments)
    return logits.argmin(axis=1), size


@known_mistake(
    MISTAKES,
    "You standardize x_test with a mean and deviation of its own. In use rows come one by one, and "
    "a single row has none: take those of x_train.",
)
def test_by_its_own_statistics(x_train, y_train, x_test, classes, most_parameters, seed):
    (x,), (asked,) = scaled(x_train), scaled(x_test)
    width = affordable(x, classes, most_parameters)
    parameters = fitted(x, y_train, width, classes, seed, epochs=12)
    return logits_of(parameters, asked).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "You take mean and deviation of training and test rows together. The test rows are not there "
    "yet when a network is trained: take those of x_train.",
)
def statistics_of_everything(x_train, y_train, x_test, classes, most_parameters, seed):
    both = scaled(np.concatenate([x_train, x_test]))[0]
    x, asked = both[: len(x_train)], both[len(x_train) :]
    width = affordable(x, classes, most_parameters)
    parameters = fitted(x, y_train, width, classes, seed, epochs=12)
    return logits_of(parameters, asked).argmax(axis=1), count(parameters)


@known_mistake(
    MISTAKES,
    "You standardize x_train in place, so that the caller's table is changed. Make a new array.",
)
def standardized_in_place(x_train, y_train, x_test, classes, most_parameters, seed):
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    spread[spread == 0] = 1.0
    x_train -= mean
    x_train /= spread
    width = affordable(x_train, classes, most_parameters)
    parameters = fitted(x_train, y_train, width, classes, seed, epochs=12)
    return logits_of(parameters, (x_test - mean) / spread).argmax(axis=1), count(parameters)
