"""Mistakes in ``rnn_backward(dh, x, h0, h, w_x, w_h)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def states_before(h0, h):
    """Give the state that each step began with."""
    return np.concatenate([h0[:, np.newaxis], h[:, :-1]], axis=1)


def gathered(ds, x, before, w_x, carried):
    """Give all gradients from those of the sums."""
    dw_x = np.tensordot(x, ds, axes=((0, 1), (0, 1)))
    dw_h = np.tensordot(before, ds, axes=((0, 1), (0, 1)))
    return ds @ w_x.T, carried, dw_x, dw_h, ds.sum(axis=(0, 1))


def through(dh, h, w_h, slope=None, weight=1.0):
    """Go back in time; give the gradients of all sums, and what is left for the first state."""
    slopes = 1 - h**2 if slope is None else slope
    ds, carried = np.zeros_like(h), np.zeros_like(h[:, 0])
    for t in reversed(range(h.shape[1])):
        ds[:, t] = (dh[:, t] + carried) * slopes[:, t]
        carried = weight * (ds[:, t] @ w_h.T)
    return ds, carried


def right(dh, x, h0, h, w_x, w_h):
    """Give what a mistake then spoils."""
    ds, carried = through(dh, h, w_h)
    return gathered(ds, x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "gradients from whatever it is given.",
)
def answer_of_the_example_typed_in(dh, x, h0, h, w_x, w_h):
    one = np.array([[[0.5], [1.0]]])
    return one, np.array([[0.25]]), np.array([[4.0]]), np.array([[1.0]]), np.array([1.5])


@known_mistake(
    MISTAKES,
    "Nothing goes back in time in your gradients: the state of a step has also shaped the steps "
    "after it. Add what step t + 1 hands back, ds @ w_h.T, to dh[:, t].",
)
def nothing_goes_back_in_time(dh, x, h0, h, w_x, w_h):
    ds = dh * (1 - h**2)
    return gathered(ds, x, states_before(h0, h), w_x, ds[:, 0] @ w_h.T)


@known_mistake(
    MISTAKES,
    "Your gradients go back one step and no further: hand back the whole ds of a step, in which "
    "what came from later steps is contained.",
)
def back_by_one_step_only(dh, x, h0, h, w_x, w_h):
    direct = dh * (1 - h**2)
    later = np.concatenate([direct[:, 1:] @ w_h.T, np.zeros_like(dh[:, :1])], axis=1)
    ds = (dh + later) * (1 - h**2)
    return gathered(ds, x, states_before(h0, h), w_x, ds[:, 0] @ w_h.T)


@known_mistake(
    MISTAKES,
    "You use the upstream gradient of the last step only. Every step has one of its own, "
    "dh[:, t], which is added to what comes back from step t + 1.",
)
def upstream_of_the_last_step_only(dh, x, h0, h, w_x, w_h):
    last = np.zeros_like(dh)
    last[:, -1] = dh[:, -1]
    return right(last, x, h0, h, w_x, w_h)


@known_mistake(
    MISTAKES,
    "The slope of tanh is missing: multiply with 1 - h**2 before going on.",
)
def slope_left_out(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh, h, w_h, np.ones_like(h))
    return gathered(ds, x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "Your slope of tanh is 1 - h. It is 1 - h**2.",
)
def slope_without_the_square(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh, h, w_h, 1 - h)
    return gathered(ds, x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "You use h (1 - h), the slope of a sigmoid. The slope of tanh is 1 - h**2.",
)
def slope_of_a_sigmoid(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh, h, w_h, h * (1 - h))
    return gathered(ds, x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "You take tanh once more: h has gone through it already, so the slope is 1 - h**2, not "
    "1 - np.tanh(h)**2.",
)
def tanh_taken_again(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh, h, w_h, 1 - np.tanh(h) ** 2)
    return gathered(ds, x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "You take the slope at the state before the step. Step t's sum has gone into h[:, t].",
)
def slope_of_the_step_before(dh, x, h0, h, w_x, w_h):
    before = states_before(h0, h)
    ds, carried = through(dh, h, w_h, 1 - before**2)
    return gathered(ds, x, before, w_x, carried)


@known_mistake(
    MISTAKES,
    "You hand back the gradient from before the slope of tanh. What goes through w_h is ds, the "
    "gradient of the sum.",
)
def handed_back_without_the_slope(dh, x, h0, h, w_x, w_h):
    slopes = 1 - h**2
    ds, carried = np.zeros_like(h), np.zeros_like(h0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + carried
        ds[:, t] = total * slopes[:, t]
        carried = total @ w_h.T
    return gathered(ds, x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "You hand back ds @ w_h. Forward was h @ w_h, so back is ds @ w_h.T; w_h has as many rows as "
    "columns, so nobody complains.",
)
def weights_of_the_state_not_transposed(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh, h, w_h.T)
    return gathered(ds, x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "You go forwards in time. What a step hands back belongs to the step before it: begin with the "
    "last step.",
)
def forwards_in_time(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh[:, ::-1], h[:, ::-1], w_h)
    return gathered(ds[:, ::-1], x, states_before(h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "Your dw_h uses the state after each step. The one that was multiplied with w_h is the state "
    "before it: h0 for the first step, then h[:, t - 1].",
)
def state_after_the_step_in_dw_h(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh, h, w_h)
    return gathered(ds, x, h, w_x, carried)


@known_mistake(
    MISTAKES,
    "The first step is missing in your dw_h. It began with h0, which was multiplied with w_h as "
    "every other state.",
)
def first_state_left_out_of_dw_h(dh, x, h0, h, w_x, w_h):
    ds, carried = through(dh, h, w_h)
    return gathered(ds, x, states_before(0 * h0, h), w_x, carried)


@known_mistake(
    MISTAKES,
    "Your gradients of the weights hold the first step's share only. All {steps} steps use the "
    "same weights: add up, with +=.",
)
def shares_of_the_weights_overwritten(dh, x, h0, h, w_x, w_h):
    dx, dh0, *_ = right(dh, x, h0, h, w_x, w_h)
    ds, _ = through(dh, h, w_h)
    return dx, dh0, x[:, 0].T @ ds[:, 0], h0.T @ ds[:, 0], ds[:, 0].sum(axis=0)


@known_mistake(
    MISTAKES,
    "You divide the weights' gradients by the number of steps, {steps}. The shares of the steps "
    "are added.",
)
def averaged_over_the_steps(dh, x, h0, h, w_x, w_h):
    dx, dh0, *rest = right(dh, x, h0, h, w_x, w_h)
    return dx, dh0, *(one / h.shape[1] for one in rest)


@known_mistake(
    MISTAKES,
    "You divide the weights' gradients by the number of examples, {n}. The mean over the batch "
    "belongs to the loss and is in dh already.",
)
def averaged_over_the_examples(dh, x, h0, h, w_x, w_h):
    dx, dh0, *rest = right(dh, x, h0, h, w_x, w_h)
    return dx, dh0, *(one / len(h) for one in rest)


@known_mistake(
    MISTAKES,
    "Your dh0 stays zero. What the first step hands back is the gradient of the state that it "
    "began with.",
)
def first_state_gets_nothing(dh, x, h0, h, w_x, w_h):
    dx, dh0, *rest = right(dh, x, h0, h, w_x, w_h)
    return dx, 0 * dh0, *rest


@known_mistake(
    MISTAKES,
    "Your dh0 is the gradient of the first step's sum. It still has to go through w_h: ds @ w_h.T.",
)
def first_state_without_its_weights(dh, x, h0, h, w_x, w_h):
    ds, _ = through(dh, h, w_h)
    dx, _, *rest = right(dh, x, h0, h, w_x, w_h)
    return dx, ds[:, 0], *rest


@known_mistake(
    MISTAKES,
    "Your db is summed over the examples only. The same biases are added in every step: sum over "
    "the steps, too.",
)
def biases_not_summed_over_the_steps(dh, x, h0, h, w_x, w_h):
    ds, _ = through(dh, h, w_h)
    *rest, _ = right(dh, x, h0, h, w_x, w_h)
    return *rest, ds.sum(axis=0)


@known_mistake(
    MISTAKES,
    "Your dx has its steps in reverse order. Was it a list that was filled from the end? Write to "
    "dx[:, t].",
)
def inputs_in_reverse_order(dh, x, h0, h, w_x, w_h):
    dx, *rest = right(dh, x, h0, h, w_x, w_h)
    return dx[:, ::-1], *rest


@known_mistake(
    MISTAKES,
    "You write into the caller's dh, as dh[:, t] += … does. Add to a copy.",
)
def upstream_gradient_overwritten(dh, x, h0, h, w_x, w_h):
    gradients = right(dh, x, h0, h, w_x, w_h)
    dh += 1
    return gradients


@known_mistake(
    MISTAKES,
    "Your gradients are float64 although float32 came in. np.zeros(shape) makes float64: use "
    "np.zeros_like(…), or dtype=x.dtype.",
)
def made_in_float64(dh, x, h0, h, w_x, w_h):
    return tuple(one.astype(np.float64) for one in right(dh, x, h0, h, w_x, w_h))
