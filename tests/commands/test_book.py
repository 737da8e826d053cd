"""`dlcourse book`: how Jupyter Book is called, and what is made of its answer."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from dlcourse import commands


@pytest.fixture
def built(monkeypatch, tmp_path):
    """Answer for Jupyter Book: keep the commands, end with `status`."""
    answer = SimpleNamespace(commands=[], status=0, book=tmp_path / "book")
    answer.book.mkdir()
    (answer.book / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path)

    def run(command, **options):
        answer.commands.append(command)
        return SimpleNamespace(returncode=answer.status)

    monkeypatch.setattr(subprocess, "run", run)
    return answer


def test_every_warning_is_an_error(built, capsys):
    assert commands.main(["book"]) == 0
    (command,) = built.commands
    assert command[0] == sys.executable
    assert str(built.book) in command
    assert {"--warningiserror", "--nitpick", "--keep-going"} <= set(command)
    site = built.book / "_build" / "html" / "index.html"
    assert capsys.readouterr().out == f"The book is built: {site}\n"


def test_a_build_that_fails_has_status_1(built, capsys):
    built.status = 2
    assert commands.main(["book"]) == 1
    shown = capsys.readouterr()
    assert shown.err == "dlcourse book: the site was not built, see above.\n"
    assert shown.out == ""


@pytest.mark.parametrize(("words", "kept"), [([], True), (["--fresh"], False)])
def test_the_last_build_is_kept_unless_a_fresh_one_is_wanted(built, words, kept):
    cache = built.book / "_build" / ".jupyter_cache"
    cache.mkdir(parents=True)
    assert commands.main(["book", *words]) == 0
    assert cache.exists() is kept


def test_jupyter_book_can_be_called_as_it_is_called():
    """The program that stands in front of the arguments: Jupyter Book has no `python -m`."""
    from dlcourse.commands import book

    command = [*book.JUPYTER_BOOK, "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Jupyter Book" in answer.stdout
