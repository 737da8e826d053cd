"""Mistakes in ``signal_spreads(x, dy, ws, activation)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def activate(z, activation):
    """Apply the activation that is asked for."""
    return np.maximum(z, 0) if activation == "relu" else np.tanh(z)


def slope(z, activation):
    """Give its derivative."""
    return (z > 0).astype(z.dtype) if activation == "relu" else 1 - np.tanh(z) ** 2


def followed(x, dy, ws, activation, act=activate, slope=slope):
    """Give the sums, the signals, the gradients for the sums and those for the inputs."""
    sums: list[np.ndarray] = []
    signals: list[np.ndarray] = []
    at_sums: list[np.ndarray] = []
    at_inputs: list[np.ndarray] = []
    for w in ws:
        sums.append(x @ w)
        x = act(sums[-1], activation)
        signals.append(x)
    for w, z in zip(ws[::-1], sums[::-1], strict=True):
        dz = dy * slope(z, activation)
        dy = dz @ w.T
        at_sums.insert(0, dz)
        at_inputs.insert(0, dy)
    return sums, signals, at_sums, at_inputs


def spreads(signals, gradients, measure=np.std):
    """Measure both."""
    return np.array([measure(s) for s in signals]), np.array([measure(g) for g in gradients])


def right(x, dy, ws, activation):
    """Give the spreads that a mistake then spoils."""
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "Your forward spreads are those of the sums x @ w, before the activation. A layer's signal is "
    "what it hands on: measure after the activation.",
)
def measured_before_the_activation(x, dy, ws, activation):
    sums, _, _, gradients = followed(x, dy, ws, activation)
    return spreads(sums, gradients)


@known_mistake(
    MISTAKES,
    "You leave the activation out on both ways: the network has become one long product of "
    "matrices.",
)
def no_activation(x, dy, ws, activation):
    _, signals, _, gradients = followed(
        x, dy, ws, activation, lambda z, _: z, lambda z, _: np.ones_like(z)
    )
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "You leave out the activation's derivative on the way back: dz = dy * derivative(z), then "
    "dx = dz @ w.T.",
)
def derivative_left_out(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation, slope=lambda z, _: np.ones_like(z))
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "You use ReLU whatever activation is asked for. The argument is "
    'activation == "relu" or "tanh".',
)
def always_relu(x, dy, ws, activation):
    return right(x, dy, ws, "relu")


@known_mistake(
    MISTAKES,
    "You use tanh whatever activation is asked for. The argument is "
    'activation == "relu" or "tanh".',
)
def always_tanh(x, dy, ws, activation):
    return right(x, dy, ws, "tanh")


@known_mistake(
    MISTAKES,
    "On the way back you use ReLU's derivative for tanh as well. That of tanh is 1 - tanh(z)².",
)
def derivative_of_relu_for_both(x, dy, ws, activation):
    _, signals, _, gradients = followed(
        x, dy, ws, activation, slope=lambda z, _: (z > 0).astype(z.dtype)
    )
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "Your derivative of tanh is applied to tanh(z) once more, 1 - tanh(tanh(z))². It is "
    "1 - tanh(z)², or 1 - y² with the layer's output y.",
)
def derivative_at_the_output(x, dy, ws, activation):
    _, signals, _, gradients = followed(
        x, dy, ws, activation, slope=lambda z, name: slope(activate(z, name), name)
    )
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "Your derivative of tanh is 1 - tanh(z): the square is missing.",
)
def square_left_out_of_the_derivative(x, dy, ws, activation):
    def unsquared(z, name):
        return slope(z, name) if name == "relu" else 1 - np.tanh(z)

    _, signals, _, gradients = followed(x, dy, ws, activation, slope=unsquared)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "Your derivative of ReLU is 1 at 0. By this lab's convention it is 0 there, as in the "
    "libraries: z > 0, not z >= 0.",
)
def relu_passes_at_zero(x, dy, ws, activation):
    def passing(z, name):
        return (z >= 0).astype(z.dtype) if name == "relu" else slope(z, name)

    _, signals, _, gradients = followed(x, dy, ws, activation, slope=passing)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "Your derivative belongs to the next layer: on the way back through layer number k, use the "
    "sums of layer k itself. Keep every z on the way forward.",
)
def derivative_of_the_last_layer_only(x, dy, ws, activation):
    sums, signals, _, _ = followed(x, dy, ws, activation)
    gradients: list[np.ndarray] = []
    dz = dy * slope(sums[-1], activation)
    for w in ws[::-1]:
        dz = dz @ w.T
        gradients.insert(0, dz)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "You measure the gradients at the sums, dz. Wanted are those at each layer's input, dz @ w.T.",
)
def gradients_at_the_sums(x, dy, ws, activation):
    _, signals, gradients, _ = followed(x, dy, ws, activation)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "Your backward spreads run from the last layer to the first, in the order in which they are "
    "found. backward[0] belongs to the first layer, as forward[0] does.",
)
def backward_in_reverse(x, dy, ws, activation):
    forward, backward = right(x, dy, ws, activation)
    return forward, backward[::-1].copy()


@known_mistake(
    MISTAKES,
    "Your backward spreads are one place late: you begin with that of dy, which belongs to no "
    "layer's input, and leave the first layer out.",
)
def begins_with_the_upstream_gradient(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads(signals, [*gradients[1:], dy])


@known_mistake(
    MISTAKES,
    "Your forward spreads begin with that of the input x and leave the last layer out. "
    "forward[0] is the spread after the first layer.",
)
def begins_with_the_input(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads([x, *signals[:-1]], gradients)


@known_mistake(
    MISTAKES,
    "Your forward has a spread too many, that of the input x. It has one for each layer: "
    "{layers} here.",
)
def input_counted(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads([x, *signals], gradients)


@known_mistake(
    MISTAKES,
    "You return variances. The spread is the standard deviation, the root of the variance.",
)
def variances(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads(signals, gradients, np.var)


@known_mistake(
    MISTAKES,
    "You return root mean squares. That is the standard deviation only where the mean is 0, and "
    "after ReLU it is not: subtract the mean, as np.std does.",
)
def root_mean_squares(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads(signals, gradients, lambda a: np.sqrt(np.mean(a**2)))


@known_mistake(
    MISTAKES,
    "You take the standard deviation of each unit over the batch and then the mean of these. The "
    "spread is that of all entries together: np.std(x), without an axis.",
)
def mean_of_the_units_deviations(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads(signals, gradients, lambda a: a.std(axis=0).mean())


@known_mistake(
    MISTAKES,
    "You divide by n - 1, with ddof=1. Here the spread describes these numbers themselves, so it "
    "divides by n: np.std(x).",
)
def divided_by_one_less(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads(signals, gradients, lambda a: a.std(ddof=1))


@known_mistake(
    MISTAKES,
    "You return mean sizes, mean(|x|). The spread is the standard deviation.",
)
def mean_sizes(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, ws, activation)
    return spreads(signals, gradients, lambda a: np.abs(a).mean())


@known_mistake(
    MISTAKES,
    "You multiply by the transposed weights on the way forward. Weights are (inputs, outputs): "
    "forward x @ w, backward dz @ w.T.",
)
def transposes_exchanged(x, dy, ws, activation):
    _, signals, _, gradients = followed(x, dy, [w.T for w in ws], activation)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "On the way back you multiply by w, not by its transpose: dx = dz @ w.T.",
)
def not_transposed_on_the_way_back(x, dy, ws, activation):
    sums, signals, _, _ = followed(x, dy, ws, activation)
    gradients: list[np.ndarray] = []
    for w, z in zip(ws[::-1], sums[::-1], strict=True):
        dy = (dy * slope(z, activation)) @ w
        gradients.insert(0, dy)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "On the way back you take the layers from the first to the last. Backward means last layer "
    "first: reversed(ws).",
)
def backward_from_the_first_layer(x, dy, ws, activation):
    sums, signals, _, _ = followed(x, dy, ws, activation)
    gradients: list[np.ndarray] = []
    for w, z in zip(ws, sums, strict=True):
        dy = (dy * slope(z, activation)) @ w.T
        gradients.append(dy)
    return spreads(signals, gradients)


@known_mistake(
    MISTAKES,
    "You write into the caller's dy on the way back, as dy *= … does. Write dz = dy * …, which "
    "makes a new array.",
)
def gradient_changed_in_place(x, dy, ws, activation):
    result = right(x, dy, ws, activation)
    z = followed(x, dy, ws, activation)[0][-1]
    dy *= slope(z, activation)
    return result
