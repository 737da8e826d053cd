"""What the exercises of the lab convolution share: geometry, windows over images, their inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, normal
from dlcourse.checks.exercise import Case


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution.

    Attributes
    ----------
    n, height, width, inputs, filters
        Images, rows, columns, input channels, output channels.
    kernel_height, kernel_width, stride, padding
        Of the windows; stride and padding are the same down and across.
    """

    n: int
    height: int
    width: int
    inputs: int
    filters: int
    kernel_height: int
    kernel_width: int
    stride: int = 1
    padding: int = 0

    @property
    def out_height(self) -> int:
        """Windows one below the other."""
        return (self.height + 2 * self.padding - self.kernel_height) // self.stride + 1

    @property
    def out_width(self) -> int:
        """Windows side by side."""
        return (self.width + 2 * self.padding - self.kernel_width) // self.stride + 1

    @property
    def facts(self) -> dict[str, int]:
        """Numbers that the sentence of a mistake may quote."""
        return {
            "n": self.n,
            "c": self.inputs,
            "f": self.filters,
            "kk": self.kernel_height * self.kernel_width,
            "stride": self.stride,
            "padding": self.padding,
            "windows": self.out_height * self.out_width,
        }

    def draw(self, names: Sequence[str], rng: np.random.Generator, numbers: Numbers) -> Any:
        """Draw the arrays of these names, each with its shape."""
        shapes = {
            "x": (self.n, self.height, self.width, self.inputs),
            "w": (self.kernel_height, self.kernel_width, self.inputs, self.filters),
            "b": (self.filters,),
            "dy": (self.n, self.out_height, self.out_width, self.filters),
        }
        return {name: numbers(rng, *shapes[name]) for name in names}


def geometries(rng: np.random.Generator) -> dict[str, list[tuple[str, Geometry]]]:
    """
    Give the geometries that a convolution has to master, by the part that they count for.

    Images are never square, except one, and of different numbers of rows, columns and channels.
    """
    n, extra = int(rng.integers(2, 4)), int(rng.integers(0, 2))
    return {
        "values": [
            ("filters of 3 by 2", Geometry(n, 5 + extra, 7, 2, 3, 3, 2)),
            ("filters of 2 by 3", Geometry(2, 6, 4 + extra, 3, 2, 2, 3)),
        ],
        "windows": [
            ("a padding of 1", Geometry(2, 4 + extra, 6, 2, 3, 3, 3, padding=1)),
            ("a stride of 2", Geometry(n, 7, 5 + 2 * extra, 2, 3, 3, 3, stride=2)),
            ("a stride of 2 that leaves a row over", Geometry(2, 6, 7, 1, 2, 3, 3, stride=2)),
            ("a stride of 2 and a padding of 1", Geometry(2, 6, 5, 2, 2, 3, 2, 2, 1)),
        ],
        "edge": [
            ("a single image of one channel, one filter", Geometry(1, 5, 4, 1, 1, 2, 2)),
            ("filters of one pixel", Geometry(2, 3, 4, 3, 2, 1, 1)),
            ("a filter as large as the image", Geometry(3, 3, 4, 2, 2, 3, 4)),
            ("a stride larger than the filter", Geometry(2, 8, 7, 2, 2, 2, 2, stride=3)),
            ("a padding of 2", Geometry(1, 3, 5, 2, 1, 3, 2, padding=2)),
            ("a square image, square filters", Geometry(2, 5, 5, 2, 2, 3, 3)),
        ],
    }


def image_case(
    rng: np.random.Generator,
    about: str,
    names: Sequence[str],
    geometry: Geometry,
    settings: Sequence[str] = ("stride", "padding"),
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw the arrays of a geometry; the named settings follow them."""
    arrays = {name: drawn * scale for name, drawn in geometry.draw(names, rng, numbers).items()}
    given = {name: getattr(geometry, name) for name in settings}
    return Case({**cast(arrays, dtype), **given}, about, part, facts=geometry.facts)


def windows(
    x: np.ndarray, kernel: tuple[int, int], stride: int, padding: int, fill: float = 0.0
) -> np.ndarray:
    """Give every window: (n, out height, out width, kernel height, kernel width, channels)."""
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    wide = np.pad(x, around, constant_values=fill)
    views = np.lib.stride_tricks.sliding_window_view(wide, kernel, axis=(1, 2))
    return views[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)


def correlate(x: np.ndarray, w: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """Slide the filters over the images."""
    return np.tensordot(windows(x, w.shape[:2], stride, padding), w, axes=3)


def spread(
    dy: np.ndarray, w: np.ndarray, shape: tuple[int, ...], stride: int, padding: int
) -> np.ndarray:
    """
    Give the gradient of the images, of the given shape, in another way than by collecting.

    The gradient at a pixel is itself a correlation: of dy, its entries moved apart by the stride
    and surrounded by zeros, with the filters turned by 180 degrees, inputs and outputs exchanged.
    """
    n, height, width, _ = shape
    rows, columns = w.shape[:2]
    high, wide = height + 2 * padding + rows - 1, width + 2 * padding + columns - 1
    apart = np.zeros((n, high, wide, dy.shape[3]))
    down, across = (dy.shape[axis] * stride for axis in (1, 2))
    apart[:, rows - 1 : rows - 1 + down : stride, columns - 1 : columns - 1 + across : stride] = dy
    turned = w[::-1, ::-1].transpose(0, 1, 3, 2)
    dx = correlate(apart, turned, 1, 0)
    return dx[:, padding : padding + height, padding : padding + width]
