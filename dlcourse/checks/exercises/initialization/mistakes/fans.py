"""Mistakes in ``fans(shape)``, the more specific ones first."""

import math

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(shape):
    """Give the fans that a mistake then spoils."""
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


@known_mistake(
    MISTAKES,
    "You have exchanged the two: fan_in counts the inputs that one output sums, fan_out the "
    "outputs that one input feeds.",
)
def exchanged(shape):
    return right(shape)[::-1]


@known_mistake(
    MISTAKES,
    "You leave out the size of the kernel. One output of a convolution sums all channels at every "
    "place of the kernel: multiply both fans by the number of places.",
)
def kernel_left_out(shape):
    return shape[-2], shape[-1]


@known_mistake(
    MISTAKES,
    "Your fan_out leaves out the size of the kernel. While the kernel slides, one input is used at "
    "each of its places: fan_out is multiplied as well.",
)
def kernel_in_fan_in_only(shape):
    return math.prod(shape[:-1]), shape[-1]


@known_mistake(
    MISTAKES,
    "Your fan_in leaves out the size of the kernel. One output sums every channel at each place "
    "of the kernel.",
)
def kernel_in_fan_out_only(shape):
    return shape[-2], right(shape)[1]


@known_mistake(
    MISTAKES,
    "You take the first two sizes of the shape. In a convolution these are the kernel's height and "
    "width; inputs and outputs are the last two: shape[-2] and shape[-1].",
)
def first_two_sizes(shape):
    return shape[0], shape[1]


@known_mistake(
    MISTAKES,
    "You take the first and the last size. The first is the inputs only in a dense layer: count "
    "from the end, shape[-2] and shape[-1].",
)
def first_and_last_size(shape):
    return shape[0], shape[-1]


@known_mistake(
    MISTAKES,
    "You unpack the shape into two sizes, which works for a dense layer alone. "
    "*kernel, inputs, outputs = shape takes any number of axes.",
)
def two_sizes_unpacked(shape):
    inputs, outputs = shape
    return inputs, outputs


@known_mistake(
    MISTAKES,
    "You unpack the shape into four sizes, which works for a convolution over images alone. "
    "*kernel, inputs, outputs = shape takes any number of axes.",
)
def four_sizes_unpacked(shape):
    if len(shape) == 2:
        return shape
    height, width, inputs, outputs = shape
    return height * width * inputs, height * width * outputs


@known_mistake(
    MISTAKES,
    "You read the shape as (outputs, inputs, …), PyTorch's order. Here the outputs come last: "
    "(inputs, outputs), or (height, width, inputs, outputs).",
)
def outputs_first(shape):
    field = math.prod(shape[2:])
    return field * shape[1], field * shape[0]


@known_mistake(
    MISTAKES,
    "You read the shape as (inputs, outputs, height, width). The kernel comes first: "
    "(height, width, inputs, outputs).",
)
def kernel_last(shape):
    field = math.prod(shape[2:])
    return field * shape[0], field * shape[1]


@known_mistake(
    MISTAKES,
    "You add the sizes of the kernel. A kernel of 3 by 5 has 15 places: multiply them.",
)
def kernel_added(shape):
    field = sum(shape[:-2]) or 1
    return field * shape[-2], field * shape[-1]


@known_mistake(
    MISTAKES,
    "You multiply by the kernel's first size alone, as if it had one axis. Every axis of the "
    "kernel counts: height times width.",
)
def one_axis_of_the_kernel(shape):
    field = shape[0] if len(shape) > 2 else 1
    return field * shape[-2], field * shape[-1]


@known_mistake(
    MISTAKES,
    "You square the kernel's height, as if every kernel were square. Multiply height by width.",
)
def kernel_taken_as_square(shape):
    field = shape[0] ** 2 if len(shape) > 2 else 1
    return field * shape[-2], field * shape[-1]


@known_mistake(
    MISTAKES,
    "You add the number of the kernel's places to the channels. Each place sums all channels: "
    "multiply.",
)
def kernel_added_to_the_channels(shape):
    field = math.prod(shape[:-2]) if len(shape) > 2 else 0
    return field + shape[-2], field + shape[-1]


@known_mistake(
    MISTAKES,
    "You count the bias as one more input. The fans count weights: a bias feeds its output with "
    "a constant and starts at 0.",
)
def bias_counted(shape):
    fan_in, fan_out = right(shape)
    return fan_in + 1, fan_out


@known_mistake(
    MISTAKES,
    "You return the number of all weights for both. Each fan leaves one of the two last sizes out.",
)
def all_weights(shape):
    return math.prod(shape), math.prod(shape)


@known_mistake(
    MISTAKES,
    "You return the mean of the two fans twice. Glorot's rule takes the mean later; here both are "
    "wanted.",
)
def mean_of_both(shape):
    mean = sum(right(shape)) / 2
    return mean, mean


@known_mistake(
    MISTAKES,
    "You return the fans of the worked examples, whatever the shape is.",
)
def examples_typed_in(shape):
    return (4, 3) if len(shape) == 2 else (18, 36)
