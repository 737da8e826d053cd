"""What is special to the lab diagnosis: its draws, and its oracles against other sources."""

import math

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.exercises.diagnosis.diagnose import (
    DIVERGED,
    FINE,
    OVERFITTING,
    UNDERFITTING,
)
from dlcourse.checks.judging import generator
from dlcourse.initializers import glorot_normal, he_normal, zeros
from dlcourse.optimizers import clip_by_norm
from dlcourse.parameters import Parameters, ParameterSpec
from tests.labs.test_notebooks import solved

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("diagnosis")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values(name, case):
    return [target.value for target in EXERCISES[name].oracle(case)]


# diagnose


WANTED = {
    "a training that is fine": FINE,
    "another training that is fine": FINE,
    "a training that underfits": UNDERFITTING,
    "a training that overfits": OVERFITTING,
    "a training that ends in nan": DIVERGED,
    "a training that ends higher than it began": DIVERGED,
    "a training loss that was nan once": DIVERGED,
    "a validation loss that was infinite once": DIVERGED,
    "a validation loss that was nan once": DIVERGED,
    "a validation loss that has risen by less than the gap": FINE,
    "signs of over- and of underfitting at once": OVERFITTING,
    "a training loss that ends exactly where it began": UNDERFITTING,
    "a training loss that goes up and down": FINE,
    "a rise of exactly the gap": FINE,
    "a training loss of exactly the target": FINE,
    "two epochs that are as good as each other": FINE,
    "two epochs in all": FINE,
}


def test_each_kind_of_curve_is_what_it_is_called():
    for case in cases_of("diagnose"):
        verdict, best = values("diagnose", case)
        assert verdict == WANTED.get(case.about, OVERFITTING), case.about
        validation = case.arguments["validation"]
        assert validation[best] == np.nanmin(validation)
        assert not np.any(validation[:best] <= validation[best])


def test_limits_are_met_exactly():
    for case in cases_of("diagnose"):
        train, validation, target, gap = case.arguments.values()
        if case.about == "a rise of exactly the gap":
            assert validation[-1] == validation.min() * (1 + gap)
        if case.about == "a training loss of exactly the target":
            assert train[-1] == target
        if "as good as each other" in case.about:
            assert np.sum(validation == validation.min()) == 2


# gradient_norms


def test_the_oracle_of_the_norms_follows_the_definition_of_a_derivative():
    for case in cases_of("gradient_norms", range(2)):
        dy = case.arguments["dy"].astype(np.float64)
        if case.arguments["dy"].dtype != np.float64 or len(case.arguments["weights"]) > 8:
            continue
        weights = [np.array(w) for w in case.arguments["weights"]]

        def loss(weights, x=case.arguments["activations"][0], dy=dy):
            for w in weights:
                x = np.tanh(x @ w)
            return float(np.sum(x * dy))

        (norms,) = values("gradient_norms", case)
        for layer, w in enumerate(weights):
            slopes = []
            for index in np.ndindex(w.shape):
                kept = w[index]
                ends = []
                for h in (1e-6, -1e-6):
                    w[index] = kept + h
                    ends.append(loss(weights))
                w[index] = kept
                slopes.append((ends[0] - ends[1]) / 2e-6)
            assert norms[layer] == pytest.approx(np.linalg.norm(slopes), rel=1e-5, abs=1e-7)


def test_norms_are_drawn_that_vanish_and_that_are_of_odd_shapes():
    for case in cases_of("gradient_norms", range(5)):
        (norms,) = values("gradient_norms", case)
        if "small weights" in case.about:
            assert norms.max() < 1e-3
        assert len(norms) == len(case.arguments["weights"])
    shapes = {case.arguments["dy"].shape for case in cases_of("gradient_norms", [0])}
    assert any(1 in shape for shape in shapes)


# the mended programs


def test_the_oracle_of_clipping_clips_as_the_library_does():
    for case in cases_of("descend_clipped"):
        w, gradient, rate, limit, steps = case.arguments.values()
        w = w.copy()
        parameters = Parameters({"w": ParameterSpec("w", w.shape, zeros)}, np.float64)
        for _ in range(steps):
            parameters.gradients[...] = gradient(w)
            clip_by_norm(parameters, limit)
            w -= rate * parameters.gradients
        (wanted,) = values("descend_clipped", case)
        assert w == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_without_clipping_the_wild_descents_overflow_and_the_tame_ones_do_not():
    for case in cases_of("descend_clipped"):
        w, gradient, rate, _, steps = case.arguments.values()
        with np.errstate(all="ignore"):
            for _ in range(steps):
                w = w - rate * gradient(w)
        if "explode" in case.about:
            assert not np.isfinite(w).all()
        if "below the limit" in case.about:
            assert w == pytest.approx(values("descend_clipped", case)[0])


@pytest.mark.parametrize("initializer", [glorot_normal, he_normal])
def test_the_library_s_initializers_would_pass_for_start_weights(initializer):
    def start(normals):
        rng = np.random.default_rng(int(abs(normals[0, 0, 0]) * 1e6))
        weights = np.empty_like(normals)
        for layer in weights:
            initializer(layer, rng)
        return weights

    for seed in range(5):
        assert judge(EXERCISES["start_weights"], start, seed).passed


def test_start_weights_that_are_half_or_twice_as_large_fail():
    for factor, word in ((0.5, "died"), (3.0, "nearly all units")):
        for seed in range(5):
            verdict = judge(
                EXERCISES["start_weights"],
                lambda normals, factor=factor: normals * (factor / normals.shape[1] ** 0.5),
                seed,
            )
            assert not verdict.passed
            assert word in verdict.message


def test_the_oracle_of_the_network_follows_the_definition_of_a_derivative():
    for case in cases_of("fit_network", range(3)):
        if case.about != "one step of a small network":
            continue
        *parameters, x, y, rate, _ = case.arguments.values()
        parameters = [np.array(p, dtype=np.float64) for p in parameters]

        def loss(parameters, x=x, y=y):
            w1, b1, w2, b2 = parameters
            return float(np.mean((np.maximum(x @ w1 + b1, 0) @ w2 + b2 - y) ** 2))

        for p, wanted in zip(parameters, values("fit_network", case), strict=True):
            for index in np.ndindex(p.shape):
                kept, ends = float(p[index]), []
                for h in (1e-6, -1e-6):
                    p[index] = kept + h
                    ends.append(loss(parameters))
                p[index] = kept
                step = rate * (ends[0] - ends[1]) / 2e-6
                assert wanted[index] == pytest.approx(kept - step, abs=1e-7)


def test_some_outputs_of_the_network_are_negative_and_units_are_on_and_off():
    for case in cases_of("fit_network"):
        w1, b1, w2, b2, x, *_ = case.arguments.values()
        sums = x @ w1 + b1
        assert (sums > 0).any()
        assert (sums < 0).any()
        assert len(np.maximum(sums, 0) @ w2 + b2) == len(x)


def test_the_oracle_of_stopping_gives_the_first_epoch_that_its_patience_does_not_beat():
    for case in cases_of("stop_in_time"):
        _, _, _, loss, patience, epochs = case.arguments.values()
        losses = [loss(np.array([float(epoch), 0.0])) for epoch in range(epochs + 1)]
        records = [e for e in range(epochs + 1) if losses[e] < min(losses[:e], default=np.inf)]
        first = next(e for e in records if min(losses[e : e + patience + 1]) == losses[e])
        w, best = values("stop_in_time", case)
        assert best == first
        assert w[0] == first


def test_second_valleys_lie_where_the_cases_say():
    for case in cases_of("stop_in_time"):
        _, _, _, loss, _, epochs = case.arguments.values()
        if "second valley" not in case.about:
            continue
        losses = [loss(np.array([float(epoch), 0.0])) for epoch in range(epochs + 1)]
        _, best = values("stop_in_time", case)
        assert (losses[best] == min(losses)) == ("within" in case.about)


def test_the_oracle_of_dropout_follows_the_definition_of_a_derivative():
    for case in cases_of("train_with_dropout", range(4)):
        w, x, y, x_new, y_new, masks, keep, rate = case.arguments.values()
        wanted, losses = values("train_with_dropout", case)
        for mask, told in zip(masks, losses, strict=True):
            seen = np.where(mask, x / keep, 0)

            def loss(w, seen=seen, y=y):
                return np.mean((seen @ w - y) ** 2)

            ways = np.eye(len(w)) * 1e-4  # a central difference of a parabola has no error
            w = w - rate * np.array([(loss(w + h) - loss(w - h)) / 2e-4 for h in ways])
            assert told == pytest.approx(
                np.var(x_new @ w - y_new) + np.mean(x_new @ w - y_new) ** 2
            )
        assert w == pytest.approx(wanted, abs=1e-8)


def test_the_oracle_of_pieces_is_the_closed_form_of_gradient_descent():
    """On a parabola the distance to the minimum is multiplied by the same matrix in each step."""
    for case in cases_of("descend_in_pieces"):
        w, x, y = case.in_float64("w", "x", "y")
        rate, steps = case.arguments["rate"], case.arguments["steps"]
        least = np.linalg.lstsq(x, y, rcond=None)[0]
        once = np.eye(len(w)) - rate * 2 / len(x) * x.T @ x
        wanted = least + np.linalg.matrix_power(once, steps) @ (w - least)
        assert values("descend_in_pieces", case)[0] == pytest.approx(wanted, abs=1e-9)


def test_a_training_that_goes_on_in_vain_costs_only_care():
    mistakes = EXERCISES["stop_in_time"].mistakes
    function = next(one for one in mistakes if one.name == "trained on in vain").function
    verdict = judge(EXERCISES["stop_in_time"], function)
    assert verdict.aspect == "property"
    assert verdict.points == 2.5
    assert "step is called" in verdict.message


BROKEN = {
    "descend_clipped": ("broken_descent", "clipped after the step"),
    "start_weights": ("broken_start", "a hundredth"),
    "fit_network": ("broken_fit", "relu at the output"),
    "stop_in_time": ("broken_stop", "training loss watched"),
    "train_with_dropout": ("broken_dropout", "as broken as before"),
    "descend_in_pieces": ("broken_pieces", "total never set back"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_program_that_is_handed_in_as_it_is_gets_nothing_and_is_named(name, broken):
    program, mistake = BROKEN[name]
    for seed in range(5):
        verdict = judge(EXERCISES[name], broken[program], seed)
        assert verdict.points == 0
        assert verdict.mistake == mistake


@pytest.fixture(scope="module")
def broken():
    """Take the broken programs out of the notebook's locked cells."""
    from tests.labs.test_notebooks import marked, read

    found = {}
    for name, cell in marked(read("diagnosis")).items():
        if name.startswith("broken_"):
            text = cell.source
            start = text.index("def broken_")
            lines = text[start:].split("\n")
            end = next((i for i, line in enumerate(lines[1:], 1) if line[:1].strip()), len(lines))
            exec("import math\nimport numpy as np\n" + "\n".join(lines[:end]), found)
    return found


def test_the_examples_that_can_be_tried_by_hand_are_right():
    lab = solved("diagnosis")
    curves = np.array([3.0, 2.0, 1.0, 0.5]), np.array([3.0, 2.0, 2.5, 3.0])
    assert lab["diagnose"](*curves, 1.0, 0.25) == (OVERFITTING, 1)
    assert lab["diagnose"](*curves, 1.0, 0.5) == (FINE, 1)
    one, half, two = np.array([[1.0]]), np.array([[0.5]]), np.array([[2.0]])
    assert lab["gradient_norms"](one, (one, half, half), (two, two)).tolist() == [1.125, 0.375]
    w = lab["descend_clipped"](np.array([3.0, 2.0]), lambda w: 4 * w**3, 0.1, 2.0, 1)
    assert w == pytest.approx([2.80824038, 1.94318233])
    assert math.dist(w, (3, 2)) == pytest.approx(0.2)
    curve = [9, 4, 2, 3, 3, 1]
    w, best = lab["stop_in_time"](
        np.zeros(1), lambda w: w + 1, lambda w: 1.0, lambda w: curve[int(w[0])], 2, 5
    )
    assert (w.tolist(), best) == ([2], 2)
    x, y = np.array([[1.0, 2.0]]), np.array([1.0])
    w, losses = lab["train_with_dropout"](
        np.zeros(2), x, y, x, y, np.array([[[False, True]]]), 0.5, 0.125
    )
    assert (w.tolist(), losses.tolist()) == ([0, 1], [1])
    x, y = np.array([[1.0], [2.0]]), np.array([2.0, 2.0])
    assert lab["descend_in_pieces"](np.zeros(1), x, y, 2, 0.25, 1) == 1.5
