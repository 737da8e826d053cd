import numpy as np
import optuna
import pytest

from dlcourse.tuning import Choice, GaussianProcessSampler, Real, Space, Whole, expected_improvement
from dlcourse.tuning.gaussian_process import _Axis


def test_expected_improvement_is_the_mean_of_what_is_gained():
    rng = np.random.default_rng(0)
    draws = rng.normal(size=400_000)
    mean, deviation = np.array([0.5, 1.0, -0.2, 3.0]), np.array([0.3, 1.0, 0.1, 0.5])
    simulated = np.maximum(0.4 - (mean[:, np.newaxis] + deviation[:, np.newaxis] * draws), 0)
    found = expected_improvement(mean, deviation, 0.4)
    # Four standard errors of the simulation.
    error = 4 * simulated.std(axis=1) / np.sqrt(draws.size) + 1e-6
    assert (np.abs(found - simulated.mean(axis=1)) < error).all()
    certain = expected_improvement(np.array([0.1, 0.9]), np.zeros(2), 0.4)
    assert certain == pytest.approx([0.3, 0.0])


def test_every_setting_comes_back_from_its_place():
    space = Space(
        optimization={"rate": Real(1e-4, 1, log=True), "x": Real(-2, 3)},
        architecture={
            "units": Whole(1, 100, log=True),
            "n": Whole(-2, 2),
            "c": Choice("a", 1, None),
        },
    )
    for name, domain in space.items():
        axis = _Axis(space.distributions()[name])
        for value in domain.values(7):
            back = axis.value(axis.unit(value))
            assert back == (pytest.approx(value) if isinstance(value, float) else value)
        ends = [axis.value(0.0), axis.value(1.0)]
        if isinstance(domain, Choice):
            assert ends == ["a", None]
        else:
            assert ends == pytest.approx([domain.low, domain.high])
            assert ends[0] >= domain.low
            assert ends[1] <= domain.high


def test_it_serves_in_optunas_own_loop_and_tries_nothing_twice():
    study = optuna.create_study(
        sampler=GaussianProcessSampler(seed=1, startup=4), direction="maximize"
    )
    kinds = {"a": optuna.distributions.IntDistribution(0, 4)}
    kinds["b"] = optuna.distributions.CategoricalDistribution(["x", "y"])
    for _ in range(10):
        trial = study.ask(kinds)
        study.tell(trial, -((trial.params["a"] - 3) ** 2) - (trial.params["b"] == "y"))
    later = [tuple(trial.params.values()) for trial in study.trials[4:]]
    assert len(set(later)) == len(later)
    assert study.best_params == {"a": 3, "b": "x"}


def test_a_trial_under_way_is_not_tried_again():
    study = optuna.create_study(sampler=GaussianProcessSampler(seed=0))
    kinds = {"a": optuna.distributions.FloatDistribution(0, 1)}
    for _ in range(8):
        trial = study.ask(kinds)
        study.tell(trial, (trial.params["a"] - 0.6) ** 2)
    # Each time the same candidates: what is under way must make the difference.
    running = []
    for _ in range(3):
        study.sampler = GaussianProcessSampler(seed=7)
        running.append(study.ask(kinds).params["a"])
    assert len(set(running)) == 3
