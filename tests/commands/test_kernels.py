"""Compiling ahead: every kernel once, the second time from the cache."""

import os
import subprocess
import sys

import pytest

from dlcourse import commands
from dlcourse.commands import optional
from dlcourse.commands.errors import UserError
from dlcourse.kernels import warmup


def run_warmup(folder):
    return subprocess.run(
        [sys.executable, "-m", "dlcourse", "warmup"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_second_run_loads_what_the_first_one_compiled(tmp_path):
    first = run_warmup(tmp_path)
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nbc")}
    second = run_warmup(tmp_path)
    count = len(warmup.tasks())
    assert first.stdout.startswith(f"{count} kernels are ready, compiled in ")
    assert second.stdout.startswith(f"{count} kernels are ready, loaded from the cache in ")
    # Neither a terminal nor a progress bar: the line is all there is.
    assert first.stderr == second.stderr == ""
    assert len(kept) == count
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nbc")} == kept


def test_every_task_is_run_once(monkeypatch, capsys):
    ran = []
    names = ["dense_forward", "adam_step"]
    monkeypatch.setattr(
        warmup, "tasks", lambda: [(name, lambda name=name: ran.append(name)) for name in names]
    )
    assert commands.main(["warmup"]) == 0
    assert ran == names
    assert capsys.readouterr().out.startswith("2 kernels are ready, ")


def test_a_package_that_is_missing_is_named_with_the_remedy():
    with pytest.raises(UserError, match=r"needs the package no_such_package, .* requirements\.txt"):
        optional.require("no_such_package")
