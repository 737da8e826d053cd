"""Mistakes in ``boost_round(weights, wrong, classes)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def error_of(weights, wrong):
    """Give the share of the weight that lies on the wrong ones, never quite 0."""
    return max(float(weights[wrong].sum() / weights.sum()), 1e-6)


def vote(error, classes):
    """Give the model's vote; none if it is no better than a guess."""
    if error >= 1 - 1 / classes:
        return 0.0
    return math.log((1 - error) / error) + math.log(classes - 1)


def normalized(weights):
    """Make the weights sum to 1."""
    return weights / weights.sum()


def grown(weights, wrong, alpha):
    """Raise the weights of the wrong ones."""
    return normalized(np.where(wrong, weights * np.exp(np.asarray(alpha, weights.dtype)), weights))


def right(weights, wrong, classes):
    """Make the round that a mistake then spoils."""
    alpha = vote(error_of(weights, wrong), classes)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "You leave out ln(K - 1): that is AdaBoost for two classes. With {classes} classes a guess is "
    "wrong far more often, and a model better than a guess earns a vote.",
)
def number_of_classes_left_out(weights, wrong, classes):
    error = error_of(weights, wrong)
    alpha = 0.0 if error >= 1 - 1 / classes else math.log((1 - error) / error)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "You add ln K in place of ln(K - 1). For two classes nothing is to be added: ln 1 = 0.",
)
def logarithm_of_all_classes(weights, wrong, classes):
    error = error_of(weights, wrong)
    alpha = vote(error, classes) + math.log(classes) - math.log(classes - 1)
    alpha = 0.0 if error >= 1 - 1 / classes else alpha
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "You halve the vote, as AdaBoost does for labels -1 and +1, where right examples lose weight, "
    "too. Here only the wrong ones gain, by exp(alpha) with the whole alpha.",
)
def vote_halved(weights, wrong, classes):
    alpha = vote(error_of(weights, wrong), classes) / 2
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "Your error is the share of wrong examples. Weigh them: the sum of the weights of the wrong "
    "ones, divided by the sum of all.",
)
def error_not_weighted(weights, wrong, classes):
    alpha = vote(max(float(np.mean(wrong)), 1e-6), classes)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "You do not divide the error by the sum of all weights. They need not sum to 1.",
)
def error_not_divided_by_the_sum(weights, wrong, classes):
    error = max(float(weights[wrong].sum()), 1e-6)
    alpha = vote(error, classes)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "Your vote has the wrong sign: ln(error / (1 - error)). A model with a small error gets a "
    "large vote.",
)
def odds_turned_round(weights, wrong, classes):
    error = error_of(weights, wrong)
    alpha = 0.0
    if error < 1 - 1 / classes:
        alpha = math.log(error / (1 - error)) + math.log(classes - 1)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "The examples that were right gain weight in your round, by exp(alpha) for them or exp(-alpha) "
    "for the others. The next model is to look at those that were wrong.",
)
def right_ones_gain(weights, wrong, classes):
    alpha, _ = right(weights, wrong, classes)
    return alpha, grown(weights, ~wrong, alpha)


@known_mistake(
    MISTAKES,
    "You raise the wrong ones by exp(alpha) and lower the right ones by exp(-alpha) as well. That "
    "counts alpha twice: leave the right ones as they are.",
)
def right_ones_lowered_as_well(weights, wrong, classes):
    alpha, _ = right(weights, wrong, classes)
    return alpha, grown(weights, wrong, 2 * alpha)


@known_mistake(
    MISTAKES,
    "You add alpha to the weights, or multiply by 1 + alpha. Multiply by exp(alpha).",
)
def exponential_left_out(weights, wrong, classes):
    alpha, _ = right(weights, wrong, classes)
    return alpha, normalized(np.where(wrong, weights * weights.dtype.type(1 + alpha), weights))


@known_mistake(
    MISTAKES,
    "You forget the old weights: the new ones are exp(alpha) or 1. Multiply the old ones by that, "
    "so that what was learnt in the rounds before is not lost.",
)
def old_weights_forgotten(weights, wrong, classes):
    alpha, _ = right(weights, wrong, classes)
    return alpha, grown(np.ones_like(weights), wrong, alpha)


@known_mistake(
    MISTAKES,
    "Your new weights do not sum to 1: divide them by their sum.",
)
def not_normalized(weights, wrong, classes):
    alpha, _ = right(weights, wrong, classes)
    return alpha, np.where(wrong, weights * np.exp(np.asarray(alpha, weights.dtype)), weights)


@known_mistake(
    MISTAKES,
    "You divide the new weights by the largest of them. Divide by their sum.",
)
def divided_by_the_largest(weights, wrong, classes):
    alpha, new = right(weights, wrong, classes)
    return alpha, new / new.max()


@known_mistake(
    MISTAKES,
    "You divide the new weights by the sum of the old ones. They have grown: divide by their own "
    "sum.",
)
def divided_by_the_old_sum(weights, wrong, classes):
    alpha, _ = right(weights, wrong, classes)
    raised = np.where(wrong, weights * np.exp(np.asarray(alpha, weights.dtype)), weights)
    return alpha, raised / weights.sum()


@known_mistake(
    MISTAKES,
    "You use another logarithm, of base 10 or 2. np.exp undoes np.log alone.",
)
def logarithm_to_base_ten(weights, wrong, classes):
    alpha = vote(error_of(weights, wrong), classes) / math.log(10)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "A model that is worse than a guess gets a negative vote. Give it the vote 0 and leave the "
    "weights' ratios as they are.",
)
def negative_votes(weights, wrong, classes):
    error = min(error_of(weights, wrong), 1 - 1e-6)
    alpha = math.log((1 - error) / error) + math.log(classes - 1)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "You give no vote to a model with an error of ½ or more. With {classes} classes a guess has "
    "the error 1 - 1 / {classes}: a model that beats that knows something.",
)
def every_second_answer_demanded(weights, wrong, classes):
    error = error_of(weights, wrong)
    alpha = 0.0 if error >= 0.5 else vote(error, classes)
    return alpha, grown(weights, wrong, alpha)


@known_mistake(
    MISTAKES,
    "A model that is never wrong gets an infinite vote, or stops your function: its error is 0. "
    "Let the error be 1e-6 at least.",
)
def infinite_vote(weights, wrong, classes):
    if not wrong.any():
        return math.inf, normalized(weights)
    return right(weights, wrong, classes)


@known_mistake(
    MISTAKES,
    "A model that is never wrong gets no vote. It is the best of all: take 1e-6 for its error.",
)
def no_vote_for_the_perfect(weights, wrong, classes):
    if not wrong.any():
        return 0.0, normalized(weights)
    return right(weights, wrong, classes)


@known_mistake(
    MISTAKES,
    "Your results come in another order. Return alpha, then the weights.",
)
def weights_returned_first(weights, wrong, classes):
    return right(weights, wrong, classes)[::-1]


@known_mistake(
    MISTAKES,
    "You change the caller's weights, as weights[wrong] *= … does. Make a new array.",
)
def weights_changed_in_place(weights, wrong, classes):
    alpha, new = right(weights, wrong, classes)
    weights[...] = new
    return alpha, weights


@known_mistake(
    MISTAKES,
    "Your weights are float64 although float32 came in: multiplying by a NumPy float64 number "
    "does that. A Python float, from math.exp, keeps float32.",
)
def made_in_float64(weights, wrong, classes):
    alpha, new = right(weights, wrong, classes)
    return alpha, new.astype(np.float64)
