import sqlite3
from pathlib import Path

import optuna
import pytest

from dlcourse.tuning import Real, Space, SQLiteJournal, open_storage, search

SPACE = Space(optimization={"rate": Real(0, 1)})


def run(storage, **options):
    settings = {"trials": 5, "strategy": "random", "progress": False} | options
    return search(lambda trial: trial["rate"], SPACE, storage=storage, **settings)


@pytest.mark.parametrize("file", ["kept.sqlite", "kept.log", "sqlite:///{}/tables.db"])
def test_trials_are_there_in_another_process(file, tmp_path):
    storage = file.format(tmp_path) if "://" in file else tmp_path / file
    first = run(storage)
    study = optuna.load_study(study_name="search", storage=open_storage(storage))
    assert [t.params for t in study.trials] == [dict(r.settings) for r in first.trials]
    longer = run(storage, trials=8, resume=True)
    assert [r.value for r in longer.trials] == [r.value for r in run(":memory:", trials=8).trials]


def test_sqlite_is_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search(lambda trial: trial["rate"], SPACE, trials=2, strategy="random", progress=False)
    with pytest.raises(
        ValueError, match="holds a search named 'search' with 2 trials: expected re"
    ):
        search(lambda trial: trial["rate"], SPACE, trials=2, progress=False)
    rows = sqlite3.connect(tmp_path / "searches.sqlite").execute("SELECT entry FROM journal")
    assert len(rows.fetchall()) > 4


def test_another_search_of_the_same_name_is_refused(tmp_path):
    storage = tmp_path / "kept.sqlite"
    run(storage)
    for changed, words in (
        ({"seed": 1}, "seed is 1, and the search named 'search' was begun with 0"),
        ({"strategy": "tpe"}, "strategy is 'tpe'"),
        ({"direction": "maximize"}, "direction is"),
    ):
        with pytest.raises(ValueError, match=words):
            run(storage, resume=True, **changed)
    other = Space(optimization={"rate": Real(0, 2)})
    with pytest.raises(ValueError, match="space is"):
        search(len, other, trials=9, strategy="random", storage=storage, resume=True)


def test_two_connections_number_their_entries_without_a_gap(tmp_path):
    one, two = SQLiteJournal(tmp_path / "a.sqlite"), SQLiteJournal(str(tmp_path / "a.sqlite"))
    for number in range(6):
        (one, two)[number % 2].append_logs([{"n": 2 * number}, {"n": 2 * number + 1}])
    assert [entry["n"] for entry in one.read_logs(0)] == list(range(12))
    assert [entry["n"] for entry in two.read_logs(10)] == [10, 11]
    one.close()
    two.close()


def test_a_file_of_another_kind_is_refused(tmp_path):
    file = Path(tmp_path / "notes.sqlite")
    file.write_text("not a database, " * 100)
    with pytest.raises(ValueError, match="which is no file of SQLite's"):
        open_storage(file)
    assert isinstance(open_storage(":memory:"), optuna.storages.InMemoryStorage)
