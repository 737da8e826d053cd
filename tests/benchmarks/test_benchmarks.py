"""The contestants of the benchmarks compute the same, and the table is printed."""

from importlib.util import find_spec

import numpy as np
import pytest

from tests.benchmarks import __main__ as table
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.workloads import WORKLOADS, Mlp

SMALL = Mlp((7, 5, 4, 3), batch=6)


@pytest.mark.parametrize("workload", [SMALL, WORKLOADS[0]], ids=lambda workload: workload.name)
@pytest.mark.parametrize("name", [name for name in CONTESTANTS if name != "numpy"])
def test_every_contestant_takes_the_same_steps(name, workload):
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    step, reference = CONTESTANTS[name](workload), CONTESTANTS["numpy"](workload)
    losses = [(step(), reference()) for _ in range(20)]
    assert losses[-1][1] < losses[0][1]
    # Float32, summed in another order, over twenty steps.
    np.testing.assert_allclose(*zip(*losses, strict=True), rtol=2e-5)


def test_the_table_has_a_row_for_each_workload(monkeypatch, capsys):
    monkeypatch.setattr(table, "WORKLOADS", (SMALL,))
    monkeypatch.setattr(table, "CONTESTANTS", {**CONTESTANTS, "no_such_package": None})
    assert table.main(["--rounds", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "no_such_package is not installed and is left out." in lines
    heads, row = lines[-2].split(), lines[-1]
    assert heads[:2] == ["dlcourse", "numpy"]
    assert row.startswith("MLP 7-5-4-3, batch 6")
    times = [float(word.replace(",", "")) for word in row.removeprefix(SMALL.name).split()]
    assert len(times) == len(heads)
    assert min(times) > 0
