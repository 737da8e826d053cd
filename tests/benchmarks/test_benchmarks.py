"""The contestants of the benchmarks compute the same as plain NumPy in float64."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest

from tests.benchmarks import __main__ as table
from tests.benchmarks import memory, reference, results
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.measure import Timing
from tests.benchmarks.networks import LSTM, BatchNorm, Dense, Dropout, Network, ReLU, cnn, mlp
from tests.benchmarks.workloads import (
    OPTIMIZERS,
    WORKLOADS,
    Augmenting,
    Epoch,
    OptimizerStep,
    Prediction,
    Training,
)

#: Odd sizes, all kinds of layers; the workloads' own sizes are checked by ``make bench`` itself.
NETWORKS = (
    mlp(7, 5, 4, 3, batch=6),
    cnn("CNN", (9, 6, 2), 3, 5, batch=4),
    cnn("CNN with batch norm", (8, 9, 3), 4, 3, batch=5, norm=True),
    Network("LSTM", (5, 3), (LSTM(4), Dense(3)), 6),
    Network("dropout", (7,), (Dense(5), BatchNorm(), ReLU(), Dropout(0.5), Dense(3)), 6),
)
SMALL = (
    *map(Training, NETWORKS),
    *map(Prediction, NETWORKS),
    *(OptimizerStep(name, size=1000) for name in OPTIMIZERS),
    Augmenting(images=7, side=9),
    Epoch(mlp(64, 5, 10, batch=32)),
)
RACERS = [name for name in CONTESTANTS if name != "floor"]


def prepared(name, workload):
    contestant = CONTESTANTS[name]
    if name != "dlcourse" and contestant.missing:
        pytest.skip(contestant.missing)
    with warnings.catch_warnings():
        if name != "dlcourse":
            warnings.simplefilter("ignore")
        run = contestant.prepare(workload)
    if run is None:
        pytest.skip(f"{name} has no such thing")
    return run


def without_chance(workload):
    if isinstance(workload, Training):
        return replace(workload, network=workload.network.without_dropout())
    return workload


@pytest.mark.parametrize("workload", SMALL, ids=lambda workload: workload.name)
@pytest.mark.parametrize("name", RACERS)
def test_every_contestant_computes_the_same(name, workload):
    workload = without_chance(workload)
    run, expected = prepared(name, workload), reference.prepare(workload)
    first = None
    for _ in range(10):
        result, right = np.array(run()), expected()
        if name == "sklearn" and isinstance(workload, Prediction):
            right = softmax(right)
        # Float32, summed in another order; Adam makes full steps of small gradients.
        np.testing.assert_allclose(result, right, rtol=2e-4, atol=2e-5)
        first = right if first is None else first
    if isinstance(workload, Training | Epoch):
        assert right < first


def softmax(logits):
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True)


def test_names_are_unique():
    names = [workload.name for workload in WORKLOADS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_the_small_twin_is_of_the_same_kind(workload):
    twin = memory.small(workload)
    assert type(twin) is type(workload)
    if isinstance(workload, Training):
        assert list(map(type, twin.network.layers)) == list(map(type, workload.network.layers))
        assert sum(w.size for each in twin.network.weights() for w in each.values()) < 50_000


def test_the_bench_prints_and_keeps_a_row(monkeypatch, capsys, tmp_path):
    path = tmp_path / "cpu.json"
    workload = Training(NETWORKS[0])
    for module in (table, results):
        monkeypatch.setattr(module, "WORKLOADS", (workload, OptimizerStep("Adam", size=1000)))
    monkeypatch.setitem(CONTESTANTS, "jax", replace(CONTESTANTS["jax"], package="no_such_package"))
    options = ["--seconds", "0.1", "--results", str(path)]
    without = ["--without", "pytorch", "pytorch_compile", "sklearn"]
    assert table.main(["MLP", *options, *without]) == 0
    output = capsys.readouterr().out
    assert "jax is left out: no_such_package is not installed." in output
    assert "failed" not in output
    assert "did not compute the same" not in output
    (row,) = json.loads(path.read_text())
    assert row["workload"] == workload.name
    assert 0 < row["quartiles_us"]["dlcourse"][0] <= row["dlcourse_us"]
    assert row["dlcourse_us"] <= row["quartiles_us"]["dlcourse"][1]
    assert row["floor_us"] > 0
    assert row["pytorch_us"] is row["jax_us"] is None
    assert row["threads"] == table.cores()

    assert table.main(["Adam", *options, *without]) == 0
    assert [row["workload"] for row in json.loads(path.read_text())] == [
        workload.name, "Adam step, 1,000 parameters",
    ]  # fmt: skip
    assert table.main(["nothing like it"]) == 2


def test_a_wrong_result_is_noticed():
    workload = Training(NETWORKS[0])
    right, wrong = (Timing(1, (1, 1), None, np.array([loss])) for loss in (2.0, 2.1))
    timings = {"dlcourse": right, "pytorch": wrong, "jax": right, "floor": wrong}
    assert table.disagreeing(workload, timings) == ["pytorch"]
    # With dropout nobody computes the same.
    assert table.disagreeing(Training(NETWORKS[-1]), timings) == []


def test_verdicts_name_what_misses_a_target():
    def row(name, ours, theirs, floor, **more):
        return {"workload": name, "dlcourse_us": ours, "pytorch_us": theirs, "floor_us": floor,
                "pytorch_compile_us": None, "jax_us": None, "sklearn_us": None, **more}  # fmt: skip

    rows = [
        row("train good", 10, 40, 8, memory_bytes={"dlcourse": 1 << 20, "pytorch": 2 << 20}),
        row("train slow", 10, 10, 6),
        row("train large", 10, 40, None, memory_bytes={"dlcourse": 3 << 20, "pytorch": 2 << 20}),
        row("Adam step", 10, 40, 7),
    ]
    found = "\n".join(results.verdicts(rows))
    assert "over all workloads: 2.83 ×" in found
    assert "on each workload: train slow 1.00 × miss it" in found
    assert "fastest's time: train slow 1.67 × miss it" in found
    assert "bandwidth: Adam step 70% miss it" in found
    assert "on each workload: train large 3.0 MiB against 2.0 MiB miss it" in found


def test_rows_that_something_disturbed_are_named():
    rows = [
        {"workload": "calm", "quartiles_us": {"dlcourse": [1.0, 1.2], "jax": [1.0, 1.9]}},
        {"workload": "busy", "quartiles_us": {"dlcourse": [1.0, 1.2], "jax": [1.0, 2.1]}},
        {"workload": "old"},
    ]
    assert results.noisy(rows) == ["busy (jax)"]
