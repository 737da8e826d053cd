"""Mistakes in ``train_with_dropout(w, x, y, x_new, y_new, masks, keep, rate)``, specific first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def fitting(mask, rows):
    """Repeat or cut a mask so that it has one row for each new example."""
    return mask[np.arange(rows) % len(mask)]


def trained(
    w,
    x,
    y,
    x_new,
    y_new,
    masks,
    keep,
    rate,
    *,
    scale=lambda keep: 1 / keep,
    evaluated=lambda x_new, mask, keep: x_new,
    before=False,
    gradient_of=lambda seen, x: seen,
):
    """Train with dropout, with one thing or another done differently."""
    losses = []
    for mask in masks:
        seen = x * mask * scale(keep)
        error = seen @ w - y
        new = w - rate * 2 / len(x) * (gradient_of(seen, x).T @ error)
        judged = w if before else new
        w = new
        losses.append(np.mean((evaluated(x_new, mask, keep) @ judged - y_new) ** 2))
    return w, np.array(losses)


@known_mistake(
    MISTAKES,
    "The program is as broken as before: it drops inputs of the new examples, too, and does not "
    "divide by keep in training. Dropout is for training alone.",
)
def as_broken_as_before(*arguments):
    return trained(
        *arguments,
        scale=lambda keep: 1,
        evaluated=lambda x_new, mask, keep: x_new * fitting(mask, len(x_new)),
    )


@known_mistake(
    MISTAKES,
    "You still drop inputs of the new examples. When a model is judged or used, everything is on: "
    "no mask, no division.",
)
def dropout_in_evaluation(*arguments):
    return trained(
        *arguments,
        evaluated=lambda x_new, mask, keep: x_new * fitting(mask, len(x_new)) / keep,
    )


@known_mistake(
    MISTAKES,
    "You drop without dividing by keep in training. Then sums are only {keep} as large in training "
    "as later, when everything is on.",
)
def not_divided_by_keep(*arguments):
    return trained(*arguments, scale=lambda keep: 1)


@known_mistake(
    MISTAKES,
    "You multiply the new examples by keep and train without dividing. That was dropout's first "
    "form, and is consistent; but asked for is the division in training, so that evaluation has "
    "nothing to do.",
)
def first_form_of_dropout(*arguments):
    return trained(
        *arguments, scale=lambda keep: 1, evaluated=lambda x_new, mask, keep: x_new * keep
    )


@known_mistake(
    MISTAKES,
    "You divide the new examples by keep. The division makes up for what is dropped; there nothing "
    "is.",
)
def new_examples_divided(*arguments):
    return trained(*arguments, evaluated=lambda x_new, mask, keep: x_new / keep)


@known_mistake(
    MISTAKES,
    "You divide in training and multiply the new examples by keep as well: one of the two is "
    "enough, and asked for is the first.",
)
def made_up_for_twice(*arguments):
    return trained(*arguments, evaluated=lambda x_new, mask, keep: x_new * keep)


@known_mistake(
    MISTAKES,
    "You multiply by keep in training. The sums have become smaller: divide.",
)
def multiplied_by_keep(*arguments):
    return trained(*arguments, scale=lambda keep: keep)


@known_mistake(
    MISTAKES,
    "You divide by 1 - keep. keep is the share that stays on.",
)
def divided_by_the_other_share(*arguments):
    return trained(*arguments, scale=lambda keep: 1 / (1 - keep) if keep < 1 else 1.0)


@known_mistake(
    MISTAKES,
    "Your mask is turned round: where it is True the input stays on.",
)
def mask_turned_round(w, x, y, x_new, y_new, masks, keep, rate):
    return trained(w, x, y, x_new, y_new, ~masks, keep, rate)


@known_mistake(
    MISTAKES,
    "You have removed dropout altogether. It was right in training; it has no place in evaluation.",
)
def dropout_removed(w, x, y, x_new, y_new, masks, keep, rate):
    return trained(w, x, y, x_new, y_new, np.ones_like(masks), 1.0, rate)


@known_mistake(
    MISTAKES,
    "Your gradient uses x as it was before the dropout. What was dropped had no part in the "
    "output and gets no gradient.",
)
def gradient_of_everything(*arguments):
    return trained(*arguments, gradient_of=lambda seen, x: x)


@known_mistake(
    MISTAKES,
    "You use the first epoch's mask in every epoch. Each has its own: masks[epoch].",
)
def same_mask_in_every_epoch(w, x, y, x_new, y_new, masks, keep, rate):
    same = np.repeat(masks[:1], len(masks), axis=0)
    return trained(w, x, y, x_new, y_new, same, keep, rate)


@known_mistake(
    MISTAKES,
    "You measure before the step. Each epoch's loss is that of the parameters it ends with.",
)
def measured_before_the_step(*arguments):
    return trained(*arguments, before=True)


@known_mistake(
    MISTAKES,
    "You measure on the training examples. A curve of validation losses needs x_new and y_new.",
)
def measured_on_training_examples(w, x, y, x_new, y_new, masks, keep, rate):
    return trained(w, x, y, x, y, masks, keep, rate)


@known_mistake(
    MISTAKES,
    "Your losses are sums. Divide by the number of new examples, so that they can be compared with "
    "those of training.",
)
def losses_summed(w, x, y, x_new, y_new, masks, keep, rate):
    w, losses = trained(w, x, y, x_new, y_new, masks, keep, rate)
    return w, losses * len(x_new)


@known_mistake(
    MISTAKES,
    "You return the last loss alone. Return one for each of the {epochs} epochs.",
)
def last_loss_alone(*arguments):
    w, losses = trained(*arguments)
    return w, losses[-1]


@known_mistake(
    MISTAKES,
    "Your step is half as long: the derivative of the square brings a factor 2.",
)
def factor_two_left_out(w, x, y, x_new, y_new, masks, keep, rate):
    return trained(w, x, y, x_new, y_new, masks, keep, rate / 2)


@known_mistake(
    MISTAKES,
    "You write zeros into the caller's x, as x *= mask does. In the next epoch they would be gone "
    "for good: make a new array.",
)
def dropped_in_place(w, x, y, x_new, y_new, masks, keep, rate):
    losses = []
    for mask in masks:
        x *= mask
        seen = x / keep
        w = w - rate * 2 / len(x) * (seen.T @ (seen @ w - y))
        losses.append(np.mean((x_new @ w - y_new) ** 2))
    return w, np.array(losses)
