"""Mistakes in ``line_loss(x, y, w, b)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def slopes(x, error):
    """Give both slopes of the mean square of the errors."""
    return 2 * x.T @ error / len(error), 2 * error.mean()


def right(x, y, w, b):
    """Give all three values as they should be, for mistakes in one of them."""
    error = x @ w + b - y
    return np.mean(error**2), *slopes(x, error)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute for "
    "whatever x, y, w and b it is given.",
)
def answer_of_the_example_typed_in(x, y, w, b):
    return 2.0, np.array([-4.0], dtype=w.dtype), -2.0


@known_mistake(
    MISTAKES,
    "You leave b out of the prediction: it is x @ w + b.",
)
def bias_left_out(x, y, w, b):
    return right(x, y, w, 0.0)


@known_mistake(
    MISTAKES,
    "You subtract b. The prediction is x @ w + b.",
)
def bias_subtracted(x, y, w, b):
    return right(x, y, w, -b)


@known_mistake(
    MISTAKES,
    "Your slopes have the wrong sign: with errors y - prediction the loss is the same, but the "
    "slopes turn round. Take prediction - y.",
)
def errors_with_the_sign_turned(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, -dw, -db


@known_mistake(
    MISTAKES,
    "Your dw is not averaged: divide it by the number of examples, {n}.",
)
def weight_slopes_not_averaged(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, dw * len(y), db


@known_mistake(
    MISTAKES,
    "Your dw is right but db is a sum: divide it by the number of examples, {n}, as well.",
)
def bias_slope_not_averaged(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, dw, db * len(y)


@known_mistake(
    MISTAKES,
    "The loss is averaged, its slopes are not. Divide dw and db by {n}, the number of examples.",
)
def slopes_not_averaged(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, dw * len(y), db * len(y)


@known_mistake(
    MISTAKES,
    "Your slopes are half of the right ones: the derivative of a square brings down a factor 2.",
)
def factor_two_left_out(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, dw / 2, db / 2


@known_mistake(
    MISTAKES,
    "Your loss is half of the right one, and so are its slopes. Some books put a ½ there so that "
    "the 2 of the derivative cancels; here the loss is the plain mean of the squares.",
)
def half_a_square(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss / 2, dw / 2, db / 2


@known_mistake(
    MISTAKES,
    "You return sums. The loss is a mean over the {n} examples: divide it and both slopes by {n}.",
)
def summed_not_averaged(x, y, w, b):
    return tuple(value * len(y) for value in right(x, y, w, b))


@known_mistake(
    MISTAKES,
    "You divide by the number of all inputs, {n} times {i}. The loss is a mean over {n} examples, "
    "each of which has one error.",
)
def divided_by_the_number_of_inputs(x, y, w, b):
    return tuple(value * (len(y) / x.size) for value in right(x, y, w, b))


@known_mistake(
    MISTAKES,
    "Your dw is averaged over the {i} inputs. Each weight has a slope of its own: the mean is over "
    "the {n} examples alone.",
)
def weight_slopes_averaged_over_the_inputs(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, np.full_like(dw, dw.mean()), db


@known_mistake(
    MISTAKES,
    "You do not multiply the errors by the inputs in dw. A weight works through its input: by the "
    "chain rule each error counts times x.",
)
def inputs_left_out_of_the_slopes(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, np.full_like(dw, db), db


@known_mistake(
    MISTAKES,
    "Your db is summed from the inputs as well. The bias is added as it is, so its slope is that "
    "of the errors alone: 2 times their mean.",
)
def inputs_in_the_slope_of_the_bias(x, y, w, b):
    loss, dw, _ = right(x, y, w, b)
    return loss, dw, dw.sum()


@known_mistake(
    MISTAKES,
    "Your dw is that of each example, shape ({n}, {i}): take the mean over the examples, axis=0.",
)
def slopes_of_each_example(x, y, w, b):
    error = x @ w + b - y
    return np.mean(error**2), 2 * error[:, np.newaxis] * x, 2 * error.mean()


@known_mistake(
    MISTAKES,
    "Your db has one number for each example. There is one bias: take their mean.",
)
def slope_of_the_bias_for_each_example(x, y, w, b):
    error = x @ w + b - y
    loss, dw, _ = right(x, y, w, b)
    return loss, dw, 2 * error


@known_mistake(
    MISTAKES,
    "Your loss has one number for each example: take their mean.",
)
def loss_of_each_example(x, y, w, b):
    error = x @ w + b - y
    return error**2, *slopes(x, error)


@known_mistake(
    MISTAKES,
    "You take the sizes of the errors for the loss. It is the mean of their squares.",
)
def sizes_in_place_of_squares(x, y, w, b):
    error = x @ w + b - y
    return np.abs(error).mean(), *slopes(x, error)


@known_mistake(
    MISTAKES,
    "You take the root of the mean square. Here the loss is the mean of the squares itself.",
)
def root_taken(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return np.sqrt(loss), dw, db


@known_mistake(
    MISTAKES,
    "You square the mean of the errors: errors of different sign cancel. Square first, then take "
    "the mean.",
)
def mean_before_the_square(x, y, w, b):
    _, dw, db = right(x, y, w, b)
    return (db / 2) ** 2, dw, db


@known_mistake(
    MISTAKES,
    "Your errors are a table of {n} times {n}: a column of predictions has met a row of targets, "
    "and each was compared with all. Keep the predictions flat: x @ w has shape ({n},).",
)
def errors_of_all_against_all(x, y, w, b):
    error = (x @ w + b)[:, np.newaxis] - y
    return np.mean(error**2), 2 * x.T @ error.mean(axis=1) / len(y), 2 * error.mean()


@known_mistake(
    MISTAKES,
    "Your slopes use y where the errors belong: the derivative of (prediction - y)² is "
    "2 (prediction - y).",
)
def targets_in_place_of_errors(x, y, w, b):
    loss, _, _ = right(x, y, w, b)
    return loss, *slopes(x, -y)


@known_mistake(
    MISTAKES,
    "You return dw and db in the other order. Return loss, dw, db: the caller unpacks them by "
    "position.",
)
def slopes_exchanged(x, y, w, b):
    loss, dw, db = right(x, y, w, b)
    return loss, db, dw


@known_mistake(
    MISTAKES,
    "You compute the errors into the caller's y, as y -= … does. Make a new array: x @ w + b - y.",
)
def errors_written_into_the_targets(x, y, w, b):
    values = right(x, y, w, b)
    y -= x @ w
    y -= y.dtype.type(b)
    return values


@known_mistake(
    MISTAKES,
    "Your dw is float64 although w is float32: np.zeros(i) makes float64. Use np.zeros_like(w), or "
    "compute with the arguments themselves.",
)
def made_in_float64(x, y, w, b):
    loss, dw, db = right(x.astype(np.float64), y, w, b)
    return loss, dw, db
