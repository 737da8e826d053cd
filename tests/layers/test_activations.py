import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.layers import (
    ELU,
    GELU,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from dlcourse.model import Sequential
from tests.support import DEVICES_LONG, assert_layer_gradients

TABLES = np.load(Path(__file__).parents[1] / "reference" / "activations.npz")

#: Name in PyTorch's tables, and how the layer is made.
ACTIVATIONS = {
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "leaky_relu_slope_0.3": lambda: LeakyReLU(0.3),
    "elu": ELU,
    "elu_alpha_0.5": lambda: ELU(0.5),
    "gelu": GELU,
    "silu": SiLU,
    "softplus": Softplus,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softmax": Softmax,
}
EACH = pytest.mark.parametrize("make", ACTIVATIONS.values(), ids=ACTIVATIONS.keys())
POINTWISE = pytest.mark.parametrize(
    "make",
    [make for name, make in ACTIVATIONS.items() if name != "softmax"],
    ids=[name for name in ACTIVATIONS if name != "softmax"],
)
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def apply(make, x, dy=None):
    """Return y and, for a dy, dx, in the type of x."""
    model = Sequential(make(), input_shape=x.shape[1:], rng=0, dtype=x.dtype)
    y = model.forward(x).copy()
    return y, (None if dy is None else model.backward(dy, input_gradient=True).copy())


@EACH
@pytest.mark.parametrize("shape", [(7,), (3, 2), (2, 3, 5)])
@pytest.mark.parametrize("rows", [1, 3])
@DEVICES_LONG
def test_gradients(make, shape, rows, device):
    assert_layer_gradients(make(), shape, rows=rows, device=device)


@pytest.mark.parametrize("name", ACTIVATIONS)
@DTYPES
def test_values_and_gradients_are_pytorchs(name, dtype):
    """The tables are float64; float32 may err by a few roundings of a number of the same size."""
    y, dx = apply(ACTIVATIONS[name], TABLES["x"].astype(dtype), TABLES["dy"].astype(dtype))
    rtol, atol = (1e-5, 1e-6) if dtype == np.float32 else (1e-12, 1e-14)
    np.testing.assert_allclose(y, TABLES[f"{name}/y"], rtol, atol)
    np.testing.assert_allclose(dx, TABLES[f"{name}/dx"], rtol, atol)
    assert y.dtype == dx.dtype == dtype


def normal_distribution(x):
    return math.erfc(-x / math.sqrt(2)) / 2


def normal_density(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def logistic(x):
    return 1 / (1 + math.exp(-x))


@DTYPES
@pytest.mark.parametrize(
    ("make", "value", "derivative"),
    [
        (LeakyReLU, lambda x: max(x, 0.01 * x), lambda x: 1 if x > 0 else 0.01),
        (ELU, lambda x: x if x > 0 else math.expm1(x), lambda x: 1 if x > 0 else math.exp(x)),
        (
            GELU,
            lambda x: x * normal_distribution(x),
            lambda x: normal_distribution(x) + x * normal_density(x),
        ),
        (SiLU, lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x))),
        (Softplus, lambda x: math.log1p(math.exp(x)), logistic),
    ],
    ids=["leaky_relu", "elu", "gelu", "silu", "softplus"],
)
def test_against_the_definition(make, value, derivative, dtype):
    """Number by number over the whole range in which the definitions do not overflow."""
    x = np.concatenate([np.linspace(-30, 30, 241), [0.0, -0.0, 1e-7, -1e-7, 80, -80]])[None]
    x = x.astype(dtype)
    y, dx = apply(make, x, np.ones_like(x))
    # In exp(-x²/2) a rounding of x² counts x² times as much, over a hundred times in Φ's tail.
    rtol = 2e-5 if dtype == np.float32 else 1e-12
    smallest = 1e-37 if dtype == np.float32 else 1e-300  # below it digits are lost to underflow
    np.testing.assert_allclose(y[0], [value(float(v)) for v in x[0]], rtol, smallest)
    # In a sum of terms of opposite sign an error is relative to the terms, which are at most 1.
    np.testing.assert_allclose(dx[0], [derivative(float(v)) for v in x[0]], rtol, rtol / 10)


@DTYPES
@pytest.mark.parametrize(
    ("make", "y", "dx"),
    [
        (LeakyReLU, [-100, 1e4], [0.01, 1]),
        (ELU, [-1, 1e4], [0, 1]),
        (GELU, [0, 1e4], [0, 1]),
        (SiLU, [0, 1e4], [0, 1]),
        (Softplus, [0, 1e4], [0, 1]),
        (Softmax, [0, 1], [0, 0]),
    ],
    ids=["leaky_relu", "elu", "gelu", "silu", "softplus", "softmax"],
)
def test_extremes(make, y, dx, dtype):
    x = np.array([[-1e4, 1e4]], dtype)
    with np.errstate(all="raise"):
        found = apply(make, x, np.ones_like(x))
    np.testing.assert_allclose(found[0][0], y, rtol=1e-6)
    np.testing.assert_allclose(found[1][0], dx, rtol=1e-6)


@EACH
@DTYPES
def test_nan_is_not_hidden(make, dtype):
    x = np.array([[0, np.nan, 1]], dtype)
    assert np.isnan(apply(make, x)[0][0, 1])


@POINTWISE
def test_the_shape_does_not_matter(make):
    x = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    flat, _ = apply(make, x)
    deep, _ = apply(make, x.reshape(4, 3, 2, 1))
    np.testing.assert_array_equal(deep.reshape(4, 6), flat)


@EACH
def test_a_second_step_of_the_same_shape_allocates_no_new_buffers(make):
    model = Sequential(make(), input_shape=(5,), rng=0)
    x, dy = np.ones((4, 5), np.float32), np.ones((4, 5), np.float32)
    first = model.forward(x), model.backward(dy, input_gradient=True)
    model.forward(x[:3]), model.backward(dy[:3], input_gradient=True)  # the short last batch
    second = model.forward(x), model.backward(dy, input_gradient=True)
    assert all(np.shares_memory(a, b) for a, b in zip(first, second, strict=True))


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=8), st.floats(-1e3, 1e3))
def test_softmax_is_a_distribution_that_a_shift_leaves_alone(logits, shift):
    x = np.array([logits])
    y, _ = apply(Softmax, x)
    assert y.min() >= 0
    assert y.sum() == pytest.approx(1)
    np.testing.assert_allclose(apply(Softmax, x + shift)[0], y, rtol=1e-9, atol=1e-12)


def test_softmax_goes_over_the_last_axis():
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    y, _ = apply(Softmax, x)
    np.testing.assert_allclose(y, np.exp(x) / np.exp(x).sum(-1, keepdims=True))


@pytest.mark.parametrize("shape", [(), (1,), (4, 1)])
def test_a_softmax_of_one_number_is_refused(shape):
    with pytest.raises(ValueError, match="expected at least two numbers on the last axis"):
        Sequential(Softmax(), input_shape=shape, rng=0)


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (lambda: LeakyReLU(-0.1), ValueError, "slope is -0.1: expected a finite number at least 0"),
        (lambda: LeakyReLU("a"), TypeError, r"slope is 'a' \(str\): expected a finite number"),
        (lambda: ELU(math.nan), ValueError, "alpha is nan: expected a finite number at least 0"),
        (lambda: ELU(None), TypeError, r"alpha is None \(NoneType\): expected a finite number"),
    ],
)
def test_bad_options(make, kind, sentence):
    with pytest.raises(kind, match=sentence):
        make()


def test_representations_show_the_options():
    assert repr(LeakyReLU(0.2)) == "LeakyReLU(slope=0.2)"
    assert repr(ELU(0.5)) == "ELU(alpha=0.5)"
    assert repr(Softmax()) == "Softmax()"
