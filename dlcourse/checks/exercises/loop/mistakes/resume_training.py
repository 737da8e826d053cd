"""Mistakes in ``resume_training``, which goes on from a checkpoint; specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def gone_on(checkpoint, gradient, validation_loss, numbers, rate, momentum, better=None, **changed):
    """Train the epochs of these numbers from a checkpoint, some of whose entries are changed."""
    start = {**checkpoint, **changed}
    w, velocity, epoch = start["w"], start["velocity"], start["epoch"]
    best_w, best_loss = start["best_w"], start["best_loss"]
    better = better or (lambda loss, best: loss < best)
    for epoch in numbers:
        velocity = momentum * velocity + gradient(w, epoch)
        w = w - rate * velocity
        loss = validation_loss(w)
        if better(loss, best_loss):
            best_w, best_loss = w, loss
    return w, velocity, epoch, best_w, best_loss


def missing(checkpoint, epochs):
    """Give the numbers of the epochs that are missing."""
    return range(checkpoint["epoch"] + 1, epochs + 1)


def right(checkpoint, gradient, validation_loss, epochs, rate, momentum, **changed):
    """Go on as it should be, from a checkpoint some of whose entries are changed."""
    numbers = missing(checkpoint, epochs)
    return gone_on(checkpoint, gradient, validation_loss, numbers, rate, momentum, **changed)


@known_mistake(
    MISTAKES,
    "Your velocity begins at 0 again. The checkpoint has it, because without it the first epochs "
    'after a break are not those without one: velocity = checkpoint["velocity"].',
)
def velocity_forgotten(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    still = np.zeros_like(checkpoint["velocity"])
    return right(checkpoint, gradient, validation_loss, epochs, rate, momentum, velocity=still)


@known_mistake(
    MISTAKES,
    "You train {epochs} epochs more. epochs is the number of the last one: {done} are done, so "
    "{more} are missing.",
)
def all_epochs_again(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    numbers = range(checkpoint["epoch"] + 1, checkpoint["epoch"] + epochs + 1)
    return gone_on(checkpoint, gradient, validation_loss, numbers, rate, momentum)


@known_mistake(
    MISTAKES,
    "You train from epoch 1 again, with the weights of epoch {done}. Begin with the number "
    'checkpoint["epoch"] + 1.',
)
def from_the_first_epoch(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    numbers = range(1, epochs + 1)
    return gone_on(checkpoint, gradient, validation_loss, numbers, rate, momentum)


@known_mistake(
    MISTAKES,
    "You train the right number of epochs and number them from 1. The gradient depends on the "
    "epoch's number, as the order of the examples does: it goes on at {done} + 1.",
)
def numbered_from_one(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    numbers = range(1, epochs - checkpoint["epoch"] + 1)
    w, velocity, _, best_w, best_loss = gone_on(
        checkpoint, gradient, validation_loss, numbers, rate, momentum
    )
    return w, velocity, epochs, best_w, best_loss


@known_mistake(
    MISTAKES,
    "Your epochs' numbers are one too low: epoch {done} is done, so the next is {done} + 1. "
    "range(done, epochs) begins and ends one too early.",
)
def numbers_one_too_low(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    numbers = range(checkpoint["epoch"], epochs)
    w, velocity, _, best_w, best_loss = gone_on(
        checkpoint, gradient, validation_loss, numbers, rate, momentum
    )
    return w, velocity, epochs, best_w, best_loss


@known_mistake(
    MISTAKES,
    "You train the last finished epoch again. The checkpoint was written after epoch {done}, so "
    "begin with {done} + 1.",
)
def last_epoch_again(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    numbers = range(checkpoint["epoch"], epochs + 1)
    return gone_on(checkpoint, gradient, validation_loss, numbers, rate, momentum)


@known_mistake(
    MISTAKES,
    "You leave out epoch number {epochs}: range(…, epochs) ends with the one before. It has to "
    "end with epochs + 1.",
)
def last_epoch_left_out(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    numbers = range(checkpoint["epoch"] + 1, epochs)
    w, velocity, _, best_w, best_loss = gone_on(
        checkpoint, gradient, validation_loss, numbers, rate, momentum
    )
    return w, velocity, epochs, best_w, best_loss


@known_mistake(
    MISTAKES,
    "You return the checkpoint's own epoch number. Who goes on from your results would train the "
    "same epochs again: return the number of the last one trained.",
)
def epoch_not_counted_on(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    w, velocity, _, best_w, best_loss = right(
        checkpoint, gradient, validation_loss, epochs, rate, momentum
    )
    return w, velocity, checkpoint["epoch"], best_w, best_loss


@known_mistake(
    MISTAKES,
    "You return the number of the next epoch. By this lab's rule a checkpoint holds the number of "
    "the last one trained, {epochs}.",
)
def epoch_one_too_high(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    w, velocity, epoch, best_w, best_loss = right(
        checkpoint, gradient, validation_loss, epochs, rate, momentum
    )
    return w, velocity, epoch + 1, best_w, best_loss


@known_mistake(
    MISTAKES,
    "You return how many epochs you have trained just now. Count those before as well.",
)
def epochs_of_this_run(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    w, velocity, _, best_w, best_loss = right(
        checkpoint, gradient, validation_loss, epochs, rate, momentum
    )
    return w, velocity, len(missing(checkpoint, epochs)), best_w, best_loss


@known_mistake(
    MISTAKES,
    "Your best loss begins at infinity again, so a best epoch before the break is forgotten. Begin "
    'with checkpoint["best_loss"].',
)
def best_loss_forgotten(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(checkpoint, gradient, validation_loss, epochs, rate, momentum, best_loss=math.inf)


@known_mistake(
    MISTAKES,
    "Your best loss begins with that of the checkpoint's w, so a better epoch before is forgotten. "
    'Begin with checkpoint["best_loss"] and checkpoint["best_w"].',
)
def best_is_where_it_broke_off(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    w = checkpoint["w"]
    best_loss = validation_loss(w)
    return right(
        checkpoint,
        gradient,
        validation_loss,
        epochs,
        rate,
        momentum,
        best_w=w,
        best_loss=best_loss,
    )


@known_mistake(
    MISTAKES,
    "You return the checkpoint's best w and best loss as they were. The epochs that you train can "
    "beat them.",
)
def best_never_renewed(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(
        checkpoint, gradient, validation_loss, epochs, rate, momentum, better=lambda *_: False
    )


@known_mistake(
    MISTAKES,
    "You renew the best loss and forget the best w: both belong together.",
)
def best_w_not_renewed(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    found = right(checkpoint, gradient, validation_loss, epochs, rate, momentum)
    return *found[:3], checkpoint["best_w"], found[4]


@known_mistake(
    MISTAKES,
    "You renew the best w and forget the best loss. Then every epoch that is better than the old "
    "best replaces a better one.",
)
def best_loss_not_renewed(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    best_loss = checkpoint["best_loss"]
    found = right(
        checkpoint,
        gradient,
        validation_loss,
        epochs,
        rate,
        momentum,
        better=lambda loss, _: loss < best_loss,
    )
    return *found[:4], best_loss


@known_mistake(
    MISTAKES,
    "Your best is always the last epoch. Renew it only where the loss is smaller than the best so "
    "far. (If you do: best_w = w is a second name for an array that w -= … moves: copy it.)",
)
def last_as_the_best(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(
        checkpoint, gradient, validation_loss, epochs, rate, momentum, better=lambda *_: True
    )


@known_mistake(
    MISTAKES,
    "Your best w moves on with training: best_w = w is a second name for the same array, and "
    "w -= … changes it. Keep a copy, best_w = w.copy().",
)
def best_is_another_name(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    found = right(checkpoint, gradient, validation_loss, epochs, rate, momentum)
    renewed = found[4] != checkpoint["best_loss"]
    return *found[:3], found[0] if renewed else found[3], found[4]


@known_mistake(
    MISTAKES,
    "You keep the largest loss as the best. A loss is better when it is smaller.",
)
def largest_as_the_best(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(
        checkpoint,
        gradient,
        validation_loss,
        epochs,
        rate,
        momentum,
        better=lambda loss, best: loss > best,
    )


@known_mistake(
    MISTAKES,
    "You go on from the best w. That is another training: go on from where it broke off, with "
    'checkpoint["w"]; best_w is only kept.',
)
def gone_on_from_the_best(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    best_w = checkpoint["best_w"]
    return right(checkpoint, gradient, validation_loss, epochs, rate, momentum, w=best_w)


@known_mistake(
    MISTAKES,
    "You leave the momentum out: velocity = momentum * velocity + gradient.",
)
def momentum_left_out(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(checkpoint, gradient, validation_loss, epochs, rate, 0.0)


@known_mistake(
    MISTAKES,
    "You put the rate into the velocity. Here it multiplies the velocity when w moves: "
    "w - rate * velocity.",
)
def rate_in_the_velocity(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(
        checkpoint,
        lambda w, epoch: rate * gradient(w, epoch),
        validation_loss,
        epochs,
        1.0,
        momentum,
    )


@known_mistake(
    MISTAKES,
    "You average the new gradient into the velocity, with the weight 1 - momentum. Here it counts "
    "in full.",
)
def gradient_averaged_in(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(
        checkpoint,
        lambda w, epoch: (1 - momentum) * gradient(w, epoch),
        validation_loss,
        epochs,
        rate,
        momentum,
    )


@known_mistake(
    MISTAKES,
    "You go up the hill: subtract rate times the velocity.",
)
def uphill(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    return right(checkpoint, gradient, validation_loss, epochs, -rate, momentum)


@known_mistake(
    MISTAKES,
    "You move the checkpoint's own arrays, as w -= … and velocity *= … do. Then it can be used "
    "only once: begin with copies.",
)
def checkpoint_changed_in_place(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    found = right(checkpoint, gradient, validation_loss, epochs, rate, momentum)
    checkpoint["w"][...], checkpoint["velocity"][...] = found[:2]
    return found


@known_mistake(
    MISTAKES,
    "You write new entries into the caller's checkpoint. Return the new values, and leave the old "
    "checkpoint as it is.",
)
def checkpoint_rewritten(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    found = right(checkpoint, gradient, validation_loss, epochs, rate, momentum)
    checkpoint |= dict(zip(("w", "velocity", "epoch", "best_w", "best_loss"), found, strict=True))
    return found


@known_mistake(
    MISTAKES,
    "You return a dictionary. Return the five values, in this order: w, velocity, epoch, best_w, "
    "best_loss.",
)
def dictionary_returned(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    found = right(checkpoint, gradient, validation_loss, epochs, rate, momentum)
    return dict(zip(("w", "velocity", "epoch", "best_w", "best_loss"), found, strict=True))


@known_mistake(
    MISTAKES,
    "You return the best w in place of the last one. Who goes on needs both: w is where the next "
    "epoch begins.",
)
def best_for_the_last(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    found = right(checkpoint, gradient, validation_loss, epochs, rate, momentum)
    return found[3], *found[1:]
