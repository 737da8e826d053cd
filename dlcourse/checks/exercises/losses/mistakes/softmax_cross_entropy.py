"""Mistakes in ``softmax_cross_entropy(logits, labels)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def log_softmax(logits, axis=1):
    """Give the logarithm of a right softmax, for mistakes that are made elsewhere."""
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax(logits):
    """Give a right softmax."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def at_labels(array, labels):
    """Pick the label's entry of each row."""
    return array[np.arange(len(labels)), labels]


def quiet_log(array):
    """Take the logarithm; of 0 it is minus infinity."""
    with np.errstate(divide="ignore"):
        return np.log(array)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "loss from whatever logits and labels it is given.",
)
def answer_of_the_example_typed_in(logits, labels):
    return 1.0397207708399179


@known_mistake(
    MISTAKES,
    "The minus is missing: a logarithm of a probability is negative, and the loss is its "
    "negative, so that a better network has a smaller loss.",
)
def minus_left_out(logits, labels):
    return at_labels(log_softmax(logits), labels).mean()


@known_mistake(
    MISTAKES,
    "You return the sum over the batch. The loss is the mean: divide by the number of examples, "
    "here {n}.",
)
def summed_not_averaged(logits, labels):
    return -at_labels(log_softmax(logits), labels).sum()


@known_mistake(
    MISTAKES,
    "You divide by {nc}, examples times classes. There is one loss for each example: the mean is "
    "over {n} numbers.",
)
def averaged_over_the_classes_too(logits, labels):
    return -at_labels(log_softmax(logits), labels).sum() / logits.size


@known_mistake(
    MISTAKES,
    "You divide by the number of classes, {c}. The mean is over the examples, the rows: {n}.",
)
def averaged_over_the_classes(logits, labels):
    return -at_labels(log_softmax(logits), labels).sum() / logits.shape[1]


@known_mistake(
    MISTAKES,
    "np.exp overflows for large logits: exp(10000) is infinite, and infinity divided by infinity "
    "is not a number. Subtract the largest logit of each example first; the probabilities stay "
    "the same, because a common factor cancels.",
)
def exponentials_overflow(logits, labels):
    exponentials = np.exp(logits)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return -quiet_log(at_labels(probabilities, labels)).mean()


@known_mistake(
    MISTAKES,
    "log(sum(exp(logits))) overflows for large logits, and its sum is 0 for very negative ones. "
    "Take the largest logit out of the sum first: log Σ exp(z) = m + log Σ exp(z − m).",
)
def logarithm_of_an_overflowing_sum(logits, labels):
    return (quiet_log(np.exp(logits).sum(axis=1)) - at_labels(logits, labels)).mean()


@known_mistake(
    MISTAKES,
    "Your softmax is safe, its logarithm is not: a probability such as exp(−10000) is 0 in "
    "floating point, and log(0) is minus infinity. Do not form the probability at all: "
    "log p = z − m − log Σ exp(z − m).",
)
def logarithm_of_a_vanished_probability(logits, labels):
    return -quiet_log(at_labels(softmax(logits), labels)).mean()


@known_mistake(
    MISTAKES,
    "You add a small number before the logarithm. That hides log(0) and makes the loss wrong: "
    "however sure and wrong the network is, it never costs more than the logarithm of that small "
    "number. Use log p = z − m − log Σ exp(z − m), which needs no such help.",
)
def epsilon_inside_the_logarithm(logits, labels):
    return -np.log(at_labels(softmax(logits), labels) + 1e-7).mean()


@known_mistake(
    MISTAKES,
    "You clip the probabilities before the logarithm. That hides log(0) and makes the loss wrong "
    "for a network that is sure and wrong. Use log p = z − m − log Σ exp(z − m).",
)
def probabilities_clipped(logits, labels):
    return -np.log(np.clip(at_labels(softmax(logits), labels), 1e-12, 1.0)).mean()


@known_mistake(
    MISTAKES,
    "You cut large logits off (np.clip or np.minimum). That avoids the overflow and changes the "
    "answer. Subtract each example's maximum instead: exact, and safe.",
)
def logits_cut_off(logits, labels):
    return -at_labels(log_softmax(np.clip(logits, -50, 50)), labels).mean()


@known_mistake(
    MISTAKES,
    "You subtract the largest logit of the whole batch. An example whose logits all lie far below "
    "it gets a sum of 0, and the logarithm of 0. Subtract each example's own maximum: "
    "logits.max(axis=1, keepdims=True).",
)
def one_maximum_for_the_whole_batch(logits, labels):
    shifted = logits - logits.max()
    logarithms = shifted - quiet_log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -at_labels(logarithms, labels).mean()


@known_mistake(
    MISTAKES,
    "You subtract the maximum inside the sum and leave it out outside: the loss must not change, "
    "so log Σ exp(z) = m + log Σ exp(z − m), or use z − m for the label's logit as well.",
)
def maximum_not_put_back(logits, labels):
    highest = logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(logits - highest).sum(axis=1)) - at_labels(logits, labels)).mean()


@known_mistake(
    MISTAKES,
    "Your softmax runs down the columns: you normalize over the examples. The classes of one "
    "example compete with each other, so the sum is over axis 1.",
)
def softmax_over_the_examples(logits, labels):
    return -at_labels(log_softmax(logits, axis=0), labels).mean()


@known_mistake(
    MISTAKES,
    "You take log2. The cross-entropy in training is measured with the natural logarithm, np.log.",
)
def logarithm_to_base_two(logits, labels):
    return -at_labels(log_softmax(logits), labels).mean() / np.log(2)


@known_mistake(
    MISTAKES,
    "You take log10. The cross-entropy in training is measured with the natural logarithm, np.log.",
)
def logarithm_to_base_ten(logits, labels):
    return -at_labels(log_softmax(logits), labels).mean() / np.log(10)


@known_mistake(
    MISTAKES,
    "p[:, labels] picks whole columns: a table of all examples with all labels. Each row has its "
    "own label: p[np.arange(n), labels] pairs rows with labels.",
)
def whole_columns_picked(logits, labels):
    return -log_softmax(logits)[:, labels].mean()


@known_mistake(
    MISTAKES,
    "p[labels] picks rows, not entries (or the row does not exist). Pair each row with its label: "
    "p[np.arange(n), labels].",
)
def whole_rows_picked(logits, labels):
    return -log_softmax(logits)[labels].mean()


@known_mistake(
    MISTAKES,
    "You look one class too far to the left: labels count from 0 here, so there is nothing to "
    "subtract from them.",
)
def labels_counted_from_one(logits, labels):
    return -at_labels(log_softmax(logits), labels - 1).mean()


@known_mistake(
    MISTAKES,
    "You take the probability of the class that the network predicts (the largest), not that of "
    "the label. So the network would be praised for being sure, right or wrong.",
)
def prediction_taken_for_the_label(logits, labels):
    return -log_softmax(logits).max(axis=1).mean()


@known_mistake(
    MISTAKES,
    "You sum −log p over all classes. Only the label's counts: the true distribution has a 1 there "
    "and 0 elsewhere.",
)
def all_classes_counted(logits, labels):
    return -log_softmax(logits).sum(axis=1).mean()


@known_mistake(
    MISTAKES,
    "The softmax is missing: you average the label's logit itself. The logits become "
    "probabilities first.",
)
def softmax_missing(logits, labels):
    return -at_labels(logits, labels).mean()


@known_mistake(
    MISTAKES,
    "The logarithm is missing: you average the label's probability, with a minus. Its logarithm "
    "grows without bound as the probability falls, which is what makes it teach.",
)
def logarithm_missing(logits, labels):
    return -at_labels(softmax(logits), labels).mean()


@known_mistake(
    MISTAKES,
    "You return 1 − p, the expected share of errors. The cross-entropy is −log p.",
)
def one_minus_the_probability(logits, labels):
    return (1 - at_labels(softmax(logits), labels)).mean()


@known_mistake(
    MISTAKES,
    "You average the probabilities and take the logarithm afterwards. The loss is the mean of the "
    "logarithms: logarithm first.",
)
def logarithm_of_the_mean(logits, labels):
    return -quiet_log(at_labels(softmax(logits), labels).mean())


@known_mistake(
    MISTAKES,
    "The softmax is applied twice: what goes into log-softmax are the logits themselves, not "
    "probabilities.",
)
def softmax_twice(logits, labels):
    return -at_labels(log_softmax(softmax(logits)), labels).mean()


@known_mistake(
    MISTAKES,
    "You use a sigmoid for each class. The classes exclude each other here, so their probabilities "
    "come from a softmax and sum to 1.",
)
def sigmoid_for_softmax(logits, labels):
    return np.logaddexp(0, -at_labels(logits, labels)).mean()


@known_mistake(
    MISTAKES,
    "You add log(1 − p) for the other classes. That is the binary cross-entropy, for classes that "
    "do not exclude each other. Here −log p of the label says it all.",
)
def binary_terms_added(logits, labels):
    probabilities = softmax(logits)
    wrong = np.arange(logits.shape[1]) != labels[:, np.newaxis]
    with np.errstate(divide="ignore"):
        others = np.where(wrong, np.log(1 - probabilities), 0).sum(axis=1)
    return (-at_labels(log_softmax(logits), labels) - others).mean()


@known_mistake(
    MISTAKES,
    "You return one loss for each example. An optimizer needs one number for the whole batch: "
    "their mean.",
)
def one_loss_for_each_example(logits, labels):
    return -at_labels(log_softmax(logits), labels)


@known_mistake(
    MISTAKES,
    "Only the first example counts in your loss. The mean is over all of them.",
)
def first_example_only(logits, labels):
    return -log_softmax(logits)[0, labels[0]]


@known_mistake(
    MISTAKES,
    "You return the gradient, softmax minus truth over N. Here the loss itself was asked for: one "
    "number.",
)
def gradient_returned(logits, labels):
    gradient = softmax(logits)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


@known_mistake(
    MISTAKES,
    "You subtract the maximum from logits in place (-=), and the caller's logits change. Write "
    "logits = logits - … instead: that makes a new array.",
)
def maximum_subtracted_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    return -at_labels(log_softmax(logits), labels).mean()
