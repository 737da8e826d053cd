"""What is special to the lab tuning: its draws, and its oracles against other sources."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.model_selection import ParameterGrid
from sklearn.neighbors import NearestCentroid

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from tests.labs.proof.banks import solved

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("tuning")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def named(name, word, seeds=SEEDS):
    return [case for case in cases_of(name, seeds) if word in case.about]


# grid_search


def test_the_oracle_of_the_grid_gives_the_combinations_of_scikit_learn():
    for case in cases_of("grid_search"):
        points, values, best = EXERCISES["grid_search"].oracle(case)
        axes = case.arguments["axes"]
        # Sorted by name, ParameterGrid lets the last setting run fastest.
        grid = ParameterGrid({f"setting {k}": list(axis) for k, axis in enumerate(axes)})
        wanted = [[point[f"setting {k}"] for k in range(len(axes))] for point in grid]
        assert np.array_equal(points.value, wanted)
        losses = [case.arguments["objective"](point) for point in wanted]
        assert min(loss for loss in losses if loss == loss) == values.value.min()
        assert np.any(
            np.all(points.value == best.value, axis=1) & (values.value == min(values.value))
        )


def test_grids_hold_ties_and_trainings_that_diverge_and_lengths_that_differ():
    for case in named("grid_search", "exactly as good"):
        values = EXERCISES["grid_search"].oracle(case)[1].value
        assert np.sum(values == values.min()) == 2
    for case in named("grid_search", "diverge"):
        values = EXERCISES["grid_search"].oracle(case)[1].value
        assert 0 < np.isinf(values).sum() < len(values)
    lengths = {tuple(map(len, case.arguments["axes"])) for case in cases_of("grid_search", [0])}
    assert {(1, 1), (3, 2), (2, 1, 3, 2)} <= lengths


# random_points


def test_logarithmic_settings_have_exponents_spread_as_evenly_as_u():
    for case in cases_of("random_points"):
        (target,) = EXERCISES["random_points"].oracle(case)
        u, low, high = case.in_float64("u", "low", "high")
        log = case.arguments["log"]
        assert np.all(low < high)
        assert np.all(low[log] > 0)
        back = (np.log10(target.value[:, log]) - np.log10(low[log])) / np.log10((high / low)[log])
        assert back == pytest.approx(u[:, log], abs=1e-9)
        even = (target.value - low) / (high - low)
        assert even[:, ~log] == pytest.approx(u[:, ~log], abs=1e-9)


def test_spaces_have_both_scales_ends_below_zero_and_both_precisions():
    cases = list(cases_of("random_points", range(5)))
    assert {case.arguments["u"].dtype for case in cases} == {np.dtype("f4"), np.dtype("f8")}
    assert any(np.any(case.arguments["low"] < 0) for case in cases)
    assert any(len(set(case.arguments["log"].tolist())) == 2 for case in cases)
    assert any(case.arguments["u"].shape[0] == 1 for case in cases)
    assert any(case.arguments["u"].shape[1] == 1 for case in cases)


# expected_improvement


def test_the_oracle_of_expected_improvement_is_the_mean_of_the_gains():
    """Integrate the gain over the bell curve, in narrow strips."""
    z = (np.arange(200_000) + 0.5) / 200_000 * 24 - 12
    weight = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    for case in cases_of("expected_improvement", range(3)):
        (target,) = EXERCISES["expected_improvement"].oracle(case)
        mean, deviation = case.in_float64("mean", "deviation")
        best = case.arguments["best"]
        for m, s, found in zip(mean, deviation, target.value, strict=True):
            gain = np.maximum(best - (m + s * z), 0) @ weight
            assert found == pytest.approx(gain, rel=1e-6, abs=1e-9 * (1 + abs(m)))


def test_forecasts_hold_certain_gains_and_certain_losses():
    for case in named("expected_improvement", "exactly 0"):
        certain = case.arguments["deviation"] == 0
        gains = case.arguments["best"] - case.arguments["mean"][certain]
        assert (gains > 0).any()
        assert (gains < 0).any()
        assert not certain.all()


# evolve


def test_the_oracle_of_a_generation_agrees_with_a_stable_sort_of_everyone():
    for case in cases_of("evolve"):
        objective, parents, losses, chosen, noise, low, high = case.arguments.values()
        children = np.clip(parents[chosen] + noise, low, high)
        found = np.nan_to_num([objective(child) for child in children], nan=np.inf)
        values = np.append(losses, found)
        order = np.argsort(values, kind="stable")[: len(parents)]
        survivors, kept = EXERCISES["evolve"].oracle(case)
        assert np.array_equal(survivors.value, np.vstack([parents, children])[order])
        assert np.array_equal(kept.value, values[order])
        assert np.all(np.diff(losses) >= 0)
        assert np.all((parents >= low) & (parents <= high))


def test_children_leave_the_box_at_both_ends_and_survive_on_its_edge():
    for case in named("evolve", "out of the box"):
        _, parents, _, chosen, noise, low, high = case.arguments.values()
        free = parents[chosen] + noise
        assert (free > high).any()
        assert (free < low).any()
        survivors = EXERCISES["evolve"].oracle(case)[0].value
        outside = np.any((free > high) | (free < low), axis=1)
        edge = np.clip(free, low, high)[outside]
        assert any(np.all(survivors == one, axis=1).any() for one in edge)


# bag


def test_the_oracle_of_bagging_counts_the_models_of_scikit_learn():
    for case in named("bag", "seven models", range(8)):
        _, x, y, rows, new, classes = case.arguments.values()
        models = [NearestCentroid().fit(x[sample], y[sample]) for sample in rows]
        predicted, votes = EXERCISES["bag"].oracle(case)
        answers = np.array([model.predict(new) for model in models])
        assert np.array_equal(votes.value.sum(axis=1), np.full(len(new), len(rows)))
        for k in range(classes):
            assert np.array_equal(votes.value[:, k], (answers == k).sum(axis=0))
        assert np.array_equal(predicted.value, stats.mode(answers, axis=0).mode)


def test_votes_tie_and_one_class_gets_none():
    ties = 0
    for case in named("bag", "often tie", range(5)):
        votes = EXERCISES["bag"].oracle(case)[1].value
        ordered = np.sort(votes, axis=1)
        ties += int(np.sum(ordered[:, -1] == ordered[:, -2]))
        assert not votes[:, -1].any()
    assert ties > 10


# boost_round


def test_the_oracle_of_boosting_writes_the_formula_of_the_paper():
    """Algorithm 2 of Zhu, Zou, Rosset and Hastie (2009), with logarithms and exponentials."""
    for case in cases_of("boost_round"):
        (weights,) = case.in_float64("weights")
        wrong, classes = case.arguments["wrong"], case.arguments["classes"]
        error = max(np.average(wrong, weights=weights), 1e-6)
        alpha = np.log1p(-error) - np.log(error) + np.log(classes - 1) if error < 1 else -np.inf
        alpha = max(alpha, 0.0)
        new = weights * np.exp(alpha * wrong)
        found, kept = EXERCISES["boost_round"].oracle(case)
        assert found.value == pytest.approx(alpha, abs=1e-9)
        assert kept.value == pytest.approx(new / new.sum(), rel=1e-9)


def test_models_of_every_quality_are_drawn():
    for seed in SEEDS:
        errors = {}
        for case in cases_of("boost_round", [seed]):
            wrong, weights = case.arguments["wrong"], case.arguments["weights"]
            errors[case.about] = float(np.average(wrong, weights=weights))
            if "guessing" in case.about:
                assert errors[case.about] > 1 - 1 / case.arguments["classes"]
            if "wrong more often" in case.about:
                assert 0.5 < errors[case.about] < 1 - 1 / case.arguments["classes"]
        assert errors["a model that is never wrong"] == 0
        assert errors["a model that is always wrong"] == 1


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("grid_search", "trained twice"),
        ("evolve", "children trained twice"),
    ],
)
def test_a_training_in_vain_costs_only_care(name, mistake):
    function = next(one for one in EXERCISES[name].mistakes if one.name == mistake).function
    verdict = judge(EXERCISES[name], function)
    assert verdict.aspect == "property"
    assert verdict.points == EXERCISES[name].points - 1
    assert "Each call is a whole training" in verdict.message


def test_the_examples_that_can_be_tried_by_hand_are_right():
    tuning = solved("tuning")
    points, values, best = tuning["grid_search"](
        lambda point: np.nan if point[1] > 30 else abs(point[1] - 20) + point[0] - 1,
        (np.array([1.0, 2.0]), np.array([10.0, 20.0, 40.0])),
    )
    assert points[4].tolist() == [2, 20]
    assert values.tolist() == [10, 0, math.inf, 11, 1, math.inf]
    assert best.tolist() == [1, 20]
    points = tuning["random_points"](
        np.array([[0.5, 0.25]]),
        np.array([1e-4, 0.5]),
        np.array([1.0, 0.9]),
        np.array([True, False]),
    )
    assert points == pytest.approx(np.array([[0.01, 0.6]]))
    gains = tuning["expected_improvement"](np.array([2.0, 2, 1]), np.array([0.0, 1, 1]), 2.0)
    assert gains == pytest.approx([0, 0.399, 1.083], abs=1e-3)
    parents, losses = tuning["evolve"](
        lambda point: point[0] ** 2,
        np.array([[1.0], [3.0]]),
        np.array([1.0, 9.0]),
        np.array([1, 0]),
        np.array([[-1.0], [-2.0]]),
        np.array([0.0]),
        np.array([4.0]),
    )
    assert (parents.tolist(), losses.tolist()) == ([[0], [1]], [0, 1])
    answers = iter(np.array([[0, 2], [0, 1], [1, 2]]))
    predicted, votes = tuning["bag"](
        lambda x, y, new: next(answers),
        np.zeros((2, 1)),
        np.zeros(2, dtype=int),
        np.zeros((3, 2), dtype=int),
        np.zeros((2, 1)),
        3,
    )
    assert (predicted.tolist(), votes.tolist()) == ([0, 2], [[2, 1, 0], [0, 1, 2]])
    alpha, weights = tuning["boost_round"](np.full(4, 0.25), np.array([0, 0, 1, 0], dtype=bool), 2)
    assert alpha == pytest.approx(math.log(3))
    assert weights == pytest.approx([1 / 6, 1 / 6, 1 / 2, 1 / 6])
