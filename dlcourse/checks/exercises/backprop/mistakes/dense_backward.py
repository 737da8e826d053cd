"""Mistakes in ``dense_backward(dy, x, w)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(dy, x, w):
    """Give the gradients that a mistake then spoils."""
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


@known_mistake(
    MISTAKES,
    "All three gradients have the wrong sign. backward returns the gradient itself; the minus "
    "belongs to the optimizer, which steps against it.",
)
def signs_flipped(dy, x, w):
    return tuple(-gradient for gradient in right(dy, x, w))


@known_mistake(
    MISTAKES,
    "Your three gradients are right but come in another order. Return dx, dw, db: the caller "
    "unpacks them by position.",
)
def returned_in_another_order(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dw, db, dx


@known_mistake(
    MISTAKES,
    "You return two gradients. The bias is a parameter, too: return dx, dw, db.",
)
def gradient_of_the_bias_not_returned(dy, x, w):
    dx, dw, _ = right(dy, x, w)
    return dx, dw


@known_mistake(
    MISTAKES,
    "Your dw and db are {n} times too small: you divide by the number of examples. The loss has "
    "taken the average already, so the 1/N is inside dy. Here the examples are summed.",
)
def parameters_averaged_again(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx, dw / len(x), db / len(x)


@known_mistake(
    MISTAKES,
    "Your dw is {n} times too small: you divide by the number of examples. The loss has taken the "
    "average already, so the 1/N is inside dy. Here the examples are summed.",
)
def weights_averaged_again(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx, dw / len(x), db


@known_mistake(
    MISTAKES,
    "Your db is the mean over the examples, {n} times too small. Each example pushes on the bias "
    "with its own dy, and the pushes add up: sum over the examples. The 1/N of the loss is inside "
    "dy already.",
)
def bias_averaged(dy, x, w):
    dx, dw, _ = right(dy, x, w)
    return dx, dw, dy.mean(axis=0)


@known_mistake(
    MISTAKES,
    "All gradients, dx too, are {n} times too small: you divide dy by the number of examples. The "
    "loss has taken the average already.",
)
def upstream_averaged_again(dy, x, w):
    return right(dy / len(x), x, w)


@known_mistake(
    MISTAKES,
    "You divide dy by the number of examples, and in place, so the caller's dy shrinks as well. "
    "The loss has taken the average already: use dy as it is.",
)
def upstream_averaged_in_place(dy, x, w):
    dy /= len(x)
    return right(dy, x, w)


@known_mistake(
    MISTAKES,
    "Your dw is the transpose of the right one: dyᵀ x has shape (outputs, inputs), but w is "
    "(inputs, outputs), and a gradient has the shape of its parameter. Swap the factors: xᵀ dy.",
)
def weights_transposed(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx, dw.T, db


@known_mistake(
    MISTAKES,
    "For dx you multiply dy by w as it is. The forward pass goes from inputs to outputs by w; the "
    "way back, from outputs to inputs, is by w transposed: dy wᵀ. (With a square w nothing but "
    "the numbers shows it.)",
)
def way_back_not_transposed(dy, x, w):
    _, dw, db = right(dy, x, w)
    return dy @ w, dw, db


@known_mistake(
    MISTAKES,
    "Your dx is the transpose of the right one: it has shape (inputs, examples). dx has the shape "
    "of x: compute dy wᵀ, not w dyᵀ.",
)
def input_transposed(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx.T, dw, db


@known_mistake(
    MISTAKES,
    "Your dw comes from x without its transpose. Which product of x (examples, inputs) and dy "
    "(examples, outputs) has the shape of w and sums over the examples? xᵀ dy.",
)
def examples_not_summed_in_weights(dy, x, w):
    dx, _, db = right(dy, x, w)
    return dx, x @ dy, db


@known_mistake(
    MISTAKES,
    "Your dw multiplies element by element (*). Every input meets every output, summed over the "
    "examples: that is a matrix product (@).",
)
def weights_element_by_element(dy, x, w):
    dx, _, db = right(dy, x, w)
    return dx, x * dy, db


@known_mistake(
    MISTAKES,
    "Your db is dy itself, one row per example. All examples share one bias, so their shares are "
    "summed: db has the shape (outputs,).",
)
def bias_not_summed(dy, x, w):
    dx, dw, _ = right(dy, x, w)
    return dx, dw, dy.copy()


@known_mistake(
    MISTAKES,
    "Your db sums over the outputs and has one number per example. Sum over the examples, axis 0: "
    "db has the shape (outputs,).",
)
def bias_summed_over_the_outputs(dy, x, w):
    dx, dw, _ = right(dy, x, w)
    return dx, dw, dy.sum(axis=1)


@known_mistake(
    MISTAKES,
    "Your db is one number: dy.sum() without an axis sums over the outputs as well. Each output "
    "has a bias of its own: sum over the examples alone, axis 0.",
)
def bias_summed_over_everything(dy, x, w):
    dx, dw, _ = right(dy, x, w)
    return dx, dw, dy.sum()


@known_mistake(
    MISTAKES,
    "Your db has an axis too many, (1, outputs): leave keepdims out. A gradient has the shape of "
    "its parameter, so that b - rate * db is again (outputs,).",
)
def bias_with_an_axis_too_many(dy, x, w):
    dx, dw, _ = right(dy, x, w)
    return dx, dw, dy.sum(axis=0, keepdims=True)


@known_mistake(
    MISTAKES,
    "Your db is all zeros. The bias enters y directly, so dy/db is 1 and not 0: db is the sum of "
    "dy over the examples.",
)
def bias_taken_for_a_constant(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx, dw, np.zeros_like(db)


@known_mistake(
    MISTAKES,
    "You leave out dy, as if every output had the upstream gradient 1. That is only right for "
    "L = sum(y). The chain rule multiplies by dy, whatever comes after this layer.",
)
def upstream_left_out(dy, x, w):
    return right(np.ones_like(dy), x, w)


@known_mistake(
    MISTAKES,
    "Your dw is twice too large. The 2 comes from differentiating a square; there is none in "
    "y = x w + b, and if the loss has one it is inside dy.",
)
def weights_doubled(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx, 2 * dw, db


@known_mistake(
    MISTAKES,
    "Your dw comes from the last example alone: in the loop over the examples each one overwrites "
    "the one before. Add them up with +=.",
)
def weights_overwritten_in_the_loop(dy, x, w):
    dx, _, db = right(dy, x, w)
    for n in range(len(x)):
        dw = np.outer(x[n], dy[n])
    return dx, dw, db


@known_mistake(
    MISTAKES,
    "Your dx is 0 wherever x is not positive: that is the mask of ReLU, which is a layer of its "
    "own. A dense layer lets the gradient through everywhere.",
)
def mask_of_relu_mixed_in(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx * (x > 0), dw, db


@known_mistake(
    MISTAKES,
    "You change w in here. backward only computes gradients; the step is the optimizer's, taken "
    "once all layers have gone backward with the old weights.",
)
def weights_updated_in_place(dy, x, w):
    dx, dw, db = right(dy, x, w)
    w -= 0.1 * dw
    return dx, dw, db


@known_mistake(
    MISTAKES,
    "You return gradients times a learning rate. The rate belongs to the optimizer; backward "
    "returns the gradient itself.",
)
def learning_rate_mixed_in(dy, x, w):
    dx, dw, db = right(dy, x, w)
    return dx, 0.1 * dw, 0.1 * db


@known_mistake(
    MISTAKES,
    "Your arrays are made with np.zeros(…), and np.zeros makes float64. Use np.zeros_like(w), or "
    "dtype=w.dtype: float32 in, float32 out.",
)
def made_in_float64(dy, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n in range(len(x)):
        dx[n] = w @ dy[n]
        dw += np.outer(x[n], dy[n])
        db += dy[n]
    return dx, dw, db


@known_mistake(
    MISTAKES,
    "np.squeeze drops the axes of length 1: with a single input, output or example, dx or dw loses "
    "its shape. A gradient has exactly the shape of what it belongs to.",
)
def axes_of_length_one_dropped(dy, x, w):
    return tuple(np.squeeze(gradient) for gradient in right(dy, x, w))
