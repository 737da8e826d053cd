"""Mistakes in ``layer_rates(layers, rate, factor, epoch, every)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def gentle(layers, rate, factor):
    """Give the rates of all layers, as if none were frozen."""
    return rate / factor ** np.arange(layers - 1, -1, -1.0)


def thawed(layers, epoch, every):
    """Say how many layers have thawed."""
    return min(1 + epoch // every, layers)


def frozen_below(rates, count):
    """Freeze all but the topmost layers."""
    rates = np.array(rates, dtype=float)
    rates[: len(rates) - count] = 0.0
    return rates


@known_mistake(
    MISTAKES,
    "Nothing is frozen in your rates. At first the head alone learns: it is random still, and its "
    "gradients would spoil what the layers below know.",
)
def nothing_frozen(layers, rate, factor, epoch, every):
    return gentle(layers, rate, factor)


@known_mistake(
    MISTAKES,
    "All your thawed layers have the same rate. Lower layers hold what is most general: each has "
    "the rate of the one above, divided by {factor}.",
)
def same_rate_for_all(layers, rate, factor, epoch, every):
    return frozen_below(np.full(layers, rate), thawed(layers, epoch, every))


@known_mistake(
    MISTAKES,
    "Your rates come from the head downwards. rates[0] belongs to the first layer, the lowest; the "
    "head is the last.",
)
def from_the_head_downwards(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), thawed(layers, epoch, every))[::-1]


@known_mistake(
    MISTAKES,
    "You thaw from the bottom. The head is new and learns first; then the layer below it.",
)
def thawed_from_the_bottom(layers, rate, factor, epoch, every):
    rates = gentle(layers, rate, factor)
    rates[thawed(layers, epoch, every) :] = 0.0
    return rates


@known_mistake(
    MISTAKES,
    "Your rates grow towards the first layer: you multiply by the factor. Divide.",
)
def multiplied_by_the_factor(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, 1 / factor), thawed(layers, epoch, every))


@known_mistake(
    MISTAKES,
    "You divide by the factor times the distance from the head. It is a power: each layer divides "
    "once more.",
)
def product_in_place_of_a_power(layers, rate, factor, epoch, every):
    distance = np.arange(layers - 1, -1, -1.0)
    rates = rate / np.maximum(factor * distance, 1.0)
    return frozen_below(rates, thawed(layers, epoch, every))


@known_mistake(
    MISTAKES,
    "Your head has the rate divided by {factor} already. It has the whole rate; the layer below it "
    "is the first to be divided.",
)
def head_divided_as_well(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate / factor, factor), thawed(layers, epoch, every))


@known_mistake(
    MISTAKES,
    "You count from the lowest layer that has thawed, which gets the whole rate. The head has it; "
    "each layer below divides.",
)
def counted_from_the_lowest(layers, rate, factor, epoch, every):
    count = thawed(layers, epoch, every)
    rates = np.zeros(layers)
    rates[layers - count :] = rate / factor ** np.arange(count)
    return rates


@known_mistake(
    MISTAKES,
    "In the first epoch nothing learns in your rates: epoch // every layers is none. The head "
    "learns from the start: 1 + epoch // every.",
)
def head_frozen_at_first(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), min(epoch // every, layers))


@known_mistake(
    MISTAKES,
    "You begin with two layers thawed. At first it is the head alone.",
)
def two_layers_at_first(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), min(2 + epoch // every, layers))


@known_mistake(
    MISTAKES,
    "You count epochs from 1, so layers thaw one epoch late. The first epoch is number 0.",
)
def thawed_one_epoch_late(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), thawed(layers, max(epoch - 1, 0), every))


@known_mistake(
    MISTAKES,
    "Layers thaw one epoch early in your rates: (epoch + 1) // every. The first epoch is number 0.",
)
def thawed_one_epoch_early(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), thawed(layers, epoch + 1, every))


@known_mistake(
    MISTAKES,
    "You thaw a layer in each epoch. One thaws every {every} epochs.",
)
def a_layer_in_each_epoch(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), thawed(layers, epoch, 1))


@known_mistake(
    MISTAKES,
    "You thaw {every} layers in each epoch: epoch * every. Divide, and drop the rest: //.",
)
def several_layers_in_each_epoch(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), min(1 + epoch * every, layers))


@known_mistake(
    MISTAKES,
    "You let one layer learn at a time and freeze those above again. What has thawed stays thawed.",
)
def one_layer_at_a_time(layers, rate, factor, epoch, every):
    rates = np.zeros(layers)
    lowest = layers - thawed(layers, epoch, every)
    rates[lowest] = gentle(layers, rate, factor)[lowest]
    return rates


@known_mistake(
    MISTAKES,
    "You thaw everything at once after {every} epochs. One layer thaws at a time, from the head "
    "down.",
)
def everything_at_once(layers, rate, factor, epoch, every):
    return frozen_below(gentle(layers, rate, factor), layers if epoch >= every else 1)


@known_mistake(
    MISTAKES,
    "You return how many layers have thawed. Return the rate of each layer.",
)
def number_of_layers_returned(layers, rate, factor, epoch, every):
    return thawed(layers, epoch, every)
