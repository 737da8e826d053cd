"""Mistakes in ``train_head(extract, x, labels, w, b, rate, steps)``, specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def softmax(logits):
    """Give the probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def slopes(logits, labels):
    """Differentiate the mean cross-entropy for the logits."""
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)


def trained(features, labels, w, b, rate, steps, slopes=slopes, fixed=()):
    """Train a head on features."""
    for _ in range(steps):
        dlogits = slopes(features @ w + b, labels)
        w = w if "w" in fixed else w - rate * features.T @ dlogits
        b = b if "b" in fixed else b - rate * dlogits.sum(axis=0)
    return w, b


def spoiled(slopes, **options):
    """Make a mistake out of another gradient for the logits."""

    def function(extract, x, labels, w, b, rate, steps):
        with np.errstate(all="ignore"):
            return trained(extract(x), labels, w, b, rate, steps, slopes, **options)

    return function


def enter(sentence, name, function):
    """Put a mistake that was made, not written, into the bank."""
    function.__name__ = name
    known_mistake(MISTAKES, sentence)(function)


@known_mistake(
    MISTAKES,
    "You train on the labels' class numbers, as if a class were a quantity. The softmax's gradient "
    "is the probabilities minus a row with a 1 at the label.",
)
def labels_taken_for_quantities(extract, x, labels, w, b, rate, steps):
    return spoiled(lambda logits, labels: (softmax(logits) - labels[:, None]) / len(labels))(
        extract, x, labels, w, b, rate, steps
    )


enter(
    "You subtract no 1 at the label: without it every class is pushed down alike.",
    "one_at_the_label_left_out",
    spoiled(lambda logits, labels: softmax(logits) / len(labels)),
)
enter(
    "You do not divide by the number of examples, {n}. The loss is the mean over them.",
    "not_divided",
    spoiled(lambda logits, labels: slopes(logits, labels) * len(labels)),
)
enter(
    "You divide by the number of entries of the logits, as np.mean over everything does. Divide by "
    "the number of examples, {n}.",
    "divided_by_all_entries",
    spoiled(lambda logits, labels: slopes(logits, labels) / logits.shape[1]),
)
enter(
    "You take the softmax over the examples, axis 0. The classes of one example compete: axis 1.",
    "softmax_over_the_examples",
    spoiled(lambda logits, labels: slopes_of(softmax(logits.T).T, labels)),
)
enter(
    "You leave the softmax out: logits minus the one-hot row is the gradient of a squared error.",
    "softmax_left_out",
    spoiled(lambda logits, labels: slopes_of(logits, labels)),
)
enter(
    "You use a sigmoid for each class by itself. With one right class of several "
    "it is the softmax.",
    "sigmoids_in_place_of_a_softmax",
    spoiled(lambda logits, labels: slopes_of(0.5 + 0.5 * np.tanh(logits / 2), labels)),
)
enter(
    "np.exp overflows for large logits, and the result is nan. Subtract each row's largest "
    "logit first.",
    "softmax_overflows",
    spoiled(
        lambda logits, labels: slopes_of(
            np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), labels
        )
    ),
)
enter(
    "You go uphill: subtract rate times the gradient.",
    "uphill",
    spoiled(lambda logits, labels: -slopes(logits, labels)),
)
enter(
    "Your biases do not learn. They are part of the head: db is the sum of the logits' gradient.",
    "biases_do_not_learn",
    spoiled(slopes, fixed=("b",)),
)
enter(
    "Your weights do not learn; just the biases do. dw is features.T @ dlogits.",
    "weights_do_not_learn",
    spoiled(slopes, fixed=("w",)),
)


def slopes_of(probabilities, labels):
    """Differentiate with probabilities that were made in some other way."""
    return (probabilities - np.eye(probabilities.shape[1])[labels]) / len(labels)


@known_mistake(
    MISTAKES,
    "You average the biases' gradient over the examples again. The mean is in dlogits "
    "already: sum.",
)
def biases_averaged_again(extract, x, labels, w, b, rate, steps):
    features = extract(x)
    for _ in range(steps):
        dlogits = slopes(features @ w + b, labels)
        w, b = w - rate * features.T @ dlogits, b - rate * dlogits.mean(axis=0)
    return w, b


@known_mistake(
    MISTAKES,
    "You compute the gradient once, before the loop, and go on with it. It changes with the head.",
)
def gradient_computed_once(extract, x, labels, w, b, rate, steps):
    features = extract(x)
    dlogits = slopes(features @ w + b, labels)
    return w - steps * rate * features.T @ dlogits, b - steps * rate * dlogits.sum(axis=0)


@known_mistake(
    MISTAKES,
    "You take one step alone, and {steps} were asked for. Perhaps the return is inside the loop.",
)
def one_step_alone(extract, x, labels, w, b, rate, steps):
    return trained(extract(x), labels, w, b, rate, min(steps, 1))


@known_mistake(
    MISTAKES,
    "You begin with a head of zeros. Begin with the w and b that are handed in: they may know "
    "something.",
)
def begun_with_zeros(extract, x, labels, w, b, rate, steps):
    return trained(extract(x), labels, np.zeros_like(w), np.zeros_like(b), rate, steps)


@known_mistake(
    MISTAKES,
    "You standardize the features. The head is to learn from what the frozen layers give.",
)
def features_standardized(extract, x, labels, w, b, rate, steps):
    features = extract(x)
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-8)
    return trained(features, labels, w, b, rate, steps)


@known_mistake(
    MISTAKES,
    "You move the caller's w and b, as w -= … does. Make new arrays: w = w - ….",
)
def head_moved_in_place(extract, x, labels, w, b, rate, steps):
    w[...], b[...] = trained(extract(x), labels, w, b, rate, steps)
    return w, b


@known_mistake(
    MISTAKES,
    "You extract the features in every step. Frozen layers give the same each time: once, before "
    "the loop, is enough.",
)
def extracted_in_every_step(extract, x, labels, w, b, rate, steps):
    for _ in range(steps):
        w, b = trained(extract(x), labels, w, b, rate, 1)
    return w, b
