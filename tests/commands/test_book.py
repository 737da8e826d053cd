"""`dlcourse book`: how Jupyter Book is called, and what is made of its answer."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


class Host(BaseHTTPRequestHandler):
    """Another host, on which one page is left."""

    def do_HEAD(self):
        self.send_response(200 if self.path == "/here" else 404)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *words):
        """Be silent."""


@pytest.fixture
def host():
    """The address of a host that has one page left."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_links_to_other_hosts_are_asked_for(host, tmp_path, monkeypatch, capfd):
    book = tmp_path / "book"
    book.mkdir()
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (book / "_config.yml").write_text(
        "title: small\nexecute: {execute_notebooks: 'off'}\n"
        "sphinx: {config: {linkcheck_report_timeouts_as_broken: false}}\n"
    )
    (book / "index.md").write_text(f"# Small\n\n[one]({host}/here) [two]({host}/gone)\n")
    monkeypatch.chdir(tmp_path)
    assert commands.main(["book", "--links"]) == 1
    out = capfd.readouterr().out
    assert f"index.md:3: {host}/gone: 404" in out
    assert out.endswith("1 of 2 links to other hosts lead somewhere.\n")
