"""Checking a gradient against differences of the function itself."""

from collections.abc import Callable

import numpy as np


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, step: float = 1e-6
) -> np.ndarray:
    """Return the gradient of f at x by central differences, (f(x + h) - f(x - h)) / 2h.

    Parameters
    ----------
    f
        A function of an array that returns one number. It is called twice for each element of x.
    x
        Where; a float64 array of any shape. Each element is changed in turn and put back, so f
        may also read ``x`` from elsewhere (a model's parameter, say).
    step
        h. Near the cube root of the machine's precision (6e-6 in float64) the two errors
        balance: truncation, which grows as h², and rounding, which grows as 1/h.

    Returns
    -------
    numpy.ndarray
        float64, of the shape of x.

    Raises
    ------
    TypeError
        x is not a float64 array: in float32 rounding hides what is looked for.
    """
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        found = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(f"x is {found}: expected a float64 array")
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + step
        above = f(x)
        x[index] = kept - step
        below = f(x)
        x[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """Return |a - b| / (|a| + |b|) in Euclidean norms: 0 for equal arrays, at most 1.

    Two arrays of zeros are equal, so their error is 0.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape} and b {b.shape}: expected the same shape")
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0
