"""`dlcourse lab`: what is handed to JupyterLab, and a real server that answers."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from types import SimpleNamespace

import pytest

from dlcourse import commands, workspace
from dlcourse.commands import kernels, lab
from tests.ports import free_port

DISPLAY = {"DISPLAY": ":0"}


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Stop short of JupyterLab: collect the commands that would be run."""
    found = []
    (tmp_path / "course" / "book").mkdir(parents=True)
    (tmp_path / "course" / "book" / "_toc.yml").touch()
    monkeypatch.chdir(tmp_path / "course")
    monkeypatch.setattr(kernels, "warm", lambda: None)
    monkeypatch.setattr(
        workspace,
        "prepare",
        lambda course, target, report: SimpleNamespace(start="start.ipynb", target=target),
    )
    monkeypatch.setattr(lab, "_become", lambda command, folder: found.append(command) or 0)
    monkeypatch.setattr(lab, "_is_root", lambda: False)
    monkeypatch.setattr(lab, "_has_browser", lambda environment, platform: True)
    return found


def test_jupyterlab_opens_the_working_folder_at_its_first_page(started, tmp_path):
    assert commands.main(["lab"]) == 0
    (command,) = started
    assert command[:4] == [sys.executable, "-P", "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path / 'course' / 'work'}" in command
    assert "--LabApp.default_url=/lab/tree/start.ipynb" in command
    assert "--no-browser" not in command
    assert "--allow-root" not in command


def test_the_working_folder_can_be_named(started, tmp_path):
    assert commands.main(["lab", "--work", "../mine"]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'mine'}" in started[0]


def test_further_words_come_last_so_that_they_hold(started):
    words = ["--port=8899", "--LabApp.default_url=/lab"]
    assert commands.main(["lab", *words]) == 0
    assert started[0][-2:] == words


def test_no_browser_is_handed_on(started):
    assert commands.main(["lab", "--no-browser", "--port", "8899"]) == 0
    assert started[0][-3:] == ["--port", "8899", "--no-browser"]


def test_without_a_browser_the_address_is_promised(started, monkeypatch, capsys):
    monkeypatch.setattr(lab, "_has_browser", lambda environment, platform: False)
    assert commands.main(["lab"]) == 0
    assert started[0].count("--no-browser") == 1
    assert "No browser was found here: open the address below in one." in capsys.readouterr().out


def test_root_is_let_in_with_a_warning(started, monkeypatch, capsys):
    monkeypatch.setattr(lab, "_is_root", lambda: True)
    assert commands.main(["lab"]) == 0
    assert started[0].count("--allow-root") == 1
    assert "JupyterLab runs as root here" in capsys.readouterr().err
    assert commands.main(["lab", "--allow-root"]) == 0
    assert started[1].count("--allow-root") == 1
    assert "root" not in capsys.readouterr().err


def test_what_the_workspace_reports_is_shown(started, monkeypatch, capsys, tmp_path):
    def prepare(course, target, report):
        report("18 files made.")
        return SimpleNamespace(start="start.ipynb")

    monkeypatch.setattr(workspace, "prepare", prepare)
    assert commands.main(["lab"]) == 0
    shown = capsys.readouterr().out
    assert shown == f"Working folder: {tmp_path / 'course' / 'work'}\n  18 files made.\n"


def test_a_course_that_cannot_be_prepared_is_one_sentence(started, monkeypatch, capsys):
    def prepare(course, target, report):
        raise workspace.WorkspaceError("book/_toc.yml names no page.")

    monkeypatch.setattr(workspace, "prepare", prepare)
    assert commands.main(["lab"]) == 2
    assert capsys.readouterr().err == "dlcourse lab: book/_toc.yml names no page.\n"
    assert started == []


def test_a_course_that_is_not_there_is_one_sentence(started, capsys, tmp_path):
    assert commands.main(["lab", "--course", str(tmp_path)]) == 2
    assert re.fullmatch(r"dlcourse lab: --course \S+ is not .*\n", capsys.readouterr().err)
    assert started == []


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        (DISPLAY, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"BROWSER": "wslview"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_browser_needs_something_to_be_shown_on(monkeypatch, environment, platform, expected):
    monkeypatch.setattr(webbrowser, "get", object)
    assert lab._has_browser(environment, platform) is expected


def test_a_display_without_a_browser_is_none(monkeypatch):
    def none():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    assert lab._has_browser(DISPLAY, "linux") is False


@pytest.mark.skipif(os.name != "posix", reason="a terminal as POSIX has them")
def test_a_real_server_answers_and_ends_with_ctrl_c(tmp_path):
    port = free_port()
    work = tmp_path / "work"
    command = [sys.executable, "-m", "dlcourse", "lab", "--no-browser", f"--port={port}"]
    command += ["--work", str(work), "--ServerApp.port_retries=0"]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    log = tmp_path / "log"
    # JupyterLab asks before it stops, if there is a terminal to ask at.
    keyboard, terminal = os.openpty()
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            command, stdin=terminal, stdout=output, stderr=output, env=environment
        ) as server,
    ):
        try:
            # The address with the secret in it, which a learner would open.
            printed = re.compile(rf"http://127\.0\.0\.1:{port}/lab/tree/start\.ipynb\?token=\w+")
            address = wait_for(lambda: printed.search(log.read_text(encoding="utf-8")), server)[0]
            page = wait_for(lambda: fetch(address), server)
            assert "jupyterlab" in page.lower()
            assert fetch(address.replace("/lab/tree/", "/api/contents/"))
            server.send_signal(signal.SIGINT)
            question = "Shut down this Jupyter server (y/[n])?"
            wait_for(lambda: question in log.read_text(encoding="utf-8"), server)
            os.write(keyboard, b"y\n")
            assert server.wait(timeout=30) == 0
        except BaseException:
            server.kill()
            print(log.read_text(encoding="utf-8"))
            raise
        finally:
            os.close(keyboard)
            os.close(terminal)
    assert (work / "start.ipynb").is_file()
    assert fetch(address) is None


def fetch(address: str) -> str | None:
    """Return a page of the server, None when nothing listens there."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return None
        raise


def wait_for(question, server, seconds=120):
    """Ask until there is an answer, as long as the server lives."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        if answer := question():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"no answer from the server, whose status is {server.poll()}")
