"""Who imports a part of dlcourse waits for that part alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import dlcourse

PACKAGE = Path(dlcourse.__file__).parent

JUPYTER = {"IPython", "ipykernel", "jupyter_core", "jupyterlab", "nbformat", "nbgrader"}
COURSE = JUPYTER | {"matplotlib"}
SCIENCE = {"numba", "numpy", "pandas", "scipy", "sklearn"}
CUDA = {"numba.cuda", "numba_cuda"}

# What each part must not import before it is asked to do something. Parts that are not listed are
# the library's own: they need NumPy and Numba, and nothing of what the extras bring.
UNWANTED = {
    "dlcourse": COURSE | SCIENCE | CUDA | {"tqdm", "packaging"},
    "dlcourse.commands": COURSE | SCIENCE | CUDA | {"tqdm", "packaging"},
    "dlcourse.checks": COURSE | CUDA | {"numba", "sklearn", "dlcourse.kernels"},
    "dlcourse.figures": JUPYTER | CUDA | {"numba", "sklearn", "matplotlib", "dlcourse.kernels"},
    "dlcourse.grading": CUDA | {"numba", "sklearn", "matplotlib", "dlcourse.kernels"},
    "dlcourse.workspace": CUDA | {"numba", "sklearn", "matplotlib", "dlcourse.kernels"},
}
LIBRARY = COURSE | CUDA | {"sklearn", "pandas", "tqdm"}


def parts() -> list[str]:
    names = ["dlcourse"]
    for entry in sorted(PACKAGE.iterdir()):
        if (entry / "__init__.py").is_file():
            names.append(f"dlcourse.{entry.name}")
        elif entry.suffix == ".py" and not entry.stem.startswith("__"):
            names.append(f"dlcourse.{entry.stem}")
    return names


def imported_by(module: str) -> set[str]:
    """Return every module that a fresh process has loaded after importing `module`."""
    program = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", program]
    fresh = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    return set(json.loads(fresh.stdout))


@pytest.mark.parametrize("part", parts())
def test_importing_a_part_imports_nothing_that_it_does_not_need(part):
    assert imported_by(part) & UNWANTED.get(part, LIBRARY) == set()


def test_what_is_looked_for_can_be_seen():
    assert {"numba", "numpy"} <= imported_by("dlcourse.kernels")
