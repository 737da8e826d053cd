"""Mistakes in ``stop_in_time(w, step, train_loss, validation_loss, patience, epochs)``."""

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def trained(w, step, loss, patience, epochs, better=lambda new, old: new < old, counting=0):
    """Train until the patience is over; ``counting`` moves the limit by so many epochs."""
    best, kept, least, waited = 0, w.copy(), loss(w), 0
    for epoch in range(1, epochs + 1):
        w = step(w)
        found = loss(w)
        if better(found, least):
            best, kept, least, waited = epoch, w.copy(), found, 0
        else:
            waited += 1
            if waited >= patience + counting:
                break
    return kept, best, w, epoch


@known_mistake(
    MISTAKES,
    "The program is as broken as before: it watches the training loss, which falls to the end and "
    "never stops it. Watch the validation loss.",
)
def training_loss_watched(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, train_loss, patience, epochs)[:2]


@known_mistake(
    MISTAKES,
    "You stop at the right moment and return the last parameters. They are {patience} epochs past "
    "the best: keep a copy of the best ones.",
)
def last_parameters_returned(w, step, train_loss, validation_loss, patience, epochs):
    _, best, last, _ = trained(w, step, validation_loss, patience, epochs)
    return last, best


@known_mistake(
    MISTAKES,
    "You return the epoch in which the training ended. Return the best one, to which the "
    "parameters belong.",
)
def last_epoch_returned(w, step, train_loss, validation_loss, patience, epochs):
    kept, _, _, ended = trained(w, step, validation_loss, patience, epochs)
    return kept, ended


@known_mistake(
    MISTAKES,
    "You return the last parameters and the last epoch. Keep the best ones while you train, and "
    "return them.",
)
def everything_from_the_end(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, patience, epochs)[2:]


@known_mistake(
    MISTAKES,
    "You wait one epoch too long, {patience} + 1 without an improvement: >= and not > patience.",
)
def one_epoch_too_long(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, patience, epochs, counting=1)[:2]


@known_mistake(
    MISTAKES,
    "You stop one epoch too early, after {patience} - 1 without an improvement.",
)
def one_epoch_too_early(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, patience, epochs, counting=-1)[:2]


@known_mistake(
    MISTAKES,
    "You count all epochs without an improvement, from the start. An improvement sets the count "
    "back to 0.",
)
def count_not_set_back(w, step, train_loss, validation_loss, patience, epochs):
    best, kept, least, waited = 0, w, validation_loss(w), 0
    for epoch in range(1, epochs + 1):
        w = step(w)
        found = validation_loss(w)
        if found < least:
            best, kept, least = epoch, w, found
        else:
            waited += 1
            if waited >= patience:
                break
    return kept, best


@known_mistake(
    MISTAKES,
    "You compare each epoch with the one before. A noisy curve improves on that all the time: "
    "compare with the best so far.",
)
def compared_with_the_epoch_before(w, step, train_loss, validation_loss, patience, epochs):
    best, kept, before, waited = 0, w, validation_loss(w), 0
    for epoch in range(1, epochs + 1):
        w = step(w)
        found = validation_loss(w)
        if found < before:
            best, kept, waited = epoch, w, 0
        else:
            waited += 1
            if waited >= patience:
                break
        before = found
    return kept, best


@known_mistake(
    MISTAKES,
    "You count an epoch that is just as good as an improvement, with <=. On a plateau the training "
    "would never stop.",
)
def as_good_is_better(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, patience, epochs, better=lambda new, old: new <= old)[
        :2
    ]


@known_mistake(
    MISTAKES,
    "You take the start for infinitely bad. Its parameters count as epoch 0: measure their "
    "validation loss before the first step.",
)
def start_not_measured(w, step, train_loss, validation_loss, patience, epochs):
    first: list[None] = []

    def loss(w):
        first.append(None)
        return float("inf") if len(first) == 1 else validation_loss(w)

    return trained(w, step, loss, patience, epochs)[:2]


@known_mistake(
    MISTAKES,
    "You measure before the step and keep what comes after it: your best parameters are one epoch "
    "past the best.",
)
def parameters_one_epoch_late(w, step, train_loss, validation_loss, patience, epochs):
    kept, best, *_ = trained(w, step, validation_loss, patience, epochs)
    return step(kept), best


@known_mistake(
    MISTAKES,
    "You count epochs from 0 after the first step. The start is epoch 0, the first step leads to "
    "epoch 1.",
)
def epochs_counted_from_zero(w, step, train_loss, validation_loss, patience, epochs):
    kept, best, *_ = trained(w, step, validation_loss, patience, epochs)
    return kept, max(best - 1, 0)


@known_mistake(
    MISTAKES,
    "You stop at the first epoch that is not better and have no patience: wait until {patience} of "
    "them have followed each other.",
)
def no_patience(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, 1, epochs)[:2]


@known_mistake(
    MISTAKES,
    "You return the first parameters: the best are never replaced. Keep them where the loss "
    "improves.",
)
def best_never_replaced(w, step, train_loss, validation_loss, patience, epochs):
    return w.copy(), trained(w, step, validation_loss, patience, epochs)[1]


@known_mistake(
    MISTAKES,
    "You train as many epochs as your patience and stop, whether they improve or not. Patience "
    "counts epochs without an improvement.",
)
def patience_taken_for_the_epochs(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, patience, min(patience, epochs))[:2]


@known_mistake(
    MISTAKES,
    "You keep the largest validation loss: > in place of <. Small is good.",
)
def largest_loss_kept(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, patience, epochs, better=lambda new, old: new > old)[
        :2
    ]


@known_mistake(
    MISTAKES,
    "You train to the end and look for the best afterwards. The training is to stop: what comes "
    "after the patience is over was never there.",
)
def never_stopped(w, step, train_loss, validation_loss, patience, epochs):
    return trained(w, step, validation_loss, epochs + 1, epochs)[:2]


@known_mistake(
    MISTAKES,
    "You train on after the patience is over, though you keep what was best till then: break out "
    "of the loop.",
)
def trained_on_in_vain(w, step, train_loss, validation_loss, patience, epochs):
    kept, best, last, ended = trained(w, step, validation_loss, patience, epochs)
    for _ in range(ended, epochs):
        last = step(last)
    return kept, best
