"""What is special to the lab forward: its draws, and its oracles held against other sources."""

import numpy as np
import pytest
from scipy import special

from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.layers import Dense, LeakyReLU, ReLU
from dlcourse.model import Sequential
from tests.labs.test_notebooks import solved, typed_in

SEEDS = range(10)
EXERCISES = {exercise.name: exercise for exercise in load("forward")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values(name, case):
    return tuple(target.value for target in EXERCISES[name].oracle(case))


# What is drawn


@pytest.mark.parametrize("name", ["sigmoid_and_slope", "leaky_relu_and_slope"])
def test_draws_of_activations_cover_what_goes_wrong(name):
    arrays = [case.arguments["x"] for case in cases_of(name, [0])]
    assert {str(x.dtype) for x in arrays} == {"float32", "float64"}
    assert {x.ndim for x in arrays} == {1, 2, 3}
    assert any(x.size == 1 for x in arrays)
    assert any(0 in x for x in arrays)
    for dtype in (np.float32, np.float64):
        of_dtype = [x for x in arrays if x.dtype == dtype]
        assert any(x.max() >= 9_999 and x.min() <= -9_999 for x in of_dtype)
    assert any(not x.flags.c_contiguous for x in arrays)
    assert any(not x.flags.writeable for x in arrays)


def test_networks_are_of_every_depth_and_show_every_step():
    depths = set()
    for case in cases_of("forward_pass"):
        layers = case.arguments["layers"]
        depths.add(len(layers))
        if case.part == "values":
            (x,) = case.in_float64("x")
            for w, b in layers[:-1]:
                x = x @ w + b
                assert x.max() > 0 > x.min()
                x = np.maximum(x, 0)
    assert depths >= {1, 2, 3, 5, 10}


def test_outputs_lie_on_limits_between_them_and_beyond():
    for case in cases_of("saturated_share", [0, 1, 2]):
        y, low, high = case.arguments.values()
        if case.part == "values":
            assert np.any(y == high)
            assert np.any((y > low) & (y < high))
        if case.part == "relu":
            assert 1.0 in values("saturated_share", case)[0]
            assert 0.0 in values("saturated_share", case)[0]


# The oracles, held against other programs


def test_the_sigmoid_agrees_with_scipy_and_its_slope_with_differences():
    for case in cases_of("sigmoid_and_slope"):
        (x,) = case.in_float64("x")
        y, slope = values("sigmoid_and_slope", case)
        assert y == pytest.approx(special.expit(x), rel=1e-13)
        h = 1e-5
        assert slope == pytest.approx(
            (special.expit(x + h) - special.expit(x - h)) / (2 * h), abs=1e-9
        )


def test_the_bent_line_agrees_with_the_library():
    for case in cases_of("leaky_relu_and_slope"):
        (x,) = case.in_float64("x")
        x = x.reshape(1, -1)
        layer = LeakyReLU(case.arguments["leak"]) if case.arguments["leak"] else ReLU()
        model = Sequential(layer, input_shape=x.shape[1:], rng=0, dtype=np.float64)
        y, slope = values("leaky_relu_and_slope", case)
        assert np.array_equal(model.forward(x).ravel(), y.ravel())
        assert np.array_equal(
            model.backward(np.ones_like(x), input_gradient=True), slope.reshape(x.shape)
        )


def test_the_probabilities_agree_with_scipy():
    for case in cases_of("softmax_rows"):
        (logits,) = case.in_float64("logits")
        wanted = special.softmax(logits, axis=1)
        assert values("softmax_rows", case)[0] == pytest.approx(wanted, rel=1e-12)


def test_the_counts_are_those_of_a_network_of_the_library():
    for case in cases_of("count_parameters", [0, 1]):
        sizes = case.arguments["sizes"]
        if max(sizes) < 1000:
            layers = [Dense(size) for size in sizes[1:]]
            Sequential(*layers, input_shape=(sizes[0],), rng=0)
            weights, biases = values("count_parameters", case)
            assert weights == sum(layer.w.size for layer in layers)
            assert biases == sum(layer.b.size for layer in layers)


def test_the_forward_pass_is_that_of_a_network_of_the_library():
    for case in cases_of("forward_pass", [0, 1, 2]):
        (x,) = case.in_float64("x")
        chain = []
        for _, b in case.arguments["layers"]:
            chain += [Dense(len(b)), ReLU()]
        model = Sequential(*chain[:-1], input_shape=x.shape[1:], rng=0, dtype=np.float64)
        for layer, (w, b) in zip(model.layers[::2], case.arguments["layers"], strict=True):
            layer.w[...], layer.b[...] = w, b
        found = model.forward(np.ascontiguousarray(x), training=False)
        (target,) = EXERCISES["forward_pass"].oracle(case)
        assert np.all(np.abs(found - target.value) <= target.tolerance(np.dtype(np.float64)))


def test_the_shares_agree_with_counting_by_sorting():
    for case in cases_of("saturated_share"):
        y, low, high = case.arguments.values()
        for column, share in zip(y.T, values("saturated_share", case)[0], strict=True):
            ordered = np.sort(column)
            between = np.searchsorted(ordered, high, "left") - np.searchsorted(
                ordered, low, "right"
            )
            assert share == pytest.approx(1 - between / len(column), abs=1e-15)


# The examples of the notebook


def examples():
    hidden = np.array([[1.0, 0.0], [1.0, -1.0]]), np.array([0.0, 1.0])
    last = np.array([[2.0], [5.0]]), np.array([1.0])
    return {
        "sigmoid_and_slope": (np.array([0.0, np.log(3)]),),
        "leaky_relu_and_slope": (np.array([2.0, 0.0, -4.0]), 0.25),
        "softmax_rows": (np.array([[5.0, 5.0], [1000 + np.log(3), 1000.0]]),),
        "count_parameters": ([3, 4, 2],),
        "forward_pass": (np.array([[1.0, 2.0]]), [hidden, last]),
        "saturated_share": (np.array([[0.99, 0.2], [0.5, -0.3]]), -0.9, 0.9),
    }


@pytest.mark.parametrize("name", list(EXERCISES))
def test_the_examples_that_can_be_tried_by_hand_are_right(name):
    """The answer that a learner might type in is the answer that the solution gives."""
    found = solved("forward")[name](*examples()[name])
    wanted = typed_in(EXERCISES[name])(*examples()[name])
    if not isinstance(wanted, tuple):
        found, wanted = (found,), (wanted,)
    for one, other in zip(found, wanted, strict=True):
        assert np.asarray(one) == pytest.approx(np.asarray(other), rel=1e-12)
