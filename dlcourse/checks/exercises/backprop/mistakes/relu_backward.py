"""Mistakes in ``relu_backward(dy, x)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


@known_mistake(
    MISTAKES,
    "Your mask is on the wrong side: you let the gradient through where x is negative. ReLU is "
    "flat there, with slope 0; the slope is 1 where x is positive.",
)
def mask_on_the_wrong_side(dy, x):
    return dy * (x < 0)


@known_mistake(
    MISTAKES,
    "You let the gradient through where x is exactly 0 (x >= 0). ReLU has no derivative there; "
    "this course takes 0, as most libraries do: x > 0.",
)
def kink_let_through(dy, x):
    return dy * (x >= 0)


@known_mistake(
    MISTAKES,
    "Where x is exactly 0 you return half of dy. ReLU has no derivative there; this course takes "
    "0, as most libraries do.",
)
def half_at_the_kink(dy, x):
    return (dy * np.heaviside(x, 0.5)).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You apply ReLU to the gradient: negative dy become 0. Whether the gradient passes is decided "
    "by x, the input of the forward pass; dy itself may have either sign.",
)
def relu_of_the_gradient(dy, x):
    return np.maximum(dy, 0)


@known_mistake(
    MISTAKES,
    "You clip the gradient as well: negative dy become 0 even where x is positive. The mask comes "
    "from x alone.",
)
def negative_gradients_dropped_too(dy, x):
    return np.maximum(dy, 0) * (x > 0)


@known_mistake(
    MISTAKES,
    "This is the forward pass: you return max(x, 0). backward returns the upstream gradient dy "
    "where x is positive, and 0 elsewhere.",
)
def forward_pass_returned(dy, x):
    return np.maximum(x, 0)


@known_mistake(
    MISTAKES,
    "You return the slope of ReLU alone, 1 or 0. The chain rule multiplies it by the upstream "
    "gradient dy.",
)
def upstream_left_out(dy, x):
    return (x > 0).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You return the mask itself, True and False. Multiply it by the upstream gradient dy.",
)
def mask_returned(dy, x):
    return x > 0


@known_mistake(
    MISTAKES,
    "You multiply dy by the output max(x, 0), not by the slope. The slope of ReLU is 1 for every "
    "positive x, however large x is.",
)
def multiplied_by_the_output(dy, x):
    return dy * np.maximum(x, 0)


@known_mistake(
    MISTAKES,
    "You multiply dy by x. ReLU's slope does not depend on how large x is: it is 1 where x is "
    "positive and 0 elsewhere.",
)
def multiplied_by_the_input(dy, x):
    return dy * x


@known_mistake(
    MISTAKES,
    "You multiply dy by the sign of x, so the gradient comes back reversed where x is negative. "
    "There ReLU is flat, and the gradient is 0.",
)
def multiplied_by_the_sign(dy, x):
    return dy * np.sign(x)


@known_mistake(
    MISTAKES,
    "You return dy unchanged. That is the gradient of the identity; ReLU stops the gradient where "
    "x is not positive.",
)
def passed_through(dy, x):
    return dy.copy()


@known_mistake(
    MISTAKES,
    "Where x is negative you let a hundredth of dy through. That is leaky ReLU; plain ReLU has "
    "slope 0 there.",
)
def leaky(dy, x):
    return np.where(x > 0, dy, 0.01 * dy).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "The sign is wrong: you return -dy where x is positive. The minus of gradient descent belongs "
    "to the optimizer.",
)
def sign_flipped(dy, x):
    return -dy * (x > 0)


@known_mistake(
    MISTAKES,
    "Where x is not positive you return 1 (or dy where it should stop): in np.where(condition, a, "
    "b) the second value is taken where the condition is false, and must be 0 here.",
)
def ones_where_it_is_flat(dy, x):
    return np.where(x > 0, dy, 1).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You compare x with 1. The kink of ReLU is at 0.",
)
def kink_at_one(dy, x):
    return dy * (x > 1)


@known_mistake(
    MISTAKES,
    "You divide by the number of examples. The average is taken once, in the loss; ReLU passes "
    "the gradient on or stops it.",
)
def averaged_over_the_batch(dy, x):
    return dy * (x > 0) / len(x)


@known_mistake(
    MISTAKES,
    "An example gets its gradient only if all of its x are positive. Every unit decides for "
    "itself: leave all() and any() out.",
)
def whole_examples_masked(dy, x):
    return dy * (x > 0).all(axis=1, keepdims=True)


@known_mistake(
    MISTAKES,
    "dy[x > 0] picks the elements out and strings them together, so the shape is lost. Multiply "
    "by the mask, or use np.where.",
)
def picked_out(dy, x):
    return dy[x > 0]


@known_mistake(
    MISTAKES,
    "You write the zeros into dy itself. The caller may still need it; work on a copy, or build a "
    "new array with np.where(x > 0, dy, 0).",
)
def zeros_written_into_the_upstream_gradient(dy, x):
    dy[x <= 0] = 0
    return dy


@known_mistake(
    MISTAKES,
    "You turn x into its mask in place. The caller's x is gone then; write the mask into an array "
    "of its own.",
)
def mask_written_into_the_input(dy, x):
    x[x <= 0] = 0
    x[x > 0] = 1
    return dy * x


@known_mistake(
    MISTAKES,
    "Your mask is an array of float64: np.where(x > 0, 1.0, 0.0) is, and so is np.zeros(…). "
    "Multiplied by it, a float32 gradient becomes float64. The mask x > 0 can be used as it is.",
)
def made_in_float64(dy, x):
    return dy * np.where(x > 0, 1.0, 0.0)


@known_mistake(
    MISTAKES,
    "Your slope is that of a smooth step (a sigmoid of x), not of ReLU: ReLU switches at once "
    "from 0 to 1.",
)
def slope_of_a_smooth_step(dy, x):
    with np.errstate(over="ignore"):
        return (dy / (1 + np.exp(-x))).astype(x.dtype)
