import json
import os

import pytest

from tests.benchmarks import growth
from tests.benchmarks.machine import cores
from tests.benchmarks.networks import mlp


def test_the_exponent_is_that_of_the_largest_sizes():
    rows = [{"value": n, "us": 7.0 * n**1.5} for n in (2, 4, 8, 16)]
    rows[0]["us"] = 1000.0  # a fixed cost, at the smallest
    assert growth.exponent(rows, "us") == pytest.approx(1.5)


def test_threads_are_told_to_processes_that_start_meanwhile(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    with growth.only(1):
        assert {os.environ[name] for name in growth.SETTINGS} == {"1"}
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "NUMBA_NUM_THREADS" not in os.environ


def test_an_axis_is_measured_and_kept_beside_the_others(monkeypatch, capsys, tmp_path):
    path = tmp_path / "growth.json"
    path.write_text(json.dumps([{"axis": "depth", "value": 1}, {"axis": "width", "value": 1}]))
    monkeypatch.setitem(growth.AXES, "width", (lambda n: mlp(4, n, 3, batch=2), (2, 64)))
    assert growth.main(["width", "--seconds", "0.05", "--results", str(path)]) == 0
    rows = json.loads(path.read_text())
    assert [row["axis"] for row in rows] == ["width"] * 2 * len({1, cores()}) + ["depth"]
    assert all(row["us"] > 0 for row in rows[:-1])
    assert "width, 1 threads: time grows with power" in capsys.readouterr().out
    assert growth.main(["nothing"]) == 2


@pytest.mark.parametrize("axis", growth.AXES)
def test_only_the_axis_changes(axis):
    network_at, values = growth.AXES[axis]
    assert list(values) == sorted(values)
    sizes = [sum(w.size for each in network_at(n).weights() for w in each.values())
             for n in values[:2]]  # fmt: skip
    # Only width, depth and what the last layer sees of an image bring more parameters.
    assert (sizes[1] > sizes[0]) == (axis in ("width", "depth", "image side"))
