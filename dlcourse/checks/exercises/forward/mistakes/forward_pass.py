"""Mistakes in ``forward_pass(x, layers)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def relu(x):
    """Cut negative numbers off."""
    return np.maximum(x, 0)


def run(x, layers, hidden=relu, output=None, dense=lambda x, w, b: x @ w + b):
    """Go through the layers, each step open to be spoilt."""
    for number, (w, b) in enumerate(layers):
        x = dense(x, w, b)
        if number < len(layers) - 1:
            x = hidden(x)
        elif output is not None:
            x = output(x)
    return x


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute for "
    "whatever x and layers it is given.",
)
def answer_of_the_example_typed_in(x, layers):
    return np.array([[7.0]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "You put a ReLU behind the last layer as well: outputs are never negative. The outputs are "
    "scores, and may have any sign.",
)
def relu_behind_the_last_layer(x, layers):
    return run(x, layers, output=relu)


@known_mistake(
    MISTAKES,
    "You leave the ReLU out. Without it, {layers} layers are no more than one: a product of "
    "matrices is a matrix.",
)
def no_activation(x, layers):
    return run(x, layers, hidden=lambda x: x)


@known_mistake(
    MISTAKES,
    "You put a sigmoid behind the hidden layers. A ReLU is asked for: np.maximum(…, 0).",
)
def sigmoid_in_place_of_relu(x, layers):
    return run(x, layers, hidden=lambda x: (np.tanh(x / 2) + 1) / 2)


@known_mistake(
    MISTAKES,
    "You put a tanh behind the hidden layers. A ReLU is asked for: np.maximum(…, 0).",
)
def tanh_in_place_of_relu(x, layers):
    return run(x, layers, hidden=np.tanh)


@known_mistake(
    MISTAKES,
    "You take the size of the hidden values. A ReLU makes negative numbers 0 and not positive.",
)
def size_in_place_of_relu(x, layers):
    return run(x, layers, hidden=np.abs)


@known_mistake(
    MISTAKES,
    "Your ReLU keeps the negative numbers and cuts the positive ones off: np.maximum(…, 0), not "
    "np.minimum.",
)
def positive_numbers_cut_off(x, layers):
    return run(x, layers, hidden=lambda x: np.minimum(x, 0))


@known_mistake(
    MISTAKES,
    "Your ReLU gives only 0 and 1: x > 0 says where a unit is on. What it passes on is its value.",
)
def switch_in_place_of_relu(x, layers):
    return run(x, layers, hidden=lambda x: (x > 0).astype(x.dtype))


@known_mistake(
    MISTAKES,
    "You put the ReLU before the bias is added: np.maximum(x @ w, 0) + b. The bias decides where "
    "the unit switches on, so it comes first.",
)
def relu_before_the_bias(x, layers):
    for w, b in layers[:-1]:
        x = relu(x @ w) + b
    return x @ layers[-1][0] + layers[-1][1]


@known_mistake(
    MISTAKES,
    "You put a ReLU in front of the first layer: negative inputs are lost. Inputs go in as they "
    "are.",
)
def relu_on_the_inputs(x, layers):
    return run(relu(x), layers)


@known_mistake(
    MISTAKES,
    "You leave the biases out: each layer is x @ w + b.",
)
def biases_left_out(x, layers):
    return run(x, layers, dense=lambda x, w, b: x @ w)


@known_mistake(
    MISTAKES,
    "The bias of the last layer is missing: its outputs are x @ w + b, too.",
)
def last_bias_left_out(x, layers):
    *first, (w, b) = layers
    return run(x, [*first, (w, np.zeros_like(b))])


@known_mistake(
    MISTAKES,
    "You subtract the biases. Each layer is x @ w + b.",
)
def biases_subtracted(x, layers):
    return run(x, layers, dense=lambda x, w, b: x @ w - b)


@known_mistake(
    MISTAKES,
    "The biases are added twice. Each layer is x @ w + b.",
)
def biases_added_twice(x, layers):
    return run(x, layers, dense=lambda x, w, b: x @ w + 2 * b)


@known_mistake(
    MISTAKES,
    "You leave out the last layer: the result has as many columns as the last hidden layer has "
    "units, and not {o}.",
)
def last_layer_left_out(x, layers):
    for w, b in layers[:-1]:
        x = relu(x @ w + b)
    return x if len(layers) > 1 else x.copy()


@known_mistake(
    MISTAKES,
    "You stop after the first layer: is the return inside the loop? It belongs behind it.",
)
def first_layer_only(x, layers):
    return run(x, layers[:1])


@known_mistake(
    MISTAKES,
    "Every layer starts from the inputs again, so only the last counts, or the shapes do not fit. "
    "A layer starts from what the one before has given: x = ….",
)
def every_layer_starts_from_the_inputs(x, layers):
    for w, b in layers:
        y = x @ w + b
    return y


@known_mistake(
    MISTAKES,
    "You go through the layers backwards. The first in the list takes the inputs.",
)
def layers_backwards(x, layers):
    return run(x, layers[::-1])


@known_mistake(
    MISTAKES,
    "You use the weights transposed: w has the shape (inputs, outputs), so x @ w fits as it is.",
)
def weights_transposed(x, layers):
    return run(x, layers, dense=lambda x, w, b: x @ w.T + b)


@known_mistake(
    MISTAKES,
    "You turn the outputs into probabilities (softmax). Here the scores themselves are asked for; "
    "a loss takes care of the rest.",
)
def softmax_at_the_end(x, layers):
    def softmax(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return run(x, layers, output=softmax)


@known_mistake(
    MISTAKES,
    "You put a ReLU behind the first hidden layer only. Every hidden layer has one.",
)
def relu_behind_the_first_layer_only(x, layers):
    for number, (w, b) in enumerate(layers):
        x = x @ w + b
        if number == 0 and len(layers) > 1:
            x = relu(x)
    return x


@known_mistake(
    MISTAKES,
    "You assume that there are one or two hidden layers. Go through the list, however long it is.",
)
def two_layers_assumed(x, layers):
    (w, b), *_, (v, c) = layers
    return relu(x @ w + b) @ v + c


@known_mistake(
    MISTAKES,
    "Your outputs are flat, or have lost an axis of length 1. Their shape is ({n}, {o}).",
)
def outputs_flattened(x, layers):
    return run(x, layers).ravel()


@known_mistake(
    MISTAKES,
    "You take the layers out of the list as you go (pop): afterwards the caller's network is "
    "empty. Loop over it.",
)
def layers_taken_out_of_the_list(x, layers):
    y = run(x, layers)
    while layers:
        layers.pop(0)
    return y


@known_mistake(
    MISTAKES,
    "You write into x: x[x < 0] = 0, or x *= … on the inputs. They belong to the caller.",
)
def inputs_changed_in_place(x, layers):
    y = run(x, layers)
    x[x < 0] = 0
    return y


@known_mistake(
    MISTAKES,
    "Your outputs are float64 although float32 came in: np.zeros(…) makes float64. Compute with "
    "the arrays themselves, or use dtype=x.dtype.",
)
def made_in_float64(x, layers):
    return run(x.astype(np.float64), layers)
