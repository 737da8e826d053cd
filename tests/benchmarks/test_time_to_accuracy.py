import json

import numpy as np

from tests.benchmarks import time_to_accuracy
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.workloads import LearningClothes


def test_the_curve_goes_up_to_the_goal_and_ends_there(tmp_path, capsys):
    path = tmp_path / "curve.json"
    options = ["--images", "1000", "--goal", "0.5", "--epochs", "6", "--results", str(path)]
    assert time_to_accuracy.main(options) == 0
    output = capsys.readouterr().out
    rows = json.loads(path.read_text())
    assert rows[0]["contestant"] == "dlcourse"
    for row in rows:
        points = row["curve"]
        assert [point["epoch"] for point in points] == list(range(1, len(points) + 1))
        assert np.all(np.diff([0.0] + [point["seconds"] for point in points]) > 0)
        assert points[-1]["accuracy"] >= 0.5 > max([0.0] + [p["accuracy"] for p in points[:-1]])
        assert row["seconds"] == points[-1]["seconds"]
        assert f"{row['contestant']}: 50% after" in output
    if len(rows) == 1:
        assert "pytorch is left out: torch is not installed." in output
    else:  # the same network and order: the same curve, up to rounding that training lets grow
        losses = [[point["loss"] for point in row["curve"]] for row in rows]
        np.testing.assert_allclose(*losses, rtol=0.02)


def test_a_goal_that_was_not_reached_has_no_time():
    curve = [{"accuracy": 0.4, "seconds": 1.0}, {"accuracy": 0.6, "seconds": 2.0}]
    assert time_to_accuracy.reached(curve, 0.5) == 2.0
    assert time_to_accuracy.reached(curve, 0.7) is None


def test_without_the_full_set_it_says_how_to_get_it(monkeypatch, capsys):
    def nowhere(self):
        raise FileNotFoundError("install Debian's package dataset-fashion-mnist")

    monkeypatch.setattr(LearningClothes, "data", nowhere)
    assert time_to_accuracy.main([]) == 1
    assert "dataset-fashion-mnist" in capsys.readouterr().out


def test_every_image_has_its_label():
    assert CONTESTANTS["dlcourse"].missing is None
    (x, labels), (test_x, test_labels) = LearningClothes(time_to_accuracy.NETWORK, 300).data()
    assert x.shape == (300, 28, 28, 1)
    assert x.dtype == np.float32
    assert len(labels) == len(test_x) == len(test_labels) == 300
