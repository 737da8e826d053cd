"""Mistakes in ``gradient_norms(dy, activations, weights)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def slope(after):
    """The derivative of tanh, by what tanh gave."""
    return 1 - after**2


def backwards(dy, activations, weights, slope=slope, passed=lambda delta, w: delta @ w.T):
    """Give each layer's inputs and the gradient at its sums, from the first layer to the last."""
    pairs = []
    for layer in reversed(range(len(weights))):
        delta = dy * slope(activations[layer + 1])
        pairs.append((activations[layer], delta))
        dy = passed(delta, weights[layer])
    return pairs[::-1]


def norms(pairs):
    """Give the norm of the gradient of each layer's weights."""
    return np.array([np.linalg.norm(before.T @ delta) for before, delta in pairs])


@known_mistake(
    MISTAKES,
    "You leave out the derivative of tanh. It is what makes gradients vanish: multiply by 1 - a**2 "
    "on the way back through each layer.",
)
def slope_left_out(dy, activations, weights):
    return norms(backwards(dy, activations, weights, lambda after: 1))


@known_mistake(
    MISTAKES,
    "You take the derivative of tanh at its own output, 1 - tanh(a)**2. The activations have been "
    "through tanh already: 1 - a**2.",
)
def tanh_taken_twice(dy, activations, weights):
    return norms(backwards(dy, activations, weights, lambda after: 1 - np.tanh(after) ** 2))


@known_mistake(
    MISTAKES,
    "You use the derivative of the sigmoid, a * (1 - a). These layers have tanh: 1 - a**2.",
)
def slope_of_the_sigmoid(dy, activations, weights):
    return norms(backwards(dy, activations, weights, lambda after: after * (1 - after)))


@known_mistake(
    MISTAKES,
    "Your derivative of tanh is 1 - a; the square is missing.",
)
def square_left_out(dy, activations, weights):
    return norms(backwards(dy, activations, weights, lambda after: 1 - after))


@known_mistake(
    MISTAKES,
    "You multiply by the derivative of ReLU. These layers have tanh: 1 - a**2.",
)
def slope_of_relu(dy, activations, weights):
    return norms(backwards(dy, activations, weights, lambda after: after > 0))


@known_mistake(
    MISTAKES,
    "You take the derivative of each layer at its inputs. It belongs to its outputs: "
    "activations[layer + 1].",
)
def slope_at_the_inputs(dy, activations, weights):
    pairs = []
    for layer in reversed(range(len(weights))):
        before = activations[layer]
        delta = dy * slope(before) if before.shape == dy.shape else dy * slope(before).mean()
        pairs.append((before, delta))
        dy = delta @ weights[layer].T
    return norms(pairs[::-1])


@known_mistake(
    MISTAKES,
    "In the last layer you leave out the derivative of tanh. dy is the gradient at the outputs, "
    "after tanh, there as everywhere.",
)
def slope_left_out_at_the_end(dy, activations, weights):
    last = len(weights)
    pairs = []
    for layer in reversed(range(last)):
        delta = dy if layer == last - 1 else dy * slope(activations[layer + 1])
        pairs.append((activations[layer], delta))
        dy = delta @ weights[layer].T
    return norms(pairs[::-1])


@known_mistake(
    MISTAKES,
    "Your norms come from the last layer to the first. Turn them round: norms[0] belongs to the "
    "first layer.",
)
def from_last_to_first(dy, activations, weights):
    return norms(backwards(dy, activations, weights))[::-1]


@known_mistake(
    MISTAKES,
    "You give the norm of the gradient at the sums of each layer. Asked for is that of its "
    "weights: a.T @ delta, with a the layer's inputs.",
)
def gradient_of_the_sums(dy, activations, weights):
    pairs = backwards(dy, activations, weights)
    return np.array([np.linalg.norm(delta) for _, delta in pairs])


@known_mistake(
    MISTAKES,
    "You multiply by the layer's outputs in place of its inputs: dw = a.T @ delta, where a is what "
    "came in, activations[layer].",
)
def outputs_in_place_of_inputs(dy, activations, weights):
    pairs = backwards(dy, activations, weights)
    outs = activations[1:]
    return np.array(
        [np.linalg.norm(after.T @ delta) for after, (_, delta) in zip(outs, pairs, strict=True)]
    )


@known_mistake(
    MISTAKES,
    "You divide the gradients by the number of examples. dy has the mean in it already.",
)
def averaged_again(dy, activations, weights):
    return norms(backwards(dy, activations, weights)) / len(dy)


@known_mistake(
    MISTAKES,
    "You return squares of norms: the root is missing.",
)
def root_left_out(dy, activations, weights):
    return norms(backwards(dy, activations, weights)) ** 2


@known_mistake(
    MISTAKES,
    "You return the largest entry of each gradient and not its norm, the root of the sum of the "
    "squares.",
)
def largest_entry(dy, activations, weights):
    pairs = backwards(dy, activations, weights)
    return np.array([np.abs(before.T @ delta).max() for before, delta in pairs])


@known_mistake(
    MISTAKES,
    "You return the root of the mean square. The norm is the root of the sum of the squares.",
)
def root_mean_square(dy, activations, weights):
    pairs = backwards(dy, activations, weights)
    return np.array([np.sqrt(np.mean((before.T @ delta) ** 2)) for before, delta in pairs])


@known_mistake(
    MISTAKES,
    "You return sums of absolute values. The norm is the root of the sum of the squares.",
)
def sum_of_sizes(dy, activations, weights):
    pairs = backwards(dy, activations, weights)
    return np.array([np.abs(before.T @ delta).sum() for before, delta in pairs])


@known_mistake(
    MISTAKES,
    "You return spectral norms, as np.linalg.norm(dw, 2) gives for a matrix. Leave the 2 out: "
    "without it all entries are squared and added.",
)
def spectral_norm(dy, activations, weights):
    pairs = backwards(dy, activations, weights)
    return np.array([np.linalg.norm(before.T @ delta, 2) for before, delta in pairs])


@known_mistake(
    MISTAKES,
    "You return the norms of the weights. Asked for are those of their gradients.",
)
def norms_of_the_weights(dy, activations, weights):
    return np.array([np.linalg.norm(w) for w in weights])


@known_mistake(
    MISTAKES,
    "You stop before the first layer. There is a norm for each of the {layers} layers.",
)
def first_layer_left_out(dy, activations, weights):
    return norms(backwards(dy, activations, weights))[1:]


@known_mistake(
    MISTAKES,
    "You write into the caller's dy, as dy *= … does. Make a new array: dy = dy * ….",
)
def written_into_dy(dy, activations, weights):
    found = norms(backwards(dy, activations, weights))
    dy *= slope(activations[-1])
    return found
