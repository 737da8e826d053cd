"""Mistakes in ``diagnose(train, validation, target, gap)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []

FINE, UNDERFITTING, OVERFITTING, DIVERGED = range(4)


def diverged(train, validation):
    """Whether a loss was not finite, or the training ended higher than it began."""
    return not (np.isfinite(train).all() and np.isfinite(validation).all()) or train[-1] > train[0]


def best_of(validation):
    """Give the epoch of the smallest loss; nan is no loss."""
    return int(np.nanargmin(validation))


def judged(train, validation, target, gap, broken, risen, stuck):
    """Follow the rules in order, with the three signs as they were found."""
    if broken:
        return DIVERGED, best_of(validation)
    if risen:
        return OVERFITTING, best_of(validation)
    return (UNDERFITTING if stuck else FINE), best_of(validation)


def signs(train, validation, target, gap):
    """Find the three signs."""
    least = np.nanmin(validation)
    return diverged(train, validation), validation[-1] > least * (1 + gap), train[-1] > target


@known_mistake(
    MISTAKES,
    "You do not look for nan. Every comparison with nan is False, so a training that ended in nan "
    "passes for a fine one: np.isfinite.",
)
def nan_not_looked_for(train, validation, target, gap):
    _, risen, stuck = signs(train, validation, target, gap)
    return judged(train, validation, target, gap, train[-1] > train[0], risen, stuck)


@known_mistake(
    MISTAKES,
    "You look for nan and infinity in the last epoch alone. A loss that was nan or infinite once "
    "has diverged, even if later numbers look well.",
)
def only_the_last_epoch_looked_at(train, validation, target, gap):
    _, risen, stuck = signs(train, validation, target, gap)
    ended = not np.isfinite(train[-1] + validation[-1]) or train[-1] > train[0]
    return judged(train, validation, target, gap, ended, risen, stuck)


@known_mistake(
    MISTAKES,
    "You look for nan and forget infinity: np.isnan(inf) is False. np.isfinite finds both.",
)
def infinity_forgotten(train, validation, target, gap):
    _, risen, stuck = signs(train, validation, target, gap)
    broken = np.isnan(train).any() or np.isnan(validation).any() or train[-1] > train[0]
    return judged(train, validation, target, gap, broken, risen, stuck)


@known_mistake(
    MISTAKES,
    "You look for nan and infinity in the training losses alone. Look at the validation losses, "
    "too.",
)
def validation_not_looked_at(train, validation, target, gap):
    _, risen, stuck = signs(train, validation, target, gap)
    broken = not np.isfinite(train).all() or train[-1] > train[0]
    return judged(train, validation, target, gap, broken, risen, stuck)


@known_mistake(
    MISTAKES,
    "You miss trainings that end higher than they began. They have diverged, though every number "
    "is finite.",
)
def higher_at_the_end_missed(train, validation, target, gap):
    _, risen, stuck = signs(train, validation, target, gap)
    broken = not (np.isfinite(train).all() and np.isfinite(validation).all())
    return judged(train, validation, target, gap, broken, risen, stuck)


@known_mistake(
    MISTAKES,
    "You call every training diverged whose loss has risen once. Losses go up and down: compare "
    "the last with the first.",
)
def any_rise_is_divergence(train, validation, target, gap):
    broken, risen, stuck = signs(train, validation, target, gap)
    broken = broken or bool(np.any(np.diff(validation) > 0))
    return judged(train, validation, target, gap, broken, risen, stuck)


@known_mistake(
    MISTAKES,
    "You ask for underfitting before overfitting. Where both signs are seen, the validation loss "
    "that has risen comes first: the rules are to be asked in their order.",
)
def underfitting_asked_first(train, validation, target, gap):
    broken, risen, stuck = signs(train, validation, target, gap)
    if not broken and stuck:
        return UNDERFITTING, best_of(validation)
    return judged(train, validation, target, gap, broken, risen, stuck)


@known_mistake(
    MISTAKES,
    "You call a rise of exactly the gap overfitting. More than the gap: > and not >=.",
)
def gap_met_exactly(train, validation, target, gap):
    broken, _, stuck = signs(train, validation, target, gap)
    risen = validation[-1] >= np.nanmin(validation) * (1 + gap)
    return judged(train, validation, target, gap, broken, risen, stuck)


@known_mistake(
    MISTAKES,
    "You call a training that ends exactly at the target underfitting. Above the target: > and "
    "not >=.",
)
def target_met_exactly(train, validation, target, gap):
    broken, risen, _ = signs(train, validation, target, gap)
    return judged(train, validation, target, gap, broken, risen, train[-1] >= target)


@known_mistake(
    MISTAKES,
    "You add the gap to the smallest validation loss. It is a share of it: smallest * (1 + gap).",
)
def gap_added(train, validation, target, gap):
    broken, _, stuck = signs(train, validation, target, gap)
    return judged(
        train, validation, target, gap, broken, validation[-1] > np.nanmin(validation) + gap, stuck
    )


@known_mistake(
    MISTAKES,
    "You call every rise of the validation loss overfitting and ignore the gap. Losses are noisy: "
    "only a rise by more than the share gap counts.",
)
def gap_ignored(train, validation, target, gap):
    broken, _, stuck = signs(train, validation, target, gap)
    return judged(
        train, validation, target, gap, broken, validation[-1] > np.nanmin(validation), stuck
    )


@known_mistake(
    MISTAKES,
    "You compare validation with training loss. A model is always somewhat better on what it has "
    "seen; overfitting shows when the validation loss has risen above its own smallest value.",
)
def compared_with_the_training_loss(train, validation, target, gap):
    broken, _, stuck = signs(train, validation, target, gap)
    return judged(
        train, validation, target, gap, broken, validation[-1] > train[-1] * (1 + gap), stuck
    )


@known_mistake(
    MISTAKES,
    "You compare the last validation loss with the first. It falls at first in every overfitting; "
    "compare with the smallest.",
)
def compared_with_the_first_epoch(train, validation, target, gap):
    broken, _, stuck = signs(train, validation, target, gap)
    return judged(
        train, validation, target, gap, broken, validation[-1] > validation[0] * (1 + gap), stuck
    )


@known_mistake(
    MISTAKES,
    "You compare the largest validation loss with the smallest. The first epochs are always high; "
    "compare the last.",
)
def largest_compared_with_smallest(train, validation, target, gap):
    broken, _, stuck = signs(train, validation, target, gap)
    risen = np.nanmax(validation) > np.nanmin(validation) * (1 + gap)
    return judged(train, validation, target, gap, broken, risen, stuck)


@known_mistake(
    MISTAKES,
    "You hold the validation loss against the target. Underfitting is not even to learn what was "
    "shown: the training loss counts.",
)
def validation_held_against_the_target(train, validation, target, gap):
    broken, risen, _ = signs(train, validation, target, gap)
    return judged(train, validation, target, gap, broken, risen, validation[-1] > target)


@known_mistake(
    MISTAKES,
    "You hold the smallest training loss against the target. Where the training ended is what "
    "counts: the last.",
)
def first_training_loss_held_against_the_target(train, validation, target, gap):
    broken, risen, _ = signs(train, validation, target, gap)
    return judged(train, validation, target, gap, broken, risen, train[0] > target)


@known_mistake(
    MISTAKES,
    "You have exchanged over- and underfitting: underfitting is 1, overfitting is 2. A model that "
    "fits too much has learnt its examples by heart, and its validation loss rises.",
)
def over_and_under_exchanged(train, validation, target, gap):
    verdict, best = judged(train, validation, target, gap, *signs(train, validation, target, gap))
    return {UNDERFITTING: OVERFITTING, OVERFITTING: UNDERFITTING}.get(verdict, verdict), best


@known_mistake(
    MISTAKES,
    "Your best epoch is that of the smallest training loss. What one wants is to do well on new "
    "data: the smallest validation loss.",
)
def best_by_the_training_loss(train, validation, target, gap):
    verdict, _ = judged(train, validation, target, gap, *signs(train, validation, target, gap))
    return verdict, int(np.nanargmin(train))


@known_mistake(
    MISTAKES,
    "Your best epoch is one that gave nan: np.argmin takes nan for the smallest. np.nanargmin "
    "passes it over.",
)
def nan_is_best(train, validation, target, gap):
    verdict, _ = judged(train, validation, target, gap, *signs(train, validation, target, gap))
    return verdict, int(np.argmin(validation))


@known_mistake(
    MISTAKES,
    "Of two epochs that are as good you take the last. Take the first: it was as good, sooner.",
)
def last_of_equals(train, validation, target, gap):
    verdict, _ = judged(train, validation, target, gap, *signs(train, validation, target, gap))
    backwards = np.where(np.isnan(validation), np.inf, validation)[::-1]
    return verdict, int(len(validation) - 1 - np.argmin(backwards))


@known_mistake(
    MISTAKES,
    "You count epochs from 1. Here, as in Python, the first one is number 0.",
)
def epochs_counted_from_one(train, validation, target, gap):
    verdict, best = judged(train, validation, target, gap, *signs(train, validation, target, gap))
    return verdict, best + 1


@known_mistake(
    MISTAKES,
    "You return the smallest validation loss and not the epoch in which it was reached.",
)
def smallest_loss_returned(train, validation, target, gap):
    verdict, best = judged(train, validation, target, gap, *signs(train, validation, target, gap))
    return verdict, float(validation[best])
