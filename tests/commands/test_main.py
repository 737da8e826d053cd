"""The console command: words in, one subcommand run, an exit status out."""

import os
import subprocess
import sys

import pytest

import dlcourse
from dlcourse import commands
from dlcourse.commands import doctor, lab, warmup
from dlcourse.commands.errors import UserError


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as stopped:
        commands.main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"dlcourse {dlcourse.__version__}\n"


def test_help_lists_every_subcommand_with_its_summary(capsys):
    with pytest.raises(SystemExit) as stopped:
        commands.main(["--help"])
    assert stopped.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    for name, module in commands.SUBCOMMANDS.items():
        assert f"{name} {module.SUMMARY}" in shown


@pytest.mark.parametrize("name", commands.SUBCOMMANDS)
def test_each_subcommand_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        commands.main([name, "--help"])
    assert stopped.value.code == 0
    assert f"usage: dlcourse {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "the following arguments are required: SUBCOMMAND"),
        (["sing"], "invalid choice: 'sing'"),
        (["warmup", "--loud"], "not understood: --loud"),
        (["doctor", "--cou"], "not understood: --cou"),
    ],
)
def test_words_that_are_not_understood_are_named(words, complaint, capsys):
    with pytest.raises(SystemExit) as stopped:
        commands.main(words)
    assert stopped.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_users_error_is_one_sentence_and_status_2(monkeypatch, capsys):
    def fail(arguments):
        raise UserError("the course was not found.")

    monkeypatch.setattr(warmup, "run", fail)
    assert commands.main(["warmup"]) == 2
    assert capsys.readouterr().err == "dlcourse warmup: the course was not found.\n"


def test_an_interruption_is_no_traceback(monkeypatch, capsys):
    def interrupt(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(warmup, "run", interrupt)
    assert commands.main(["warmup"]) == 130
    assert capsys.readouterr().err == "dlcourse warmup: interrupted\n"


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch):
    def break_down(arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(warmup, "run", break_down)
    with pytest.raises(ZeroDivisionError):
        commands.main(["warmup"])


def test_the_status_of_the_subcommand_is_ours(monkeypatch):
    monkeypatch.setattr(doctor, "run", lambda arguments: 1)
    assert commands.main(["doctor"]) == 1


def test_further_words_reach_the_lab_in_their_order(monkeypatch):
    seen = []
    monkeypatch.setattr(lab, "run", lambda arguments: seen.append(arguments) or 0)
    words = ["lab", "--no-browser", "--port", "8899", "--ip=0.0.0.0", "chapter.ipynb"]
    assert commands.main(words) == 0
    assert seen[0].no_browser
    assert seen[0].further == ["--port", "8899", "--ip=0.0.0.0", "chapter.ipynb"]


def test_a_reader_that_goes_away_is_no_error():
    program = (
        "import sys\n"
        "from dlcourse import commands\n"
        "commands.warmup.run = lambda arguments: [print('line') for _ in range(100_000)] and 0\n"
        "sys.exit(commands.main(['warmup']))"
    )
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-c", program], stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert ended.stderr == b""
    assert ended.returncode == 1


def test_python_m_dlcourse_is_the_same_command():
    command = [sys.executable, "-m", "dlcourse", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == f"dlcourse {dlcourse.__version__}\n"
