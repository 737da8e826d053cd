"""Mistakes in ``fit_network(w1, b1, w2, b2, x, y, rate, steps)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def trained(
    w1,
    b1,
    w2,
    b2,
    x,
    y,
    rate,
    steps,
    *,
    hidden_on=lambda sums: sums > 0,
    back_on=lambda sums: sums > 0,
    output_on=lambda output: np.ones_like(output, dtype=bool),
    output_back_on=lambda output: np.ones_like(output, dtype=bool),
    factor=2.0,
    mean=len,
    learning=(True, True, True, True),
    late=False,
):
    """Train the network, with one thing or another done differently."""
    for _ in range(steps):
        sums = x @ w1 + b1
        hidden = np.where(hidden_on(sums), sums, 0)
        raw = hidden @ w2 + b2
        output = np.where(output_on(raw), raw, 0)
        error = factor * (output - y) / mean(y) * output_back_on(raw)
        new_w2, new_b2 = w2 - rate * (hidden.T @ error), b2 - rate * float(error.sum())
        through = new_w2 if late else w2
        back = np.outer(error, through) * back_on(sums)
        found = w1 - rate * (x.T @ back), b1 - rate * back.sum(axis=0), new_w2, new_b2
        old = w1, b1, w2, b2
        w1, b1, w2, b2 = (
            one if on else kept for one, kept, on in zip(found, old, learning, strict=True)
        )
    keep = (w1.astype(x.dtype), b1.astype(x.dtype), w2.astype(x.dtype))
    return *keep, float(b2)


@known_mistake(
    MISTAKES,
    "ReLU is still at the output, or at least its gradient: an example with an output below 0 does "
    "not learn. An output that may be any number has no activation, neither forwards nor "
    "backwards.",
)
def relu_at_the_output(*arguments):
    above = lambda output: output > 0  # noqa: E731
    return trained(*arguments, output_on=above, output_back_on=above)


@known_mistake(
    MISTAKES,
    "You have taken the gradient of ReLU from the output and left ReLU itself in: its outputs are "
    "never below 0.",
)
def relu_left_in_forwards(*arguments):
    return trained(*arguments, output_on=lambda output: output > 0)


@known_mistake(
    MISTAKES,
    "You have taken ReLU from the hidden layer as well. Without it two layers are one straight "
    "line, which underfits, too.",
)
def hidden_relu_removed(*arguments):
    everything = lambda sums: np.ones_like(sums, dtype=bool)  # noqa: E731
    return trained(*arguments, hidden_on=everything, back_on=everything)


@known_mistake(
    MISTAKES,
    "The hidden layer has ReLU forwards and not backwards: a unit that was off gets a gradient.",
)
def hidden_gradient_not_masked(*arguments):
    return trained(*arguments, back_on=lambda sums: np.ones_like(sums, dtype=bool))


@known_mistake(
    MISTAKES,
    "The mask of the hidden layer is turned round: units that are on pass the gradient, those that "
    "are off do not.",
)
def mask_turned_round(*arguments):
    return trained(*arguments, back_on=lambda sums: sums <= 0)


@known_mistake(
    MISTAKES,
    "You train the last layer alone; w1 and b1 stay as they were. The hidden layer has to learn, "
    "too.",
)
def hidden_layer_does_not_learn(*arguments):
    return trained(*arguments, learning=(False, False, True, True))


@known_mistake(
    MISTAKES,
    "Your biases do not learn: b1 and b2 have gradients, too.",
)
def biases_do_not_learn(*arguments):
    return trained(*arguments, learning=(True, False, True, False))


@known_mistake(
    MISTAKES,
    "The bias of the output does not learn: b2 is to move by the sum of the errors.",
)
def last_bias_does_not_learn(*arguments):
    return trained(*arguments, learning=(True, True, True, False))


@known_mistake(
    MISTAKES,
    "You move w2 before the gradient has gone back through it. Compute all gradients first, then "
    "step.",
)
def moved_before_going_back(*arguments):
    return trained(*arguments, late=True)


@known_mistake(
    MISTAKES,
    "You sum over the examples and do not divide. The loss is the mean over the {n} examples.",
)
def not_divided(*arguments):
    return trained(*arguments, mean=lambda y: 1)


@known_mistake(
    MISTAKES,
    "Your gradients are half of the right ones: the square brings a factor 2.",
)
def factor_two_left_out(*arguments):
    return trained(*arguments, factor=1.0)


@known_mistake(
    MISTAKES,
    "You cut the targets off at 0, so that they fit the outputs. The data are right; the network "
    "has to be able to say what they say.",
)
def targets_cut_off(w1, b1, w2, b2, x, y, rate, steps):
    return trained(w1, b1, w2, b2, x, np.maximum(y, 0), rate, steps)


@known_mistake(
    MISTAKES,
    "You subtract the smallest target from all, so that they are above 0. Then the network fits "
    "other data, and whoever uses it gets wrong numbers.",
)
def targets_moved(w1, b1, w2, b2, x, y, rate, steps):
    return trained(w1, b1, w2, b2, x, y - y.min(), rate, steps)


@known_mistake(
    MISTAKES,
    "You go uphill: subtract rate times the gradient.",
)
def uphill(w1, b1, w2, b2, x, y, rate, steps):
    return trained(w1, b1, w2, b2, x, y, -rate, steps)


@known_mistake(
    MISTAKES,
    "You take one step alone. Perhaps the return is inside the loop.",
)
def one_step_alone(w1, b1, w2, b2, x, y, rate, steps):
    return trained(w1, b1, w2, b2, x, y, rate, min(steps, 1))


@known_mistake(
    MISTAKES,
    "You move the caller's parameters, as w1 -= … does. Make new arrays: w1 = w1 - ….",
)
def moved_in_place(w1, b1, w2, b2, x, y, rate, steps):
    found = trained(w1, b1, w2, b2, x, y, rate, steps)
    w1[...], b1[...], w2[...] = found[:3]
    return w1, b1, w2, found[3]


@known_mistake(
    MISTAKES,
    "Your parameters are float64 although float32 came in: np.zeros(…) makes float64.",
)
def made_in_float64(*arguments):
    *arrays, b2 = trained(*arguments)
    return *(array.astype(np.float64) for array in arrays), b2
