"""Mistakes in ``train_one_epoch(w, x, y, order, batch_size, step)``, more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def batches(order, batch_size):
    """Cut the order into batches."""
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def followed(w, x, y, through, step):
    """Step through the batches; give w, the losses, and how many examples each batch has."""
    losses, sizes = [], []
    for batch in through:
        w, loss = step(w, x[batch], y[batch])
        losses.append(loss)
        sizes.append(len(batch))
    return w, np.array(losses), np.array(sizes)


def weighted(w, losses, sizes):
    """Take the mean over the examples."""
    return w, float(losses @ sizes / sizes.sum())


@known_mistake(
    MISTAKES,
    "Your loss is the mean over the batches, so the {last} examples of the short last batch count "
    "as much as a full one. Weigh each batch's loss by its number of examples.",
)
def mean_over_the_batches(w, x, y, order, batch_size, step):
    w, losses, _ = followed(w, x, y, batches(order, batch_size), step)
    return w, float(losses.mean())


@known_mistake(
    MISTAKES,
    "Your loss is the sum of the batches' losses. It should be a mean over the examples, or it "
    "would grow with their number.",
)
def losses_summed(w, x, y, order, batch_size, step):
    w, losses, _ = followed(w, x, y, batches(order, batch_size), step)
    return w, float(losses.sum())


@known_mistake(
    MISTAKES,
    "You weigh the losses and do not divide: divide by the number of all examples, {n}.",
)
def not_divided(w, x, y, order, batch_size, step):
    w, losses, sizes = followed(w, x, y, batches(order, batch_size), step)
    return w, float(losses @ sizes)


@known_mistake(
    MISTAKES,
    "You weigh every loss by batch_size, also that of the last batch, which has only {last} "
    "examples. Use len(batch).",
)
def short_batch_weighed_as_full(w, x, y, order, batch_size, step):
    w, losses, _ = followed(w, x, y, batches(order, batch_size), step)
    return w, float(losses.sum() * batch_size / len(x))


@known_mistake(
    MISTAKES,
    "You weigh the losses by the examples and then divide by the number of batches. Divide by the "
    "number of examples.",
)
def divided_by_the_batches(w, x, y, order, batch_size, step):
    w, losses, sizes = followed(w, x, y, batches(order, batch_size), step)
    return w, float(losses @ sizes / len(losses))


@known_mistake(
    MISTAKES,
    "Your loss is that of the last batch alone. Add up the losses inside of the loop.",
)
def loss_of_the_last_batch(w, x, y, order, batch_size, step):
    w, losses, _ = followed(w, x, y, batches(order, batch_size), step)
    return w, float(losses[-1])


@known_mistake(
    MISTAKES,
    "Your loss is that of the first batch alone. Add up the losses of all batches.",
)
def loss_of_the_first_batch(w, x, y, order, batch_size, step):
    w, losses, _ = followed(w, x, y, batches(order, batch_size), step)
    return w, float(losses[0])


@known_mistake(
    MISTAKES,
    "You measure the loss of all examples when the epoch is over. Wanted is the mean of the losses "
    "that the steps returned on the way; it costs nothing extra.",
)
def measured_at_the_end(w, x, y, order, batch_size, step):
    w, _, _ = followed(w, x, y, batches(order, batch_size), step)
    return w, float(step(w, x, y)[1])


@known_mistake(
    MISTAKES,
    "You measure the loss of all examples before the epoch begins. Wanted is the mean of the "
    "losses that the steps returned on the way.",
)
def measured_at_the_start(w, x, y, order, batch_size, step):
    loss = step(w, x, y)[1]
    w, _, _ = followed(w, x, y, batches(order, batch_size), step)
    return w, float(loss)


@known_mistake(
    MISTAKES,
    "Every step begins at the w that was handed in, so only the last one counts. Keep what step "
    "returns: w, loss = step(w, …).",
)
def every_step_from_the_start(w, x, y, order, batch_size, step):
    total = 0.0
    for batch in batches(order, batch_size):
        new, loss = step(w, x[batch], y[batch])
        total += loss * len(batch)
    return new, total / len(x)


@known_mistake(
    MISTAKES,
    "You ignore the order and take the examples as they lie. Batch number k holds the examples "
    "order[k * batch_size : (k + 1) * batch_size].",
)
def order_ignored(w, x, y, order, batch_size, step):
    return weighted(*followed(w, x, y, batches(np.arange(len(x)), batch_size), step))


@known_mistake(
    MISTAKES,
    "You take the order backwards in effect: argsort(order) says where each example stands, while "
    "order says which example comes next.",
)
def order_inverted(w, x, y, order, batch_size, step):
    return weighted(*followed(w, x, y, batches(np.argsort(order), batch_size), step))


@known_mistake(
    MISTAKES,
    "You rearrange x but not y: each example gets another one's target. Index both with the same "
    "part of the order.",
)
def targets_left_behind(w, x, y, order, batch_size, step):
    return weighted(*followed(w, x[order], y, batches(np.arange(len(x)), batch_size), step))


@known_mistake(
    MISTAKES,
    "You shuffle the examples yourself. The caller has done so: go through them as order says.",
)
def shuffled_again(w, x, y, order, batch_size, step):
    again = np.random.default_rng(0).permutation(order)
    return weighted(*followed(w, x, y, batches(again, batch_size), step))


@known_mistake(
    MISTAKES,
    "You drop the last batch when it is short. Its examples count as well: every example is used "
    "once in an epoch.",
)
def short_batch_dropped(w, x, y, order, batch_size, step):
    whole = [batch for batch in batches(order, batch_size) if len(batch) == batch_size]
    w, losses, sizes = followed(w, x, y, whole, step)
    return w, float(losses @ sizes / max(sizes.sum(), 1))


@known_mistake(
    MISTAKES,
    "You leave out the last batch, even if it is full: range(0, n - batch_size, batch_size) stops "
    "too early. Let it run to n.",
)
def last_batch_left_out(w, x, y, order, batch_size, step):
    starts = range(0, len(x) - batch_size, batch_size)
    w, losses, sizes = followed(w, x, y, [order[k : k + batch_size] for k in starts], step)
    return w, float(losses @ sizes / max(sizes.sum(), 1))


@known_mistake(
    MISTAKES,
    "You take one step with all examples, whatever the batch size.",
)
def one_step_with_all_examples(w, x, y, order, batch_size, step):
    return weighted(*followed(w, x, y, [order], step))


@known_mistake(
    MISTAKES,
    "You take a step for each single example, whatever the batch size.",
)
def a_step_for_each_example(w, x, y, order, batch_size, step):
    return weighted(*followed(w, x, y, batches(order, 1), step))


@known_mistake(
    MISTAKES,
    "You stop after the first batch: is the return inside the loop? An epoch goes through all "
    "examples.",
)
def returned_inside_the_loop(w, x, y, order, batch_size, step):
    return weighted(*followed(w, x, y, batches(order, batch_size)[:1], step))


@known_mistake(
    MISTAKES,
    "Your batches overlap: the slice start : start + batch_size + 1 holds one example too many. "
    "The end of a slice does not belong to it.",
)
def batches_overlap(w, x, y, order, batch_size, step):
    starts = range(0, len(x), batch_size)
    return weighted(*followed(w, x, y, [order[k : k + batch_size + 1] for k in starts], step))


@known_mistake(
    MISTAKES,
    "You call step twice for each batch, once for w and once for the loss, and the second time w "
    "has moved: one call returns both, w, loss = step(…).",
)
def stepped_twice(w, x, y, order, batch_size, step):
    total = 0.0
    for batch in batches(order, batch_size):
        w = step(w, x[batch], y[batch])[0]
        total += step(w, x[batch], y[batch])[1] * len(batch)
    return w, total / len(x)


@known_mistake(
    MISTAKES,
    "You write into the caller's w, as w[...] = … does. Write w, loss = step(w, …), which gives "
    "the name to another array.",
)
def parameters_changed_in_place(w, x, y, order, batch_size, step):
    w[...], loss = weighted(*followed(w, x, y, batches(order, batch_size), step))
    return w, loss


@known_mistake(
    MISTAKES,
    "Your w is float64 although float32 came in. Leave w as step returns it.",
)
def made_in_float64(w, x, y, order, batch_size, step):
    return weighted(*followed(w.astype(np.float64), x, y, batches(order, batch_size), step))


@known_mistake(
    MISTAKES,
    "You return the loss first. Return w, then the loss.",
)
def exchanged(w, x, y, order, batch_size, step):
    return weighted(*followed(w, x, y, batches(order, batch_size), step))[::-1]
