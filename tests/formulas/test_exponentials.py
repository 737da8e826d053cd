import math

import numpy as np
import pytest
from numba import config, njit

from dlcourse import formulas
from dlcourse.formulas import exponentials

FUNCTIONS = pytest.mark.parametrize(
    ("function", "in_float32", "exact", "ulps"),
    [
        (formulas.exp, exponentials.exp_float32, np.exp, 1.1),
        (formulas.expm1, exponentials.expm1_float32, np.expm1, 2),
        (formulas.tanh, exponentials.tanh_float32, np.tanh, 2.6),
        (formulas.sigmoid, formulas.sigmoid, lambda x: 1 / (1 + np.exp(-x)), 2.5),
    ],
    ids=["exp", "expm1", "tanh", "sigmoid"],
)


def over(function):
    """Return a compiled loop with the freedoms that the library's kernels give the compiler."""

    @njit(fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")
    def loop(x, y):
        for i in range(x.size):
            y[i] = function(x[i])

    return loop


@FUNCTIONS
def test_float32_formulas_err_by_few_units_of_the_last_place(function, in_float32, exact, ulps):
    step = 2_000_003 if config.DISABLE_JIT else 1009  # odd: every exponent, every last bit
    x = np.arange(0, 2**32, step, dtype=np.uint32).view(np.float32)
    x = np.concatenate([x[np.isfinite(x)], np.linspace(-110, 110, 20_000 // (step % 97 + 1))])
    x = x.astype(np.float32)
    y = np.empty_like(x)
    with np.errstate(over="ignore"):  # infinity is the right result of exp(89)
        over(in_float32)(x, y)
        expected = exact(x.astype(np.float64))
        rounded = expected.astype(np.float32)
    infinite = np.isinf(rounded)
    np.testing.assert_array_equal(y[infinite], rounded[infinite])
    unit = np.spacing(np.abs(rounded[~infinite])).astype(np.float64)
    error = np.abs(y[~infinite] - expected[~infinite]) / unit
    assert error.max() < ulps, x[~infinite][error.argmax()]


@FUNCTIONS
def test_extremes(function, in_float32, exact, ulps):
    with np.errstate(over="ignore"):
        x = np.array([np.inf, -np.inf, np.nan, 0, -0.0, 1e-45, -1e-40, 3e38, -3e38], np.float32)
        y = np.empty_like(x)
        over(in_float32)(x, y)
        expected = exact(x.astype(np.float64)).astype(np.float32)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(np.signbit(y[3:5]), np.signbit(expected[3:5]))


@FUNCTIONS
def test_float64_is_the_c_librarys(function, in_float32, exact, ulps):
    x = np.concatenate([np.linspace(-700, 700, 999), np.linspace(-1, 1, 999)])
    y = np.empty_like(x)
    over(function)(x, y)
    np.testing.assert_allclose(y, exact(x), rtol=1e-15)


@pytest.mark.parametrize("name", ["exp", "expm1", "tanh"])
@pytest.mark.parametrize("kind", [float, np.float32, np.float64])
def test_as_plain_python_they_are_those_of_math(name, kind):
    y = getattr(formulas, name)(kind(0.3))
    assert type(y) is kind
    assert y == kind(getattr(math, name)(kind(0.3)))


@pytest.mark.skipif(config.DISABLE_JIT, reason="looks at compiled code")
@FUNCTIONS
def test_a_float32_loop_calls_no_library_and_computes_nothing_in_float64(
    function, in_float32, exact, ulps
):
    loop = over(function)
    x = np.linspace(-3, 3, 100, dtype=np.float32)
    y, direct = np.empty_like(x), np.empty_like(x)
    loop(x, y)
    over(in_float32)(x, direct)
    np.testing.assert_array_equal(y, direct)
    (code,) = loop.inspect_llvm().values()
    assert "double" not in code
    (assembly,) = loop.inspect_asm().values()
    assert not [name for name in ("expf", "expm1f", "tanhf") if name in assembly]
