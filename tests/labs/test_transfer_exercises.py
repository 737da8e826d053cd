"""What is special to the lab transfer: its draws, and its oracles against other sources."""

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from tests.labs.test_notebooks import solved

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("transfer")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values(name, case):
    return [target.value for target in EXERCISES[name].oracle(case)]


# prepare


def test_the_oracle_of_prepare_agrees_with_a_kronecker_product():
    for case in cases_of("prepare", range(8)):
        images, factor, border, largest, mean, deviation = case.arguments.values()
        (prepared,) = values("prepare", case)
        for picture, found in zip(images, prepared, strict=True):
            large = np.kron(picture.astype(np.float64) / largest, np.ones((factor, factor)))
            framed = np.pad(large, border)
            assert found == pytest.approx((framed - mean) / deviation, rel=1e-12)


def test_pictures_are_of_8_bits_too_and_never_square_alone():
    cases = list(cases_of("prepare", [0]))
    assert {str(case.arguments["images"].dtype) for case in cases} == {
        "uint8",
        "float32",
        "float64",
    }
    assert all(
        case.arguments["images"].shape[1] != case.arguments["images"].shape[2] for case in cases
    )


# new_head


def test_the_oracle_of_the_new_head_gives_old_classes_their_old_logits():
    for case in cases_of("new_head"):
        w, b, sources, fresh = case.arguments.values()
        weights, biases = values("new_head", case)
        features = np.random.default_rng(0).standard_normal((5, len(w)))
        old, new = features @ w + b, features @ weights + biases
        for place, source in enumerate(sources):
            wanted = features @ fresh[:, place] if source == -1 else old[:, source]
            assert new[:, place] == pytest.approx(wanted, rel=1e-5, abs=1e-5)


def test_sources_hold_class_zero_none_and_doubles_and_are_not_in_order():
    sources = [case.arguments["sources"].tolist() for case in cases_of("new_head", [0])]
    assert any(0 in one for one in sources)
    assert any(-1 not in one for one in sources)
    assert any(set(one) == {-1} for one in sources)
    assert any(len(set(one) - {-1}) < len([k for k in one if k >= 0]) for one in sources)
    assert any(one != sorted(one) for one in sources)


# train_head


def trained_by_the_library(case, x, layers, rates):
    """One step of the library's own network, with the parameters of the case."""
    model = Sequential(*layers, input_shape=x.shape[1:], rng=0, dtype=np.float64)
    for layer, (w, b), rate in zip(
        [layer for layer in model.layers if isinstance(layer, Dense)],
        *[case["parameters"], rates],
        strict=True,
    ):
        parts = model.parameters.of_layer(layer.name)
        parts["w"].value[...] = w
        parts["b"].value[...] = b
        model.parameters.set_rate(layer.name, rate)
    loss, optimizer = SoftmaxCrossEntropy(), SGD(model.parameters, 1.0)
    for _ in range(case["steps"]):
        loss.forward(model.forward(x), case["labels"])
        model.backward(loss.backward())
        optimizer.step()
    return [
        model.parameters.of_layer(layer.name)[name].value
        for layer in model.layers
        if isinstance(layer, Dense)
        for name in ("w", "b")
    ]


def test_the_oracle_of_the_head_trains_as_the_library_does():
    for case in cases_of("train_head", range(8)):
        extract, x, labels, w, b, rate, steps = case.arguments.values()
        given = {"parameters": [(w, b)], "labels": labels, "steps": steps}
        features = np.ascontiguousarray(extract(x))
        found = trained_by_the_library(given, features, [Dense(len(b))], [rate])
        for mine, wanted in zip(values("train_head", case), found, strict=True):
            assert mine == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_features_are_none_of_the_inputs():
    for case in cases_of("train_head", range(3)):
        features = case.arguments["extract"](case.arguments["x"])
        assert features.shape[0] == len(case.arguments["x"])
        assert np.abs(features).min() > 0
    same = [
        case.arguments["x"].shape[1] == len(case.arguments["w"])
        for case in cases_of("train_head", [0])
    ]
    assert any(same)
    assert not all(same)


# layer_rates


def test_the_oracle_of_the_rates_follows_the_power():
    for case in cases_of("layer_rates"):
        layers, rate, factor, epoch, every = case.arguments.values()
        (rates,) = values("layer_rates", case)
        for layer in range(layers):
            below = layers - 1 - layer
            wanted = rate * factor**-below if below * every <= epoch else 0
            assert rates[layer] == pytest.approx(wanted, rel=1e-12)
        assert rates[-1] == rate


# fine_tune_step


def test_the_oracle_of_fine_tuning_steps_as_the_library_does():
    for case in cases_of("fine_tune_step", range(8)):
        if case.arguments["x"].dtype != np.float64:
            continue
        w1, b1, w2, b2, start, x, labels, rates, pull = case.arguments.values()
        given = {"parameters": [(w1, b1), (w2, b2)], "labels": labels, "steps": 1}
        layers = [Dense(len(b1)), ReLU(), Dense(len(b2))]
        found = trained_by_the_library(given, np.ascontiguousarray(x), layers, rates)
        found[0] = found[0] - rates[0] * pull * (w1 - start)
        for mine, wanted in zip(values("fine_tune_step", case), found, strict=True):
            assert mine == pytest.approx(wanted, rel=1e-8, abs=1e-8)


def test_steps_are_drawn_with_frozen_layers_and_units_that_are_off():
    for case in cases_of("fine_tune_step"):
        w1, b1, w2, b2, start, x, labels, rates, pull = case.arguments.values()
        sums = x @ w1 + b1
        assert (sums < 0).any()
        assert (sums > 0).any()
        assert set(labels) <= set(range(len(b2)))
        assert w2.shape == (len(b1), len(b2))
        assert start.shape == w1.shape
        assert (rates[0] == 0) == (case.about == "a first layer that is frozen")
        assert (pull == 0) == (case.about == "no pull towards the start")


def test_features_extracted_in_vain_cost_only_care():
    mistakes = EXERCISES["train_head"].mistakes
    function = next(one for one in mistakes if one.name == "extracted in every step").function
    verdict = judge(EXERCISES["train_head"], function)
    assert verdict.aspect == "property"
    assert verdict.points == 4.5
    assert "extract sees" in verdict.message


def test_the_examples_that_can_be_tried_by_hand_are_right():
    lab = solved("transfer")
    picture = lab["prepare"](np.array([[[0.0, 16.0]]]), 2, 1, 16, 0.25, 0.5)
    assert picture[0, 1:-1, 1:-1].tolist() == [[-0.5, -0.5, 1.5, 1.5]] * 2
    assert picture[0, 0, 0] == -0.5
    w, b = lab["new_head"](
        np.array([[1.0, 2, 3]]), np.array([10.0, 20, 30]), np.array([2, -1]), np.array([[7.0, 8]])
    )
    assert (w.tolist(), b.tolist()) == ([[3, 8]], [30, 0])
    w, b = lab["train_head"](
        lambda x: 2 * x, np.ones((1, 1)), np.array([0]), np.zeros((1, 2)), np.zeros(2), 1.0, 1
    )
    assert (w.tolist(), b.tolist()) == ([[1, -1]], [0.5, -0.5])
    rates = [lab["layer_rates"](4, 1.0, 2.0, epoch, 3).tolist() for epoch in (0, 3, 9)]
    assert rates == [[0, 0, 0, 1], [0, 0, 0.5, 1], [0.125, 0.25, 0.5, 1]]
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    w1, b1, w2, b2 = lab["fine_tune_step"](
        one, np.zeros(1), np.ones((1, 2)), np.zeros(2), zero, zero, np.array([0]), (0.5, 0.25), 0.2
    )
    assert w1 == pytest.approx(0.9)
    assert b1 == 0
    assert np.array_equal(w2, [[1, 1]])
    assert b2 == pytest.approx([0.125, -0.125])
