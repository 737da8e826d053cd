"""Mistakes in ``carry_state(x, first, h0, w_x, w_h, b)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def through(x, first, h0, w_x, w_h, b, reset=None):
    """Go through time; ``reset(h, begins, h0)`` says what a step begins with."""
    reset = reset or zeros_where
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w_x + reset(h, first[:, t], h0) @ w_h + b)
        states.append(h)
    return np.stack(states, axis=1)


def zeros_where(h, begins, h0):
    """Reset as it should be."""
    return np.where(begins[:, np.newaxis], h.dtype.type(0), h)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "states from whatever it is given.",
)
def answer_of_the_example_typed_in(x, first, h0, w_x, w_h, b):
    one = np.tanh(1.5)
    return np.array([[[one], [np.tanh(2.0)], [np.tanh(1 + 0.5 * np.tanh(2.0))]]]).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You never reset the state: a sequence goes on from where the one before it in the stream has "
    "ended. Where first is True, begin with zeros.",
)
def never_reset(x, first, h0, w_x, w_h, b):
    return through(x, first, h0, w_x, w_h, b, lambda h, begins, h0: h)


@known_mistake(
    MISTAKES,
    "You reset the state before every step, so nothing is ever remembered.",
)
def always_reset(x, first, h0, w_x, w_h, b):
    return through(x, first, h0, w_x, w_h, b, lambda h, begins, h0: 0 * h)


@known_mistake(
    MISTAKES,
    "You reset where first is False, and carry the state over where a sequence begins: the other "
    "way round.",
)
def the_other_way_round(x, first, h0, w_x, w_h, b):
    return through(x, ~first, h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "Where a sequence begins in one stream you reset the state of all {n}. Each stream has its own "
    "beginnings: first[:, t] says for each whether.",
)
def all_streams_reset(x, first, h0, w_x, w_h, b):
    def reset(h, begins, h0):
        return 0 * h if begins.any() else h

    return through(x, first, h0, w_x, w_h, b, reset)


@known_mistake(
    MISTAKES,
    "You look at the first stream's beginnings for all streams. Each has its own.",
)
def beginnings_of_the_first_stream(x, first, h0, w_x, w_h, b):
    return through(x, np.repeat(first[:1], len(first), axis=0), h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You go back to h0 where a sequence begins. h0 is what came before this part of the stream; a "
    "new sequence begins with zeros.",
)
def reset_to_the_first_state(x, first, h0, w_x, w_h, b):
    return through(
        x, first, h0, w_x, w_h, b, lambda h, begins, h0: np.where(begins[:, np.newaxis], h0, h)
    )


@known_mistake(
    MISTAKES,
    "You start from zeros, whatever h0 says. Only where first[:, 0] is True the part begins a new "
    "sequence; otherwise it goes on from h0.",
)
def started_from_zeros(x, first, h0, w_x, w_h, b):
    return through(x, first, np.zeros_like(h0), w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You do not look at first[:, 0]: the very first step can begin a sequence, too, and then h0 "
    "does not count.",
)
def first_step_not_looked_at(x, first, h0, w_x, w_h, b):
    later = first.copy()
    later[:, 0] = False
    return through(x, later, h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You reset one step late, after the step that begins the sequence. That step itself has to "
    "begin with zeros.",
)
def one_step_late(x, first, h0, w_x, w_h, b):
    late = np.concatenate([np.zeros_like(first[:, :1]), first[:, :-1]], axis=1)
    return through(x, late, h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You reset one step early: the last step of the sequence before still needs its state.",
)
def one_step_early(x, first, h0, w_x, w_h, b):
    early = np.concatenate([first[:, 1:], np.zeros_like(first[:, :1])], axis=1)
    return through(x, early, h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "Where a sequence begins you put zeros into the result. The step is taken there as anywhere; "
    "only the state that it begins with is zero.",
)
def zeros_in_the_result(x, first, h0, w_x, w_h, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = zeros_where(np.tanh(x[:, t] @ w_x + h @ w_h + b), first[:, t], h0)
        states.append(h)
    return np.stack(states, axis=1)


@known_mistake(
    MISTAKES,
    "Where a sequence begins you drop the input. Reset the state, not x.",
)
def input_dropped(x, first, h0, w_x, w_h, b):
    kept = np.where(first[:, :, np.newaxis], x.dtype.type(0), x)
    return through(kept, np.zeros_like(first), h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You stop carrying the state after the first beginning in a stream. A reset holds for one "
    "step; then the new sequence has a state of its own.",
)
def reset_for_ever(x, first, h0, w_x, w_h, b):
    return through(x, np.logical_or.accumulate(first, axis=1), h0, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "Where a sequence begins you leave out the bias along with the state. Only h is zero there.",
)
def bias_reset_as_well(x, first, h0, w_x, w_h, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        old = np.where(first[:, t, np.newaxis], h.dtype.type(0), h @ w_h + b)
        h = np.tanh(x[:, t] @ w_x + old)
        states.append(h)
    return np.stack(states, axis=1)


@known_mistake(
    MISTAKES,
    "You return the last states only. Asked are the states after all {steps} steps.",
)
def last_state_only(x, first, h0, w_x, w_h, b):
    return through(x, first, h0, w_x, w_h, b)[:, -1]


@known_mistake(
    MISTAKES,
    "You write zeros into the caller's h0: h = h0 followed by h[first[:, t]] = 0 changes both. "
    "Begin with h0.copy(), or use np.where.",
)
def first_state_overwritten(x, first, h0, w_x, w_h, b):
    h = through(x, first, h0, w_x, w_h, b)
    h0[first[:, 0]] = 0
    return h


@known_mistake(
    MISTAKES,
    "Your h is float64 although float32 came in. np.zeros(shape) makes float64: say dtype=x.dtype.",
)
def made_in_float64(x, first, h0, w_x, w_h, b):
    return through(x, first, h0, w_x, w_h, b).astype(np.float64)
