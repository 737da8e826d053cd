"""Mistakes in ``hinge(y, target)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(y, target):
    """Give both values as they should be, for mistakes in one of them."""
    slack = 1 - target * y
    return np.maximum(slack, 0).mean(), np.where(slack > 0, -target, 0) / y.size


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute loss "
    "and dy from whatever y and target it is given.",
)
def answer_of_the_example_typed_in(y, target):
    return 0.875, np.array([0.0, -0.25, 0.25, 0.0], dtype=y.dtype)


@known_mistake(
    MISTAKES,
    "Exactly at the margin, where t y = 1, you return a slope (>=). There is a kink and no "
    "derivative; this course takes 0: the slope is −t where 1 − t y > 0.",
)
def kink_let_through(y, target):
    loss, _ = right(y, target)
    return loss, np.where(1 - target * y >= 0, -target, 0) / y.size


@known_mistake(
    MISTAKES,
    "The margin is missing: you return max(0, −t y), the loss of the perceptron. The hinge loss "
    "wants to be right by 1: max(0, 1 − t y).",
)
def margin_left_out(y, target):
    product = target * y
    return np.maximum(-product, 0).mean(), np.where(product < 0, -target, 0) / y.size


@known_mistake(
    MISTAKES,
    "The sign inside is wrong: you have 1 + t y, which punishes being right. t y is positive when "
    "y is on the right side, so it is 1 − t y.",
)
def sign_inside_wrong(y, target):
    slack = 1 + target * y
    return np.maximum(slack, 0).mean(), np.where(slack > 0, target, 0) / y.size


@known_mistake(
    MISTAKES,
    "You read the target as 0 and 1 and turn it into 2 t − 1. Here it is −1 and 1 already.",
)
def targets_of_zero_and_one(y, target):
    return right(y, 2 * target - 1)


@known_mistake(
    MISTAKES,
    "You return sums. The loss is the mean over all {size} numbers: divide loss and dy by {size}.",
)
def summed_not_averaged(y, target):
    loss, dy = right(y, target)
    return loss * y.size, dy * y.size


@known_mistake(
    MISTAKES,
    "The loss is averaged, its gradient is not. Divide dy by the number of elements, {size}, too.",
)
def gradient_not_averaged(y, target):
    loss, dy = right(y, target)
    return loss, dy * y.size


@known_mistake(
    MISTAKES,
    "You divide by len(y), {n}. The mean is over all {size} numbers, however they are arranged.",
)
def averaged_over_the_examples_only(y, target):
    loss, dy = right(y, target)
    return loss * y.size / len(y), dy * y.size / len(y)


@known_mistake(
    MISTAKES,
    "You average over those that miss the margin only. The mean is over all {size} numbers; those "
    "that keep the margin count with 0.",
)
def averaged_over_the_missing_only(y, target):
    slack = 1 - target * y
    count = max(int((slack > 0).sum()), 1)
    return np.maximum(slack, 0).sum() / count, np.where(slack > 0, -target, 0) / count


@known_mistake(
    MISTAKES,
    "The sign of dy is flipped. Where the margin is missed the loss is 1 − t y, and its slope for "
    "y is −t. The minus of gradient descent belongs to the optimizer.",
)
def sign_flipped(y, target):
    loss, dy = right(y, target)
    return loss, -dy


@known_mistake(
    MISTAKES,
    "The target is missing in dy: you return −1 for either class. The slope of 1 − t y is −t.",
)
def target_left_out_of_the_gradient(y, target):
    loss, _ = right(y, target)
    return loss, (np.where(target * y < 1, -1, 0) / y.size).astype(y.dtype)


@known_mistake(
    MISTAKES,
    "You return −t everywhere. Those that keep the margin cost nothing, and a constant has the "
    "slope 0: they must not move any further.",
)
def gradient_everywhere(y, target):
    loss, _ = right(y, target)
    return loss, -target / y.size


@known_mistake(
    MISTAKES,
    "You multiply dy by how much is missing. That is the slope of a squared hinge; the hinge is "
    "straight, so its slope is −t however much is missing.",
)
def gradient_times_what_is_missing(y, target):
    loss, _ = right(y, target)
    return loss, -target * np.maximum(1 - target * y, 0) / y.size


@known_mistake(
    MISTAKES,
    "You multiply dy by y. The derivative of t y for y is t alone.",
)
def gradient_times_the_output(y, target):
    loss, dy = right(y, target)
    return loss, dy * y


@known_mistake(
    MISTAKES,
    "Your dy is for the wrong mask: you test whether the side is right (t y > 0), not whether the "
    "margin is kept. An output that is right by less than 1 still has the slope −t.",
)
def mask_without_the_margin(y, target):
    loss, _ = right(y, target)
    return loss, np.where(target * y < 0, -target, 0) / y.size


@known_mistake(
    MISTAKES,
    "This is the squared hinge. The plain hinge grows in proportion to what is missing.",
)
def squared_hinge(y, target):
    missing = np.maximum(1 - target * y, 0)
    return (missing**2).mean(), -2 * target * missing / y.size


@known_mistake(
    MISTAKES,
    "You do not cut at 0: outputs that are right by more than 1 earn a negative loss and pay for "
    "the mistakes of others. np.maximum(0, …), element by element.",
)
def not_cut_at_zero(y, target):
    _, dy = right(y, target)
    return (1 - target * y).mean(), dy


@known_mistake(
    MISTAKES,
    "You take the mean first and cut at 0 afterwards, so that good outputs pay for bad ones. Cut "
    "each element at 0, then take the mean.",
)
def cut_after_the_mean(y, target):
    _, dy = right(y, target)
    return max(float((1 - target * y).mean()), 0.0), dy


@known_mistake(
    MISTAKES,
    "np.max gives the largest element of an array. You want the larger of two numbers, element by "
    "element: np.maximum.",
)
def largest_element_taken(y, target):
    _, dy = right(y, target)
    return np.max(1 - target * y, initial=0), dy


@known_mistake(
    MISTAKES,
    "You return the share of outputs that miss the margin. The loss says by how much they miss it.",
)
def share_returned(y, target):
    _, dy = right(y, target)
    return (target * y < 1).mean(), dy


@known_mistake(
    MISTAKES,
    "You take the sign of y first. Then only right and wrong are left, and the margin is lost.",
)
def sign_of_the_output_taken(y, target):
    return right(np.sign(y), target)


@known_mistake(
    MISTAKES,
    "This is the logistic loss, log(1 + exp(−t y)): smooth, and never exactly 0. The hinge is "
    "max(0, 1 − t y).",
)
def logistic_loss(y, target):
    product = target * y
    with np.errstate(over="ignore"):
        dy = -target / (1 + np.exp(product)) / y.size
    return np.logaddexp(0, -product).mean(), dy


@known_mistake(
    MISTAKES,
    "Your loss is an array with one number for each element. An optimizer needs one number: their "
    "mean.",
)
def one_loss_for_each_element(y, target):
    _, dy = right(y, target)
    return np.maximum(1 - target * y, 0), dy


@known_mistake(
    MISTAKES,
    "You return the loss alone. The function returns two values, loss and dy: return loss, dy.",
)
def loss_alone(y, target):
    return right(y, target)[0]


@known_mistake(
    MISTAKES,
    "You multiply in place (y *= target), and the caller's y is gone. Write margin = target * y, "
    "which makes a new array.",
)
def multiplied_in_place(y, target):
    loss, dy = right(y, target)
    y *= target
    return loss, dy


@known_mistake(
    MISTAKES,
    "Your dy is stored in an array made with np.zeros(…), which is float64. Give it dtype=y.dtype, "
    "or build dy with np.where or from a mask.",
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
