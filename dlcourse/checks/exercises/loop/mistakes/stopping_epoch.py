"""Mistakes in ``stopping_epoch(values, patience, minimum_change, mode)``, specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def signed(values, mode):
    """Turn accuracies round, so that smaller is better."""
    return [-float(v) if mode == "max" else float(v) for v in values]


def watched(
    values,
    patience,
    change,
    mode,
    improves=lambda value, best, change: value < best - change,
    enough=lambda waited, patience: waited >= patience,
    forgets=True,
):
    """Go through the epochs with rules that a mistake replaces."""
    best, best_epoch, waited, epoch = math.inf, 0, 0, 0
    for epoch, value in enumerate(signed(values, mode), start=1):
        if improves(value, best, change):
            best, best_epoch = value, epoch
            waited = 0 if forgets else waited
        else:
            waited += 1
            if enough(waited, patience):
                break
    return epoch, best_epoch


@known_mistake(
    MISTAKES,
    "You stop one epoch late: waited > patience lets one more pass. Training ends with the epoch "
    "that is number {patience} in a row without an improvement.",
)
def one_epoch_late(values, patience, minimum_change, mode):
    return watched(
        values, patience, minimum_change, mode, enough=lambda waited, patience: waited > patience
    )


@known_mistake(
    MISTAKES,
    "You stop one epoch early: {patience} epochs in a row may be without an improvement, and you "
    "allow one less.",
)
def one_epoch_early(values, patience, minimum_change, mode):
    return watched(
        values,
        patience,
        minimum_change,
        mode,
        enough=lambda waited, patience: waited >= max(patience - 1, 1),
    )


@known_mistake(
    MISTAKES,
    "You never set the count of waiting back: you stop after {patience} epochs without an "
    "improvement in all. They have to be in a row.",
)
def count_never_set_back(values, patience, minimum_change, mode):
    return watched(values, patience, minimum_change, mode, forgets=False)


@known_mistake(
    MISTAKES,
    "You stop at the first epoch that is no improvement, whatever the patience is.",
)
def no_patience(values, patience, minimum_change, mode):
    return watched(values, 1, minimum_change, mode)


@known_mistake(
    MISTAKES,
    "You never stop: your last epoch is that of the whole list. After {patience} epochs in a row "
    "without an improvement the training ends.",
)
def never_stops(values, patience, minimum_change, mode):
    return watched(values, math.inf, minimum_change, mode)


@known_mistake(
    MISTAKES,
    "You compare each epoch with the one before. After a jump upwards, creeping back is no "
    "improvement: compare with the best so far.",
)
def compared_with_the_epoch_before(values, patience, minimum_change, mode):
    before, best_epoch, waited, epoch = math.inf, 0, 0, 0
    for epoch, value in enumerate(signed(values, mode), start=1):
        if value < before - minimum_change:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
        before = value
    return epoch, best_epoch


@known_mistake(
    MISTAKES,
    "You count an epoch that is just as good as an improvement (<=). It has to be better.",
)
def ties_count(values, patience, minimum_change, mode):
    return watched(
        values, patience, minimum_change, mode, lambda value, best, change: value <= best - change
    )


@known_mistake(
    MISTAKES,
    "You leave the minimum change out. An epoch counts only when it beats the best by more than "
    "minimum_change.",
)
def minimum_change_left_out(values, patience, minimum_change, mode):
    return watched(values, patience, 0.0, mode)


@known_mistake(
    MISTAKES,
    "Your minimum change makes it easier: you allow an epoch to be worse than the best by that "
    "much. It has to be better by more than that.",
)
def minimum_change_added(values, patience, minimum_change, mode):
    return watched(values, patience, -minimum_change, mode)


@known_mistake(
    MISTAKES,
    "You take the minimum change as a share of the best value. It is a difference.",
)
def minimum_change_as_a_share(values, patience, minimum_change, mode):
    return watched(
        values,
        patience,
        minimum_change,
        mode,
        lambda value, best, change: math.isinf(best) or value < best - change * abs(best),
    )


@known_mistake(
    MISTAKES,
    "You count any change that is large enough, downwards or upwards: abs(value - best). Only one "
    "for the better is an improvement.",
)
def changes_in_both_directions(values, patience, minimum_change, mode):
    return watched(
        values,
        patience,
        minimum_change,
        mode,
        lambda value, best, change: value < best if change == 0 else abs(value - best) > change,
    )


@known_mistake(
    MISTAKES,
    "Your best value follows the improvements that are too small to count, so that many small ones "
    "never add up to one that counts. Set it only where you set the count of waiting back.",
)
def best_creeps_along(values, patience, minimum_change, mode):
    best, best_epoch, waited, epoch = math.inf, 0, 0, 0
    for epoch, value in enumerate(signed(values, mode), start=1):
        if value < best - minimum_change:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
        best = min(best, value)
        if waited >= patience:
            break
    return epoch, best_epoch


@known_mistake(
    MISTAKES,
    "The epoch that you call best is one whose improvement is too small to count. By this lab's "
    "rule the best is the last one that counted.",
)
def best_by_any_change(values, patience, minimum_change, mode):
    stop, _ = watched(values, patience, minimum_change, mode)
    found = np.array(signed(values, mode)[:stop])
    return stop, 0 if np.isnan(found).all() else int(np.nanargmin(found)) + 1


@known_mistake(
    MISTAKES,
    "You look for the smallest value whatever the mode is. An accuracy should rise: with "
    'mode == "max" larger is better.',
)
def always_the_smallest(values, patience, minimum_change, mode):
    return watched(values, patience, minimum_change, "min")


@known_mistake(
    MISTAKES,
    'You have exchanged the modes: "min" means that smaller is better, as for a loss.',
)
def modes_exchanged(values, patience, minimum_change, mode):
    return watched(values, patience, minimum_change, "min" if mode == "max" else "max")


@known_mistake(
    MISTAKES,
    "Your best epoch is that of the whole list, epochs after the stop included. When it is time to "
    "stop, they are not known.",
)
def best_of_the_whole_list(values, patience, minimum_change, mode):
    stop, _ = watched(values, patience, minimum_change, mode)
    return stop, watched(values, math.inf, minimum_change, mode)[1]


@known_mistake(
    MISTAKES,
    "Your best epoch is the last one that was trained. The point of early stopping is to go back "
    "to the one before the waiting began.",
)
def last_for_the_best(values, patience, minimum_change, mode):
    stop, _ = watched(values, patience, minimum_change, mode)
    return stop, stop


@known_mistake(
    MISTAKES,
    "You count the epochs from 0. The first epoch has the number 1: enumerate(values, start=1).",
)
def counted_from_zero(values, patience, minimum_change, mode):
    stop, best = watched(values, patience, minimum_change, mode)
    return stop - 1, best - 1


@known_mistake(
    MISTAKES,
    "Your last epoch is best + patience even where the list ends before. If it never comes to a "
    "stop, the last epoch is len(values), {n} here.",
)
def beyond_the_end(values, patience, minimum_change, mode):
    _, best = watched(values, patience, minimum_change, mode)
    return best + patience, best


@known_mistake(
    MISTAKES,
    "Your last epoch is one too many: the training ends with the epoch in which patience runs "
    "out, and not with the one after.",
)
def the_epoch_after(values, patience, minimum_change, mode):
    stop, best = watched(values, patience, minimum_change, mode)
    return min(stop + 1, len(values)) if stop - best >= patience else stop, best


@known_mistake(
    MISTAKES,
    "Where patience never runs out you return 0 as the last epoch. It is then len(values), {n}.",
)
def zero_where_it_never_stops(values, patience, minimum_change, mode):
    stop, best = watched(values, patience, minimum_change, mode)
    return stop if stop - best >= patience else 0, best


@known_mistake(
    MISTAKES,
    "You set the count of waiting back wherever an epoch is not worse: a tie is no improvement, "
    "and waiting goes on.",
)
def a_tie_sets_the_count_back(values, patience, minimum_change, mode):
    best, best_epoch, waited, epoch = math.inf, 0, 0, 0
    for epoch, value in enumerate(signed(values, mode), start=1):
        if value < best - minimum_change:
            best, best_epoch, waited = value, epoch, 0
        elif value == best:
            waited = 0
        else:
            waited += 1
            if waited >= patience:
                break
    return epoch, best_epoch


@known_mistake(
    MISTAKES,
    "A value that is NaN becomes your best, and since no number is smaller than NaN nothing can "
    "improve on it. Ask value < best, which is false for NaN, and not whether it is worse.",
)
def nan_becomes_the_best(values, patience, minimum_change, mode):
    return watched(
        values,
        patience,
        minimum_change,
        mode,
        lambda value, best, change: not value >= best - change,
    )


@known_mistake(
    MISTAKES,
    "You begin with the first value as the best, and where it is NaN nothing can improve on it. "
    "Begin with infinity and epoch 0.",
)
def first_value_as_the_best(values, patience, minimum_change, mode):
    found = signed(values, mode)
    best, best_epoch, waited, epoch = found[0], 1, 0, 1
    for epoch, value in enumerate(found[1:], start=2):
        if value < best - minimum_change:
            best, best_epoch, waited = value, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return epoch, best_epoch


@known_mistake(
    MISTAKES,
    "You leave out the epochs that are NaN and do not count them as waiting. An epoch without a "
    "number is one without an improvement.",
)
def nan_passed_over(values, patience, minimum_change, mode):
    best, best_epoch, waited, epoch = math.inf, 0, 0, 0
    for epoch, value in enumerate(signed(values, mode), start=1):
        if math.isnan(value):
            continue
        if value < best - minimum_change:
            best, best_epoch, waited = value, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return epoch, best_epoch


@known_mistake(
    MISTAKES,
    "You return the best value in place of its epoch.",
)
def value_for_the_epoch(values, patience, minimum_change, mode):
    stop, best = watched(values, patience, minimum_change, mode)
    return stop, float(values[best - 1]) if best else math.inf
