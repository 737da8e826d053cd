"""The Makefile: what it lists, when it makes .venv ready, and what it says when it cannot.

It is tried in a copy of its own, with programs that stand in for Python.
"""

import os
import re
import shutil
import subprocess

import pytest

from tests.packaging.lock import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")

TARGETS = [
    "help", "lab", "warmup", "test", "lint", "cuda", "book", "chapters", "links", "site",
    "grade", "attacks", "throughput", "fairness", "graders",
    "mutants", "bench", "screenshots", "doctor",
    "lock",
]  # fmt: skip

# Answers `--version` and the question whether the version is supported, as Python does.
STAND_IN = """#!/bin/sh
case "$1" in
    --version) echo "Python {version}" ;;
    -c) exit {refuses} ;;
    *) echo "{name} $*" ;;
esac
"""


class Copy:
    """A folder with the Makefile and what its rule depends on, and a PATH without any Python."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = folder.parent / "programs"
        self.programs.mkdir()
        folder.mkdir()
        for name in ("Makefile", "requirements.txt", "pyproject.toml"):
            shutil.copy2(ROOT / name, folder / name)
        for name in ("make", "sh", "sed", "grep", "test", "echo", "cat", "pwd", "printf"):
            if shutil.which(name):
                (self.programs / name).symlink_to(shutil.which(name))

    def python(self, name="python3", version="3.12.1", supported=True, place=None):
        file = (place or self.programs) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = STAND_IN.format(version=version, refuses=0 if supported else 1, name=name)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def make_ready(self, version="3.11.7"):
        """Leave behind what the rule leaves behind: .venv, with the note of what it is for."""
        self.python("python", version, place=self.folder / ".venv" / "bin")
        ready = self.folder / ".venv" / "ready"
        ready.write_text(f"{self.folder.resolve()} Python {version}\n", encoding="utf-8")

    def make(self, *words):
        environment = {"PATH": str(self.programs), "HOME": str(self.folder)}
        return subprocess.run(
            [shutil.which("make"), *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path / "my course")


def test_help_lists_each_target_in_one_line(copy):
    for words in (["help"], []):
        shown = copy.make(*words)
        assert shown.returncode == 0
        assert [line.split()[:2] for line in shown.stdout.splitlines()] == [
            ["make", target] for target in TARGETS
        ]
        assert max(map(len, shown.stdout.splitlines())) < 100


def test_every_target_is_explained_and_phony():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE) == TARGETS
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert sorted(phony.split()) == sorted([*TARGETS, "stale"])


@pytest.mark.parametrize("target", [each for each in TARGETS if each != "help"])
def test_a_second_run_starts_at_once(copy, target):
    copy.make_ready()
    planned = copy.make("--dry-run", target)
    assert planned.returncode == 0
    assert "venv --clear" not in planned.stdout
    assert "pip install" not in planned.stdout


def test_arguments_are_handed_on(copy):
    copy.make_ready()
    planned = copy.make("--dry-run", "lab", "ARGS=--no-browser --port=8899")
    assert planned.stdout == ".venv/bin/dlcourse lab --no-browser --port=8899\n"


@pytest.mark.parametrize("newer", ["requirements.txt", "pyproject.toml"])
def test_a_newer_lock_is_installed_into_the_same_venv(copy, newer):
    copy.make_ready()
    copy.python()
    ready = (copy.folder / ".venv" / "ready").stat().st_mtime
    os.utime(copy.folder / newer, (ready + 10, ready + 10))
    planned = copy.make("--dry-run", "warmup").stdout
    assert "--require-hashes -r requirements.txt" in planned
    assert "test -z '' ||" in planned


def test_a_venv_that_was_moved_is_made_anew(copy):
    copy.make_ready()
    copy.python()
    ready = copy.folder / ".venv" / "ready"
    ready.write_text(f"{copy.folder.parent}/elsewhere Python 3.11.7\n", encoding="utf-8")
    assert "test -z 'stale' || python3 -m venv --clear" in copy.make("--dry-run", "warmup").stdout


def test_a_venv_that_has_lost_its_python_is_made_anew(copy):
    copy.make_ready()
    copy.python()
    (copy.folder / ".venv" / "bin" / "python").unlink()
    assert "test -z 'stale' || python3 -m venv --clear" in copy.make("--dry-run", "warmup").stdout


def test_another_python_that_is_named_gets_a_venv_of_its_own(copy):
    copy.make_ready("3.11.7")
    copy.python("python3.12", "3.12.1")
    planned = copy.make("--dry-run", "warmup", "PYTHON=python3.12").stdout
    assert "test -z 'stale' || python3.12 -m venv --clear" in planned
    copy.make_ready("3.12.1")
    assert "venv --clear" not in copy.make("--dry-run", "warmup", "PYTHON=python3.12").stdout


def test_a_python_that_is_too_old_is_passed_over(copy):
    copy.python("python3", "3.9.2", supported=False)
    copy.python("python3.12", "3.12.1")
    assert "|| python3.12 -m venv" in copy.make("--dry-run", "warmup").stdout


@pytest.mark.parametrize("present", [None, "3.9.2"])
def test_no_python_is_one_sentence(copy, present):
    if present:
        copy.python("python3", present, supported=False)
    failed = copy.make("grade")
    assert failed.returncode == 2
    first, *rest = failed.stderr.splitlines()
    assert first == (
        "dlcourse needs Python 3.11, 3.12 or 3.13, and found none: "
        "install one, or name it, as in: make grade PYTHON=/path/to/python3.12"
    )
    # The rest is make's own word that it stops.
    assert len(rest) == 1
    assert not (copy.folder / ".venv").exists()


def test_a_named_python_that_does_not_fit_is_one_sentence(copy):
    copy.python("python3.9", "3.9.2", supported=False)
    failed = copy.make("lab", "PYTHON=python3.9")
    assert failed.returncode == 2
    assert "found none in PYTHON=python3.9: install one" in failed.stderr.splitlines()[0]


def test_no_logic_lives_in_the_targets():
    """Each target calls one program at a time of .venv; only the rule for .venv does more."""
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlab:")[2]
    recipes = recipes.partition("$(READY): ")[0].replace("\\\n", " ")
    lines = [line for line in recipes.splitlines() if line.startswith("\t")]
    assert len(lines) >= len(TARGETS) - 1
    for line in lines:
        assert re.match(
            r"\t@\$\(BIN\)/(dlcourse|python -m (pytest|tests\.\w+)|ruff|mypy|uv)\b", line
        ), line
        assert not re.search(r"[;&|]|\bif\b", line), line
