import json

from tests.benchmarks import two_kernels
from tests.benchmarks.networks import mlp


def test_two_at_once_are_told_beside_one_alone(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(two_kernels, "CHOSEN", (mlp(256, 256, 256, 10, batch=128),))
    path = tmp_path / "two.json"
    assert two_kernels.main(["--seconds", "0.5", "--results", str(path)]) == 0
    (row,) = json.loads(path.read_text())
    assert row["workload"] == "train MLP 256-256-256-10, batch 128"
    assert row["ratio"] == round(row["together_us"] / row["alone_us"], 2)
    # Two that share the cores take twice as long; pools that fight take ten to fifty times.
    assert 0.3 < row["ratio"] < 10
    assert "two at once" in capsys.readouterr().out
