"""What the installed project says of itself, and what its wheel carries."""

import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata

import pytest

import dlcourse
from tests.packaging.lock import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        yield archive


def test_the_version_is_the_same_everywhere():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert dlcourse.__version__ == declared["version"] == metadata.version("dlcourse")


def test_the_console_command_is_declared():
    (script,) = metadata.entry_points(group="console_scripts", name="dlcourse")
    assert script.value == "dlcourse.commands:main"


def test_the_wheel_carries_the_library_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"dlcourse", f"dlcourse-{dlcourse.__version__}.dist-info"}


def test_the_wheel_carries_no_notebook(wheel):
    assert [name for name in wheel.namelist() if name.endswith((".ipynb", ".nbi", ".nbc"))] == []


def test_the_wheel_carries_every_module(wheel):
    package = ROOT / "dlcourse"
    modules = {str(file.relative_to(ROOT)) for file in package.rglob("*.py")}
    assert modules <= set(wheel.namelist())
