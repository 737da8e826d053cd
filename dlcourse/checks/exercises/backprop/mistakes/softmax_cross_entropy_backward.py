"""Mistakes in ``softmax_cross_entropy_backward(logits, labels)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def softmax(logits, axis=1):
    """Give the probabilities, without overflow."""
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def one_hot(logits, labels):
    """Give a 1 for the label of each example, 0 elsewhere."""
    truth = np.zeros_like(logits)
    truth[np.arange(len(labels)), labels] = 1
    return truth


@known_mistake(
    MISTAKES,
    "Your gradient is {n} times too large, the number of examples in this batch. The loss is the "
    "mean over the batch, so its gradient carries 1/N: divide by len(logits).",
)
def average_over_the_batch_missing(logits, labels):
    return softmax(logits) - one_hot(logits, labels)


@known_mistake(
    MISTAKES,
    "You return the probabilities over N and forget the label. The gradient is (softmax(logits) − "
    "1 at the label) / N: only the label's entry pushes its logit up.",
)
def label_not_subtracted(logits, labels):
    return softmax(logits) / len(logits)


@known_mistake(
    MISTAKES,
    "You divide the probabilities by N but subtract a whole 1 at the label. Both belong inside "
    "the bracket: (softmax(logits) − 1 at the label) / N.",
)
def average_before_the_label(logits, labels):
    return softmax(logits) / len(logits) - one_hot(logits, labels)


@known_mistake(
    MISTAKES,
    "The sign is flipped: you return (1 at the label − softmax(logits)) / n. That points downhill; "
    "the gradient points uphill, and the optimizer takes care of the minus.",
)
def sign_flipped(logits, labels):
    return (one_hot(logits, labels) - softmax(logits)) / len(logits)


@known_mistake(
    MISTAKES,
    "You divide by {nc}, examples times classes: the mean over all entries, as np.mean takes it "
    "without an axis. The loss has one number per example: divide by the number of examples, {n}.",
)
def averaged_over_the_classes_too(logits, labels):
    return (softmax(logits) - one_hot(logits, labels)) / logits.size


@known_mistake(
    MISTAKES,
    "You divide by the number of classes, {c}. The mean is over the examples, the rows: divide by "
    "len(logits), here {n}.",
)
def averaged_over_the_classes(logits, labels):
    return (softmax(logits) - one_hot(logits, labels)) / logits.shape[1]


@known_mistake(
    MISTAKES,
    "Your softmax runs down the columns: you normalize over the examples. The classes of one "
    "example compete with each other, so the sum is over axis 1, with keepdims=True.",
)
def softmax_over_the_examples(logits, labels):
    return (softmax(logits, axis=0) - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You divide by the sum of the whole array, so that all probabilities of the batch sum to 1 "
    "together. Each example has a distribution of its own: sum over axis 1, with keepdims=True.",
)
def softmax_over_the_whole_batch(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum() - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "Your exponentials are not divided by their sum, so they are no probabilities yet.",
)
def not_normalized(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponentials - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "np.exp overflows for large logits: exp(1000) is infinite, and infinity divided by infinity is "
    "not a number. Subtract the largest logit of each example first; the probabilities stay the "
    "same, because a common factor cancels.",
)
def exponentials_overflow(logits, labels):
    exponentials = np.exp(logits)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (probabilities - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You subtract the largest logit of the whole batch. An example whose logits all lie far below "
    "it gets nothing but zeros, and 0/0 is not a number. Subtract each example's own maximum: "
    "logits.max(axis=1, keepdims=True).",
)
def one_maximum_for_the_whole_batch(logits, labels):
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (probabilities - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You cut large logits off before exponentiating (np.clip or np.minimum). That avoids the "
    "overflow and changes the answer. Subtract each example's maximum instead: exact, and safe.",
)
def logits_cut_off(logits, labels):
    return (softmax(np.clip(logits, -50, 50)) - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You add a small number to the sum before dividing. Once the maximum is subtracted the sum is "
    "at least 1 and needs no help; the small number only makes every probability a bit too small.",
)
def epsilon_added_to_the_sum(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / (exponentials.sum(axis=1, keepdims=True) + 1e-6)
    return (probabilities - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You clip the probabilities away from 0 and 1. A logarithm would need that; this gradient has "
    "none, and clipping leaves a small error wherever the network is sure.",
)
def probabilities_clipped(logits, labels):
    probabilities = np.clip(softmax(logits), 1e-4, 1 - 1e-4)
    return (probabilities - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You use a sigmoid for each class. The classes exclude each other here, so their probabilities "
    "come from a softmax and sum to 1.",
)
def sigmoid_for_softmax(logits, labels):
    with np.errstate(over="ignore"):
        probabilities = 1 / (1 + np.exp(-logits))
    return (probabilities - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "This is the gradient for the probabilities, −1/p at the label: the cross-entropy's share "
    "alone. The softmax comes before it; multiplied by its derivative, everything collapses to "
    "(softmax(logits) − 1 at the label) / N.",
)
def gradient_for_the_probabilities(logits, labels):
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = -1 / softmax(logits)
    return np.where(one_hot(logits, labels) > 0, quotient, 0).astype(logits.dtype) / len(logits)


@known_mistake(
    MISTAKES,
    "You multiply by p (1 − p), the derivative of a sigmoid. For softmax with cross-entropy that "
    "factor has cancelled already: (softmax(logits) − 1 at the label) / N is all.",
)
def derivative_of_a_sigmoid_multiplied(logits, labels):
    probabilities = softmax(logits)
    error = probabilities - one_hot(logits, labels)
    return error * probabilities * (1 - probabilities) / len(logits)


@known_mistake(
    MISTAKES,
    "Your gradient is twice too large. The 2 belongs to the squared error; the cross-entropy has "
    "no square.",
)
def doubled_as_for_a_square(logits, labels):
    return 2 * (softmax(logits) - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You subtract 1 from the label's columns in every row: p[:, labels] picks whole columns. Each "
    "row has its own label: p[np.arange(n), labels] pairs rows with labels.",
)
def whole_columns_picked(logits, labels):
    probabilities = softmax(logits)
    probabilities[:, labels] -= 1
    return probabilities / len(logits)


@known_mistake(
    MISTAKES,
    "p[labels] picks rows, not entries, so whole rows lose 1 (or the row does not exist). Pair "
    "each row with its label: p[np.arange(n), labels].",
)
def whole_rows_picked(logits, labels):
    probabilities = softmax(logits)
    probabilities[labels] -= 1
    return probabilities / len(logits)


@known_mistake(
    MISTAKES,
    "Your 1 sits one class too far to the left: labels count from 0 here, so there is nothing to "
    "subtract from them.",
)
def labels_counted_from_one(logits, labels):
    return (softmax(logits) - one_hot(logits, labels - 1)) / len(logits)


@known_mistake(
    MISTAKES,
    "You return the loss, one number. Its gradient has one number per logit: the shape of logits.",
)
def loss_returned(logits, labels):
    probabilities = softmax(logits)[np.arange(len(labels)), labels]
    with np.errstate(divide="ignore"):
        return -np.log(probabilities).mean()


@known_mistake(
    MISTAKES,
    "You subtract the 1 from the logits themselves; the softmax is missing. The logits become "
    "probabilities first.",
)
def softmax_missing(logits, labels):
    return (logits - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "You use the logarithm of the probabilities. It stands in the loss; its derivative has turned "
    "it into the probabilities themselves.",
)
def logarithm_kept(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return (logarithms - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "Your 1 sits at the class the network predicts (argmax), not at the label. The label is what "
    "the network is told; otherwise it learns to agree with itself.",
)
def prediction_taken_for_the_label(logits, labels):
    return (softmax(logits) - one_hot(logits, logits.argmax(axis=1))) / len(logits)


@known_mistake(
    MISTAKES,
    "You subtract the maximum from logits in place (-=), and the caller's logits change. Write "
    "logits = logits - … instead: that makes a new array.",
)
def maximum_subtracted_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    return (softmax(logits) - one_hot(logits, labels)) / len(logits)


@known_mistake(
    MISTAKES,
    "np.eye and np.zeros(…) make float64, and float32 minus float64 is float64. Give them "
    "dtype=logits.dtype, or subtract 1 from the probabilities directly.",
)
def one_hot_in_float64(logits, labels):
    return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(logits)
