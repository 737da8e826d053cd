"""What is special to the lab regularization: its draws, its oracles against other sources."""

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.initializers import zeros
from dlcourse.layers import BatchNorm
from dlcourse.model import Sequential
from dlcourse.optimizers import AdamW
from dlcourse.parameters import Parameters, ParameterSpec
from dlcourse.regularizers import ElasticNet
from tests.labs.alternatives.regularization import ALTERNATIVES

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("regularization")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values_of(name, case):
    return [target.value for target in EXERCISES[name].oracle(case)]


@pytest.mark.parametrize("name", EXERCISES)
def test_draws_cover_float_types_and_layouts(name):
    first = EXERCISES[name].arguments[0]
    arrays = [case.arguments[first] for case in cases_of(name, [0])]
    assert {str(array.dtype) for array in arrays} == {"float32", "float64"}
    assert any(not array.flags.writeable for array in arrays)
    assert any(array.flags.f_contiguous and not array.flags.c_contiguous for array in arrays)
    assert any(not array.flags.f_contiguous and not array.flags.c_contiguous for array in arrays)
    assert any(1 in array.shape for array in arrays)


def test_the_oracle_of_the_penalty_agrees_with_the_library():
    for case in cases_of("penalty", range(4)):
        (w,) = case.in_float64("w")
        parameters = Parameters({"w": ParameterSpec("w", w.shape, zeros)}, np.float64)
        parameters.values[...] = w.ravel()
        parameters.gradients[...] = 0
        l1, l2 = case.arguments["l1"], case.arguments["l2"]
        value, gradient = values_of("penalty", case)
        if not l1 and not l2:
            assert (value, np.abs(gradient).max()) == (0, 0)
            continue
        net = ElasticNet(l1, l2)
        assert float(value) == pytest.approx(net.forward(parameters), rel=1e-12)
        net.backward(parameters)
        assert gradient.ravel() == pytest.approx(parameters.gradients, rel=1e-12, abs=1e-12)


def test_the_oracle_of_decay_is_what_the_library_adds_to_a_step_of_adam():
    """AdamW with and without decay differ by the decay alone; biases do not differ."""
    rng = np.random.default_rng(2)
    w, b, gradient = rng.standard_normal((3, 2)), rng.standard_normal(2), rng.standard_normal(8)
    found = []
    for decay in (0.0, 0.25):
        specs = {
            "w": ParameterSpec("w", (3, 2), zeros),
            "b": ParameterSpec("b", (2,), zeros, kind="bias"),
        }
        parameters = Parameters(specs, np.float64)
        parameters.values[...] = np.concatenate([w.ravel(), b])
        parameters.gradients[...] = gradient
        AdamW(parameters, 0.5, weight_decay=decay).step()
        found.append(parameters.values.copy())
    steps = (np.concatenate([w.ravel(), b]) - found[0]) / 0.5
    case = next(cases_of("decayed_step"))
    arguments = {"w": w, "b": b, "step_w": steps[:6].reshape(3, 2), "step_b": steps[6:]}
    arguments |= {"rate": 0.5, "decay": 0.25}
    new_w, new_b = values_of("decayed_step", type(case)(arguments, ""))
    assert new_w.ravel() == pytest.approx(found[1][:6])
    assert new_b == pytest.approx(found[1][6:])


def test_dropout_keeps_the_mean_and_the_share():
    rng = np.random.default_rng(4)
    x = np.ones((400, 500))
    y, dx = ALTERNATIVES["dropout"][0](x, x, rng.random(x.shape), 0.375, True)
    # 200,000 draws: both lie within five standard errors.
    assert y.mean() == pytest.approx(1, abs=5 * np.sqrt(0.375 / 0.625 / x.size))
    assert np.mean(y == 0) == pytest.approx(0.375, abs=5 * np.sqrt(0.375 * 0.625 / x.size))
    assert np.array_equal(y, dx)


def test_draws_of_dropout_hold_the_border_and_signals_that_are_zero():
    border = zero = 0
    for case in cases_of("dropout"):
        u, x, rate = (case.arguments[name] for name in ("u", "x", "rate"))
        border += bool(np.any(u == rate))
        zero += bool(np.any((x == 0) & (u >= rate))) and case.arguments["training"]
    assert border >= 25
    assert zero >= 25


def layer_of(case):
    """Build the library's layer with the scale, shift and running statistics of a case."""
    momentum, epsilon = case.arguments["momentum"], case.arguments["epsilon"]
    inputs = case.arguments["x"].shape[1]
    layer = BatchNorm(momentum, epsilon)
    Sequential(layer, input_shape=(inputs,), rng=0, dtype=np.float64)
    layer.gamma[...], layer.beta[...] = case.in_float64("gamma", "beta")
    layer.state["mean"][...], layer.state["variance"][...] = case.in_float64("mean", "variance")
    return layer


def test_the_oracle_of_batch_normalization_agrees_with_the_library():
    for case in cases_of("batch_norm", range(4)):
        layer = layer_of(case)
        (x,) = case.in_float64("x")
        y = layer.forward(x, training=case.arguments["training"])
        found = values_of("batch_norm", case)
        assert found[0] == pytest.approx(y, rel=1e-8, abs=1e-8)
        assert found[1] == pytest.approx(layer.state["mean"], rel=1e-9)
        assert found[2] == pytest.approx(layer.state["variance"], rel=1e-8)


def test_the_oracle_of_its_gradient_agrees_with_the_library():
    for case in cases_of("batch_norm_backward", range(4)):
        dy, x, gamma = case.in_float64("dy", "x", "gamma")
        layer = BatchNorm(0.1, case.arguments["epsilon"])
        Sequential(layer, input_shape=(x.shape[1],), rng=0, dtype=np.float64)
        layer.gamma[...] = gamma
        layer.forward(x)
        dx = layer.backward(dy)
        found = values_of("batch_norm_backward", case)
        assert found[0] == pytest.approx(dx, rel=1e-7, abs=1e-8)
        assert found[1] == pytest.approx(layer.dgamma, rel=1e-7, abs=1e-8)
        assert found[2] == pytest.approx(layer.dbeta, rel=1e-9, abs=1e-9)


def test_a_gradient_that_only_a_random_direction_finds_out():
    right = ALTERNATIVES["batch_norm_backward"][0]

    def half_of_the_variance(dy, x, gamma, epsilon):
        dx, dgamma, dbeta = right(dy, x, gamma, epsilon)
        d = np.sqrt(x.var(axis=0) + epsilon)
        hat = (x - x.mean(axis=0)) / d
        return dx + gamma / d * hat * dgamma / len(x) / 2, dgamma, dbeta

    exercise = EXERCISES["batch_norm_backward"]
    case = next(c for c in cases_of("batch_norm_backward") if c.about == "a batch in float64")
    outputs = half_of_the_variance(*case.arguments.values())
    predicts, shifts = exercise.properties
    rng = np.random.default_rng(0)
    assert "predict" in predicts.violation(None, case, outputs, rng)
    assert shifts.violation(None, case, outputs, rng) is None  # this one alone would let it pass
    assert predicts.violation(None, case, right(*case.arguments.values()), rng) is None
    assert not judge(exercise, half_of_the_variance).passed


def test_the_examples_that_can_be_tried_by_hand_are_right():
    right = {name: bank[0] for name, bank in ALTERNATIVES.items()}
    value, gradient = right["penalty"](np.array([3.0, -1.0, 0.0]), 2.0, 1.0)
    assert value == 13
    assert np.array_equal(gradient, [5, -3, 0])
    four, two = np.array([4.0]), np.array([2.0])
    assert right["decayed_step"](four, four, two, two, 0.5, 0.25) == (2.5, 3.0)
    x, u = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.1, 0.2, 0.3, 0.9])
    y, dx = right["dropout"](x, np.ones(4), u, 0.2, True)
    assert y == pytest.approx([0, 2.5, 3.75, 5])
    assert dx == pytest.approx([0, 1.25, 1.25, 1.25])
    x, one = np.array([[1.0], [3.0]]), np.ones(1)
    found = right["batch_norm"](x, two, one, np.zeros(1), one, 0.5, 0.0, True)
    assert [list(part.ravel()) for part in found] == [[-1, 3], [1], [1.5]]
    found = right["batch_norm_backward"](np.array([[1.0], [2.0]]), x, two, 0.0)
    assert [list(part.ravel()) for part in found] == [[0, 0], [1], [3]]
    image = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]])
    y = right["augment"](image, np.array([True]), np.array([[1, 1]]))
    assert np.array_equal(y, [[[0, 0, 0], [0, 3, 2]]])
