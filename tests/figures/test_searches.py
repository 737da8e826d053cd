import re
from types import SimpleNamespace

import pytest

from dlcourse import figures
from dlcourse.training import TrainingDiverged
from dlcourse.tuning import Choice, Real, Space, Whole, search


@pytest.fixture(scope="module")
def result():
    space = Space(
        optimization={"learning_rate": Real(1e-4, 1, log=True), "share": Real(0, 1)},
        architecture={"units": Whole(1, 100, log=True), "kind": Choice("relu", None)},
    )

    def train(trial):
        if trial["learning_rate"] > 0.1:
            raise TrainingDiverged("loss is inf")
        trial.report(trial["share"], 1)
        return trial["share"]

    return search(
        train, space, trials=40, strategy="random", pruner="median", storage=":memory:",
        progress=False,
    )  # fmt: skip


def test_the_history_has_a_mark_for_each_kind_of_end(result):
    picture = figures.search_history(result, "validation loss")
    assert picture.alt == f"validation loss of 40 trials; the best is {result.best.value:.4g}."
    for word in ("complete", "pruned", "diverged", "best so far"):
        assert f">{word}<" in picture.svg
    assert ">failed<" not in picture.svg


def test_the_setting_that_matters_stands_on_top(result):
    assert figures.search_importance(result).alt.startswith("Share of the variance by setting: sha")


def test_slices_and_lines_show_each_setting(result):
    for draw in (figures.search_slices, figures.search_parallel):
        picture = draw(result)
        assert "learning_rate, share, units, kind" in picture.alt
        for word in ("relu", "None", "units"):
            assert f">{word}<" in picture.svg


def test_green_lines_are_the_best_whichever_way_is_better(result):
    fifth = max(1, round(0.2 * result.count("complete")))
    up = SimpleNamespace(trials=result.trials, space=result.space, directions=("maximize",))
    pictures = [figures.search_parallel(one) for one in (result, up)]
    for picture in pictures:
        looks = re.findall(r"<path[^>]*>|<g [^>]*>(?:<path[^>]*>)+</g>", picture.svg)
        green = "".join(look for look in looks if "var(--dl-good" in look)
        assert green.count("<path") == fifth
    assert pictures[0].svg != pictures[1].svg


def test_regret_of_each_strategy():
    rows = [
        {"strategy": name, "searches": 9, "mean": [1.0, 0.1], "error": [0.1, 0.01]}
        for name in ("grid", "random", "tpe", "gp", "cma-es")
    ]
    picture = figures.regret(rows)
    assert "at the end: grid 0.100, random 0.100, TPE 0.100" in picture.alt
    assert ">Gaussian process<" in picture.svg
