"""Mistakes in ``start_weights(normals)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(normals):
    """Give every weight the variance 1 / width."""
    return (normals / np.sqrt(normals.shape[1])).astype(normals.dtype)


@known_mistake(
    MISTAKES,
    "The program is as broken as before: 0.01 times a normal number is far too small for {width} "
    "inputs. Ask how much has to come in from each, so that their sum has the size of one.",
)
def a_hundredth(normals):
    return (0.01 * normals).astype(normals.dtype)


@known_mistake(
    MISTAKES,
    "You use the normal numbers as they are. A sum of {width} of them is of the size √{width}: "
    "tanh is saturated at once.",
)
def not_scaled(normals):
    return normals.copy()


@known_mistake(
    MISTAKES,
    "You divide by the width. Variances add up, not sizes: divide by the root of the width.",
)
def divided_by_the_width(normals):
    return normals / normals.shape[1]


@known_mistake(
    MISTAKES,
    "You multiply by the root of the width. The more inputs there are, the smaller each "
    "one's weight: divide.",
)
def multiplied_by_the_root(normals):
    return (normals * np.sqrt(normals.shape[1])).astype(normals.dtype)


@known_mistake(
    MISTAKES,
    "You divide by the root of the number of layers. What adds up in a unit are its inputs, "
    "{width} of them: divide by the root of the width.",
)
def divided_by_the_root_of_the_depth(normals):
    return (normals / np.sqrt(normals.shape[0])).astype(normals.dtype)


@known_mistake(
    MISTAKES,
    "You divide by the root of layers times width: each layer makes the signal smaller, and there "
    "are {layers} of them.",
)
def divided_by_the_root_of_both(normals):
    return (normals / np.sqrt(normals.shape[0] * normals.shape[1])).astype(normals.dtype)


@known_mistake(
    MISTAKES,
    "You set the weights to 0. Then nothing comes through, in either direction, and all units of a "
    "layer would stay alike for ever.",
)
def zeros(normals):
    return np.zeros_like(normals)


@known_mistake(
    MISTAKES,
    "All your weights of a layer are the same. Its units then compute the same and learn the same: "
    "the normal numbers are there to make them differ.",
)
def all_the_same(normals):
    return np.full_like(normals, 1 / normals.shape[1])


@known_mistake(
    MISTAKES,
    "You take the absolute values. Without negative weights nothing cancels, and the sums are as "
    "large as their number.",
)
def absolute_values(normals):
    return np.abs(right(normals))


@known_mistake(
    MISTAKES,
    "You scale the first layer alone. Every layer adds up {width} inputs.",
)
def first_layer_alone(normals):
    weights = normals.copy()
    weights[0] = right(normals)[0]
    return weights


@known_mistake(
    MISTAKES,
    "You make even numbers between -1 and 1, whatever the width is. What is right depends on "
    "how many inputs a unit adds up.",
)
def even_numbers(normals):
    return (2 * np.mod(normals, 1.0) - 1).astype(normals.dtype)


@known_mistake(
    MISTAKES,
    "Your weights are float64 although float32 came in: np.sqrt of a whole number is a float64. "
    "Use math.sqrt or width**0.5.",
)
def made_in_float64(normals):
    return right(normals).astype(np.float64)


@known_mistake(
    MISTAKES,
    "You write the weights into the caller's normals, as /= does. Make a new array.",
)
def written_in_place(normals):
    normals[...] = right(normals)
    return normals
