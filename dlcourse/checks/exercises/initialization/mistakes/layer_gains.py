"""Mistakes in ``layer_gains(x, draws, activation)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def activate(z, activation):
    """Apply the activation that is asked for."""
    return np.maximum(z, 0) if activation == "relu" else np.tanh(z)


def walked(x, draws, activation, gain_of, act=activate):
    """Give each layer the gain that ``gain_of(z, w, x)`` says, and hand on what it then gives."""
    gains = []
    for w in draws:
        z = x @ w
        gains.append(gain_of(z, w, x))
        x = act(gains[-1] * z, activation)
    return np.array(gains)


def reciprocal(z, w, x):
    """Give the gain that makes the spread 1."""
    return 1 / z.std()


@known_mistake(
    MISTAKES,
    "You return the spreads and not the gains. A gain makes up for the spread: 1 / z.std().",
)
def spreads_returned(x, draws, activation):
    return 1 / walked(x, draws, activation, reciprocal)


@known_mistake(
    MISTAKES,
    "You divide by the variance. The sums grow with the weights themselves, not with their "
    "squares: 1 / z.std().",
)
def variance_for_deviation(x, draws, activation):
    return walked(x, draws, activation, lambda z, w, x: 1 / z.var())


@known_mistake(
    MISTAKES,
    "You take the root of the spread as if it were a variance: z.std() is the standard deviation "
    "already.",
)
def root_taken_twice(x, draws, activation):
    return walked(x, draws, activation, lambda z, w, x: 1 / math.sqrt(z.std()))


@known_mistake(
    MISTAKES,
    "You hand on the signals of the layer without its gain. The next layer gets what this one "
    "gives once its weights are scaled: activate gain * z.",
)
def gain_not_handed_on(x, draws, activation):
    gains = []
    for w in draws:
        z = x @ w
        gains.append(1 / z.std())
        x = activate(z, activation)
    return np.array(gains)


@known_mistake(
    MISTAKES,
    "You leave the activation out between the layers.",
)
def no_activation(x, draws, activation):
    return walked(x, draws, activation, reciprocal, lambda z, _: z)


@known_mistake(
    MISTAKES,
    "You apply the gain after the activation: gain * tanh(z) is not tanh(gain * z). The gain "
    "belongs to the weights, so it comes first.",
)
def gain_after_the_activation(x, draws, activation):
    gains = []
    for w in draws:
        z = x @ w
        gains.append(1 / z.std())
        x = gains[-1] * activate(z, activation)
    return np.array(gains)


@known_mistake(
    MISTAKES,
    "You measure after the activation. Here the sums x @ w, before it, are to have the spread 1.",
)
def measured_after_the_activation(x, draws, activation):
    gains = []
    for w in draws:
        z = x @ w
        gains.append(1 / activate(z, activation).std())
        x = activate(gains[-1] * z, activation)
    return np.array(gains)


@known_mistake(
    MISTAKES,
    "You use ReLU whatever activation is asked for. The argument is "
    'activation == "relu" or "tanh".',
)
def always_relu(x, draws, activation):
    return walked(x, draws, "relu", reciprocal)


@known_mistake(
    MISTAKES,
    "You use tanh whatever activation is asked for. The argument is "
    'activation == "relu" or "tanh".',
)
def always_tanh(x, draws, activation):
    return walked(x, draws, "tanh", reciprocal)


@known_mistake(
    MISTAKES,
    "You divide by the spread of the weights and not by that of what the layer gives. The sums "
    "depend on the inputs and on how many there are.",
)
def spread_of_the_weights(x, draws, activation):
    return walked(x, draws, activation, lambda z, w, x: 1 / w.std())


@known_mistake(
    MISTAKES,
    "You give He's factor √(2 / fan_in) as the gain. That is the right size if the draws have the "
    "spread 1; here the gain is to be measured.",
)
def he_instead_of_measuring(x, draws, activation):
    return walked(x, draws, activation, lambda z, w, x: math.sqrt(2 / len(w)))


@known_mistake(
    MISTAKES,
    "You divide by the spread of the layer's input. The gain makes up for what comes out of x @ w.",
)
def spread_of_the_input(x, draws, activation):
    return walked(x, draws, activation, lambda z, w, x: 1 / x.std())


@known_mistake(
    MISTAKES,
    "You divide by the root mean square, which is the standard deviation only where the mean is 0. "
    "Use z.std().",
)
def root_mean_square(x, draws, activation):
    return walked(x, draws, activation, lambda z, w, x: 1 / np.sqrt(np.mean(z**2)))


@known_mistake(
    MISTAKES,
    "You divide by n - 1 in the spread, with ddof=1. Here it describes these numbers themselves: "
    "z.std().",
)
def divided_by_one_less(x, draws, activation):
    return walked(x, draws, activation, lambda z, w, x: 1 / z.std(ddof=1))


@known_mistake(
    MISTAKES,
    "You take the mean over the units of each unit's own spread. The spread is that of all entries "
    "together: z.std(), without an axis.",
)
def mean_of_the_units_deviations(x, draws, activation):
    def gain(z, w, x):
        return 1 / z.std(axis=0).mean() if len(z) > 1 else 1 / z.std()

    return walked(x, draws, activation, gain)


@known_mistake(
    MISTAKES,
    "You subtract the mean of the sums as well before handing them on. A gain only scales.",
)
def mean_subtracted(x, draws, activation):
    gains = []
    for w in draws:
        z = x @ w
        gains.append(1 / z.std())
        x = activate(gains[-1] * (z - z.mean()), activation)
    return np.array(gains)


@known_mistake(
    MISTAKES,
    "You give every layer the first one's gain. Each layer has its own draws: measure it in each.",
)
def one_gain_for_all(x, draws, activation):
    gain = 1 / (x @ draws[0]).std()
    return np.full(len(draws), gain)


@known_mistake(
    MISTAKES,
    "Your gains multiply up: each holds those of the layers before. They are at work already in "
    "what the layer is given.",
)
def multiplied_up(x, draws, activation):
    return np.cumprod(walked(x, draws, activation, reciprocal))


@known_mistake(
    MISTAKES,
    "You bring the inputs to spread 1 first. The first layer's gain has to do that: the network "
    "will be given x as it is.",
)
def input_scaled_first(x, draws, activation):
    return walked(x / x.std(), draws, activation, reciprocal)


@known_mistake(
    MISTAKES,
    "You scale the caller's draws: w *= gain writes into them. Only measure, and scale the sums.",
)
def draws_scaled_in_place(x, draws, activation):
    gains = []
    for w in draws:
        gains.append(1 / (x @ w).std())
        w *= gains[-1]
        x = activate(x @ w, activation)
    return np.array(gains)


@known_mistake(
    MISTAKES,
    "You leave out the last layer. It has sums and a gain as well: {layers} gains here.",
)
def last_layer_left_out(x, draws, activation):
    return walked(x, draws[:-1], activation, reciprocal)
