"""Mistakes in ``running_average(x, beta)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def through(x, old, new, state=None):
    """Go through the steps with weights of one's own."""
    y = np.empty_like(x)
    state = np.zeros_like(x[0]) if state is None else state
    for t in range(len(x)):
        state = old * state + new * x[t]
        y[t] = state
    return y


def right(x, beta):
    """Give what a mistake then spoils."""
    return through(x, beta, 1 - beta)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to average "
    "whatever series it is given.",
)
def answer_of_the_example_typed_in(x, beta):
    return np.array([[2.0], [1.0], [2.5]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "Your average begins with the first value. Here it begins at 0, so the first average is "
    "(1 − β) x[0].",
)
def begun_with_the_first_value(x, beta):
    return through(x, beta, 1 - beta, x[0])


@known_mistake(
    MISTAKES,
    "You exchange the weights: the average so far has the weight β, the new value 1 − β.",
)
def weights_exchanged(x, beta):
    return through(x, 1 - beta, beta)


@known_mistake(
    MISTAKES,
    "The new value comes in with its full weight. Then it is a sum that fades, and no average: "
    "multiply the value by 1 − β.",
)
def new_value_in_full(x, beta):
    return through(x, beta, 1)


@known_mistake(
    MISTAKES,
    "What was there does not fade: multiply the average so far by β.",
)
def nothing_fades(x, beta):
    return through(x, 1, 1 - beta)


@known_mistake(
    MISTAKES,
    "You average with the value before, x[t − 1]. It is the average before, y[t − 1], that counts.",
)
def value_before_in_place_of_the_average(x, beta):
    before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
    return (beta * before + (1 - beta) * x).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "Every step of yours begins at 0: the average before is lost. This also happens where the loop "
    "over the steps runs in parallel: step t needs step t − 1 finished.",
)
def every_step_begins_anew(x, beta):
    return ((1 - beta) * x).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "Your average goes on from one feature to the next. Each of the {features} begins at 0: reset "
    "the state for each column.",
)
def state_not_reset_between_features(x, beta):
    joined = through(x.T.reshape(-1, 1), beta, 1 - beta)
    return joined.reshape(x.shape[1], x.shape[0]).T.copy()


@known_mistake(
    MISTAKES,
    "You go along the features. Time runs down the rows: axis 0.",
)
def along_the_features(x, beta):
    return right(x.T, beta).T.copy()


@known_mistake(
    MISTAKES,
    "You go backwards in time: begin with row 0, and let each step use the one above it.",
)
def backwards(x, beta):
    return right(x[::-1], beta)[::-1].copy()


@known_mistake(
    MISTAKES,
    "You leave out the first step: range(1, steps) keeps row 0 at 0. It has no row before, but it "
    "has a value.",
)
def first_step_left_out(x, beta):
    return right(np.concatenate([np.zeros_like(x[:1]), x[1:]]), beta)


@known_mistake(
    MISTAKES,
    "The last step is missing, and its row stays 0: range(steps) already stops before steps.",
)
def last_step_left_out(x, beta):
    y = right(x, beta)
    y[-1] = 0
    return y


@known_mistake(
    MISTAKES,
    "You correct the bias of the start, dividing by 1 − βᵗ, as Adam does. Here the average is "
    "returned as it is.",
)
def start_corrected(x, beta):
    steps = np.arange(1, len(x) + 1)[:, np.newaxis]
    return (right(x, beta) / (1 - beta**steps)).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You return the average before each step. y[t] has x[t] in it already.",
)
def average_before_the_step(x, beta):
    return np.concatenate([np.zeros_like(x[:1]), right(x, beta)[:-1]])


@known_mistake(
    MISTAKES,
    "You return the last average only. Asked are those after all {steps} steps.",
)
def last_average_only(x, beta):
    return right(x, beta)[-1]


@known_mistake(
    MISTAKES,
    "You return the plain mean of all values so far. A running average lets old values fade.",
)
def plain_mean_so_far(x, beta):
    counts = np.arange(1, len(x) + 1)[:, np.newaxis]
    return (np.cumsum(x, axis=0) / counts).astype(x.dtype)


@known_mistake(
    MISTAKES,
    "You write the averages into the caller's x. Make an array of your own, np.empty_like(x).",
)
def written_into_the_series(x, beta):
    x[...] = right(x, beta)
    return x


@known_mistake(
    MISTAKES,
    "Your y is float64 although float32 came in. np.zeros(shape) makes float64: say dtype=x.dtype.",
)
def made_in_float64(x, beta):
    return right(x, beta).astype(np.float64)


@known_mistake(
    MISTAKES,
    "Your loop runs in Python. Keep @njit above the function; if it is there, look for arrays that "
    "are made anew in every step.",
)
def left_to_python(x, beta):
    y = np.empty_like(x)
    for i in range(x.shape[1]):
        state = 0.0
        for t in range(x.shape[0]):
            state = beta * state + (1 - beta) * x[t, i]
            y[t, i] = state
    return y
