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
CUDA = {"numba.cuda", "numba_cuda", "cuda.bindings", "greenlet", "dlcourse.kernels.cuda"}

# What each part must not import before it is asked to do something.
UNWANTED = {
    "dlcourse": COURSE | SCIENCE | CUDA | {"tqdm", "packaging"},
    "dlcourse.commands": COURSE | SCIENCE | CUDA | {"tqdm", "packaging"},
    "dlcourse.checks": COURSE | CUDA | {"numba", "sklearn", "dlcourse.kernels"},
    "dlcourse.ensembles": COURSE | CUDA | {"optuna", "tqdm"},
    "dlcourse.estimators": COURSE | CUDA | {"optuna", "tqdm"},
    "dlcourse.figures": JUPYTER | CUDA | {"numba", "sklearn", "matplotlib", "dlcourse.kernels"},
    "dlcourse.grading": CUDA | {"numba", "sklearn", "matplotlib", "dlcourse.kernels"},
    # The one part that greenlet is for; a sandbox shows it without anything else of the package.
    "dlcourse.simulator": COURSE
    | (CUDA - {"greenlet"})
    | {"numba", "sklearn", "dlcourse.kernels", "dlcourse.checks"},
    "dlcourse.tuning": COURSE | CUDA | {"dask", "distributed", "pandas", "sklearn"},  # Optuna: yes
    "dlcourse.workspace": CUDA | {"numba", "sklearn", "matplotlib", "dlcourse.kernels"},
}
# The other parts are the library: NumPy and Numba, and nothing of what the extras bring.
LIBRARY = COURSE | CUDA | {"onnx", "onnxruntime", "sklearn", "pandas", "tqdm", "packaging"}


def parts() -> list[str]:
    names = ["dlcourse"]
    for entry in sorted(PACKAGE.iterdir()):
        if (entry / "__init__.py").is_file():
            names.append(f"dlcourse.{entry.name}")
        elif entry.suffix == ".py" and not entry.stem.startswith("__"):
            names.append(f"dlcourse.{entry.stem}")
    return names


def imported_by(modules: list[str]) -> set[str]:
    """Return every module that a fresh process has loaded after importing `modules`."""
    program = f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    fresh = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    )
    return set(json.loads(fresh.stdout))


@pytest.mark.parametrize("part", UNWANTED)
def test_importing_a_part_imports_nothing_that_it_does_not_need(part):
    assert imported_by([part]) & UNWANTED[part] == set()


def test_importing_the_library_imports_nothing_of_the_extras():
    library = [part for part in parts() if part not in UNWANTED]
    assert {"dlcourse.kernels", "dlcourse.training", "dlcourse.formulas"} <= set(library)
    loaded = imported_by(library)
    assert {"numba", "numpy"} <= loaded
    assert loaded & LIBRARY == set()
