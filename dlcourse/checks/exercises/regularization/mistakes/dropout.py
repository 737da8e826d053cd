"""Mistakes in ``dropout(x, dy, u, rate, training)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def masked(values, mask, scale=1.0):
    """Keep what the mask keeps, scaled."""
    return np.where(mask, values * scale, 0).astype(values.dtype)


def right(x, dy, u, rate, training):
    """Give the signals and gradients that a mistake then spoils."""
    if not training:
        return x.copy(), dy.copy()
    return masked(x, u >= rate, 1 / (1 - rate)), masked(dy, u >= rate, 1 / (1 - rate))


@known_mistake(
    MISTAKES,
    "You do not scale what is kept. The layer behind would get less in training than in "
    "evaluation: divide by 1 - rate, {kept} here.",
)
def not_scaled(x, dy, u, rate, training):
    if not training:
        return x.copy(), dy.copy()
    return masked(x, u >= rate), masked(dy, u >= rate)


@known_mistake(
    MISTAKES,
    "You scale in evaluation, times 1 - rate, and not in training. That was the first form of "
    "dropout; today what is kept is divided by 1 - rate in training, and evaluation does nothing.",
)
def scaled_at_evaluation(x, dy, u, rate, training):
    if not training:
        return x * (1 - rate), dy * (1 - rate)
    return masked(x, u >= rate), masked(dy, u >= rate)


@known_mistake(
    MISTAKES,
    "You scale in training and in evaluation. Once is enough: evaluation returns x as it is.",
)
def scaled_both_times(x, dy, u, rate, training):
    if not training:
        return x * (1 - rate), dy * (1 - rate)
    return right(x, dy, u, rate, training)


@known_mistake(
    MISTAKES,
    "You drop in evaluation, too. There every signal counts: return x as it is, and dy.",
)
def dropped_at_evaluation(x, dy, u, rate, training):
    return right(x, dy, u, rate, True)


@known_mistake(
    MISTAKES,
    "You drop in evaluation and not in training: the other way round.",
)
def training_turned_round(x, dy, u, rate, training):
    return right(x, dy, u, rate, not training)


@known_mistake(
    MISTAKES,
    "You multiply by 1 - rate what is kept. That makes up for nothing, it makes it worse: divide.",
)
def multiplied(x, dy, u, rate, training):
    if not training:
        return x.copy(), dy.copy()
    return masked(x, u >= rate, 1 - rate), masked(dy, u >= rate, 1 - rate)


@known_mistake(
    MISTAKES,
    "You divide by the rate, the share that is dropped. Divide by the share that is kept, "
    "1 - rate.",
)
def divided_by_the_rate(x, dy, u, rate, training):
    if not training or rate == 0:
        return x.copy(), dy.copy()
    return masked(x, u >= rate, 1 / rate), masked(dy, u >= rate, 1 / rate)


@known_mistake(
    MISTAKES,
    "You keep what should be dropped: the rate is the share that is set to 0. Keep where "
    "u >= rate.",
)
def rate_as_the_share_that_stays(x, dy, u, rate, training):
    if not training:
        return x.copy(), dy.copy()
    return masked(x, u < rate, 1 / (1 - rate)), masked(dy, u < rate, 1 / (1 - rate))


@known_mistake(
    MISTAKES,
    "You keep the share rate and scale it to fit. Taken by itself that is sound, but the rate is "
    "the share that is dropped: keep where u >= rate and divide by 1 - rate.",
)
def dropout_with_the_other_share(x, dy, u, rate, training):
    if not training or rate == 0:
        return x.copy(), dy.copy()
    return masked(x, u < rate, 1 / rate), masked(dy, u < rate, 1 / rate)


@known_mistake(
    MISTAKES,
    "You drop a signal whose u is just the rate. By this lab's rule it stays: u >= rate. (With a "
    "rate of 0 nothing may be dropped, and u can be 0.)",
)
def border_dropped(x, dy, u, rate, training):
    if not training:
        return x.copy(), dy.copy()
    return masked(x, u > rate, 1 / (1 - rate)), masked(dy, u > rate, 1 / (1 - rate))


@known_mistake(
    MISTAKES,
    "Your dx is not scaled. y is x divided by 1 - rate where it is kept, so the gradient is "
    "divided as well.",
)
def gradient_not_scaled(x, dy, u, rate, training):
    y, dx = right(x, dy, u, rate, training)
    return y, masked(dy, u >= rate) if training else dx


@known_mistake(
    MISTAKES,
    "Your dx is dy as it came. What was dropped has no influence on the loss: the mask acts on the "
    "gradient too.",
)
def gradient_not_masked(x, dy, u, rate, training):
    return right(x, dy, u, rate, training)[0], dy.copy()


@known_mistake(
    MISTAKES,
    "Your dx is scaled and not masked. What was dropped has no influence on the loss.",
)
def gradient_scaled_alone(x, dy, u, rate, training):
    return right(x, dy, u, rate, training)[0], dy / (1 - rate) if training else dy.copy()


@known_mistake(
    MISTAKES,
    "You read the mask off y, where it is not 0. A signal that was 0 itself is kept, and its "
    "gradient passes: use the mask, u >= rate.",
)
def mask_read_off_the_output(x, dy, u, rate, training):
    y, dx = right(x, dy, u, rate, training)
    return y, masked(dy, y != 0, 1 / (1 - rate)) if training else dx


@known_mistake(
    MISTAKES,
    "Your dx is scaled twice: it is divided by 1 - rate once, as y is.",
)
def gradient_scaled_twice(x, dy, u, rate, training):
    y, dx = right(x, dy, u, rate, training)
    return y, dx / (1 - rate) if training else dx


@known_mistake(
    MISTAKES,
    "You divide by the share that happened to be kept in this batch. Divide by 1 - rate, the "
    "expected share: then each signal's mean is right, whatever becomes of the others.",
)
def scaled_by_the_share_that_was_kept(x, dy, u, rate, training):
    if not training:
        return x.copy(), dy.copy()
    scale = 1 / max(float(np.mean(u >= rate)), 1e-9)
    return masked(x, u >= rate, scale), masked(dy, u >= rate, scale)


@known_mistake(
    MISTAKES,
    "You drop the same units for all examples of the batch: your mask is the first example's. Each "
    "element of u decides about its own signal.",
)
def one_mask_for_all_examples(x, dy, u, rate, training):
    return right(x, dy, np.broadcast_to(u[:1], u.shape), rate, training)


@known_mistake(
    MISTAKES,
    "You draw a mask of your own. The random numbers are in u.",
)
def drawn_again(x, dy, u, rate, training):
    return right(x, dy, np.random.default_rng(0).random(u.shape), rate, training)


@known_mistake(
    MISTAKES,
    "You multiply by u itself. It only decides: a signal is kept where u >= rate, and dropped "
    "elsewhere.",
)
def multiplied_by_the_draws(x, dy, u, rate, training):
    if not training:
        return x.copy(), dy.copy()
    return (x * u / (1 - rate)).astype(x.dtype), (dy * u / (1 - rate)).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You write into the caller's x or dy, as x[u < rate] = 0 does. Make new arrays.",
)
def changed_in_place(x, dy, u, rate, training):
    x[...], dy[...] = right(x, dy, u, rate, training)
    return x, dy


@known_mistake(
    MISTAKES,
    "Your results are float64 although float32 came in. (u >= rate) / (1 - rate) is a float64 "
    "array: multiply x by the mask first and divide then, or write mask.astype(x.dtype).",
)
def made_in_float64(x, dy, u, rate, training):
    if not training:
        return x.copy(), dy.copy()
    scaled = (u >= rate) / (1 - rate)
    return x * scaled, dy * scaled
