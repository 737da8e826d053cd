"""What convolution and pooling share: images, and windows that slide over them."""

from dlcourse import validation
from dlcourse.layers.base import Layer
from dlcourse.parameters import Shape

Pair = tuple[int, int]


def image_shape(layer: Layer, input_shape: Shape) -> tuple[int, int, int]:
    """Return (height, width, channels), for a layer that takes images only."""
    if len(input_shape) != 3:
        raise ValueError(
            f"{layer!r} got inputs of shape {input_shape}: expected images, "
            "(height, width, channels)"
        )
    height, width, channels = (validation.count("image size", size) for size in input_shape)
    return height, width, channels


def windows(layer: Layer, image: Pair, size: Pair, stride: Pair, padding: Pair) -> Pair:
    """Return how many windows fit, downwards and across; ``padding`` is the sum of both sides.

    Windows that would reach over the edge are left out, as in PyTorch (floor, not ceil).
    """
    room = image[0] + padding[0], image[1] + padding[1]
    if room[0] < size[0] or room[1] < size[1]:
        padded = f" ({room[0]} by {room[1]} with padding)" if any(padding) else ""
        raise ValueError(
            f"{layer!r} got images of {image[0]} by {image[1]}{padded}: expected at least "
            f"{size[0]} by {size[1]}, one window"
        )
    return (room[0] - size[0]) // stride[0] + 1, (room[1] - size[1]) // stride[1] + 1


def shortest(pair: Pair) -> int | Pair:
    """Return one number for two that are equal, as a person would write it."""
    return pair[0] if pair[0] == pair[1] else pair
