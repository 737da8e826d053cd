"""scikit-image: ``warp``, an image at a time."""

from functools import singledispatch
from typing import Any

import numpy as np
from skimage.transform import warp

from tests.benchmarks.workloads import Augmenting


@singledispatch
def prepare(workload: Any) -> Any:
    return None


@prepare.register
def _(workload: Augmenting) -> Any:
    x, rng = workload.data(), np.random.default_rng(1)
    middle = (workload.side - 1) / 2

    def move() -> np.ndarray:
        y = np.empty_like(x)
        angles, shifts = workload.motion(rng)
        for n in range(len(x)):
            places = _where_from(angles[n], *shifts[n], middle)
            y[n, :, :, 0] = warp(x[n, :, :, 0], places, order=1, clip=False)
        return y

    return move


def _where_from(angle: float, down: float, right: float, middle: float) -> np.ndarray:
    """Return the map from a place (column, row, 1) to the one that it is looked up at."""
    cosine, sine = np.cos(angle), np.sin(angle)
    column, row = -middle - right, -middle - down
    return np.array(
        [
            [cosine, -sine, cosine * column - sine * row + middle],
            [sine, cosine, cosine * row + sine * column + middle],
            [0, 0, 1],
        ]
    )
