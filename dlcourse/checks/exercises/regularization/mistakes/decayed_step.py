"""Mistakes in ``decayed_step(w, b, step_w, step_b, rate, decay)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(w, b, step_w, step_b, rate, decay):
    """Give the step that a mistake then spoils."""
    return w - rate * step_w - rate * decay * w, b - rate * step_b


@known_mistake(
    MISTAKES,
    "Your biases decay as well. They are few and do not make a network wild; a decay only pulls "
    "the outputs to 0. Leave them out.",
)
def biases_decay_too(w, b, step_w, step_b, rate, decay):
    return right(w, b, step_w, step_b, rate, decay)[0], b - rate * step_b - rate * decay * b


@known_mistake(
    MISTAKES,
    "Your biases decay and your weights do not: the other way round.",
)
def biases_decay_instead(w, b, step_w, step_b, rate, decay):
    return w - rate * step_w, b - rate * step_b - rate * decay * b


@known_mistake(
    MISTAKES,
    "You leave the decay out: the weights also lose rate * decay * w.",
)
def decay_left_out_altogether(w, b, step_w, step_b, rate, decay):
    return right(w, b, step_w, step_b, rate, 0.0)


@known_mistake(
    MISTAKES,
    "Your decay does not depend on the rate. It is rate * decay * w, so that it fades with the "
    "rate when a schedule lowers it.",
)
def decay_without_the_rate(w, b, step_w, step_b, rate, decay):
    return w - rate * step_w - decay * w, b - rate * step_b


@known_mistake(
    MISTAKES,
    "You let the weights decay after they have moved. The decay belongs to the weights as they "
    "were: both come from the same w.",
)
def decay_after_the_step(w, b, step_w, step_b, rate, decay):
    w = w - rate * step_w
    return w - rate * decay * w, b - rate * step_b


@known_mistake(
    MISTAKES,
    "Your weights grow: the decay is subtracted.",
)
def grows(w, b, step_w, step_b, rate, decay):
    return right(w, b, step_w, step_b, rate, -decay)


@known_mistake(
    MISTAKES,
    "You have put a factor 2 into the decay, as if it were the gradient of decay * w². Decoupled "
    "decay is rate * decay * w.",
)
def twice(w, b, step_w, step_b, rate, decay):
    return right(w, b, step_w, step_b, rate, 2 * decay)


@known_mistake(
    MISTAKES,
    "You multiply the decay by the rate twice.",
)
def rate_squared_in_the_decay(w, b, step_w, step_b, rate, decay):
    return right(w, b, step_w, step_b, rate, rate * decay)


@known_mistake(
    MISTAKES,
    "Every weight loses equally much, by its sign. That is L1; decay takes a share of each weight, "
    "rate * decay * w.",
)
def by_the_sign(w, b, step_w, step_b, rate, decay):
    return w - rate * step_w - rate * decay * np.sign(w), b - rate * step_b


@known_mistake(
    MISTAKES,
    "You shrink the step and not the weights: the decay multiplies w.",
)
def step_decays(w, b, step_w, step_b, rate, decay):
    return w - rate * (1 - decay) * step_w, b - rate * step_b


@known_mistake(
    MISTAKES,
    "You divide by 1 + rate * decay. That is nearly the same for a small decay; here it is "
    "1 - rate * decay times w.",
)
def divided(w, b, step_w, step_b, rate, decay):
    return w / (1 + rate * decay) - rate * step_w, b - rate * step_b


@known_mistake(
    MISTAKES,
    "You only let the weights decay. They take the optimizer's step as well.",
)
def step_left_out(w, b, step_w, step_b, rate, decay):
    return w - rate * decay * w, b - rate * step_b


@known_mistake(
    MISTAKES,
    "You leave the biases where they are. They do not decay, but they take their step.",
)
def biases_stand_still(w, b, step_w, step_b, rate, decay):
    return right(w, b, step_w, step_b, rate, decay)[0], b.copy()


@known_mistake(
    MISTAKES,
    "You leave the rate out of the step: w - rate * step_w.",
)
def rate_left_out_of_the_step(w, b, step_w, step_b, rate, decay):
    return w - step_w - rate * decay * w, b - step_b


@known_mistake(
    MISTAKES,
    "You add the steps. They point uphill, as gradients do: subtract them.",
)
def uphill(w, b, step_w, step_b, rate, decay):
    return w + rate * step_w - rate * decay * w, b + rate * step_b


@known_mistake(
    MISTAKES,
    "You move the caller's w and b, as w -= … does. Make new arrays: w = w - ….",
)
def changed_in_place(w, b, step_w, step_b, rate, decay):
    w[...], b[...] = right(w, b, step_w, step_b, rate, decay)
    return w, b


@known_mistake(
    MISTAKES,
    "You return b first. Return the new w, and then the new b.",
)
def exchanged(w, b, step_w, step_b, rate, decay):
    return right(w, b, step_w, step_b, rate, decay)[::-1]


@known_mistake(
    MISTAKES,
    "Your results are float64 although float32 came in. Compute with the arguments themselves.",
)
def made_in_float64(w, b, step_w, step_b, rate, decay):
    return right(w.astype(np.float64), b.astype(np.float64), step_w, step_b, rate, decay)
