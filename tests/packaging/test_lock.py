"""pyproject.toml, requirements.txt and environment.yml describe one environment."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.packaging.lock import LOCK, ROOT, Pin, pins

LOCKED_EXTRAS = ("course", "book", "export", "cuda", "scale", "hub", "dev")
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "mac": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINS = pins(LOCK.read_text(encoding="utf-8"))


def environment(python: str, platform: str) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
        **PLATFORMS[platform],
    }


def pinned_in(python: str, platform: str) -> dict[str, Pin]:
    """Return what the lock installs on one Python and platform; no package twice."""
    chosen: dict[str, Pin] = {}
    for pin in PINS:
        if pin.marker is None or pin.marker.evaluate(environment(python, platform)):
            assert pin.name not in chosen, f"{pin.name} is pinned twice for {python} on {platform}"
            chosen[pin.name] = pin
    return chosen


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_satisfies_every_declared_requirement(python, platform):
    pinned = pinned_in(python, platform)
    declared = PROJECT["dependencies"] + [each for extra in LOCKED_EXTRAS for each in EXTRAS[extra]]
    assert len(declared) > 15
    for text in declared:
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate(environment(python, platform)):
            continue
        pin = pinned.get(canonicalize_name(wanted.name))
        assert pin, f"{text} is not in the lock for Python {python} on {platform}: run `make lock`"
        assert wanted.specifier.contains(pin.version), f"{pin.name}=={pin.version} is not {text}"


def test_the_lock_names_no_package_index():
    text = LOCK.read_text(encoding="utf-8")
    address = re.compile(r"://|--(?:extra-)?index|--find-links|--trusted-host|^-", re.MULTILINE)
    assert address.findall(text) == []


def test_every_pin_has_sha256_hashes():
    assert len(PINS) > 100
    for pin in PINS:
        assert pin.hashes, pin.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in pin.hashes), pin.name


def test_the_lock_pins_the_installer_that_installs_it():
    assert [pin.name for pin in PINS].count("uv") == 1


def test_what_the_lock_installed_fits_together():
    uv = [sys.executable, "-m", "uv", "pip", "check", "--python", sys.executable]
    checked = subprocess.run(uv, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_library_needs_numpy_and_numba_alone():
    assert sorted(Requirement(each).name for each in PROJECT["dependencies"]) == ["numba", "numpy"]


def test_the_extras_are_those_that_the_documents_name():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (named,) = re.findall(r"packages in extras: (.+)", text)
    assert sorted(re.split("[,;] ", named)) == sorted(EXTRAS) == sorted([*LOCKED_EXTRAS, "bench"])


def test_the_conda_environment_is_python_and_the_lock():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert conda["name"] == PROJECT["name"]
    python, pip, rest = conda["dependencies"]
    assert pip == "pip"
    assert rest == {"pip": ["-r requirements.txt"]}
    # Binder understands one exact minor version, with a single equals sign.
    version = re.fullmatch(r"python=(\d+\.\d+)", python)
    assert version
    assert f"{version[1]}.0" in SpecifierSet(PROJECT["requires-python"])


def test_the_supported_pythons_are_declared_everywhere():
    supported = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(9, 20) if f"3.{minor}.0" in supported] == list(PYTHONS)
    classifier = "Programming Language :: Python :: "
    listed = [each for each in PROJECT["classifiers"] if each.startswith(classifier)]
    assert listed == [classifier + python for python in PYTHONS]


def test_a_pin_is_read_with_its_marker_and_hashes():
    text = "a==1.0 ; os_name == 'nt' \\\n  --hash=sha256:1 \\\n  --hash=sha256:2\nB_c==2\n"
    first, second = pins(text)
    assert (first.name, first.version, first.hashes) == ("a", "1.0", ["sha256:1", "sha256:2"])
    assert first.marker
    assert not first.marker.evaluate(environment("3.11", "linux"))
    assert (second.name, second.version, second.marker, second.hashes) == ("b-c", "2", None, [])
