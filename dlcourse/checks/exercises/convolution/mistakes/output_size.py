"""Mistakes in ``output_size(size, kernel, stride, padding)``, the more specific ones first."""

import math

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(size, kernel, stride, padding):
    """Count the windows, for mistakes in something else."""
    return max((size + 2 * padding - kernel) // stride + 1, 0)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "count from whatever it is given.",
)
def answer_of_the_example_typed_in(size, kernel, stride, padding):
    return 3


@known_mistake(
    MISTAKES,
    "The + 1 is missing. (size + 2 * padding - kernel) // stride counts the steps from the first "
    "window to the last; there is one window more than there are steps.",
)
def first_window_not_counted(size, kernel, stride, padding):
    return max((size + 2 * padding - kernel) // stride, 0)


@known_mistake(
    MISTAKES,
    "Your + 1 stands inside the division, and is divided as well: the number of steps is divided "
    "by the stride, then one window is added.",
)
def one_added_before_the_division(size, kernel, stride, padding):
    return max((size + 2 * padding - kernel + 1) // stride, 0)


@known_mistake(
    MISTAKES,
    "You ignore the stride. The window moves by {stride} pixels at a time: divide by the stride.",
)
def stride_ignored(size, kernel, stride, padding):
    return max(size + 2 * padding - kernel + 1, 0)


@known_mistake(
    MISTAKES,
    "You divide the side by the stride and forget the filter: the last windows would hang over the "
    "edge. Subtract the filter's size first.",
)
def windows_hang_over_the_edge(size, kernel, stride, padding):
    return -(-(size + 2 * padding) // stride)


@known_mistake(
    MISTAKES,
    "You ignore the padding. With {padding} zeros on either side the side is {wide} long.",
)
def padding_ignored(size, kernel, stride, padding):
    return max((size - kernel) // stride + 1, 0)


@known_mistake(
    MISTAKES,
    "You count the padding once. There are {padding} zeros before the side and {padding} behind "
    "it: 2 * padding.",
)
def padding_on_one_side(size, kernel, stride, padding):
    return max((size + padding - kernel) // stride + 1, 0)


@known_mistake(
    MISTAKES,
    "You subtract the padding. It makes the side longer, so there is room for more windows.",
)
def padding_subtracted(size, kernel, stride, padding):
    return max((size - 2 * padding - kernel) // stride + 1, 0)


@known_mistake(
    MISTAKES,
    "You add the padding after the division. It makes the side longer, in pixels, and pixels are "
    "what is divided by the stride.",
)
def padding_added_to_the_count(size, kernel, stride, padding):
    return max((size - kernel) // stride + 1, 0) + 2 * padding


@known_mistake(
    MISTAKES,
    "You round up. A window that is only partly on the image is none: pixels that are left over at "
    "the end are dropped. Use //.",
)
def rounded_up(size, kernel, stride, padding):
    return max(math.ceil((size + 2 * padding - kernel) / stride) + 1, 0)


@known_mistake(
    MISTAKES,
    "You round to the nearest whole number. Pixels that are left over at the end are dropped, "
    "however many they are: use //.",
)
def rounded_to_the_nearest(size, kernel, stride, padding):
    return max(round((size + 2 * padding - kernel) / stride) + 1, 0)


@known_mistake(
    MISTAKES,
    "You divide with /, so that a rest leaves a fraction of a window. Use //, which drops it.",
)
def divided_with_a_rest(size, kernel, stride, padding):
    return max((size + 2 * padding - kernel) / stride + 1, 0.0)


@known_mistake(
    MISTAKES,
    "You cut off after the point, with int(…): from −0.5 that makes 0, and then there is one "
    "window where the filter does not fit at all. // goes down: −1, and one more is 0.",
)
def cut_off_towards_zero(size, kernel, stride, padding):
    return max(int((size + 2 * padding - kernel) / stride) + 1, 0)


@known_mistake(
    MISTAKES,
    "Your count is below 0 where the filter is larger than the side with its padding. Then there "
    "is no window: max(…, 0).",
)
def fewer_than_none(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


@known_mistake(
    MISTAKES,
    "You count at least one window. Where the filter is larger than the side with its padding "
    "there is none.",
)
def at_least_one(size, kernel, stride, padding):
    return max(right(size, kernel, stride, padding), 1)


@known_mistake(
    MISTAKES,
    "You let windows reach over the edge by half, with kernel // 2 at either end: that fits odd "
    "filters only. The last start is at size + 2 * padding - kernel.",
)
def odd_filters_only(size, kernel, stride, padding):
    return max((size + 2 * padding - 2 * (kernel // 2) - 1) // stride + 1, 0)


@known_mistake(
    MISTAKES,
    "You set the windows side by side, a filter's size apart. They are the stride apart, and "
    "overlap where that is smaller.",
)
def windows_side_by_side(size, kernel, stride, padding):
    return (size + 2 * padding) // kernel


@known_mistake(
    MISTAKES,
    "You return the place where the last window starts, counted in pixels. Asked is how many "
    "windows there are.",
)
def start_of_the_last_window(size, kernel, stride, padding):
    return max((right(size, kernel, stride, padding) - 1) * stride, 0)


@known_mistake(
    MISTAKES,
    "Your number is right, but it is a float: np.floor(…) and / give floats. Use //, which keeps "
    "whole numbers whole.",
)
def count_as_a_float(size, kernel, stride, padding):
    return float(right(size, kernel, stride, padding))
