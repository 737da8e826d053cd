"""Mistakes in ``fine_tune_step(w1, b1, w2, b2, start, x, labels, rates, pull)``, specific first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def softmax(logits):
    """Give the probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def gradients(w1, b1, w2, b2, x, labels, *, probabilities=softmax, masked=True, through=None):
    """Go forwards and backwards; return the gradients of the mean cross-entropy."""
    sums = x @ w1 + b1
    hidden = np.maximum(sums, 0)
    dlogits = probabilities(hidden @ w2 + b2)
    dlogits[np.arange(len(x)), labels] -= 1
    dlogits = dlogits / x.dtype.type(len(x))
    back = dlogits @ (w2 if through is None else through).T
    if masked:
        back = back * (sums > 0)
    return x.T @ back, back.sum(axis=0), hidden.T @ dlogits, dlogits.sum(axis=0)


def stepped(parameters, found, rates):
    """Move each parameter by its own rate."""
    return tuple(p - rate * g for p, g, rate in zip(parameters, found, rates, strict=True))


def right(w1, b1, w2, b2, start, x, labels, rates, pull, **options):
    """Make the step that a mistake then spoils."""
    dw1, *others = gradients(w1, b1, w2, b2, x, labels, **options)
    found = dw1 + pull * (w1 - start), *others
    return stepped((w1, b1, w2, b2), found, (rates[0], rates[0], rates[1], rates[1]))


def with_pull(pulled, everywhere=False):
    """Make a mistake out of another gradient of the penalty."""

    def function(w1, b1, w2, b2, start, x, labels, rates, pull):
        dw1, db1, dw2, db2 = gradients(w1, b1, w2, b2, x, labels)
        found = dw1 + pulled(w1, start, pull), db1, dw2 + (pull * w2 if everywhere else 0), db2
        return stepped((w1, b1, w2, b2), found, (rates[0], rates[0], rates[1], rates[1]))

    return function


@known_mistake(
    MISTAKES,
    "You have exchanged the rates: rates[0] is for the first layer, rates[1] for the head.",
)
def rates_exchanged(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, rates[::-1], pull)


@known_mistake(
    MISTAKES,
    "You use the head's rate for both layers. The first layer is to move more gently: rates[0].",
)
def one_rate_for_both(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, (rates[1], rates[1]), pull)


@known_mistake(
    MISTAKES,
    "The bias of the first layer moves at the head's rate. Both parameters of a layer have the "
    "layer's rate.",
)
def bias_at_the_heads_rate(w1, b1, w2, b2, start, x, labels, rates, pull):
    new = list(right(w1, b1, w2, b2, start, x, labels, rates, pull))
    db1 = gradients(w1, b1, w2, b2, x, labels)[1]
    new[1] = b1 - rates[1] * db1
    return tuple(new)


@known_mistake(
    MISTAKES,
    "You leave out the pull towards the start: add pull * (w1 - start) to the gradient of w1.",
)
def pull_left_out(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, rates, 0.0)


@known_mistake(
    MISTAKES,
    "You pull w1 towards 0: that is weight decay, which forgets. The pull is towards start, where "
    "the knowledge is.",
)
def pulled_towards_zero(w1, b1, w2, b2, start, x, labels, rates, pull):
    return with_pull(lambda w1, start, pull: pull * w1)(
        w1, b1, w2, b2, start, x, labels, rates, pull
    )


@known_mistake(
    MISTAKES,
    "You push w1 away from the start. The gradient of the penalty is pull * (w1 - start).",
)
def pushed_away(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, rates, -pull)


@known_mistake(
    MISTAKES,
    "Your pull is twice as strong. The penalty is pull / 2 times the squares, so that its gradient "
    "has no 2.",
)
def pulled_twice_as_hard(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, rates, 2 * pull)


@known_mistake(
    MISTAKES,
    "You divide the pull by the number of examples, {n}. The penalty does not depend on them.",
)
def pull_divided_by_the_examples(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, rates, pull / len(x))


@known_mistake(
    MISTAKES,
    "You move w1 by the pull without its rate. The pull is part of the gradient: rates[0] "
    "multiplies both.",
)
def pull_without_the_rate(w1, b1, w2, b2, start, x, labels, rates, pull):
    new = list(right(w1, b1, w2, b2, start, x, labels, rates, 0.0))
    new[0] = new[0] - pull * (w1 - start)
    return tuple(new)


@known_mistake(
    MISTAKES,
    "You pull the head as well, towards 0. It is new and has no start: the pull is for w1 alone.",
)
def head_pulled_as_well(w1, b1, w2, b2, start, x, labels, rates, pull):
    return with_pull(lambda w1, start, pull: pull * (w1 - start), everywhere=True)(
        w1, b1, w2, b2, start, x, labels, rates, pull
    )


@known_mistake(
    MISTAKES,
    "You set w1 back to its start in every step: the move starts from start and not from w1.",
)
def moved_from_the_start(w1, b1, w2, b2, start, x, labels, rates, pull):
    new = list(right(w1, b1, w2, b2, start, x, labels, rates, pull))
    new[0] = new[0] - w1 + start
    return tuple(new)


@known_mistake(
    MISTAKES,
    "You freeze the first layer altogether: that is training a head. Here it moves, at its own "
    "rate.",
)
def first_layer_frozen(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, (0.0, rates[1]), pull)


@known_mistake(
    MISTAKES,
    "You compute the first layer's gradient with the new w2. All gradients belong to the "
    "parameters as they were handed in: step last.",
)
def head_moved_first(w1, b1, w2, b2, start, x, labels, rates, pull):
    moved = right(w1, b1, w2, b2, start, x, labels, rates, pull)[2]
    return right(w1, b1, w2, b2, start, x, labels, rates, pull, through=moved)


@known_mistake(
    MISTAKES,
    "The gradient passes through units that are off. ReLU's slope is 0 there: multiply by "
    "(sums > 0) on the way back.",
)
def mask_left_out(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, rates, pull, masked=False)


@known_mistake(
    MISTAKES,
    "You do not divide by the number of examples, {n}. The loss is the mean over them.",
)
def not_divided(w1, b1, w2, b2, start, x, labels, rates, pull):
    dw1, *others = (len(x) * g for g in gradients(w1, b1, w2, b2, x, labels))
    found = dw1 + pull * (w1 - start), *others
    return stepped((w1, b1, w2, b2), found, (rates[0], rates[0], rates[1], rates[1]))


@known_mistake(
    MISTAKES,
    "np.exp overflows for large logits, and the result is nan. Subtract each row's largest "
    "logit first.",
)
def softmax_overflows(w1, b1, w2, b2, start, x, labels, rates, pull):
    def naive(logits):
        with np.errstate(all="ignore"):
            return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    return right(w1, b1, w2, b2, start, x, labels, rates, pull, probabilities=naive)


@known_mistake(
    MISTAKES,
    "You take the softmax over the examples, axis 0. The classes of one example compete: axis 1.",
)
def softmax_over_the_examples(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(
        w1, b1, w2, b2, start, x, labels, rates, pull, probabilities=lambda z: softmax(z.T).T
    )


@known_mistake(
    MISTAKES,
    "You go uphill: subtract rate times the gradient.",
)
def uphill(w1, b1, w2, b2, start, x, labels, rates, pull):
    return right(w1, b1, w2, b2, start, x, labels, (-rates[0], -rates[1]), pull)


@known_mistake(
    MISTAKES,
    "You move the caller's parameters, as w1 -= … does. Make new arrays: w1 - ….",
)
def moved_in_place(w1, b1, w2, b2, start, x, labels, rates, pull):
    new = right(w1, b1, w2, b2, start, x, labels, rates, pull)
    for old, moved in zip((w1, b1, w2, b2), new, strict=True):
        old[...] = moved
    return w1, b1, w2, b2


@known_mistake(
    MISTAKES,
    "Your parameters are float64 although float32 came in: np.eye(…) and np.zeros(…) make float64. "
    "Give them dtype=x.dtype, or subtract 1 at the labels in place.",
)
def made_in_float64(w1, b1, w2, b2, start, x, labels, rates, pull):
    new = right(w1, b1, w2, b2, start, x, labels, rates, pull)
    return tuple(array.astype(np.float64) for array in new)
