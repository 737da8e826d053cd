"""Mistakes in ``expected_improvement(mean, deviation, best)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def share_below(z):
    """Φ: how much of the normal distribution lies below z."""
    return np.vectorize(lambda one: (1 + math.erf(one / math.sqrt(2))) / 2, otypes=[float])(z)


def density(z):
    """φ: the height of the normal distribution at z."""
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def by(term):
    """Make a function that has the right answer at deviation 0 and ``term(gain, z, s)`` beside."""

    def function(mean, deviation, best):
        gain = best - mean
        certain = deviation == 0
        s = np.where(certain, 1, deviation)
        return np.where(certain, np.maximum(gain, 0), term(gain, gain / s, s))

    return function


right = by(lambda gain, z, s: gain * share_below(z) + s * density(z))


@known_mistake(
    MISTAKES,
    "You expect an improvement where the loss is larger than the best: that is for scores, which "
    "one wants large. Here it is best - mean.",
)
def larger_is_better(mean, deviation, best):
    return right(-mean, deviation, -best)


@known_mistake(
    MISTAKES,
    "Your z has the wrong sign: it is (best - mean) / deviation, as the first factor is.",
)
def sign_of_z(mean, deviation, best):
    return by(lambda gain, z, s: gain * share_below(-z) + s * density(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "You return the probability of an improvement, Φ(z), however small it may be. Expected "
    "improvement asks as well how large it would be.",
)
def probability_of_improvement(mean, deviation, best):
    certain = deviation == 0
    z = (best - mean) / np.where(certain, 1, deviation)
    return np.where(certain, best > mean, share_below(z)).astype(float)


@known_mistake(
    MISTAKES,
    "You have exchanged Φ and φ: the distance is multiplied by the share Φ(z), the deviation by "
    "the density φ(z).",
)
def share_and_density_exchanged(mean, deviation, best):
    return by(lambda gain, z, s: gain * density(z) + s * share_below(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "You leave out the factor deviation before φ(z). Without it the two terms have different "
    "units.",
)
def density_not_scaled(mean, deviation, best):
    return by(lambda gain, z, s: gain * share_below(z) + density(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "You multiply by z in place of best - mean. Without the unit of the loss the two terms do not "
    "go together.",
)
def z_in_place_of_the_distance(mean, deviation, best):
    return by(lambda gain, z, s: z * share_below(z) + s * density(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "Your φ lacks the factor 1 / √(2π), which makes the curve's area 1.",
)
def density_without_its_factor(mean, deviation, best):
    return by(lambda gain, z, s: gain * share_below(z) + s * np.exp(-(z**2) / 2))(
        mean, deviation, best
    )


@known_mistake(
    MISTAKES,
    "Your φ has the exponent -z²; it is -z² / 2.",
)
def density_without_the_half(mean, deviation, best):
    return by(
        lambda gain, z, s: gain * share_below(z) + s * np.exp(-(z**2)) / math.sqrt(2 * math.pi)
    )(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "You take math.erf for Φ. It runs from -1 to 1; Φ(z) = (1 + erf(z / √2)) / 2.",
)
def erf_taken_for_the_share(mean, deviation, best):
    erf = np.vectorize(math.erf, otypes=[float])
    return by(lambda gain, z, s: gain * erf(z) + s * density(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "Your Φ lacks √2: it is (1 + erf(z / √2)) / 2.",
)
def root_of_two_left_out(mean, deviation, best):
    return by(lambda gain, z, s: gain * share_below(z * math.sqrt(2)) + s * density(z))(
        mean, deviation, best
    )


@known_mistake(
    MISTAKES,
    "You take the root of the deviation. It is a standard deviation already, not a variance.",
)
def root_of_the_deviation(mean, deviation, best):
    return right(mean, np.sqrt(deviation), best)


@known_mistake(
    MISTAKES,
    "You square the deviation, as if z were divided by the variance.",
)
def deviation_squared(mean, deviation, best):
    return right(mean, deviation**2, best)


@known_mistake(
    MISTAKES,
    "Where the deviation is 0 you divide by it and get nan or infinity. There the loss is known: "
    "the improvement is best - mean, or 0 if that is negative.",
)
def divided_by_zero(mean, deviation, best):
    gain = best - mean
    with np.errstate(all="ignore"):
        z = gain / deviation
        return gain * share_below(z) + deviation * density(z) + 0 * z


@known_mistake(
    MISTAKES,
    "Where the deviation is 0 you expect nothing. If the known loss is below the best, the "
    "improvement is certain: best - mean.",
)
def nothing_where_certain(mean, deviation, best):
    return np.where(deviation == 0, 0, right(mean, deviation, best))


@known_mistake(
    MISTAKES,
    "Where the deviation is 0 and the loss above the best you return a negative improvement. A "
    "point that is worse is not taken: 0.",
)
def negative_where_certain(mean, deviation, best):
    return np.where(deviation == 0, best - mean, right(mean, deviation, best))


@known_mistake(
    MISTAKES,
    "You ignore the deviation: max(best - mean, 0) would never try a point that one knows nothing "
    "about.",
)
def deviation_ignored(mean, deviation, best):
    return np.maximum(best - mean, 0)


@known_mistake(
    MISTAKES,
    "You return the first term alone. It is negative for every point that looks worse than the "
    "best; the second, deviation * φ(z), is what makes one explore.",
)
def first_term_alone(mean, deviation, best):
    return by(lambda gain, z, s: gain * share_below(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "You return the second term alone. Add (best - mean) * Φ(z).",
)
def second_term_alone(mean, deviation, best):
    return by(lambda gain, z, s: s * density(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "You subtract the second term. Uncertainty is a chance here: add it.",
)
def second_term_subtracted(mean, deviation, best):
    return by(lambda gain, z, s: gain * share_below(z) - s * density(z))(mean, deviation, best)


@known_mistake(
    MISTAKES,
    "You return best - mean + deviation, a confidence bound. That is another rule, which counts "
    "uncertainty in full and does not weigh it.",
)
def confidence_bound(mean, deviation, best):
    return best - mean + deviation


@known_mistake(
    MISTAKES,
    "You take the smallest mean for the best. best is the smallest loss that was measured; the "
    "means are forecasts.",
)
def best_of_the_forecasts(mean, deviation, best):
    return right(mean, deviation, mean.min())


@known_mistake(
    MISTAKES,
    "You return the number of the most promising point. Return the improvement of every point; the "
    "caller takes the largest.",
)
def number_of_the_best_returned(mean, deviation, best):
    return int(np.argmax(right(mean, deviation, best)))
