"""Compiling ahead: every kernel once, the second time from the cache."""

import os
import signal
import subprocess
import sys
import time

import pytest

from dlcourse.commands import optional
from dlcourse.commands.errors import UserError
from dlcourse.kernels import warmup

# The command on a few of the kernels, since compiling all of them is what one waits for.
PROGRAM = """
import sys
from dlcourse.kernels import warmup
chosen = [task for task in warmup.tasks() if task[0].startswith("relu_")]
warmup.tasks = lambda: chosen
from dlcourse.commands import main
sys.exit(main(["warmup"]))
"""
CHOSEN = [name for name, _ in warmup.tasks() if name.startswith("relu_")]


@pytest.fixture
def run_warmup(tmp_path):
    def run(**variables):
        return subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            check=True,
        )

    return run


def kept(folder):
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*.nb[ci]")}


def test_what_was_compiled_once_is_not_compiled_again(run_warmup, tmp_path):
    assert len(CHOSEN) == 4
    first = run_warmup()
    assert first.stdout.startswith("4 kernels are ready, 4 of them compiled in ")
    # Neither a terminal nor a progress bar: the line is all there is.
    assert first.stderr == ""
    compiled = kept(tmp_path)
    assert sum(file.suffix == ".nbc" for file in compiled) == 4

    # The note says so, and nothing is even loaded.
    assert run_warmup().stdout == "4 kernels are ready.\n"

    # Without the note they are loaded; then there is a note again.
    (note,) = tmp_path.glob("*.json")
    note.unlink()
    assert run_warmup().stdout.startswith("4 kernels are ready, loaded from the cache in ")
    assert run_warmup().stdout == "4 kernels are ready.\n"
    assert kept(tmp_path) == compiled

    # One that was lost is compiled again, and that one alone.
    next(file for file in compiled if file.suffix == ".nbc").unlink()
    assert run_warmup().stdout.startswith("4 kernels are ready, 1 of them compiled in ")
    assert kept(tmp_path).keys() == compiled.keys()


def test_other_settings_of_the_compiler_are_other_kernels(run_warmup):
    run_warmup()
    assert "4 of them compiled" in run_warmup(NUMBA_CPU_NAME="generic").stdout


SLOW_PROGRAM = """
import sys, time
from functools import partial
from dlcourse.kernels import warmup
def tasks():
    print("go", flush=True)
    return [("sleep (float32)", partial(time.sleep, 2)), ("doze (float32)", partial(time.sleep, 2))]
warmup.tasks = tasks
from dlcourse.commands import main
sys.exit(main(["warmup"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_ends_it_without_a_traceback(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_PROGRAM],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell starts what runs in the background with Ctrl-C ignored, and so would this be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout.readline() == "go\n"
        time.sleep(0.3)
        # As a terminal does it: to the whole group, the processes of the pool among them.
        os.killpg(process.pid, signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (rest, errors) == ("", "dlcourse warmup: interrupted\n")


def test_a_package_that_is_missing_is_named_with_the_remedy():
    with pytest.raises(UserError, match=r"needs the package no_such_package, .* requirements\.txt"):
        optional.require("no_such_package")
