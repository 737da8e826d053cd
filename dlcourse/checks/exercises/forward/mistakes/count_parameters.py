"""Mistakes in ``count_parameters(sizes)``, the more specific ones first."""

import math
from itertools import pairwise

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def pairs(sizes):
    """Give each layer's inputs and outputs."""
    return list(pairwise(sizes))


def weights(sizes):
    """Count the weights rightly, for mistakes in the biases."""
    return sum(i * o for i, o in pairs(sizes))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to count for "
    "whatever sizes it is given.",
)
def answer_of_the_example_typed_in(sizes):
    return 20, 6


@known_mistake(
    MISTAKES,
    "You count biases for the {i} inputs as well. Inputs are given, not computed: only units that "
    "compute something have a bias.",
)
def biases_of_the_inputs(sizes):
    return weights(sizes), sum(sizes)


@known_mistake(
    MISTAKES,
    "You count one bias for each layer. Each unit has a bias of its own.",
)
def one_bias_for_each_layer(sizes):
    return weights(sizes), len(sizes) - 1


@known_mistake(
    MISTAKES,
    "You leave out the biases of the output layer, {o} of them. Output units have one, too.",
)
def biases_of_the_outputs_left_out(sizes):
    return weights(sizes), sum(sizes[1:-1])


@known_mistake(
    MISTAKES,
    "You count a bias for each unit that a layer starts from. It belongs to the units that it "
    "leads to.",
)
def biases_of_the_incoming_units(sizes):
    return weights(sizes), sum(sizes[:-1])


@known_mistake(
    MISTAKES,
    "You count a bias for each weight. A unit has many weights and one bias.",
)
def as_many_biases_as_weights(sizes):
    return weights(sizes), weights(sizes)


@known_mistake(
    MISTAKES,
    "You say that there are no biases. Each unit of each layer but the inputs has one.",
)
def no_biases(sizes):
    return weights(sizes), 0


@known_mistake(
    MISTAKES,
    "You have counted the biases among the weights: a layer has i · o weights and o biases, and "
    "they are asked for one by one.",
)
def biases_counted_among_the_weights(sizes):
    return sum((i + 1) * o for i, o in pairs(sizes)), sum(sizes[1:])


@known_mistake(
    MISTAKES,
    "You add the sizes of neighbouring layers. Every unit of the one is connected with every unit "
    "of the other: multiply.",
)
def sizes_added(sizes):
    return sum(i + o for i, o in pairs(sizes)), sum(sizes[1:])


@known_mistake(
    MISTAKES,
    "You multiply all sizes. Weights are between neighbouring layers: multiply two at a time and "
    "add.",
)
def everything_multiplied(sizes):
    return math.prod(sizes), sum(sizes[1:])


@known_mistake(
    MISTAKES,
    "The last layer is missing: your loop ends one too early. {layers} layers of weights lie "
    "between the sizes given.",
)
def last_layer_left_out(sizes):
    return weights(sizes[:-1]), sum(sizes[1:-1])


@known_mistake(
    MISTAKES,
    "The first layer is missing: your loop begins one too late. The inputs are connected with the "
    "first hidden layer.",
)
def first_layer_left_out(sizes):
    return weights(sizes[1:]), sum(sizes[2:])


@known_mistake(
    MISTAKES,
    "You count the first layer's weights only: is the return inside the loop?"
    " It belongs behind it.",
)
def first_layer_only(sizes):
    return weights(sizes[:2]), sizes[1]


@known_mistake(
    MISTAKES,
    "You count a layer of weights from the outputs back to the inputs. A forward pass has no such "
    "circle: sizes[-1] in a loop that starts at 0 is the last one.",
)
def closed_to_a_circle(sizes):
    return weights(sizes) + sizes[-1] * sizes[0], sum(sizes)


@known_mistake(
    MISTAKES,
    "You connect every unit with every unit of all later layers. In these networks weights are "
    "between neighbouring layers only.",
)
def all_layers_connected(sizes):
    return (
        sum(sizes[a] * sizes[b] for a in range(len(sizes)) for b in range(a + 1, len(sizes))),
        sum(sizes[1:]),
    )


@known_mistake(
    MISTAKES,
    "You square the size of each layer. The weights lead from one layer to the next, i · o.",
)
def layers_squared(sizes):
    return sum(size * size for size in sizes[1:]), sum(sizes[1:])


@known_mistake(
    MISTAKES,
    "You divide by 2, as if a weight belonged to both its ends. Every weight counts once, from one "
    "layer to the next.",
)
def weights_halved(sizes):
    return weights(sizes) // 2, sum(sizes[1:])


@known_mistake(
    MISTAKES,
    "You return one number, the sum of both. Return weights, biases.",
)
def both_in_one_number(sizes):
    return weights(sizes) + sum(sizes[1:])


@known_mistake(
    MISTAKES,
    "You return the biases first. Return weights, biases.",
)
def results_exchanged(sizes):
    return sum(sizes[1:]), weights(sizes)


@known_mistake(
    MISTAKES,
    "You return lists with the counts of each layer. Add them up: two numbers.",
)
def counts_of_each_layer(sizes):
    return np.array([i * o for i, o in pairs(sizes)]), np.array(sizes[1:])


@known_mistake(
    MISTAKES,
    "Your counts overflow: an int32 holds about two billion at most. Python's own whole numbers "
    "have no limit.",
)
def counted_in_int32(sizes):
    small = np.array(sizes, dtype=np.int64)
    return (small[:-1] * small[1:]).astype(np.int32).sum(dtype=np.int32), small[1:].sum()


@known_mistake(
    MISTAKES,
    "You take sizes apart as you count (pop, del, or an assignment): the caller's list has changed "
    "afterwards. Work on a copy, or by index.",
)
def list_taken_apart(sizes):
    found = weights(sizes), sum(sizes[1:])
    while len(sizes) > 1:
        sizes.pop(0)
    return found
