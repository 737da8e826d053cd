"""Mistakes in ``rnn_forward(x, h0, w_x, w_h, b)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def through(x, h0, w_x, w_h, b, step=None):
    """Go through time with a step of one's own, (now, h, w_x, w_h, b) to the new state."""
    step = step or tanh_step
    h, states = h0, []
    for t in range(x.shape[1]):
        h = step(x[:, t], h, w_x, w_h, b)
        states.append(h)
    return np.stack(states, axis=1)


def tanh_step(now, h, w_x, w_h, b):
    """Take the right step."""
    return np.tanh(now @ w_x + h @ w_h + b)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "states from whatever it is given.",
)
def answer_of_the_example_typed_in(x, h0, w_x, w_h, b):
    return np.tanh(np.array([[[1.0], [2 + 0.5 * np.tanh(1.0)]]])).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "Every step of yours begins from h0: the state is not handed on. Use the state that the step "
    "before has left.",
)
def state_not_handed_on(x, h0, w_x, w_h, b):
    return np.stack([tanh_step(x[:, t], h0, w_x, w_h, b) for t in range(x.shape[1])], axis=1)


@known_mistake(
    MISTAKES,
    "You start from zeros. The first state is the argument h0; it may come from a part of the "
    "sequence before.",
)
def started_from_zeros(x, h0, w_x, w_h, b):
    return through(x, np.zeros_like(h0), w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "The state has no part in your steps: h @ w_h is missing in the sum.",
)
def state_left_out(x, h0, w_x, w_h, b):
    return np.tanh(x @ w_x + b)


@known_mistake(
    MISTAKES,
    "The tanh is missing: your states are the sums themselves and may grow without bound.",
)
def tanh_left_out(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, b, lambda now, h, *p: now @ p[0] + h @ p[1] + p[2])


@known_mistake(
    MISTAKES,
    "You take tanh of the results only, and hand the sums themselves from step to step. The state "
    "that is handed on has gone through tanh.",
)
def sums_handed_on(x, h0, w_x, w_h, b):
    return np.tanh(tanh_left_out(x, h0, w_x, w_h, b))


@known_mistake(
    MISTAKES,
    "You use a sigmoid. The state goes through tanh, so that it can be negative.",
)
def sigmoid_taken(x, h0, w_x, w_h, b):
    def step(now, h, *p):
        return (1 + np.tanh((now @ p[0] + h @ p[1] + p[2]) / 2)) / 2

    return through(x, h0, w_x, w_h, b, step)


@known_mistake(
    MISTAKES,
    "You use a ReLU. The state goes through tanh, which keeps it between −1 and 1.",
)
def relu_taken(x, h0, w_x, w_h, b):
    return through(
        x, h0, w_x, w_h, b, lambda now, h, *p: np.maximum(now @ p[0] + h @ p[1] + p[2], 0)
    )


@known_mistake(
    MISTAKES,
    "The bias is missing in the sum: it is x_t w_x + h w_h + b.",
)
def bias_left_out(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, 0 * b)


@known_mistake(
    MISTAKES,
    "You add the bias after tanh. It belongs into the sum.",
)
def bias_after_tanh(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, b, lambda now, h, *p: np.tanh(now @ p[0] + h @ p[1]) + p[2])


@known_mistake(
    MISTAKES,
    "You add the bias twice, once with the input and once with the state. Here there is one bias.",
)
def bias_twice(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, 2 * b)


@known_mistake(
    MISTAKES,
    "You use w_h transposed. It has as many rows as columns, so nobody complains: h @ w_h.",
)
def weights_of_the_state_transposed(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h.T, b)


@known_mistake(
    MISTAKES,
    "You add the new state to the old one. The new state replaces it.",
)
def added_to_the_old_state(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, b, lambda now, h, *p: h + tanh_step(now, h, *p))


@known_mistake(
    MISTAKES,
    "You return the state before each step, beginning with h0. h[:, t] is the state after step t.",
)
def states_before_the_steps(x, h0, w_x, w_h, b):
    h = through(x, h0, w_x, w_h, b)
    return np.concatenate([h0[:, np.newaxis], h[:, :-1]], axis=1)


@known_mistake(
    MISTAKES,
    "You return one state too many: h0 is not the result of a step.",
)
def first_state_included(x, h0, w_x, w_h, b):
    return np.concatenate([h0[:, np.newaxis], through(x, h0, w_x, w_h, b)], axis=1)


@known_mistake(
    MISTAKES,
    "You return the last state only. Asked are the states after all {steps} steps.",
)
def last_state_only(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, b)[:, -1]


@known_mistake(
    MISTAKES,
    "Your result has the steps in front: (steps, n, units). Asked is (n, steps, units): stack the "
    "states along axis 1.",
)
def steps_in_front(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, b).transpose(1, 0, 2)


@known_mistake(
    MISTAKES,
    "You go through time backwards. Begin with x[:, 0]: what is later must not shape what is "
    "earlier.",
)
def backwards_in_time(x, h0, w_x, w_h, b):
    return through(x[:, ::-1], h0, w_x, w_h, b)[:, ::-1]


@known_mistake(
    MISTAKES,
    "Every step of yours sees the first input. Step t takes x[:, t].",
)
def first_input_for_all_steps(x, h0, w_x, w_h, b):
    return through(np.repeat(x[:, :1], x.shape[1], axis=1), h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "All examples go on from the first example's state. Each has its own.",
)
def state_of_the_first_example(x, h0, w_x, w_h, b):
    return through(
        x, h0, w_x, w_h, b, lambda now, h, *p: tanh_step(now, np.repeat(h[:1], len(h), axis=0), *p)
    )


@known_mistake(
    MISTAKES,
    "You write the states into the caller's h0. Begin with h = h0 and make a new array in each "
    "step.",
)
def first_state_overwritten(x, h0, w_x, w_h, b):
    h = through(x, h0, w_x, w_h, b)
    h0[...] = h[:, -1]
    return h


@known_mistake(
    MISTAKES,
    "Your h is float64 although float32 came in. np.zeros(shape) makes float64: say dtype=x.dtype.",
)
def made_in_float64(x, h0, w_x, w_h, b):
    return through(x, h0, w_x, w_h, b).astype(np.float64)
