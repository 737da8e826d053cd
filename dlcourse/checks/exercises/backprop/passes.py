"""Forward passes with right and wrong backward passes, for a gradient checker to tell apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Pass:
    """
    A function and its gradient.

    Attributes
    ----------
    f
        The forward pass, from an array of the shape of ``x`` to an array of the shape of ``dy``.
        It computes in the dtype that it is given.
    x, dy
        The input and an upstream gradient, in float64.
    dx
        The right gradient of ``sum(dy * f(x))`` for ``x``.
    """

    f: Function
    x: np.ndarray
    dy: np.ndarray
    dx: np.ndarray


def guarded(formula: Function, shape: tuple[int, ...]) -> Function:
    """Let a forward pass refuse anything but a float array of its shape, in one sentence."""

    def f(x: np.ndarray) -> np.ndarray:
        if not isinstance(x, np.ndarray):
            raise TypeError(f"f was called with {type(x).__name__}, expected a NumPy array.")
        if x.shape != shape:
            raise ValueError(
                f"f was called with shape {x.shape}, expected the shape of x, {shape}."
            )
        if x.dtype.kind != "f":
            raise TypeError(f"f was called with dtype {x.dtype}, expected floats.")
        return np.array(formula(x))

    return f


def away_from_zero(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw numbers of either sign with sizes between 0.2 and 2: no kink within reach of a step."""
    return rng.uniform(0.2, 2.0, shape) * rng.choice([-1.0, 1.0], shape)


def dense(rng: np.random.Generator, n: int, i: int, scale: float = 1.0) -> Pass:
    """Draw a dense layer."""
    o = int(rng.integers(2, 5))
    w, b = rng.standard_normal((i, o)) * scale, rng.standard_normal(o) * scale
    x, dy = away_from_zero(rng, n, i), away_from_zero(rng, n, o)
    return Pass(
        guarded(lambda x: x @ w.astype(x.dtype) + b.astype(x.dtype), x.shape), x, dy, dy @ w.T
    )


def tanh(rng: np.random.Generator, n: int, i: int) -> Pass:
    """Draw a tanh."""
    x, dy = away_from_zero(rng, n, i), away_from_zero(rng, n, i)
    return Pass(guarded(np.tanh, x.shape), x, dy, dy * (1 - np.tanh(x) ** 2))


def relu(rng: np.random.Generator, n: int, i: int) -> Pass:
    """Draw a ReLU with inputs on both sides of its kink."""
    x, dy = away_from_zero(rng, n, i), away_from_zero(rng, n, i)
    x.flat[0], x.flat[-1] = abs(x.flat[0]), -abs(x.flat[-1])
    return Pass(guarded(lambda x: np.maximum(x, 0), x.shape), x, dy, np.where(x > 0, dy, 0.0))


def softmax(rng: np.random.Generator, n: int, c: int) -> Pass:
    """Draw a softmax, whose outputs sum to 1 in each row."""
    x, dy = away_from_zero(rng, n, c), away_from_zero(rng, n, c)

    def formula(x: np.ndarray) -> np.ndarray:
        exponentials = np.exp(x - x.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    p = formula(x)
    dx = p * (dy - np.sum(p * dy, axis=1, keepdims=True))
    return Pass(guarded(formula, x.shape), x, dy, dx)


def cross_entropy(rng: np.random.Generator, n: int, c: int) -> Pass:
    """Draw softmax with cross-entropy: one loss per example, the mean still to be taken by dy."""
    x, dy = away_from_zero(rng, n, c), np.full(n, 1.0 / n)
    rows, labels = np.arange(n), rng.integers(0, c, n)

    def formula(x: np.ndarray) -> np.ndarray:
        highest = x.max(axis=1)
        total = np.log(np.exp(x - highest[:, np.newaxis]).sum(axis=1)) + highest
        return total - x[rows, labels]

    exponentials = np.exp(x)
    dx = exponentials / exponentials.sum(axis=1, keepdims=True)
    dx[rows, labels] -= 1
    return Pass(guarded(formula, x.shape), x, dy, dx * dy[:, np.newaxis])


def cube(rng: np.random.Generator, n: int, i: int, scale: float = 1.0) -> Pass:
    """Draw a scaled cube, whose curvature bends one-sided differences."""
    x, dy = away_from_zero(rng, n, i), away_from_zero(rng, n, i)

    def formula(x: np.ndarray) -> np.ndarray:
        return x.dtype.type(scale) * x**3

    return Pass(guarded(formula, x.shape), x, dy, 3 * scale * x**2 * dy)


def square(rng: np.random.Generator, n: int, i: int) -> Pass:
    """Draw a square, for which central differences are exact with any step, others with none."""
    x, dy = away_from_zero(rng, n, i), away_from_zero(rng, n, i)
    return Pass(guarded(np.square, x.shape), x, dy, 2 * x * dy)


def balanced(draw: Callable[[], Pass], fits: Callable[[Pass], bool] = lambda drawn: True) -> Pass:
    """
    Draw until no entry of the gradient is tiny beside the largest, apart from exact zeros.

    Otherwise it would depend on luck whether a checker that looks at each entry's own relative
    error meets an entry that is nothing but rounding. ``fits`` may ask for more.
    """
    while True:
        drawn = draw()
        sizes = np.abs(drawn.dx[drawn.dx != 0])
        if sizes.size and sizes.min() > 0.02 * sizes.max() and fits(drawn):
            return drawn
