"""Checks of Python and of the installed packages against the ranges that dlcourse declares."""

import platform
import sys
from importlib import metadata, util
from pathlib import Path

import dlcourse
from dlcourse.commands import course
from dlcourse.commands.doctor.finding import Finding, Level
from dlcourse.commands.errors import UserError

REINSTALL = "in the course's folder: python -m pip install -r requirements.txt"

# The extras whose packages the course itself cannot do without.
NEEDED_EXTRAS = ("", "course")
# The extras that the lock installs beside them, and what is lost without each.
LOCKED_EXTRAS = {
    "book": "`dlcourse book` needs it",
    "export": "export to ONNX needs it",
    "dev": "the tests need it",
}
# The extras that are installed on request, and what they are for.
FURTHER_EXTRAS = {
    "bench": "to compare speed with other libraries",
    "cuda": "to run on a GPU, or on its simulator",
    "hub": "to give a class JupyterHub",
    "scale": "to tune and to train on several machines",
}


def python(
    version: tuple[int, int, int] = sys.version_info[:3], bits: int = sys.maxsize
) -> Finding:
    """Check that this Python is one that the project supports, and a 64-bit one."""
    from packaging.specifiers import SpecifierSet

    text = ".".join(str(part) for part in version)
    value = f"{text} ({platform.python_implementation()}, {sys.executable})"
    wanted = metadata.metadata("dlcourse")["Requires-Python"]
    if text not in SpecifierSet(wanted):
        return Finding("Python", value, "bad", f"install a Python in {wanted}")
    if bits <= 2**32:
        return Finding("Python", value + ", 32 bit", "bad", "install a 64-bit Python")
    return Finding("Python", value)


def library(start: Path | None = None) -> Finding:
    """Check that the library is the one of the course's folder that the user is in."""
    source = Path(dlcourse.__file__).resolve().parent
    value = f"{dlcourse.__version__} ({source})"
    try:
        folder = course.find(start=start)
    except UserError:
        return Finding("dlcourse", value)
    if (folder / "dlcourse").is_dir() and folder / "dlcourse" != source:
        return Finding(
            "dlcourse",
            value,
            "warn",
            f"this is not the library of {folder}; to use that one, run there: "
            "python -m pip install --no-deps --no-build-isolation -e .",
        )
    return Finding("dlcourse", value)


def packages() -> list[Finding]:
    """Check every package that dlcourse declares, extra by extra.

    The extras that the lock does not install get one line each, and a line for a package of theirs
    that is installed in a version that does not fit.
    """
    findings = []
    for extra in NEEDED_EXTRAS:
        findings += [package(requirement, level="bad") for requirement in _requirements(extra)]
    for extra, why in LOCKED_EXTRAS.items():
        findings += [package(each, level="warn", why=why) for each in _requirements(extra)]
    for extra, purpose in FURTHER_EXTRAS.items():
        findings += further_extra(extra, purpose)
    return findings


def package(requirement: str, level: Level = "bad", why: str = "") -> Finding:
    """Compare the installed version of one package with a requirement such as ``numpy>=2.3``.

    Parameters
    ----------
    requirement : str
        A requirement as in ``pyproject.toml``.
    level : {"bad", "warn"}
        The finding's level when the package is missing or its version does not fit.
    why : str
        Who needs it, for the remedy.
    """
    from packaging.requirements import Requirement

    wanted = Requirement(requirement)
    remedy = f"{why}; {REINSTALL}" if why else REINSTALL
    allowed = ",".join(sorted(map(str, wanted.specifier), reverse=True))
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return Finding(wanted.name, f"missing, wanted {allowed}", level, remedy)
    if not wanted.specifier.contains(version, prereleases=True):
        return Finding(wanted.name, f"{version}, wanted {allowed}", level, remedy)
    return Finding(wanted.name, f"{version:<12} {allowed}")


def further_extra(extra: str, purpose: str) -> list[Finding]:
    """Say whether an extra that is installed on request is there, and fits."""
    found = [package(requirement, level="warn") for requirement in _requirements(extra)]
    installed = [each for each in found if not each.value.startswith("missing")]
    name = f"extra {extra}"
    if len(installed) < len(found):
        value = f"{len(installed)} of {len(found)} packages; wanted only {purpose}"
    else:
        value = f"installed, {purpose}"
    return [Finding(name, value), *(each for each in installed if each.level != "ok")]


def ready() -> Finding | None:
    """Return what is wrong when not even the checks of this module can be made."""
    try:
        metadata.distribution("dlcourse")
    except metadata.PackageNotFoundError:
        return Finding(
            "dlcourse",
            "can be imported but is not installed",
            "bad",
            "in the course's folder: python -m pip install --no-deps --no-build-isolation -e .",
        )
    if util.find_spec("packaging") is None:
        return Finding("packaging", "missing, so no version can be compared", "bad", REINSTALL)
    return None


def _requirements(extra: str) -> list[str]:
    """List dlcourse's requirements of one extra, of the library itself for an empty name."""
    from packaging.requirements import Requirement

    chosen = []
    for text in metadata.requires("dlcourse") or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None:
            if not extra:
                chosen.append(text)
        elif not marker.evaluate({"extra": ""}) and marker.evaluate({"extra": extra}):
            chosen.append(text)
    return sorted(chosen, key=str.lower)
