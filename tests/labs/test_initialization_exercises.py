"""What is special to the lab initialization: its draws, its oracles against other sources."""

import numpy as np
import pytest
from scipy import stats

from dlcourse import initializers
from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.exercises.initialization.layer_gains import WITHIN
from dlcourse.checks.exercises.initialization.networks import NEAR_ZERO
from dlcourse.checks.judging import generator
from dlcourse.initializers import zeros
from dlcourse.layers import Dense, ReLU, Tanh
from dlcourse.model import Sequential
from tests.labs.alternatives.initialization import ALTERNATIVES

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("initialization")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def test_the_oracle_of_the_fans_agrees_with_the_library():
    for case in cases_of("fans", range(5)):
        found = [int(target.value) for target in EXERCISES["fans"].oracle(case)]
        assert found == list(initializers.fans(case.arguments["shape"]))


def test_shapes_have_any_number_of_axes_and_kernels_that_are_not_square():
    shapes = [case.arguments["shape"] for case in cases_of("fans", [0])]
    assert {len(shape) for shape in shapes} == {2, 3, 4, 5}
    assert all(any(len(set(shape)) == 4 for shape in shapes) for _ in SEEDS)
    assert any(shape[-1] == 1 for shape in shapes)
    assert any(shape[-2] == 1 for shape in shapes)


class Scripted:
    """Stands in for a generator, and gives the numbers of a case."""

    def __init__(self, drawn):
        self.drawn = drawn

    def uniform(self, low, high, shape):
        return low + (high - low) * self.drawn.reshape(shape)

    def normal(self, mean, deviation, shape):
        return mean + deviation * self.drawn.reshape(shape)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal"])
def test_the_oracles_of_the_initializers_agree_with_the_library(name):
    for case in cases_of(name, range(5)):
        drawn = case.in_float64(EXERCISES[name].arguments[0])[0]
        w = np.empty(case.facts["shape"])
        getattr(initializers, name)(w, Scripted(drawn))
        (target,) = EXERCISES[name].oracle(case)
        assert target.value == pytest.approx(w, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal"])
def test_draws_of_weights_cover_what_goes_wrong(name):
    cases = list(cases_of(name, [0]))
    arrays = [case.arguments[EXERCISES[name].arguments[0]] for case in cases]
    assert {str(array.dtype) for array in arrays} == {"float32", "float64"}
    assert {array.ndim for array in arrays} == {2, 4}
    assert any(array.size == 1 for array in arrays)
    assert any(not array.flags.writeable for array in arrays)
    assert any(not array.flags.c_contiguous for array in arrays)
    if name == "glorot_uniform":
        assert all(array.min() >= 0 and array.max() <= 1 for array in arrays)
    else:
        assert max(np.abs(array).max() for array in arrays) > 2  # where some libraries cut off


def test_weights_made_from_many_draws_have_the_distribution_that_the_papers_give():
    rng = np.random.default_rng(0)
    glorot, he = ALTERNATIVES["glorot_uniform"][0], ALTERNATIVES["he_normal"][0]
    limit = np.sqrt(6 / 500)
    w = glorot(rng.random((200, 300)), 200, 300)
    assert stats.kstest(w.ravel(), stats.uniform(-limit, 2 * limit).cdf).pvalue > 0.01
    w = he(rng.normal(size=(200, 300)), 200, 300)
    assert stats.kstest(w.ravel(), stats.norm(0, np.sqrt(2 / 200)).cdf).pvalue > 0.01


def network(ws, activation, inputs):
    """Build the same layers from the library, in float64."""
    layers = []
    for w in ws:
        layers += [Dense(w.shape[1], zeros), {"relu": ReLU, "tanh": Tanh}[activation]()]
    model = Sequential(*layers, input_shape=(inputs,), rng=0, dtype=np.float64)
    for layer, w in zip(model.layers[::2], ws, strict=True):
        layer.w[...] = w
    return model


def test_the_oracle_of_the_spreads_agrees_with_the_layers_of_the_library():
    exercise = EXERCISES["signal_spreads"]
    for case in cases_of("signal_spreads", range(4)):
        x, dy = case.in_float64("x", "dy")
        ws = [np.array(w, np.float64) for w in case.arguments["ws"]]
        forward = []
        model = network(ws, case.arguments["activation"], x.shape[1])
        for layer in model.layers:
            x = layer.forward(x)
            forward.append(x.std())
        backward = []
        for layer in reversed(model.layers):
            dy = layer.backward(dy)
            backward.append(dy.std())
        found = [target.value for target in exercise.oracle(case)]
        assert found[0] == pytest.approx(np.array(forward[1::2]), rel=1e-12)
        assert found[1] == pytest.approx(np.array(backward[1::2][::-1]), rel=1e-12)


def test_no_sum_lies_so_near_to_zero_that_rounding_decides_about_its_gradient():
    for case in cases_of("signal_spreads", range(10)):
        if case.arguments["activation"] != "relu":
            continue
        x = case.in_float64("x")[0]
        for w in case.arguments["ws"]:
            z = x @ np.array(w, np.float64)
            near = (np.abs(z) < NEAR_ZERO / 2 * np.sqrt(np.mean(z**2))) & (z != 0)
            assert not near.any()
            x = np.maximum(z, 0)


def test_networks_of_the_spreads_are_of_all_kinds():
    cases = list(cases_of("signal_spreads", [0]))
    assert {case.arguments["activation"] for case in cases} == {"relu", "tanh"}
    assert {str(case.arguments["x"].dtype) for case in cases} == {"float32", "float64"}
    assert any(len(case.arguments["x"]) == 1 for case in cases)
    assert any(len(case.arguments["ws"]) == 1 for case in cases)
    assert any(w.shape[1] == 1 for case in cases for w in case.arguments["ws"])
    assert any(not w.flags.c_contiguous for case in cases for w in case.arguments["ws"])
    assert any(not case.arguments["x"][0].any() for case in cases)


def test_the_oracle_of_the_gains_does_what_the_lab_asks_for():
    """Fifty layers stay within ten percent; gains of 1 do not, so the aim says something."""
    exercise, deep = EXERCISES["layer_gains"], 0
    for case in cases_of("layer_gains", range(6)):
        (target,) = exercise.oracle(case)
        for gains in (target.value, np.ones_like(target.value)):
            ws = [g * w for g, w in zip(gains, case.arguments["draws"], strict=True)]
            x, spreads = case.in_float64("x")[0], []
            for layer in network(ws, case.arguments["activation"], x.shape[1]).layers:
                x = layer.forward(x)
                spreads.append(x.std())
            off = np.abs(np.array(spreads[::2]) - 1).max()
            if gains is target.value:
                assert off < 1e-4
            elif len(ws) == 50:
                deep += 1
                assert off > WITHIN
    assert deep == 12


def test_gains_that_were_learnt_by_heart_for_other_inputs_fail():
    exercise = EXERCISES["layer_gains"]
    right, kept = ALTERNATIVES["layer_gains"][0], {}

    def remembers(x, draws, activation):
        key = draws[0].tobytes()
        return kept.setdefault(key, right(x, draws, activation))

    verdict = judge(exercise, remembers)
    assert not verdict.passed
    assert verdict.aspect == "property"
    assert "With inputs four times as large and your gains" in verdict.message


def test_a_special_case_that_was_let_slip_is_found():
    fans, spreads = ALTERNATIVES["fans"][0], ALTERNATIVES["signal_spreads"][0]
    verdict = judge(EXERCISES["fans"], lambda s: fans(s) if s[-1] > 1 else (s[-2], 1))
    assert not verdict.passed
    assert verdict.points == 2.5

    def acts_on_the_signals(x, dy, ws, activation):
        forward, backward = spreads(x, dy, ws, activation)
        return forward * (2 if np.abs(dy).max() > 9 else 1), backward

    verdict = judge(EXERCISES["signal_spreads"], acts_on_the_signals)
    assert verdict.aspect == "property"
    assert "Another gradient dy changes" in verdict.message


def test_the_examples_that_can_be_tried_by_hand_are_right():
    right = {name: bank[0] for name, bank in ALTERNATIVES.items()}
    assert right["fans"]((3, 3, 2, 4)) == (18, 36)
    u = np.array([[0.0, 0.5], [0.75, 1.0]])
    assert right["glorot_uniform"](u, 2, 4) == pytest.approx(np.array([[-1, 0], [0.5, 1]]))
    assert right["he_normal"](np.array([1.0, -2.0, 0.5]), 8, 3) == pytest.approx([0.5, -1, 0.25])
    w = np.array([[1.0, 1.0], [-1.0, 1.0]])
    found = right["signal_spreads"](np.array([[1.0, 2.0]]), np.array([[5.0, 2.0]]), [w], "relu")
    assert [float(one[0]) for one in found] == [1.5, 0.0]
    draws = [np.array([[1.0, 2.0], [-1.0, 2.0]]), np.array([[1.0, 1.0], [0.0, 4.0]])]
    gains = right["layer_gains"](np.array([[1.0, 1.0]]), draws, "relu")
    assert gains == pytest.approx([0.5, 0.25])
