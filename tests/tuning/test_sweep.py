"""Sweeps on Dask: a real scheduler, real worker processes, one of them killed."""

import os
import signal
import time

import distributed
import pytest

from dlcourse.tuning import Real, Space, search

SPACE = Space(optimization={"rate": Real(0, 1)})


@pytest.fixture(scope="module")
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def run(train, **options):
    settings = {"trials": 8, "strategy": "random", "storage": ":memory:", "progress": False}
    return search(train, SPACE, **settings | options)


def test_two_processes_draw_what_one_draws(cluster):
    def train(trial):
        time.sleep(0.02)
        return trial["rate"] + os.getpid()

    here, there = run(lambda trial: trial["rate"]), run(train, cluster=cluster)
    assert [r.settings for r in there.trials] == [r.settings for r in here.trials]
    pids = {round(r.value - r.settings["rate"]) for r in there.trials}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_a_killed_worker_loses_nothing_but_its_trial(cluster, tmp_path):
    marker = tmp_path / "killed"

    def train(trial):
        time.sleep(0.05)
        if trial.number == 3 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if trial.number == 5:
            raise ValueError("no such layer")
        return trial["rate"]

    result = run(train, cluster=cluster, storage=tmp_path / "kept.sqlite")
    assert marker.exists()
    states = [record.state for record in result.trials]
    # The trial of the dead worker was trained once more, on the other one.
    assert states == ["complete"] * 5 + ["failed"] + ["complete"] * 2
    assert result.trials[3].value == result.trials[3].settings["rate"]
    assert run(lambda t: 0.0, storage=tmp_path / "kept.sqlite", resume=True).count("complete") == 7


def test_a_trial_that_kills_each_worker_fails_alone(tmp_path):
    def train(trial):
        if trial.number == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return trial["rate"]

    result = run(train, workers=2, trials=4)
    assert [record.state for record in result.trials] == ["complete", "failed"] + ["complete"] * 2
    assert result.trials[1].reason == "2 workers died while they trained this trial"


def test_a_pruner_sees_what_workers_report(cluster, tmp_path):
    def train(trial):
        for epoch in range(1, 6):
            trial.report(trial["rate"], epoch)
        return trial["rate"]

    result = run(
        train, cluster=cluster, trials=14, pruner="median", storage=tmp_path / "kept.sqlite"
    )
    assert result.count("pruned") >= 3
    assert result.count("pruned") + result.count("complete") == 14
    pruned = next(record for record in result.trials if record.state == "pruned")
    assert len(pruned.curve) < 5


def test_an_address_where_nobody_answers():
    with pytest.raises(TypeError, match=r"cluster is 3 \(int\): expected the address"):
        run(lambda trial: 0.0, cluster=3)
