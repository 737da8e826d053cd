"""Functions of two numbers on which an optimizer's path can be seen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dlcourse import validation
from dlcourse.initializers import zeros
from dlcourse.optimizers.base import Optimizer
from dlcourse.parameters import Parameters, ParameterSpec


@dataclass(frozen=True)
class Surface:
    """A function of two numbers with its gradient.

    Attributes
    ----------
    name
        For a title.
    value
        f(p) for p (…, 2), hence also for a whole grid.
    gradient
        ∇f(p), of the shape of p.
    start
        Where a race starts by custom.
    minimum
        Where f is lowest; None for the saddle, which falls without end.
    extent
        (lowest x, highest x, lowest y, highest y) of a picture.
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    start: tuple[float, float]
    minimum: tuple[float, float] | None
    extent: tuple[float, float, float, float]


def _valley_value(p: np.ndarray) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    return (x**2 + 25 * y**2) / 2


def _valley_gradient(p: np.ndarray) -> np.ndarray:
    return p * np.array([1.0, 25.0])


def _rosenbrock_value(p: np.ndarray) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(p: np.ndarray) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    off = y - x**2
    return np.stack([-2 * (1 - x) - 400 * x * off, 200 * off], axis=-1)


def _beale_terms(p: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return the three terms a - x + x yᵏ with their derivatives for x and for y."""
    x, y = p[..., 0], p[..., 1]
    return [
        (a - x + x * y**k, y**k - 1, k * x * y ** (k - 1))
        for k, a in ((1, 1.5), (2, 2.25), (3, 2.625))
    ]


def _beale_value(p: np.ndarray) -> np.ndarray:
    return sum(term**2 for term, _, _ in _beale_terms(p))  # type: ignore[return-value]


def _beale_gradient(p: np.ndarray) -> np.ndarray:
    terms = _beale_terms(p)
    by_x = sum(2 * term * along_x for term, along_x, _ in terms)
    by_y = sum(2 * term * along_y for term, _, along_y in terms)
    return np.stack([by_x, by_y], axis=-1)  # type: ignore[list-item]


def _saddle_value(p: np.ndarray) -> np.ndarray:
    x, y = p[..., 0], p[..., 1]
    return (x**2 - y**2) / 2


def _saddle_gradient(p: np.ndarray) -> np.ndarray:
    return p * np.array([1.0, -1.0])


#: (x² + 25 y²) / 2: 25 times as steep across as along, so that one rate cannot suit both.
valley = Surface(
    "valley", _valley_value, _valley_gradient, (-4.0, 1.5), (0.0, 0.0), (-5.0, 2.0, -2.0, 2.0)
)
#: (1 - x)² + 100 (y - x²)²: a bent valley with an almost level floor (Rosenbrock 1960).
rosenbrock = Surface(
    "Rosenbrock", _rosenbrock_value, _rosenbrock_gradient,
    (-1.2, 1.0), (1.0, 1.0), (-1.6, 1.6, -0.6, 1.8),
)  # fmt: skip
#: Plateaus with steep walls at the corners, lowest at (3, ½) (Beale 1958).
beale = Surface(
    "Beale", _beale_value, _beale_gradient, (1.0, 1.0), (3.0, 0.5), (-0.5, 4.5, -1.5, 1.8)
)
#: (x² - y²) / 2: level at the origin, a minimum one way and a maximum the other.
saddle = Surface(
    "saddle", _saddle_value, _saddle_gradient, (1.0, 1e-3), None, (-1.5, 1.5, -1.5, 1.5)
)


def descend(
    surface: Surface,
    make_optimizer: Callable[[Parameters], Optimizer],
    steps: int,
    start: tuple[float, float] | None = None,
) -> np.ndarray:
    """Return an optimizer's path over a surface: the points (steps + 1, 2), the start first.

    ``make_optimizer`` gets the parameters, two float64 numbers:
    ``lambda parameters: Adam(parameters, 0.1)``. The start is the surface's own unless given.
    """
    steps = validation.count("steps", steps)
    point = np.asarray(surface.start if start is None else start, np.float64)
    if point.shape != (2,):
        raise ValueError(f"start has shape {point.shape}: expected two numbers")
    parameters = Parameters({"p": ParameterSpec("p", (2,), zeros)}, np.float64)
    parameters.values[:] = point
    optimizer = make_optimizer(parameters)
    path = np.empty((steps + 1, 2))
    path[0] = point
    for step in range(1, steps + 1):
        parameters.gradients[:] = surface.gradient(parameters.values)
        optimizer.step()
        path[step] = parameters.values
    return path
