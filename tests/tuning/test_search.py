import math

import numpy as np
import optuna
import pytest

from dlcourse.data import load_digits
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from dlcourse.training import TrainingDiverged, fit
from dlcourse.tuning import (
    Choice,
    Real,
    Record,
    SearchFailed,
    SearchResult,
    Space,
    Trial,
    Whole,
    search,
)

SPACE = Space(
    optimization={"rate": Real(1e-4, 1, log=True)},
    architecture={"units": Whole(1, 100, log=True), "kind": Choice("a", "b")},
    regularization={"penalty": Real(0, 1)},
)


def valley(trial):
    """A smooth valley whose lowest place, 0, is known."""
    return (
        (math.log10(trial["rate"]) + 2) ** 2
        + (trial["penalty"] - 0.3) ** 2
        + (trial["kind"] == "b")
        + 0.1 * math.log(trial["units"] / 30) ** 2
    )


def run(train=valley, space=SPACE, **options):
    settings = {"trials": 24, "storage": ":memory:", "progress": False} | options
    return search(train, space, **settings)


def drawn(result):
    return [dict(record.settings) for record in result.trials]


@pytest.mark.parametrize("strategy", ["grid", "random", "tpe", "gp", "cma-es", "nsga-ii"])
def test_a_seed_gives_the_same_trials_interrupted_or_not(strategy, tmp_path):
    whole = run(strategy=strategy, seed=3)
    assert all(record.state == "complete" for record in whole.trials)
    assert whole.trials[0].value == pytest.approx(valley(whole.trials[0].settings))
    half = {"strategy": strategy, "seed": 3, "storage": tmp_path / "kept.sqlite", "name": "halves"}
    # A grid's fineness depends on the budget, so it is told the whole one and interrupted.
    stopped = run(interrupt_after(11), **half)
    assert stopped.stopped == "interrupted after 11 trials"
    again = run(**half, resume=True)
    kept = [r for r in again.trials if r.state == "complete"]
    assert len(kept) == len(whole.trials) - 1
    assert drawn(whole)[:12] == drawn(again)[:12]
    if strategy in {"grid", "random"}:
        everything = {repr(s) for s in drawn(again)}
        assert everything >= {repr(s) for s in drawn(whole)}
    if strategy != "grid":
        assert drawn(run(strategy=strategy, seed=4))[:5] != drawn(whole)[:5]


def interrupt_after(trials):
    def train(trial):
        if trial.number == trials:
            raise KeyboardInterrupt
        return valley(trial)

    return train


def test_a_search_that_was_ended_and_continued_is_the_same_search(tmp_path):
    for strategy in ("random", "tpe", "gp", "cma-es"):
        options = {"strategy": strategy, "storage": tmp_path / "a.sqlite", "name": strategy}
        run(trials=10, **options)
        assert drawn(run(trials=20, resume=True, **options)) == drawn(
            run(trials=20, strategy=strategy)
        )


@pytest.mark.parametrize("strategy", ["tpe", "gp", "cma-es"])
def test_searches_that_learn_beat_random_ones(strategy):
    seeds = range(3)
    space = Space(optimization={"rate": Real(1e-4, 1, log=True)}, data={"x": Real(0, 1)})

    def train(trial):
        return (math.log10(trial["rate"]) + 2) ** 2 + 4 * (trial["x"] - 0.3) ** 2

    def found(strategy):
        return np.median(
            [run(train, space, trials=30, strategy=strategy, seed=s).best.value for s in seeds]
        )

    assert found(strategy) < 0.5 * found("random")


def test_grid_takes_each_of_its_points_once():
    result = run(trials=40, strategy="grid")
    points = {tuple(settings.values()) for settings in drawn(result)}
    assert len(result.trials) == len(points) == 2 * 2**3
    assert run(trials=200, strategy="grid").count("complete") == 2 * 4**3


def test_failed_and_diverging_trials_are_recorded_and_not_fatal():
    def train(trial):
        if trial.number == 1:
            raise ValueError("no such layer")
        if trial.number == 2:
            raise TrainingDiverged("loss is nan in epoch 3")
        if trial.number == 3:
            return math.nan
        if trial.number == 4:
            return "good"
        return valley(trial)

    for strategy in ("random", "tpe", "gp"):
        records = run(train, strategy=strategy).trials
        states = [record.state for record in records]
        assert states[1:5] == ["failed", "diverged", "diverged", "failed"]
        assert states[:1] + states[5:] == ["complete"] * 20
        assert records[1].reason == "ValueError: no such layer"
        assert records[2].reason == "loss is nan in epoch 3"
        assert records[4].reason == "TypeError: train returned 'good' (str): expected a number"
        assert records[2].value is None


def test_a_search_keeps_away_from_where_training_diverges():
    def train(trial):
        if trial["rate"] > 0.02:
            raise TrainingDiverged("loss is inf")
        return (math.log10(trial["rate"]) + 4) ** 2  # the best is far from the cliff

    space = Space(optimization={"rate": Real(1e-4, 1e4, log=True)}, data={"x": Real(0, 1)})
    random = run(train, space, trials=30, strategy="random").count("diverged")
    for strategy in ("tpe", "gp"):
        assert run(train, space, trials=30, strategy=strategy).count("diverged") < 0.8 * random


def test_a_train_that_never_works_ends_the_search():
    def train(trial):
        return undefined  # noqa: F821

    with pytest.raises(SearchFailed, match=r"each of the first 3 trials.*'undefined' is not def"):
        run(train)


def test_pruning_stops_what_is_hopeless():
    def train(trial):
        for epoch in range(1, 10):
            trial.report(valley(trial) + 1 / epoch, epoch)
        return valley(trial)

    full = run(train, strategy="random", trials=30)
    assert full.count("pruned") == 0
    for pruner in ("median", "halving", "hyperband", optuna.pruners.PercentilePruner(60.0)):
        result = run(train, strategy="random", trials=30, pruner=pruner)
        assert drawn(result) == drawn(full)
        epochs = sum(len(record.curve) for record in result.trials)
        assert result.count("pruned") >= 5
        assert epochs < 0.8 * 30 * 9
        pruned = next(record for record in result.trials if record.state == "pruned")
        assert pruned.reason.startswith(f"stopped after epoch {max(pruned.curve)}, at ")
    assert run(train, trials=30, pruner="median", strategy="random").best.value == full.best.value


def test_a_network_reports_by_a_callback():
    digits = load_digits()
    few = digits.train.x[:100], digits.train.y[:100]

    def train(trial):
        model = Sequential(
            Dense(trial["units"]), ReLU(), Dense(10), input_shape=(64,), rng=trial.seed
        )
        history = fit(
            model, SoftmaxCrossEntropy(), SGD(model.parameters, trial["rate"]), few,
            validation=digits.validation, epochs=4, rng=trial.seed,
            callbacks=[trial.watch("validation_accuracy")], progress=False,
        )  # fmt: skip
        return history["validation_accuracy"][-1]

    space = Space(
        optimization={"rate": Real(1e-3, 1e3, log=True)}, architecture={"units": Whole(4, 32)}
    )
    options = {"trials": 12, "direction": "maximize", "strategy": "random"}
    result = run(train, space, pruner="median", **options)
    best = result.best
    assert list(best.curve) == [1, 2, 3, 4]
    assert best.value == best.curve[4] == max(r.value for r in result.trials if r.value is not None)
    assert result.count("diverged") + result.count("pruned") > 0
    assert (
        run(train, space, trials=12, direction="maximize", strategy="random").best.value
        == best.value
    )


def test_two_aims_have_a_front():
    space = Space(optimization={"x": Real(0, 1)}, data={"y": Real(0, 1)})

    def train(trial):
        return trial["x"], 1 - trial["x"] + trial["y"]

    result = run(train, space, trials=160, strategy="nsga-ii", direction=("minimize", "minimize"))
    front = result.front
    assert 3 <= len(front) < 60
    for one in front:
        assert not any(
            other.values[0] < one.values[0] and other.values[1] < one.values[1]
            for other in result.trials
        )
    late = np.mean([record.settings["y"] for record in result.trials[-32:]])
    early = np.mean([record.settings["y"] for record in result.trials[:16]])
    assert late < 0.8 * early  # y only costs
    with pytest.raises(ValueError, match="several aims"):
        result.best  # noqa: B018


def test_the_result_says_what_mattered():
    result = run(trials=60, strategy="random")
    assert isinstance(result, SearchResult)
    assert all(isinstance(record, Record) for record in result.trials)
    shares = result.importance()
    assert next(iter(shares)) == "rate"
    assert sum(shares.values()) == pytest.approx(1)
    column = result.best_so_far()
    assert column[-1] == result.best.value == min(r.value for r in result.trials)
    assert (np.diff(column) <= 0).all()
    assert "60 trials, 60 complete; best" in repr(result)


def test_trials_have_seeds_of_their_own():
    seen = {}
    run(lambda trial: seen.setdefault(trial.number, trial.seed), trials=5)
    assert len(set(seen.values())) == 5
    assert isinstance(Trial({"a": 1}, 0, 1)["a"], int)
    with pytest.raises(KeyError, match="'b' is not in the space: expected one of a"):
        Trial({"a": 1}, 0, 1)["b"]
    with pytest.raises(TrainingDiverged, match="nan in epoch 2"):
        Trial({"a": 1}, 0, 1).report(math.nan, 2)


def test_the_bar_tells_how_far_it_is(capsys):
    run(trials=5, progress=True)
    shown = capsys.readouterr().err
    assert "5/5" in shown
    assert "best" in shown


def test_an_optuna_sampler_serves_as_well():
    result = run(strategy=optuna.samplers.RandomSampler(seed=1))
    assert len(result.trials) == 24


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"train": 3}, r"train is 3 \(int\): expected a function"),
        ({"space": {"a": 1}}, "expected a Space"),
        ({"trials": 0}, "trials is 0: expected a whole number of at least 1"),
        ({"seed": -1}, "seed is -1"),
        ({"strategy": "magic"}, r"strategy is 'magic' \(str\): expected 'grid', 'random'"),
        ({"pruner": "magic"}, r"pruner is 'magic' \(str\): expected 'median'"),
        ({"direction": "up"}, r"direction is 'up' \(str\): expected 'minimize' or 'maximize'"),
        ({"direction": ["minimize"] * 2, "strategy": "gp"}, "'gp', which knows one aim"),
        (
            {"direction": ["minimize"] * 2, "pruner": "median"},
            "pruner is for searches with one aim",
        ),
        ({"storage": 3}, "storage is 3"),
        ({"storage": "/nowhere/at.sqlite"}, "expected a file in a folder that exists"),
        (
            {"workers": 2, "pruner": "median"},
            "storage is ':memory:', which no other process can see",
        ),
        ({"name": ""}, "expected a text"),
        (
            {"space": Space(data={"a": Real(0, 1), "b": Choice(1, 2)}), "strategy": "cma-es"},
            "has 1 numbers: expected at least two",
        ),
    ],
)
def test_bad_input_gets_one_sentence(options, words):
    with pytest.raises((TypeError, ValueError), match=words):
        run(**options)
