"""Making data drift: real images as they are when cameras, light or customers change."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.data import Dataset, as_dataset
from dlcourse.kernels import kernels_for


def _moved(x: np.ndarray, columns: dict[int, float]) -> np.ndarray:
    """Turn and shift images; ``columns`` of ``warp_images``: 0 radians, 1 down, 2 right."""
    motion = np.zeros((len(x), 5))
    motion[:, 3:] = 1
    for column, value in columns.items():
        motion[:, column] = value
    y = np.empty_like(x)
    kernels_for(x).warp_images(x, motion, y)
    return y


def _rotation(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return _moved(x, {0: strength * np.pi / 2})


def _translation(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return _moved(x, {2: strength * x.shape[2] / 2})


def _noise(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return x + x.dtype.type(strength) * rng.standard_normal(x.shape, x.dtype)


def _contrast(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    mean = x.mean(axis=(1, 2), keepdims=True)
    return mean + (x - mean) * x.dtype.type(1 - strength)


def _brightness(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return x + x.dtype.type(strength)


def _blur(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Mix each pixel with its neighbours, weighted by a bell curve 6 pixels wide at most."""
    spread = 3 * strength
    reach = np.arange(-9, 10)
    weight = np.exp(-(reach**2) / (2 * spread**2)) if spread > 0.05 else (reach == 0) * 1.0
    weight = (weight / weight.sum()).astype(x.dtype)
    for axis in (1, 2):
        padded = np.pad(x, [(9, 9) if a == axis else (0, 0) for a in range(4)], mode="edge")
        window = np.lib.stride_tricks.sliding_window_view(padded, len(reach), axis)
        x = window @ weight
    return x


def _occlusion(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Cover a rectangle at a random place of each image, ``strength`` of either side long."""
    n, height, width, _ = x.shape
    tall, wide = round(strength * height), round(strength * width)
    top = rng.integers(height - tall + 1, size=(n, 1, 1, 1))
    left = rng.integers(width - wide + 1, size=(n, 1, 1, 1))
    row, column = np.arange(height)[:, None, None], np.arange(width)[:, None]
    inside = (row >= top) & (row < top + tall) & (column >= left) & (column < left + wide)
    return np.where(inside, x.dtype.type(0), x)


#: What may change, by name; at strength 1 nothing, or next to nothing, can be recognized any more
#: (a rotation is then by 90 degrees, a translation by half the width).
SHIFTS: dict[str, Callable[[np.ndarray, float, np.random.Generator], np.ndarray]] = {
    "rotation": _rotation,
    "translation": _translation,
    "noise": _noise,
    "blur": _blur,
    "contrast": _contrast,
    "brightness": _brightness,
    "occlusion": _occlusion,
}


def shifted(x: Any, kind: str, strength: float, rng: np.random.Generator | int) -> np.ndarray:
    """Return images that have changed in one way, as a new array, values from 0 to 1.

    Parameters
    ----------
    x
        Images (n, height, width, channels), float32 or float64, values from 0 to 1.
    kind
        One of ``SHIFTS``: "rotation", "translation" (all images alike), "noise", "blur",
        "contrast", "brightness", "occlusion".
    strength
        From 0, nothing at all, to 1.
    rng
        A ``numpy.random.Generator``, or a seed; "noise" and "occlusion" draw from it.

    Notes
    -----
    In the manner of Hendrycks and Dietterich, "Benchmarking neural network robustness to common
    corruptions and perturbations", 2019; strengths are our own.
    """
    if not isinstance(x, np.ndarray) or x.ndim != 4 or x.dtype.char not in "fd" or len(x) == 0:
        raise TypeError(
            f"x is {validation.describe(x)}: expected images of shape (n, height, width, "
            "channels), float32 or float64"
        )
    if not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(f"x goes from {x.min():g} to {x.max():g}: expected values from 0 to 1")
    if kind not in SHIFTS:
        raise ValueError(f"kind is {kind!r}: expected one of {', '.join(SHIFTS)}")
    strength = validation.number("strength", strength, least=0, most=1)
    rng = validation.generator("rng", rng)
    if strength == 0:
        return x.copy()
    changed = SHIFTS[kind](validation.real_array("x", x, x.dtype), strength, rng)
    return np.clip(changed, 0, 1)


def with_frequencies(
    y: Any, frequencies: Sequence[float], size: int, rng: np.random.Generator | int
) -> np.ndarray:
    """Return indices of ``size`` examples in which the classes have these frequencies.

    Parameters
    ----------
    y
        Labels (n,) from 0 to classes - 1.
    frequencies
        One number of at least 0 for each class; they are divided by their sum. Each example's class
        is drawn by them, then one of the class's examples, with replacement.
    size
        How many.
    rng
        A ``numpy.random.Generator``, or a seed.
    """
    share = validation.real_array("frequencies", frequencies, np.dtype(np.float64))
    if share.ndim != 1 or len(share) < 2:
        raise ValueError(f"frequencies has shape {share.shape}: expected (classes,), one for each")
    if not (share.min() >= 0 and 0 < share.sum() < np.inf):
        raise ValueError(
            f"frequencies has smallest value {share.min():g} and sum {share.sum():g}: expected "
            "numbers of at least 0, not all of them 0"
        )
    array = np.asarray(y)
    array = validation.labels("y", array, array.size, len(share))
    missing = (np.bincount(array, minlength=len(share)) == 0) & (share > 0)
    if missing.any():
        raise ValueError(
            f"y has no example of class {int(np.argmax(missing))}: expected at least one of each "
            "class that is to occur"
        )
    rng = validation.generator("rng", rng)
    drawn = rng.choice(len(share), validation.count("size", size), p=share / share.sum())
    chosen = np.empty(len(drawn), np.int64)
    for label in np.unique(drawn):
        places = drawn == label
        chosen[places] = rng.choice(np.flatnonzero(array == label), int(places.sum()))
    return chosen


def drifting_stream(
    data: tuple, kind: str, strengths: Sequence[float], each: int, rng: np.random.Generator | int
) -> Iterator[Dataset]:
    """Yield one ``Dataset`` a period: other examples of ``data``, changed more from time to time.

    Parameters
    ----------
    data
        A pair (x, y) of images and labels to draw from, anew (and with replacement) each time.
    kind
        What changes, as for ``shifted``.
    strengths
        How strongly, one number a period: ``[0, 0, 0.1, 0.2]``.
    each
        How many examples come in a period.
    rng
        A ``numpy.random.Generator``, or a seed.
    """
    x, y = as_dataset("data", data)
    each, rng = validation.count("each", each), validation.generator("rng", rng)

    def periods() -> Iterator[Dataset]:
        for strength in strengths:
            chosen = rng.integers(len(x), size=each)
            yield Dataset(shifted(x[chosen], kind, strength, rng), y[chosen])

    return periods()
