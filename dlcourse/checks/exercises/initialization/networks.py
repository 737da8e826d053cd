"""Small networks for the exercises about signals: drawn so that nothing hangs by a thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dlcourse.checks.drawing import LAYOUTS
from dlcourse.checks.exercise import Case

#: A weighted sum nearer to 0 than this share of the layer's size would make ReLU's decision a
#: matter of rounding: 1e-4 is a thousand times float32's.
NEAR_ZERO = 1e-4


def activate(z: np.ndarray, activation: str) -> np.ndarray:
    """Apply ReLU or tanh, in float64."""
    return np.where(z > 0, z, 0.0) if activation == "relu" else np.tanh(z)


def slope(z: np.ndarray, activation: str) -> np.ndarray:
    """Give the derivative of ReLU (0 at 0) or tanh, in float64."""
    return (z > 0).astype(np.float64) if activation == "relu" else 1.0 / np.cosh(z) ** 2


def spread(values: np.ndarray) -> float:
    """Give the standard deviation of all entries: the root of the mean squared distance."""
    distances = values - np.sum(values) / values.size
    return math.sqrt(float(np.vdot(distances, distances)) / values.size)


def draw_network(
    rng: np.random.Generator,
    activation: str,
    examples: int,
    widths: Sequence[int],
    scale: float = 1.0,
    own_scale: bool = False,
    decided: bool = True,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """
    Draw inputs and the weights of each layer, anew until every layer is alive.

    With ``decided`` no sum is so near to 0 that rounding decides whether ReLU lets a gradient pass.
    Weights have about the size that keeps signals going, times ``scale``; with ``own_scale`` each
    layer has another size on top, between a third and three times as much.
    """
    while True:
        x = rng.standard_normal((examples, widths[0]))
        ws = []
        for i, o in pairwise(widths):
            size = scale * math.sqrt((2.0 if activation == "relu" else 1.0) / i)
            if own_scale:
                size *= float(3.0 ** rng.uniform(-1, 1))
            ws.append(rng.standard_normal((i, o)) * size)
        if alive(x, ws, activation, decided):
            return x, ws


def alive(x: np.ndarray, ws: Sequence[np.ndarray], activation: str, decided: bool) -> bool:
    """Whether signals of every layer differ from each other, and none is next to ReLU's kink."""
    for w in ws:
        z = x @ w
        size = float(np.sqrt(np.mean(z * z)))
        x = activate(z, activation)
        if size == 0 or min(z.std(), x.std()) < 0.2 * min(size, 1.0):
            return False
        if decided and activation == "relu" and np.any(np.abs(z) < NEAR_ZERO * size):
            return False
    return True


def laid_out_network(
    case_of: Callable[[np.random.Generator, str], Case], rng: np.random.Generator
) -> list[Case]:
    """Make one case per memory layout, with the arrays inside of lists laid out as well."""

    def anew(value: Any, layout: Callable[[np.ndarray], np.ndarray]) -> Any:
        if isinstance(value, list):
            return [anew(item, layout) for item in value]
        return layout(value) if isinstance(value, np.ndarray) else value

    cases = []
    for about, layout in LAYOUTS.items():
        case = case_of(rng, about)
        arguments = {name: anew(value, layout) for name, value in case.arguments.items()}
        cases.append(Case(arguments, case.about, case.part, case.facts, case.hidden))
    return cases
