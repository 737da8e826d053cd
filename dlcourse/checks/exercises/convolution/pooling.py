"""What the two exercises about max pooling share: geometries and how images are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import Case
from dlcourse.checks.exercises.convolution.windows import windows


@dataclass(frozen=True)
class Pooling:
    """Images and the windows that go over them."""

    n: int
    height: int
    width: int
    channels: int
    size: int
    stride: int


def pool_case(
    rng: np.random.Generator,
    about: str,
    names: Sequence[str],
    how: Pooling,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw images whose windows have one largest number each, and an upstream gradient."""
    shape = how.n, how.height, how.width, how.channels
    count = int(np.prod(shape))
    if numbers is quarters:
        # Different multiples of a quarter on either side of 0.
        x = (rng.permutation(count) - count // 2).reshape(shape) / 4
    else:
        # No two alike, and some windows with negative numbers alone.
        x = numbers(rng, *shape) - 0.5
    out = [(side - how.size) // how.stride + 1 for side in (how.height, how.width)]
    arrays = {"dy": numbers(rng, how.n, *out, how.channels), "x": x}
    drawn = cast({name: arrays[name] * scale for name in names}, dtype)
    facts = {"n": how.n, "size": how.size, "stride": how.stride, "area": how.size**2}
    return Case({**drawn, "size": how.size, "stride": how.stride}, about, part, facts=facts)


def after_relu(case: Case) -> Case:
    """
    Cut the images at 0, so that some windows hold several largest numbers, or only zeros.

    In one window the two largest lie on its other diagonal, where reading by rows or by columns
    finds different ones first.
    """
    x = case.arguments["x"]
    x[x < 0] = 0
    x[0, :2, :2] = 0
    x[1, 0, 1] = x[1, 1, 0] = 8
    return case


def draw_pooling(rng: np.random.Generator, names: Sequence[str]) -> list[Case]:
    """Draw windows side by side, apart and overlapping, ties, layouts and large numbers."""
    n = int(rng.integers(2, 4))

    def case(about: str, *how: int, **options: object) -> Case:
        return pool_case(rng, about, names, Pooling(*how), **options)  # type: ignore[arg-type]

    def layout(rng: np.random.Generator, about: str) -> Case:
        return pool_case(rng, about, names, Pooling(2, 4, 6, 3, 2, 2), part="edge")

    return [
        case("an image of two rows", 1, 2, 4, 1, 2, 2, numbers=quarters),
        case("float32", n, 6, 4, 3, 2, 2, dtype=np.float32),
        case("windows of 3", 2, 6, 9, 2, 3, 3),
        after_relu(case("images after a ReLU", 2, 4, 6, 3, 2, 2)),
        case("windows that overlap", n, 5, 7, 2, 3, 2, part="windows"),
        case("windows one pixel apart", 2, 4, 5, 2, 2, 1, part="windows"),
        case("windows with gaps between them", 2, 8, 5, 2, 2, 3, part="windows"),
        case("a row and a column left over", 2, 5, 7, 3, 2, 2, part="windows"),
        after_relu(case("ties in windows that overlap", 2, 5, 7, 2, 3, 2, part="windows")),
        case("negative numbers alone", 2, 4, 6, 1, 2, 2, part="edge", numbers=negative),
        case("a single image of one channel", 1, 4, 6, 1, 2, 2, part="edge"),
        case("windows of one pixel", 2, 3, 4, 2, 1, 1, part="edge"),
        case("a window as large as the image", 2, 4, 4, 3, 4, 2, part="edge"),
        case("numbers around a thousand", 2, 4, 6, 2, 2, 2, part="edge", scale=1e3),
        *laid_out(layout, rng),
    ]


def negative(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw numbers between -3 and -1."""
    return rng.uniform(-3, -1, shape)


def pool_windows(case: Case) -> np.ndarray:
    """Give the windows of a case as (n, out height, out width, pixels, channels)."""
    (x,) = case.in_float64("x")
    size, stride = case.arguments["size"], case.arguments["stride"]
    cut = windows(x, (size, size), stride, 0)
    return cut.reshape(*cut.shape[:3], size * size, x.shape[3])
