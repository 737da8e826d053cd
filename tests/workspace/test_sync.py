"""Files come and are brought up to date; what the learner wrote is never written to."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest

from dlcourse.workspace.errors import WorkspaceError
from dlcourse.workspace.notebooks import finish
from dlcourse.workspace.sync import MANIFEST, Outcome, synchronize

BOOK = "chapters/a walk.ipynb"
BESIDE = "chapters/a walk (new edition).ipynb"


def notebook(*sources: str) -> bytes:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return finish(nbformat.v4.new_notebook(cells=cells))


FIRST = {BOOK: notebook("x = 1", "y = 2"), "labs/data.csv": b"1,2\n", "README.md": b"read\n"}
SECOND = {BOOK: notebook("x = 10", "y = 2"), "labs/data.csv": b"3,4\n", "README.md": b"again\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "my work"
    synchronize(target, FIRST)
    return target


def contents(folder: Path) -> dict[str, bytes]:
    """Everything but the manifest, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


def times(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.rglob("*")}


def write_in(path: Path, source: str) -> bytes:
    """Change the first cell, as a learner does; return the file."""
    content = json.loads(path.read_bytes())
    content["cells"][0]["source"] = [source]
    path.write_text(json.dumps(content), encoding="utf-8")
    return path.read_bytes()


def test_the_first_run_makes_every_file(tmp_path):
    outcome = synchronize(tmp_path / "new" / "folder", FIRST)
    assert outcome == Outcome(created=list(FIRST))
    assert contents(tmp_path / "new" / "folder") == FIRST


def test_a_second_run_writes_nothing(folder):
    before = times(folder)
    assert synchronize(folder, FIRST) == Outcome()
    assert times(folder) == before


def test_untouched_files_follow_the_course(folder):
    assert synchronize(folder, SECOND) == Outcome(updated=list(SECOND))
    assert contents(folder) == SECOND


def test_an_untouched_file_follows_the_course_back(folder):
    synchronize(folder, SECOND)
    synchronize(folder, FIRST)
    assert contents(folder) == FIRST


def test_deleted_files_come_back(folder):
    (folder / BOOK).unlink()
    (folder / "README.md").unlink()
    assert synchronize(folder, FIRST) == Outcome(created=[BOOK, "README.md"])
    assert contents(folder) == FIRST


def test_a_file_that_the_course_no_longer_has_stays(folder):
    assert synchronize(folder, {"README.md": b"read\n"}) == Outcome()
    assert contents(folder) == FIRST


def test_the_learner_s_own_files_are_left_alone(folder):
    (folder / "chapters" / "mine.ipynb").write_bytes(b"mine")
    synchronize(folder, SECOND)
    assert (folder / "chapters" / "mine.ipynb").read_bytes() == b"mine"


def test_a_changed_notebook_is_kept_and_nothing_is_put_beside_it_without_need(folder):
    mine = write_in(folder / BOOK, "x = 99")
    assert synchronize(folder, FIRST) == Outcome(kept=[BOOK])
    assert contents(folder) == FIRST | {BOOK: mine}


def test_a_new_edition_is_put_beside_a_changed_notebook_once(folder):
    mine = write_in(folder / BOOK, "x = 99")
    outcome = synchronize(folder, SECOND)
    assert (outcome.kept, outcome.editions) == ([BOOK], {BOOK: BESIDE})
    assert contents(folder) == SECOND | {BOOK: mine, BESIDE: SECOND[BOOK]}
    before = times(folder)
    assert synchronize(folder, SECOND) == Outcome(kept=[BOOK])
    assert times(folder) == before


def test_an_edition_that_was_thrown_away_does_not_come_back(folder):
    write_in(folder / BOOK, "x = 99")
    synchronize(folder, SECOND)
    (folder / BESIDE).unlink()
    assert synchronize(folder, SECOND).editions == {}
    assert not (folder / BESIDE).exists()


def test_an_untouched_edition_is_replaced_by_the_next_one(folder):
    mine = write_in(folder / BOOK, "x = 99")
    synchronize(folder, SECOND)
    third = notebook("x = 1000", "y = 2")
    assert synchronize(folder, SECOND | {BOOK: third}).editions == {BOOK: BESIDE}
    assert contents(folder) == SECOND | {BOOK: mine, BESIDE: third}


def test_an_edition_that_was_changed_is_kept_too(folder):
    mine = write_in(folder / BOOK, "x = 99")
    synchronize(folder, SECOND)
    mine_too = write_in(folder / BESIDE, "x = 98")
    third = notebook("x = 1000", "y = 2")
    beside = "chapters/a walk (new edition 2).ipynb"
    assert synchronize(folder, SECOND | {BOOK: third}).editions == {BOOK: beside}
    assert contents(folder) == SECOND | {BOOK: mine, BESIDE: mine_too, beside: third}


def test_a_file_of_the_learner_s_with_the_name_of_an_edition_is_kept(folder):
    write_in(folder / BOOK, "x = 99")
    (folder / BESIDE).write_bytes(b"mine")
    outcome = synchronize(folder, SECOND)
    assert outcome.editions == {BOOK: "chapters/a walk (new edition 2).ipynb"}
    assert (folder / BESIDE).read_bytes() == b"mine"


def test_taking_the_new_edition_over_ends_the_difference(folder):
    write_in(folder / BOOK, "x = 99")
    synchronize(folder, SECOND)
    (folder / BOOK).write_bytes((folder / BESIDE).read_bytes())
    assert synchronize(folder, SECOND) == Outcome()
    third = SECOND | {BOOK: notebook("x = 1000")}
    assert synchronize(folder, third) == Outcome(updated=[BOOK])


def test_a_changed_file_that_is_no_notebook_is_kept(folder):
    (folder / "labs/data.csv").write_bytes(b"mine\n")
    outcome = synchronize(folder, SECOND)
    assert outcome.editions == {"labs/data.csv": "labs/data (new edition).csv"}
    assert (folder / "labs/data.csv").read_bytes() == b"mine\n"


def jupyterlab_saves(path: Path) -> None:
    """Do to a notebook all that running and saving it does, without changing a word."""
    content = json.loads(path.read_bytes())
    for number, cell in enumerate(content["cells"], 1):
        cell["execution_count"] = number
        cell["id"] = f"{number:08x}"
        cell["metadata"] = {"scrolled": True, "execution": {"iopub.status.idle": "now"}}
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}]
        cell["source"] = cell["source"] if number % 2 else "".join(cell["source"])
    content["cells"].append(
        {"cell_type": "code", "id": "f", "metadata": {}, "outputs": [], "source": [],
         "execution_count": None}
    )  # fmt: skip
    content["metadata"] = {"kernelspec": {"name": "other"}, "widgets": {}, "toc": 1}
    content["nbformat_minor"] = 4
    path.write_text(json.dumps(dict(reversed(content.items())), indent=4), encoding="utf-8")


def test_running_and_saving_changes_nothing(folder):
    jupyterlab_saves(folder / BOOK)
    saved = (folder / BOOK).read_bytes()
    assert synchronize(folder, FIRST) == Outcome()
    assert (folder / BOOK).read_bytes() == saved


def test_a_notebook_that_was_only_run_follows_the_course(folder):
    jupyterlab_saves(folder / BOOK)
    assert BOOK in synchronize(folder, SECOND).updated
    assert (folder / BOOK).read_bytes() == SECOND[BOOK]


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells.reverse(),
        lambda cells: cells.pop(),
        lambda cells: cells.append(cells[0] | {"id": "new", "source": ["z = 3"]}),
        lambda cells: cells[0].update(cell_type="markdown"),
        lambda cells: cells[0].update(source=["x = 1 "]),
    ],
    ids=["order", "removed", "added", "kind", "one blank"],
)
def test_every_change_of_words_or_code_counts(folder, change):
    content = json.loads((folder / BOOK).read_bytes())
    change(content["cells"])
    (folder / BOOK).write_text(json.dumps(content), encoding="utf-8")
    mine = (folder / BOOK).read_bytes()
    assert synchronize(folder, SECOND).kept == [BOOK]
    assert (folder / BOOK).read_bytes() == mine


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"[]", b'"words"', b"\xff\xfe", b'{"cells": 3}', b'{"cells": [{}]}',
     b'{"cells": [{"cell_type": "code", "source": 3}]}', b"[" * 100_000],
    ids=["empty", "cut", "list", "string", "not text", "no cells", "no source", "number", "deep"],
)  # fmt: skip
def test_a_notebook_that_cannot_be_read_is_kept_and_reported(folder, broken):
    (folder / BOOK).write_bytes(broken)
    outcome = synchronize(folder, SECOND)
    assert outcome.kept == [BOOK]
    assert "cannot be read as a notebook" in outcome.problems[BOOK]
    assert outcome.editions == {BOOK: BESIDE}
    assert (folder / BOOK).read_bytes() == broken
    assert (folder / BESIDE).read_bytes() == SECOND[BOOK]
    assert synchronize(folder, SECOND).editions == {}


def test_a_read_only_file_is_left_and_reported(folder):
    (folder / "README.md").chmod(0o444)
    outcome = synchronize(folder, SECOND)
    assert "read-only" in outcome.problems["README.md"]
    assert outcome.editions == {"README.md": "README (new edition).md"}
    assert (folder / "README.md").read_bytes() == FIRST["README.md"]
    assert (folder / "README.md").stat().st_mode & 0o777 == 0o444
    assert synchronize(folder, SECOND) == Outcome(kept=["README.md"])


def test_a_link_is_left_and_what_it_leads_to_too(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_bytes(FIRST["README.md"])
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(elsewhere)
    outcome = synchronize(folder, SECOND)
    assert "a link" in outcome.problems["README.md"]
    assert (folder / "README.md").is_symlink()
    assert elsewhere.read_bytes() == FIRST["README.md"]
    assert (folder / "README (new edition).md").read_bytes() == SECOND["README.md"]


def test_a_link_that_leads_nowhere_is_left(folder, tmp_path):
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(tmp_path / "nowhere")
    outcome = synchronize(folder, SECOND)
    assert "could not be read" in outcome.problems["README.md"]
    assert (folder / "README.md").is_symlink()
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_in_a_file_s_place_is_left(folder):
    (folder / BOOK).unlink()
    (folder / BOOK).mkdir()
    (folder / BOOK / "mine").write_bytes(b"mine")
    outcome = synchronize(folder, SECOND)
    assert "a folder of this name is in the way" in outcome.problems[BOOK]
    assert (folder / BOOK / "mine").read_bytes() == b"mine"
    assert (folder / BESIDE).read_bytes() == SECOND[BOOK]


def test_a_file_in_a_folder_s_place_is_left_and_the_rest_is_done(tmp_path):
    (tmp_path / "labs").write_bytes(b"mine")
    outcome = synchronize(tmp_path, FIRST)
    assert list(outcome.problems) == ["labs/data.csv"]
    assert outcome.created == [BOOK, "README.md"]
    assert (tmp_path / "labs").read_bytes() == b"mine"
    (tmp_path / "labs").unlink()
    assert synchronize(tmp_path, FIRST) == Outcome(created=["labs/data.csv"])


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"files": 3}', b'{"files": {"README.md": {}}}', b"\xff", b"[" * 100_000],
)
def test_without_its_manifest_nothing_is_lost(folder, damage):
    mine = write_in(folder / BOOK, "x = 99")
    (folder / MANIFEST).write_bytes(damage)
    outcome = synchronize(folder, FIRST | {"README.md": b"again\n"})
    assert "damaged" in outcome.problems[MANIFEST]
    # What is not the newest version may be the learner's.
    assert set(outcome.kept) == {BOOK, "README.md"}
    assert (folder / BOOK).read_bytes() == mine
    assert (folder / "README.md").read_bytes() == FIRST["README.md"]
    # The next run knows again what is ours.
    assert synchronize(folder, FIRST | {"README.md": b"again\n"}).problems == {}
    assert "labs/data.csv" in synchronize(folder, SECOND).updated


def test_a_manifest_that_cannot_be_read_stops_before_anything_is_written(folder):
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).mkdir()
    with pytest.raises(WorkspaceError, match=r"manifest\.json cannot be read"):
        synchronize(folder, SECOND)
    assert contents(folder) == FIRST


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WorkspaceError, match="cannot be made"):
        synchronize(tmp_path / "file", FIRST)


class Interrupted(BaseException):
    """Ctrl-C, or the end of the process."""


class FailAt:
    """Let a function of `os` fail at one call, before or after it does its work."""

    def __init__(self, monkeypatch, name: str, call: int, error: BaseException, after: bool):
        self.real, self.left, self.error, self.after = getattr(os, name), call, error, after
        monkeypatch.setattr(os, name, self)

    def __call__(self, *args):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise self.error
        result = self.real(*args)
        if self.left == 0:
            raise self.error
        return result


# Two writes of the manifest and three of files: the two that follow the course, and an edition.
WRITES = 5


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("call", range(1, WRITES + 1))
def test_an_interruption_at_any_write_loses_nothing(folder, monkeypatch, name, call, after):
    mine = write_in(folder / BOOK, "x = 99")
    with monkeypatch.context() as patch:
        FailAt(patch, name, call, Interrupted(), after)
        with pytest.raises(Interrupted):
            synchronize(folder, SECOND)
    for path, data in contents(folder).items():
        assert data in (FIRST.get(path), SECOND.get(path), mine, SECOND[BOOK])
    assert (folder / BOOK).read_bytes() == mine
    assert not list(folder.rglob("*.part"))
    outcome = synchronize(folder, SECOND)
    assert outcome.problems == {}
    assert contents(folder) == SECOND | {BOOK: mine, BESIDE: SECOND[BOOK]}
    assert synchronize(folder, SECOND) == Outcome(kept=[BOOK])


def test_the_interruptions_tested_are_all_there_are(folder, monkeypatch):
    write_in(folder / BOOK, "x = 99")
    counter = FailAt(monkeypatch, "replace", -1, Interrupted(), False)
    synchronize(folder, SECOND)
    assert -1 - counter.left == WRITES


@pytest.mark.parametrize("call", range(1, WRITES + 1))
def test_a_full_disk_at_any_write_is_told_and_loses_nothing(folder, monkeypatch, call):
    mine = write_in(folder / BOOK, "x = 99")
    full = OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        FailAt(patch, "fsync", call, full, False)
        if call in (1, WRITES):
            with pytest.raises(WorkspaceError, match="cannot be written: No space left"):
                synchronize(folder, SECOND)
        else:
            (problem,) = synchronize(folder, SECOND).problems.values()
            assert "No space left" in problem
    assert (folder / BOOK).read_bytes() == mine
    assert not list(folder.rglob("*.part"))
    synchronize(folder, SECOND)
    assert contents(folder) == SECOND | {BOOK: mine, BESIDE: SECOND[BOOK]}


def test_a_version_that_was_announced_but_not_written_is_still_offered(folder, monkeypatch):
    """Interrupted before the file, then changed by the learner: it was never theirs to see."""
    with monkeypatch.context() as patch:
        FailAt(patch, "replace", 2, Interrupted(), False)
        with pytest.raises(Interrupted):
            synchronize(folder, SECOND)
    assert (folder / BOOK).read_bytes() == FIRST[BOOK]
    mine = write_in(folder / BOOK, "x = 99")
    assert synchronize(folder, SECOND).editions == {BOOK: BESIDE}
    assert (folder / BOOK).read_bytes() == mine
