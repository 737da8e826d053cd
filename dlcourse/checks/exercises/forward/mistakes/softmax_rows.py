"""Mistakes in ``softmax_rows(logits)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def softmax(logits, axis=1):
    """Give probabilities along an axis, without overflow."""
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute for "
    "whatever logits it is given.",
)
def answer_of_the_example_typed_in(logits):
    return np.array([[0.5, 0.5], [0.75, 0.25]], dtype=logits.dtype)


@known_mistake(
    MISTAKES,
    "np.exp overflows for large logits, and infinity / infinity is NaN (or 0 / 0, where all are "
    "very negative). Subtract the largest logit of the row first: it cancels in the quotient, and "
    "the largest exponential is then 1.",
)
def overflows(logits):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(logits)
        return e / e.sum(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "You subtract the largest logit of the whole array. In a row that lies far below it, all "
    "exponentials become 0, and 0 / 0 is NaN: take the largest of each row, axis=1, keepdims=True.",
)
def largest_of_the_whole_array(logits):
    with np.errstate(invalid="ignore"):
        e = np.exp(logits - logits.max())
        return e / e.sum(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "You subtract the largest of each column. The exponentials of one row are to be compared, so "
    "one number is subtracted from a whole row: axis=1, keepdims=True.",
)
def largest_of_each_column(logits):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(logits - logits.max(axis=0))
        return e / e.sum(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "You subtract the mean of the row. A logit far above it still overflows: subtract the largest.",
)
def mean_subtracted(logits):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(logits - logits.mean(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "You cut the logits off so that nothing overflows. Differences beyond the cut are lost: "
    "subtract the largest of the row instead.",
)
def logits_cut_off(logits):
    return softmax(np.clip(logits, -50, 50))


@known_mistake(
    MISTAKES,
    "You normalize the columns: axis=0 runs over the {n} examples. The probabilities of one "
    "example are one row: axis=1.",
)
def along_the_columns(logits):
    return softmax(logits, axis=0)


@known_mistake(
    MISTAKES,
    "You divide by the sum over the whole array: all {n} rows together sum to 1. Each row is to.",
)
def along_everything(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()


@known_mistake(
    MISTAKES,
    "max(axis=1) and sum(axis=1) have one number for each row, shape ({n},), and NumPy lines "
    "shapes up from the right: they meet the columns. Keep the axis, keepdims=True.",
)
def axis_not_kept(logits):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(logits - logits.max(axis=1))
        return e / e.sum(axis=1)


@known_mistake(
    MISTAKES,
    "The largest logit is subtracted rightly, but the sum has lost its axis: its shape ({n},) "
    "meets the columns. Keep it, sum(axis=1, keepdims=True).",
)
def axis_of_the_sum_not_kept(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@known_mistake(
    MISTAKES,
    "Your best class has 1, and the rows do not sum to 1: you have not divided, or by the largest "
    "exponential. Divide by the sum over the row.",
)
def not_divided(logits):
    return np.exp(logits - logits.max(axis=1, keepdims=True))


@known_mistake(
    MISTAKES,
    "You divide the logits themselves by their sum. Logits may be negative: take the exponentials "
    "first.",
)
def exponential_left_out(logits):
    with np.errstate(divide="ignore", invalid="ignore"):
        return logits / logits.sum(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "You divide by the mean of the exponentials: your rows sum to {c}. Divide by their sum.",
)
def divided_by_the_mean(logits):
    return softmax(logits) * logits.shape[1]


@known_mistake(
    MISTAKES,
    "Your exponents have the wrong sign: the class with the lowest logit gets the highest "
    "probability.",
)
def sign_of_the_exponents(logits):
    return softmax(-logits)


@known_mistake(
    MISTAKES,
    "You take a sigmoid of each logit by itself: your rows do not sum to 1. The classes share one "
    "certainty, so divide by the sum over the row.",
)
def sigmoid_of_each(logits):
    e = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1, e) / (1 + e)


@known_mistake(
    MISTAKES,
    "You return logarithms of the probabilities (log-softmax). The probabilities themselves are "
    "asked for.",
)
def logarithms_returned(logits):
    moved = logits - logits.max(axis=1, keepdims=True)
    return moved - np.log(np.exp(moved).sum(axis=1, keepdims=True))


@known_mistake(
    MISTAKES,
    "You take softmax twice. It is no harm to forget it: the second one makes all classes nearly "
    "equally likely.",
)
def taken_twice(logits):
    return softmax(softmax(logits))


@known_mistake(
    MISTAKES,
    "You put all on the class with the highest logit. Softmax is soft: the others keep a share.",
)
def hard_maximum(logits):
    return np.eye(logits.shape[1], dtype=logits.dtype)[logits.argmax(axis=1)]


@known_mistake(
    MISTAKES,
    "You return the class with the highest probability. Its probability, and those of all others, "
    "are asked for: the shape of the logits.",
)
def class_returned(logits):
    return logits.argmax(axis=1)


@known_mistake(
    MISTAKES,
    "You raise 2 to the logits. The base is e: np.exp.",
)
def base_two(logits):
    moved = logits - logits.max(axis=1, keepdims=True)
    e = np.exp2(moved)
    return e / e.sum(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "You add a small number to the sum. It is at least 1 once the largest logit is subtracted, so "
    "it needs no help, and your rows do not quite sum to 1.",
)
def small_number_added(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + logits.dtype.type(1e-8))


@known_mistake(
    MISTAKES,
    "You write into the logits, as logits -= … does. Make a new array: logits - ….",
)
def logits_changed_in_place(logits):
    p = softmax(logits)
    logits -= logits.max(axis=1, keepdims=True)
    return p


@known_mistake(
    MISTAKES,
    "Your probabilities are float64 although the logits are float32: np.zeros(…) and math.exp make "
    "float64. Compute with the logits themselves.",
)
def made_in_float64(logits):
    return softmax(logits.astype(np.float64))
