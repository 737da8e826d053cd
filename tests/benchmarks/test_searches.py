"""The comparison of search strategies, with a table that takes no training."""

import json

import numpy as np
import pytest

from tests.benchmarks import searches


def test_the_stored_table_fits_its_axes():
    stored = json.loads(searches.TABLE.read_text(encoding="utf-8"))
    assert stored["axes"] == searches.AXES
    table = searches.read_table()
    assert table.shape == (*(len(values) for values in searches.AXES.values()), 3)
    assert np.isfinite(table).all()
    assert searches.TABLE.stat().st_size < 300_000


def test_a_training_of_the_table_can_be_repeated():
    rng = np.random.default_rng(0)
    x = rng.random((40, 28, 28, 1), np.float32)
    data = x, rng.integers(0, 10, 40)
    first = searches.train(0.01, 1e-4, 8, 16, 0, data, data)
    assert searches.train(0.01, 1e-4, 8, 16, 0, data, data) == first
    assert searches.train(0.01, 1e-4, 8, 16, 1, data, data) != first
    assert searches.train(1e6, 1e-4, 8, 16, 1, data, data) == searches.DIVERGED


@pytest.mark.parametrize("strategy", ["grid", "random"])
def test_the_stored_regrets_follow_from_the_table(strategy):
    stored = {row["strategy"]: row for row in json.loads(searches.SEARCHES.read_text())}
    assert list(stored) == list(searches.STRATEGIES)
    row = searches.compete(strategy, searches.read_table(), 12)
    theirs = stored[strategy]
    assert theirs["searches"] == 100
    assert len(row["mean"]) == len(theirs["mean"]) == searches.BUDGET
    # Twelve of the hundred searches: within four standard errors of their mean.
    apart = np.abs(np.subtract(row["mean"], theirs["mean"]))
    assert (apart <= 4 * np.hypot(row["error"], theirs["error"]) + 1e-3).all()


def test_searches_that_learn_won_over_random_ones_and_random_ones_did_not_lose_to_grids():
    stored = {row["strategy"]: row for row in json.loads(searches.SEARCHES.read_text())}

    def gap(one, other):
        a, b = stored[one], stored[other]
        return (b["mean"][-1] - a["mean"][-1]) / np.hypot(a["error"][-1], b["error"][-1])

    assert gap("random", "grid") > -2
    assert gap("tpe", "random") > 2
    assert gap("gp", "random") > 2
