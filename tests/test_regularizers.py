import numpy as np
import pytest

from dlcourse.layers import Dense, Tanh
from dlcourse.model import Sequential
from dlcourse.regularizers import L1, L2, ElasticNet, MaxNorm
from dlcourse.training import numerical_gradient, relative_error
from tests.ids import shown

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def network(dtype=np.float64):
    model = Sequential(Dense(5), Tanh(), Dense(3), input_shape=(4,), rng=0, dtype=dtype)
    rng = np.random.default_rng(1)
    model.parameters.values[:] = rng.normal(size=model.parameters.values.size)
    return model


@DTYPES
@pytest.mark.parametrize(
    ("penalty", "value", "kinds"),
    [
        (L1(0.3), lambda w: 0.3 * abs(w).sum(), ["weight"]),
        (L2(0.3), lambda w: 0.15 * (w**2).sum(), ["weight"]),
        (ElasticNet(0.2, 0.7), lambda w: 0.2 * abs(w).sum() + 0.35 * (w**2).sum(), ["weight"]),
        (L2(0.3, "bias"), lambda w: 0.15 * (w**2).sum(), ["bias"]),
        (L1(0.3, "all"), lambda w: 0.3 * abs(w).sum(), ["weight", "bias"]),
        (L2(0), lambda w: 0.0, ["weight"]),
    ],
    ids=shown,
)
def test_value_against_the_definition(penalty, value, kinds, dtype):
    model = network(dtype)
    chosen = [p.value.astype(float) for p in model.parameters if p.kind in kinds]
    found = penalty.forward(model.parameters)
    assert type(found) is float
    rtol = 1e-6 if dtype == np.float32 else 1e-12
    assert found == pytest.approx(sum(map(value, chosen)), rel=rtol)


@pytest.mark.parametrize("kind", ["weight", "bias", "all"])
@pytest.mark.parametrize("make", [L1, L2, lambda s, kind: ElasticNet(s, 2 * s, kind)])
def test_gradient_is_added(make, kind):
    parameters, penalty = network().parameters, make(0.4, kind)
    before = np.random.default_rng(0).normal(size=parameters.gradients.size)
    parameters.gradients[:] = before
    values = parameters.values.copy()
    penalty.backward(parameters)
    added = parameters.gradients - before
    np.testing.assert_array_equal(parameters.values, values)
    numerical = numerical_gradient(lambda _: penalty.forward(parameters), parameters.values)
    assert relative_error(added, numerical) < 1e-8


@DTYPES
def test_a_weight_of_zero_is_not_pushed(dtype):
    parameters = network(dtype).parameters
    parameters.values[:] = 0
    parameters.gradients[:] = 0
    L1(1.0).backward(parameters)
    assert not parameters.gradients.any()


@DTYPES
@pytest.mark.parametrize("limit", [0.5, 1.5, 100.0])
def test_max_norm_shortens_what_is_too_long_and_turns_nothing(limit, dtype):
    parameters = network(dtype).parameters
    before = {p.name: p.value.astype(float) for p in parameters}
    MaxNorm(limit).apply(parameters)
    for p in parameters:
        old = before[p.name]
        if p.kind == "bias":
            np.testing.assert_array_equal(p.value, old)
            continue
        norms = np.linalg.norm(old, axis=0)
        expected = old * np.minimum(1, limit / norms)
        np.testing.assert_allclose(p.value, expected, rtol=1e-6 if dtype == np.float32 else 1e-12)
        np.testing.assert_array_equal(p.value[:, norms <= limit], old[:, norms <= limit])


def test_max_norm_leaves_a_column_of_zeros_and_what_is_frozen():
    parameters = network().parameters
    frozen = parameters["dense_1.w"]
    frozen.rate, kept = 0, frozen.value.copy()
    parameters["dense_2.w"].value[:, 1] = 0
    MaxNorm(0.1).apply(parameters)
    np.testing.assert_array_equal(frozen.value, kept)
    np.testing.assert_allclose(
        np.linalg.norm(parameters["dense_2.w"].value, axis=0), [0.1, 0, 0.1], rtol=1e-12
    )


@pytest.mark.parametrize(
    ("act", "kind", "sentence"),
    [
        (lambda: L1(-1), ValueError, "strength is -1: expected a finite number at least 0"),
        (lambda: L2("1"), TypeError, r"strength is '1' \(str\): expected a finite number at"),
        (lambda: ElasticNet(0.1, np.nan), ValueError, "l2 is nan: expected a finite number at"),
        (lambda: L1(1, 3), TypeError, r"kind is 3 \(int\): expected 'weight' or 'all'"),
        (lambda: MaxNorm(0), ValueError, "limit is 0: expected a finite number above 0"),
        (
            lambda: L1(1, "weights").forward(network().parameters),
            ValueError,
            "kind is 'weights': expected one of all, bias, weight",
        ),
        (
            lambda: MaxNorm(1, "weights").apply(network().parameters),
            ValueError,
            "kind is 'weights': expected one of all, bias, weight",
        ),
    ],
)
def test_bad_input(act, kind, sentence):
    with pytest.raises(kind, match=sentence):
        act()


def test_representations():
    assert repr(L1(0.1)) == "L1(strength=0.1, kind='weight')"
    assert repr(L2(0.1, "all")) == "L2(strength=0.1, kind='all')"
    assert repr(ElasticNet(1, 2)) == "ElasticNet(l1=1.0, l2=2.0, kind='weight')"
    assert repr(MaxNorm(3)) == "MaxNorm(limit=3.0, kind='weight')"
