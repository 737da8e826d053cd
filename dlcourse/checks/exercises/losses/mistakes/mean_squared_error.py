"""Mistakes in ``mean_squared_error(y, target)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(y, target):
    """Give both values as they should be, for mistakes in one of them."""
    error = y - target
    return np.mean(error**2), 2 * error / error.size


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute loss "
    "and dy from whatever y and target it is given.",
)
def answer_of_the_example_typed_in(y, target):
    return 1.5, np.array([[0.5, -1.0], [0.0, 0.5]], dtype=y.dtype)


@known_mistake(
    MISTAKES,
    "You take half of the mean square. Some books put a ½ there so that the 2 of the derivative "
    "cancels; here the loss is the plain mean of the squares, and the 2 stays in dy.",
)
def half_a_square(y, target):
    loss, dy = right(y, target)
    return loss / 2, dy / 2


@known_mistake(
    MISTAKES,
    "Your dy is half of the right one: the derivative of a square brings down a factor 2.",
)
def two_left_out(y, target):
    loss, dy = right(y, target)
    return loss, dy / 2


@known_mistake(
    MISTAKES,
    "You return sums. The loss is the mean over all {no} numbers: divide loss and dy by {no}, so "
    "that they do not grow with the batch.",
)
def summed_not_averaged(y, target):
    error = y - target
    return np.sum(error**2), 2 * error


@known_mistake(
    MISTAKES,
    "The loss is averaged, its gradient is not. Whatever the loss is divided by, dy is divided by "
    "as well: {no}, the number of elements.",
)
def gradient_not_averaged(y, target):
    loss, dy = right(y, target)
    return loss, dy * y.size


@known_mistake(
    MISTAKES,
    "You divide by the number of examples, {n}, and sum over the outputs. The mean here is over "
    "all numbers, {n} times {o} of them.",
)
def averaged_over_the_examples_only(y, target):
    error = y - target
    return np.sum(error**2) / len(y), 2 * error / len(y)


@known_mistake(
    MISTAKES,
    "The loss is right, but dy is divided by the number of examples, {n}. The loss is a mean over "
    "all {no} numbers, so its gradient is divided by {no}, too.",
)
def gradient_averaged_over_the_examples_only(y, target):
    loss, _ = right(y, target)
    return loss, 2 * (y - target) / len(y)


@known_mistake(
    MISTAKES,
    "The sign of dy is flipped: it points from y to the target. The gradient points to where the "
    "loss grows, away from the target; the minus belongs to the optimizer.",
)
def sign_flipped(y, target):
    loss, dy = right(y, target)
    return loss, -dy


@known_mistake(
    MISTAKES,
    "This is the mean absolute error, with its gradient, the sign. Square the differences.",
)
def absolute_error(y, target):
    error = y - target
    return np.mean(np.abs(error)), np.sign(error) / error.size


@known_mistake(
    MISTAKES,
    "You take the root: that is the RMSE. It is a good number to report, in the unit of the "
    "target; the loss asked for is the mean square itself.",
)
def root_taken(y, target):
    loss, dy = right(y, target)
    return np.sqrt(loss), dy


@known_mistake(
    MISTAKES,
    "You square the mean of the errors, so that errors of opposite sign cancel. Square each error "
    "first, then take the mean.",
)
def square_of_the_mean(y, target):
    _, dy = right(y, target)
    return np.mean(y - target) ** 2, dy


@known_mistake(
    MISTAKES,
    "You take the mean of the errors without squaring them: positive and negative ones cancel.",
)
def not_squared(y, target):
    _, dy = right(y, target)
    return np.mean(y - target), dy


@known_mistake(
    MISTAKES,
    "Your loss is an array with one number for each example. An optimizer needs one number for "
    "the whole batch: np.mean without an axis.",
)
def one_loss_for_each_example(y, target):
    _, dy = right(y, target)
    return np.mean((y - target) ** 2, axis=1), dy


@known_mistake(
    MISTAKES,
    "Your loss is the array of squares. It is their mean that was asked for: one number.",
)
def squares_returned(y, target):
    _, dy = right(y, target)
    return (y - target) ** 2, dy


@known_mistake(
    MISTAKES,
    "You average the gradient into a single number. dy has the shape of y: it tells of each "
    "output by itself how the loss depends on it.",
)
def gradient_averaged_away(y, target):
    loss, dy = right(y, target)
    return loss, dy.mean()


@known_mistake(
    MISTAKES,
    "You return the loss alone. The function returns two values, loss and dy: return loss, dy.",
)
def loss_alone(y, target):
    return right(y, target)[0]


@known_mistake(
    MISTAKES,
    "The two values come in the wrong order: first the loss, then dy.",
)
def order_swapped(y, target):
    return right(y, target)[::-1]


@known_mistake(
    MISTAKES,
    "You multiply the square out, y² − 2 y t + t². On paper that is the same; in a computer the "
    "large squares of nearly equal numbers cancel and take the digits with them. Subtract first, "
    "then square.",
)
def square_multiplied_out(y, target):
    _, dy = right(y, target)
    return np.mean(y**2 - 2 * y * target + target**2), dy


@known_mistake(
    MISTAKES,
    "You flatten one of the two arrays. A column minus a flat array is a whole table of "
    "differences, each example with every other, and other shapes do not fit at all. y and target "
    "have the same shape: subtract them as they are.",
)
def one_array_flattened(y, target):
    error = y - target.ravel()
    return np.mean(error**2), 2 * error / error.size


@known_mistake(
    MISTAKES,
    "You look at the first example only. All rows count.",
)
def first_example_only(y, target):
    error = y[0] - target[0]
    dy = np.zeros_like(y)
    dy[0] = 2 * error / error.size
    return np.mean(error**2), dy


@known_mistake(
    MISTAKES,
    "You multiply dy by the loss. The chain rule has no such factor here: the loss is the end of "
    "the chain, and the derivative of the mean square is 2 (y − target) / {no}.",
)
def gradient_times_the_loss(y, target):
    loss, dy = right(y, target)
    return loss, (dy * loss).astype(y.dtype)


@known_mistake(
    MISTAKES,
    "You divide the errors by the target, as for a relative error. Here a miss by 1 costs the "
    "same wherever it happens.",
)
def relative_error(y, target):
    error = (y - target) / target
    return np.mean(error**2), 2 * error / error.size


@known_mistake(
    MISTAKES,
    "You subtract in place (y -= target), and the caller's y is gone. Write error = y - target, "
    "which makes a new array.",
)
def subtracted_in_place(y, target):
    y -= target
    return np.mean(y**2), 2 * y / y.size


@known_mistake(
    MISTAKES,
    "Your dy is stored in an array made with np.zeros(…) or np.empty(…), which is float64. Give "
    "it dtype=y.dtype, or compute it from y and target directly.",
)
def made_in_float64(y, target):
    loss, dy = right(y, target)
    return loss, dy.astype(np.float64)


@known_mistake(
    MISTAKES,
    "You turn dy into float32 whatever comes in. Keep the dtype of y: a gradient check needs "
    "float64 all the way.",
)
def always_float32(y, target):
    loss, dy = right(y, target)
    return loss, dy.astype(np.float32)
