"""`dlcourse update`: the working folder, brought up to date without opening anything."""

from types import SimpleNamespace

import pytest

from dlcourse import commands, workspace
from tests.packaging.lock import ROOT


@pytest.fixture
def asked(monkeypatch):
    found = []

    def prepare(course, work, report):
        found.append((course, work))
        report("3 files kept as you changed them.")
        return SimpleNamespace(start="start.ipynb")

    monkeypatch.setattr(workspace, "prepare", prepare)
    monkeypatch.chdir(ROOT)
    return found


@pytest.mark.parametrize("named", [False, True])
def test_the_folder_is_prepared_and_what_was_kept_is_told(asked, named, tmp_path, capsys):
    work = tmp_path / "mine" if named else ROOT / "work"
    words = ["--work", str(work)] if named else []
    assert commands.main(["update", *words]) == 0
    assert asked == [(ROOT, work)]
    shown = capsys.readouterr().out
    assert f"Working folder: {work}" in shown
    assert "3 files kept as you changed them." in shown
    assert "Begin with start.ipynb." in shown


def test_what_goes_wrong_is_one_sentence(monkeypatch, capsys):
    def prepare(course, work, report):
        raise workspace.WorkspaceError("work cannot be written: disk full.")

    monkeypatch.setattr(workspace, "prepare", prepare)
    monkeypatch.chdir(ROOT)
    assert commands.main(["update"]) == 2
    assert capsys.readouterr().err == "dlcourse update: work cannot be written: disk full.\n"
