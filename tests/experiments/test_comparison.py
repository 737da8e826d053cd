"""Runs side by side: what varies, rows over seeds, curves, and copies in MLflow."""

import builtins
import sys
import types

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import stats

from dlcourse.experiments import (
    ExperimentLog,
    RunTable,
    compare,
    plot_runs,
    to_mlflow,
    varied,
)


@pytest.fixture
def records(tmp_path):
    """Two widths with three seeds each, one of them failed; the rate is always the same."""
    log = ExperimentLog(tmp_path / "runs.jsonl")
    for width in (8, 16):
        for seed in range(3):
            try:
                with log.run(seed=seed, width=width, rate=0.1) as run:
                    run.history = {"validation_loss": [2.0, 1.0 / width + 0.01 * seed]}
                    if (width, seed) == (16, 2):
                        raise OverflowError("too large")
                    run.results["accuracy"] = 0.5 + width / 100 + seed / 100
            except OverflowError:
                pass
    return log.records()


def test_only_what_varies_is_shown(records):
    assert varied(records) == ["width"]
    assert varied(records[:3]) == []


def test_a_parameter_that_some_runs_have_varies(tmp_path):
    log = ExperimentLog(tmp_path / "runs.jsonl")
    for options in ({"a": 1}, {"a": 1, "b": None}):
        with log.run(**options):
            pass
    assert varied(log.records()) == ["b"]
    assert compare(log.records()).rows == (("–", "1"), ("None", "1"))


def test_seeds_become_one_row_with_an_interval(records):
    table = compare(records)
    assert isinstance(table, RunTable)
    assert table.head == ("width", "runs", "accuracy")
    half = stats.t.ppf(0.975, 2) * 0.01 / np.sqrt(3)
    assert table.rows[0] == ("8", "3", f"0.59 ± {half:.2g}")
    low, high = stats.t.interval(0.95, 1, loc=0.665, scale=stats.sem([0.66, 0.67]))
    assert table.rows[1] == ("16", "3, 1 failed", f"0.665 ± {(high - low) / 2:.2g}")


def test_the_best_first(records):
    assert [row[0] for row in compare(records, "accuracy").rows] == ["16", "8"]


def test_a_single_run_and_one_without_a_result(records):
    assert compare(records[:1]).rows == (("1", "0.58"),)
    assert compare([records[0], records[5]], "accuracy").rows[1] == ("16", "1, 1 failed", "–")


def test_it_prints_and_shows_as_a_table(records):
    lines = repr(compare(records)).splitlines()
    assert lines[0].split() == ["width", "runs", "accuracy"]
    assert len({len(line) for line in lines}) == 1
    html = compare(records)._repr_html_()
    assert html.count("<tr>") == 3
    assert "<th>accuracy</th>" in html


def test_curves(records):
    axes = plot_runs(records)
    assert len(axes.lines) == 6
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["width 8", "width 16"]
    colours = [line.get_color() for line in axes.lines]
    assert len(set(colours[:3])) == len(set(colours[3:])) == 1
    assert colours[0] != colours[3]
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [2, 1 / 8 + 0.01])
    assert axes.get_ylabel() == "validation loss"
    assert not plt.get_fignums()  # nothing is left open


def test_curves_where_and_under_which_name_one_likes(records):
    figure, own = plt.subplots()
    axes = plot_runs(records, label=lambda one: f"seed {one.seed}", axes=own)
    assert axes is own
    assert [text.get_text() for text in own.get_legend().get_texts()] == [
        "seed 0",
        "seed 1",
        "seed 2",
    ]
    plt.close(figure)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda found: compare([]), ValueError, "records is empty: expected at least one run"),
        (lambda found: compare([3]), TypeError, r"records holds 3 \(int\): expected what"),
        (
            lambda found: compare(found, "f1"),
            ValueError,
            "result is 'f1': expected one of accura",
        ),
        (lambda found: plot_runs(found, "f1"), ValueError, "name is 'f1': expected one of validat"),
        (lambda found: to_mlflow(found, ""), TypeError, "experiment is '' .*: expected a name"),
        (lambda found: to_mlflow([3], "a"), TypeError, "records holds 3"),
    ],
)
def test_what_is_wrong_is_said(records, call, error, words):
    with pytest.raises(error, match=words):
        call(records)


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("mlflow", lambda found: to_mlflow(found, "a")),
        ("scipy", compare),
        ("matplotlib", plot_runs),
    ],
)
def test_a_package_that_is_missing_is_named(records, monkeypatch, package, call):
    real = builtins.__import__

    def missing(name, *rest):
        if name.split(".")[0] == package:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match=rf"not installed: pip install {package}"):
        call(records)


class FakeClient:
    """Takes note of what MLflow's client would be told."""

    experiments: dict
    runs: dict

    def __init__(self, tracking_uri=None):
        self.uri = tracking_uri
        FakeClient.latest = self
        self.experiments, self.runs = {}, {}

    def get_experiment_by_name(self, name):
        if name == "known":
            return types.SimpleNamespace(experiment_id="7")
        return None

    def create_experiment(self, name):
        return f"new {name}"

    def create_run(self, experiment, start_time, run_name):
        run = f"run {len(self.runs)}"
        self.runs[run] = {"home": experiment, "start": start_time, "name": run_name, "batches": []}
        return types.SimpleNamespace(info=types.SimpleNamespace(run_id=run))

    def log_batch(self, run, metrics=(), params=(), tags=()):
        assert len(metrics) <= 1000  # what the real one takes
        self.runs[run]["batches"].append((list(metrics), list(params), list(tags)))

    def set_terminated(self, run, status, end_time):
        self.runs[run] |= {"status": status, "end": end_time}


@pytest.fixture
def fake_mlflow(monkeypatch):
    entities = types.ModuleType("mlflow.entities")
    for name in ("Metric", "Param", "RunTag"):
        setattr(entities, name, lambda *values: values)
    tracking = types.ModuleType("mlflow.tracking")
    tracking.MlflowClient = FakeClient
    for name, module in {
        "mlflow": types.ModuleType("mlflow"),
        "mlflow.entities": entities,
        "mlflow.tracking": tracking,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)


def test_runs_go_to_mlflow(records, fake_mlflow):
    ids = to_mlflow(records, "widths", tracking_uri="somewhere")
    client = FakeClient.latest
    assert client.uri == "somewhere"
    assert ids == [f"run {k}" for k in range(6)]
    first, last = client.runs["run 0"], client.runs["run 5"]
    assert first["home"] == "new widths"
    assert (first["status"], last["status"]) == ("FINISHED", "FAILED")
    assert first["name"] == records[0].name
    assert first["end"] >= first["start"]
    metrics = [m for batch in first["batches"] for m in batch[0]]
    assert [(m[0], m[1], m[3]) for m in metrics] == [
        ("validation_loss", 2.0, 1),
        ("validation_loss", 0.125, 2),
        ("accuracy", 0.58, 0),
    ]
    params = [p for batch in first["batches"] for p in batch[1]]
    assert params == [("width", "8"), ("rate", "0.1")]
    tags = dict(t for batch in last["batches"] for t in batch[2])
    assert tags["seed"] == "2"
    assert tags["error"] == "OverflowError: too large"
    assert tags["version.numpy"] == np.__version__


def test_long_histories_go_in_pieces_and_names_are_made_fit(tmp_path, fake_mlflow):
    log = ExperimentLog(tmp_path / "runs.jsonl")
    with log.run(**{"rate, (per step)": 1}) as run:
        run.history = {"loss": list(range(2500))}
    to_mlflow(log.records(), "known")
    run = FakeClient.latest.runs["run 0"]
    assert run["home"] == "7"
    assert [len(batch[0]) for batch in run["batches"]] == [0, 1000, 1000, 500]
    assert run["batches"][0][1] == [("rate_ _per step_", "1")]
