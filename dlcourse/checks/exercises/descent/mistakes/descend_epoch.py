"""Mistakes in ``descend_epoch(w, x, y, order, batch_size, rate)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def batches(order, batch_size):
    """Cut the order into batches."""
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def gradient(w, x, y):
    """Differentiate the mean of the squared errors."""
    return 2 / len(x) * (x.T @ (x @ w - y))


def stepped(w, x, y, through, rate):
    """Take a step for each batch."""
    for batch in through:
        w = w - rate * gradient(w, x[batch], y[batch])
    return w


@known_mistake(
    MISTAKES,
    "Your w goes up the hill. The gradient points to where the loss grows: subtract rate times the "
    "gradient.",
)
def steps_uphill(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(order, batch_size), -rate)


@known_mistake(
    MISTAKES,
    "You take one step with all examples, whatever the batch size. Take a step after each batch of "
    "batch_size examples.",
)
def one_step_with_all_examples(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, [order], rate)


@known_mistake(
    MISTAKES,
    "You take a step for each single example, whatever the batch size. Average the gradient over "
    "batch_size examples, then step.",
)
def a_step_for_each_example(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(order, 1), rate)


@known_mistake(
    MISTAKES,
    "You ignore the order and take the examples as they lie. Batch number k holds the examples "
    "order[k * batch_size : (k + 1) * batch_size].",
)
def order_ignored(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(np.arange(len(x)), batch_size), rate)


@known_mistake(
    MISTAKES,
    "You take the order backwards in effect: argsort(order) says where each example stands, while "
    "order says which example comes next. Index with order itself.",
)
def order_inverted(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(np.argsort(order), batch_size), rate)


@known_mistake(
    MISTAKES,
    "You rearrange x but not y: each example gets another one's target. Index both with the same "
    "part of the order.",
)
def targets_left_behind(w, x, y, order, batch_size, rate):
    return stepped(w, x[order], y, batches(np.arange(len(x)), batch_size), rate)


@known_mistake(
    MISTAKES,
    "You shuffle the examples yourself. The caller has done so: go through them as order says.",
)
def shuffled_again(w, x, y, order, batch_size, rate):
    again = np.random.default_rng(0).permutation(order)
    return stepped(w, x, y, batches(again, batch_size), rate)


@known_mistake(
    MISTAKES,
    "You drop the last batch when it is short. Its examples count as well: every example is used "
    "once in an epoch.",
)
def short_batch_dropped(w, x, y, order, batch_size, rate):
    whole = [batch for batch in batches(order, batch_size) if len(batch) == batch_size]
    return stepped(w, x, y, whole, rate)


@known_mistake(
    MISTAKES,
    "You leave out the last batch, even if it is full: range(0, n - batch_size, batch_size) stops "
    "too early. Let it run to n.",
)
def last_batch_left_out(w, x, y, order, batch_size, rate):
    through = [
        order[start : start + batch_size] for start in range(0, len(x) - batch_size, batch_size)
    ]
    return stepped(w, x, y, through, rate)


@known_mistake(
    MISTAKES,
    "You divide by batch_size in the last batch, too, which holds only {last} of {batch_size}. "
    "The mean over a batch divides by as many examples as it has.",
)
def short_batch_divided_by_the_batch_size(w, x, y, order, batch_size, rate):
    for batch in batches(order, batch_size):
        w = w - rate * gradient(w, x[batch], y[batch]) * (len(batch) / batch_size)
    return w


@known_mistake(
    MISTAKES,
    "You divide by the number of all examples, {n}. The loss of a batch is the mean over the "
    "batch: divide by the number of its own examples.",
)
def divided_by_all_examples(w, x, y, order, batch_size, rate):
    for batch in batches(order, batch_size):
        w = w - rate * gradient(w, x[batch], y[batch]) * (len(batch) / len(x))
    return w


@known_mistake(
    MISTAKES,
    "You sum over the batch and do not divide. The loss is the mean over the batch, so that a rate "
    "means the same for every batch size: divide by the number of its examples.",
)
def summed_over_the_batch(w, x, y, order, batch_size, rate):
    for batch in batches(order, batch_size):
        w = w - rate * gradient(w, x[batch], y[batch]) * len(batch)
    return w


@known_mistake(
    MISTAKES,
    "Your gradient is half of the right one: the derivative of the square brings a factor 2.",
)
def factor_two_left_out(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(order, batch_size), rate / 2)


@known_mistake(
    MISTAKES,
    "You compute every gradient at the w that was handed in. Each batch starts from where the one "
    "before has arrived.",
)
def gradients_at_the_first_parameters(w, x, y, order, batch_size, rate):
    arrived = w
    for batch in batches(order, batch_size):
        arrived = arrived - rate * gradient(w, x[batch], y[batch])
    return arrived


@known_mistake(
    MISTAKES,
    "You average the gradients of all batches and take one step at the end. Step after each batch.",
)
def one_step_at_the_end(w, x, y, order, batch_size, rate):
    found = [gradient(w, x[batch], y[batch]) for batch in batches(order, batch_size)]
    return w - rate * sum(found) / len(found)


@known_mistake(
    MISTAKES,
    "You stop after the first batch: is the return inside the loop? An epoch goes through all "
    "examples.",
)
def returned_inside_the_loop(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(order, batch_size)[:1], rate)


@known_mistake(
    MISTAKES,
    "Every batch starts again from the w that was handed in, so only the last batch counts. Keep "
    "what each step has reached: w = w - ….",
)
def every_batch_starts_anew(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(order, batch_size)[-1:], rate)


@known_mistake(
    MISTAKES,
    "Your batches overlap: the slice start : start + batch_size + 1 holds one example too many. "
    "The end of a slice does not belong to it.",
)
def batches_overlap(w, x, y, order, batch_size, rate):
    through = [order[start : start + batch_size + 1] for start in range(0, len(x), batch_size)]
    return stepped(w, x, y, through, rate)


@known_mistake(
    MISTAKES,
    "You move w itself, as w -= … does. The caller's w has to stay: begin with w = w.copy(), or "
    "write w = w - ….",
)
def parameters_changed_in_place(w, x, y, order, batch_size, rate):
    w[...] = stepped(w, x, y, batches(order, batch_size), rate)
    return w


@known_mistake(
    MISTAKES,
    "You rearrange the caller's x and y: x[:] = x[order] writes into them. Index them batch by "
    "batch, or make arrays of your own.",
)
def examples_rearranged_in_place(w, x, y, order, batch_size, rate):
    x[:], y[:] = x[order], y[order]
    return stepped(w, x, y, batches(np.arange(len(x)), batch_size), rate)


@known_mistake(
    MISTAKES,
    "Your w is float64 although float32 came in. np.zeros(…) makes float64: use np.zeros_like(w), "
    "or compute with the arguments themselves.",
)
def made_in_float64(w, x, y, order, batch_size, rate):
    return stepped(w.astype(np.float64), x, y, batches(order, batch_size), rate)


@known_mistake(
    MISTAKES,
    "You use a rate of 0.1, whatever the caller asks for: use the argument rate.",
)
def rate_typed_in(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(order, batch_size), 0.1)


@known_mistake(
    MISTAKES,
    "You return the sum of the steps and not where w arrives: begin with the w that was handed in.",
)
def move_returned(w, x, y, order, batch_size, rate):
    return stepped(w, x, y, batches(order, batch_size), rate) - w
