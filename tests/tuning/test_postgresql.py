"""A search that several processes share in a PostgreSQL database."""

import os
import subprocess
import sys
from pathlib import Path

import optuna

from dlcourse.tuning import Real, Space, open_storage

ROOT = Path(__file__).parents[2]
SPACE = Space(optimization={"rate": Real(0, 1)})
HELPER = """
import sys, time
from tests.tuning.test_postgresql import SPACE
from dlcourse.tuning import search

def train(trial):
    time.sleep(0.1)
    with open(sys.argv[2], "a") as file:
        file.write(f"{trial.number}\\n")
    return trial["rate"]
options = {"strategy": "tpe", "storage": sys.argv[1], "progress": False}
search(train, SPACE, trials=int(sys.argv[3]), resume=True, **options)
"""


def search_in_a_process(storage, file, trials):
    command = [sys.executable, "-c", HELPER, storage, str(file), str(trials)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def test_two_processes_share_a_search(postgresql, tmp_path):
    storage = postgresql.database("shared")
    assert search_in_a_process(storage, tmp_path / "first", 2).wait(120) == 0
    names = ("one", "two")
    helpers = [search_in_a_process(storage, tmp_path / name, 16) for name in names]
    assert [helper.wait(120) for helper in helpers] == [0, 0]
    done = [[int(number) for number in (tmp_path / name).read_text().split()] for name in names]
    assert min(map(len, done)) >= 3
    together = sorted([*done[0], *done[1]])
    # Each ends when 16 are done; the other may be at work on one more then.
    assert together in (list(range(2, 16)), list(range(2, 17)))
    kept = open_storage(storage)
    trials = optuna.load_study(study_name="search", storage=kept).trials
    kept.engine.dispose()
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * (2 + len(together))
    assert all(trial.value == trial.params["rate"] for trial in trials)
    # Two that draw by one seed must not draw the same.
    assert len({trial.value for trial in trials}) == len(trials)
