import json
import sys

import pytest

from dlcourse.parallel import fit_costs
from tests.benchmarks import parallel


@pytest.mark.skipif(sys.platform != "linux", reason="the lock brings an MPI on Linux alone")
def test_one_rank_is_held_against_two(tmp_path, capsys):
    path = tmp_path / "parallel.json"
    small = ("--widths", "64", "64", "10")
    assert parallel.main(["--seconds", "0.2", "--results", str(path), *small]) == 0
    assert "2 rank(s), one sum" in capsys.readouterr().out
    about, *rows = json.loads(path.read_text())
    assert about["machine"].endswith("2 ranks of one core")
    assert about["others_share"] < 1
    steps = {row["way"]: row for row in rows if row["what"] == "step"}
    assert list(steps) == ["alone", "apart", *parallel.WAYS]
    for way in ("apart", *parallel.WAYS):
        assert steps[way]["ranks"] == 2
        assert (0 < steps[way]["communication"] < 1) == (way != "apart")
    whole, shards = (row["state_bytes"] for row in rows if row["what"] == "memory")
    assert abs(whole - 2 * shards) <= 8
    assert fit_costs(rows).link.bandwidth > 0
