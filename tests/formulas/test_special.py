import math

import numpy as np
import pytest
from numba import njit

from dlcourse import formulas

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@njit
def normal_distribution(x, y):
    for i in range(x.size):
        y[i] = formulas.normal_distribution(x[i])


@njit
def normal_density(x, y):
    for i in range(x.size):
        y[i] = formulas.normal_density(x[i])


@njit
def log1p_of_share(x, y):
    for i in range(x.size):
        y[i] = formulas.log1p_of_share(x[i])


def over(kernel, x, dtype):
    x = np.asarray(x, dtype)
    y = np.full_like(x, np.nan)
    kernel(x, y)
    return x.astype(float).tolist(), y


@DTYPES
def test_normal_distribution(dtype):
    """Four parts in ten million for |x| < 1; below, a rounding of x² counts x² times."""
    x, y = over(normal_distribution, np.linspace(-12.5, 9, 40_001), dtype)
    expected = np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x])
    error = abs(y - expected) / expected
    unit = np.finfo(dtype).eps
    assert (error <= unit * (4 + 2 * np.square(x))).all()


@DTYPES
def test_normal_density(dtype):
    x, y = over(normal_density, np.linspace(-12.5, 12.5, 40_001), dtype)
    expected = np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi)
    unit = np.finfo(dtype).eps
    assert (abs(y - expected) <= unit * (4 + np.square(x)) * expected).all()


@DTYPES
def test_log1p_of_share(dtype):
    z = np.concatenate([np.linspace(0, 1, 40_001), np.logspace(-37, 0, 1000)])
    x, y = over(log1p_of_share, z, dtype)
    expected = np.array([math.log1p(v) for v in x])
    assert (abs(y - expected) <= 2 * np.finfo(dtype).eps * expected).all()


@DTYPES
def test_extremes(dtype):
    far = [-1e4, 1e4, -np.inf, np.inf]
    assert over(normal_distribution, far, dtype)[1].tolist() == [0, 1, 0, 1]
    assert over(normal_density, far, dtype)[1].tolist() == [0, 0, 0, 0]
    for kernel in (normal_distribution, normal_density, log1p_of_share):
        assert np.isnan(over(kernel, [np.nan], dtype)[1]).all()
