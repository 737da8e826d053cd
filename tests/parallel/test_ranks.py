"""Several ranks, started by the real mpiexec, do what one process does."""

import re
import sys

import numpy as np
import pytest

from dlcourse import parallel
from dlcourse.parallel import Ranks, launch
from dlcourse.parallel.launch import mpiexec
from dlcourse.team import ALONE, Team
from dlcourse.training import fit
from tests.parallel.program import CASES, results, resumed, train

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the lock brings an MPI on Linux alone"
)
PATIENCE = 120  # seconds, on a busy machine


def run(ranks, *arguments):
    """Run the program beside this file; its warnings are errors, as ours are."""
    program = ("-W", "error", "-m", "tests.parallel.program")
    return launch(ranks, *program, *map(str, arguments), timeout=PATIENCE)


@pytest.fixture(scope="module", params=[2, 3])
def found(request, tmp_path_factory):
    """Return the results of every case on several ranks."""
    file = tmp_path_factory.mktemp("ranks") / "found.npz"
    done = run(request.param, "equality", file)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    with np.load(file) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("case", CASES)
def test_ranks_do_what_one_process_does(case, found):
    expected = results(case)
    prefix = f"{case}/"
    assert {prefix + name for name in expected} == {one for one in found if one.startswith(prefix)}
    for name, right in expected.items():
        # float32 carries 6e-8 of each number; 12 steps of sums in another order carry it on.
        np.testing.assert_allclose(
            found[prefix + name], right, rtol=2e-4, atol=5e-6, err_msg=f"{case}: {name}"
        )


def test_smaller_matters():
    done = run(2, "small", "")
    assert done.returncode == 0, done.stderr
    assert not done.stderr


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("raise", 1, r"rank 1 of 2 stopped with ValueError: the disk is full\. The other ranks"),
        ("exit", 1, r"rank 1 of 2 ended in the middle of fit\. The other ranks"),
        ("kill", 137, r"rank 1 .*exited on\s+signal 9"),
    ],
)
def test_a_rank_that_fails_stops_the_others_and_the_run_can_go_on(what, status, said, tmp_path):
    file = tmp_path / f"{what}.npz"
    done = run(2, "accident", what, file)
    assert done.returncode == status, done.stderr
    assert re.search(said, done.stderr, re.DOTALL), done.stderr

    # The checkpoint is that of the third epoch; what one process makes of it is what it would
    # have made of the whole run.
    model, history = resumed(file, ALONE)
    whole, _, uncut = train("dropout", ALONE, epochs=6)
    assert history.epochs == 6
    np.testing.assert_allclose(history["loss"], uncut["loss"], rtol=2e-4)
    np.testing.assert_allclose(model.parameters.values, whole.parameters.values, rtol=2e-4,
                               atol=5e-6)  # fmt: skip
    if what == "kill":  # and so do ranks, with the optimizer's state cut for them anew
        assert run(2, "resume", file, tmp_path / "again.npz").returncode == 0
        with np.load(tmp_path / "again.npz") as again:
            np.testing.assert_allclose(again["parameters"], whole.parameters.values, rtol=2e-4,
                                       atol=5e-6)  # fmt: skip


def test_the_command_trains(tmp_path):
    program = ("-W", "error", "-m", "dlcourse.parallel", "--epochs", "4", "--hidden", "64")
    done = launch(2, *program, "--checkpoint", str(tmp_path / "run.npz"), timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        r"2 ranks of \d+ threads, 4 epochs in [\d.]+ s, [\d.]+% of it in communication; "
        r"validation accuracy 0\.[789]\d+\n",
        done.stdout,
    )
    assert (tmp_path / "run.npz").exists()


def test_what_takes_too_long_is_stopped():
    with pytest.raises(TimeoutError, match=r"^2 ranks were not done after 1 s"):
        launch(2, "-c", "import time; time.sleep(60)", timeout=1)


def test_without_mpiexec_there_is_one_rank():
    done = launch(1, "-c", "from dlcourse.parallel import Ranks; print(Ranks())", timeout=PATIENCE)
    assert done.stdout == "<rank 0 of 1>\n", done.stderr


def test_two_ways_at_once_are_refused():
    with pytest.raises(ValueError, match="expected one of them"):
        Ranks(bucket_bytes=1000, shard_optimizer=True)
    with pytest.raises(ValueError, match="bucket_bytes is 0"):
        Ranks(bucket_bytes=0)


def test_a_team_that_is_none_is_refused():
    with pytest.raises(TypeError, match=r"^team is 2 \(int\): expected an object of Team"):
        train("plain", 2)


def test_a_team_trains_on_the_cpu(monkeypatch):
    team = Team()
    team.size = 2
    model, optimizer, _ = train("plain", ALONE)

    class Elsewhere:
        name = "cuda"

    monkeypatch.setattr(model, "device", Elsewhere())
    x, y = np.ones((4, 7), np.float32), np.zeros(4, np.int64)
    with pytest.raises(ValueError, match=r"^model is on 'cuda': expected it on 'cpu'"):
        fit(model, CASES["plain"][2](), optimizer, (x, y), rng=0, team=team)


def test_what_is_missing_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    with pytest.raises(ImportError, match=r"needs mpi4py and an MPI .* 'dlcourse\[scale\]'"):
        Ranks()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FileNotFoundError, match=r"^there is no mpiexec"):
        mpiexec()


def test_importing_the_package_starts_no_mpi():
    assert parallel.__all__
    done = launch(1, "-c", "import sys, dlcourse.parallel; print('mpi4py' in sys.modules)",
                  timeout=PATIENCE)  # fmt: skip
    assert done.stdout == "False\n"
