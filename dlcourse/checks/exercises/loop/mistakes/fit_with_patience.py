"""Mistakes in ``fit_with_patience(w, gradient, validation_loss, rate, epochs, patience)``."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def trained(
    w,
    gradient,
    validation_loss,
    rate,
    epochs,
    patience,
    improves=lambda loss, best: loss < best,
    enough=lambda waited, patience: waited >= patience,
    forgets=True,
):
    """Give w after each epoch, the losses, the best epoch, by rules that a mistake replaces."""
    places, history, best, best_epoch, waited = [w], [], math.inf, 0, 0
    for epoch in range(1, epochs + 1):
        w = w - rate * gradient(w)
        places.append(w)
        history.append(validation_loss(w))
        if improves(history[-1], best):
            best, best_epoch = history[-1], epoch
            waited = 0 if forgets else waited
        else:
            waited += 1
            if enough(waited, patience):
                break
    return places, np.array(history), best_epoch


@known_mistake(
    MISTAKES,
    "Your w is that of the last epoch, which waiting has made worse. Either you return w itself, "
    "or best_w = w has given the array a second name only, and w -= … has moved both. Keep a copy "
    "of the best, best_w = w.copy(), and return that.",
)
def last_instead_of_the_best(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[-1], history, best


@known_mistake(
    MISTAKES,
    "Your w is that of the epoch before the best one: you keep it before the step, while the loss "
    "belongs to the w after it.",
)
def kept_before_the_step(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[max(best - 1, 0)], history, best


@known_mistake(
    MISTAKES,
    "Your history begins with the loss of the untrained w. It has one value for each epoch that "
    "was trained, measured after it.",
)
def history_begins_with_the_start(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best], np.array([validation_loss(w), *history]), best


@known_mistake(
    MISTAKES,
    "Your history ends with the best epoch. It holds the losses of all epochs that were trained, "
    "those of the waiting included.",
)
def history_ends_with_the_best(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best], history[:best], best


@known_mistake(
    MISTAKES,
    "Your history has a place for each of the {epochs} epochs, also for those that were not "
    "trained. Append to a list, and make an array of it at the end.",
)
def history_of_full_length(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best], np.concatenate([history, np.zeros(epochs - len(history))]), best


@known_mistake(
    MISTAKES,
    "Your history leaves out the last epoch, in which patience ran out. It was trained: append "
    "its loss before you leave the loop.",
)
def last_epoch_not_recorded(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best], history[:-1] if len(history) - best >= patience else history, best


@known_mistake(
    MISTAKES,
    "You measure the loss before the epoch's step. The loss of an epoch is that of the w which it "
    "has arrived at.",
)
def measured_before_the_step(w, gradient, validation_loss, rate, epochs, patience):
    kept, best, best_epoch, waited, history = w, math.inf, 0, 0, []
    for epoch in range(1, epochs + 1):
        history.append(validation_loss(w))
        w = w - rate * gradient(w)
        if history[-1] < best:
            kept, best, best_epoch, waited = w, history[-1], epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return kept, np.array(history), best_epoch


@known_mistake(
    MISTAKES,
    "You stop one epoch late: waited > patience lets one more pass. With a patience of {patience}, "
    "epoch number {patience} in a row without an improvement is the last.",
)
def one_epoch_late(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(
        w, gradient, validation_loss, rate, epochs, patience, enough=lambda n, most: n > most
    )
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You stop one epoch early: {patience} epochs in a row may be without an improvement, and you "
    "allow one less.",
)
def one_epoch_early(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(
        w,
        gradient,
        validation_loss,
        rate,
        epochs,
        patience,
        enough=lambda n, most: n >= max(most - 1, 1),
    )
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You never set the count of waiting back: you stop after {patience} epochs without an "
    "improvement in all. They have to be in a row.",
)
def count_never_set_back(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(
        w, gradient, validation_loss, rate, epochs, patience, forgets=False
    )
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You never stop early: you train all {epochs} epochs and then take the best. Stop after "
    "{patience} epochs in a row without an improvement.",
)
def never_stops(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, math.inf)
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You stop at the first epoch that is no improvement, whatever the patience is.",
)
def no_patience(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, 1)
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You count an epoch that is just as good as an improvement (<=). It has to be better.",
)
def ties_count(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(
        w, gradient, validation_loss, rate, epochs, patience, lambda loss, best: loss <= best
    )
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You compare each loss with that of the epoch before. Compare with the best so far.",
)
def compared_with_the_epoch_before(w, gradient, validation_loss, rate, epochs, patience):
    places, history, waited, best_epoch = [w], [math.inf], 0, 0
    for epoch in range(1, epochs + 1):
        w = w - rate * gradient(w)
        places.append(w)
        history.append(validation_loss(w))
        if history[-1] < history[-2]:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return places[best_epoch], np.array(history[1:]), best_epoch


@known_mistake(
    MISTAKES,
    "You look for the largest loss. A loss is better when it is smaller.",
)
def largest_for_the_best(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(
        w,
        gradient,
        validation_loss,
        rate,
        epochs,
        patience,
        lambda loss, best: math.isinf(best) or loss > best,
    )
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You let the untrained w compete: where its loss is lower than those of all epochs, you return "
    "it with an epoch 0. The first epoch always counts as the best so far.",
)
def untrained_competes(w, gradient, validation_loss, rate, epochs, patience):
    start = validation_loss(w)
    places, history, best = trained(
        w,
        gradient,
        validation_loss,
        rate,
        epochs,
        patience,
        lambda loss, best: loss < min(best, start),
    )
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You train one epoch too few: range(1, epochs) ends with epochs - 1.",
)
def one_epoch_too_few(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs - 1, patience)
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You leave the limit of epochs out: {epochs} epochs are the most, even if the loss still "
    "falls.",
)
def one_epoch_too_many(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs + 1, patience)
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You go up the hill: subtract rate times the gradient.",
)
def uphill(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, -rate, epochs, patience)
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You leave the rate out of the step: w - rate * gradient(w).",
)
def rate_left_out(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, 1.0, epochs, patience)
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You take every gradient at the w that was handed in. Each epoch starts from where the one "
    "before has arrived: gradient(w).",
)
def gradient_at_the_start(w, gradient, validation_loss, rate, epochs, patience):
    first = gradient(w)
    places, history, best = trained(w, lambda _: first, validation_loss, rate, epochs, patience)
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You move the caller's w, as w -= … does. Begin with w = w.copy(), or write w = w - ….",
)
def parameters_changed_in_place(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    w[...] = places[-1]
    return places[best], history, best


@known_mistake(
    MISTAKES,
    "You count the epochs from 0. The first one has the number 1.",
)
def counted_from_zero(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best], history, best - 1


@known_mistake(
    MISTAKES,
    "You return the number of the last epoch as that of the best.",
)
def last_epoch_as_the_best(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best], history, len(history)


@known_mistake(
    MISTAKES,
    "You return the best loss in place of its epoch.",
)
def loss_for_the_epoch(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best], history, history[best - 1]


@known_mistake(
    MISTAKES,
    "Your w is float64 although float32 came in. Compute with the arguments themselves; "
    "np.zeros(…) makes float64, np.zeros_like(w) does not.",
)
def made_in_float64(w, gradient, validation_loss, rate, epochs, patience):
    places, history, best = trained(w, gradient, validation_loss, rate, epochs, patience)
    return places[best].astype(np.float64), history, best
