"""Imports point downwards: what a module of the library may import, held over its syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dlcourse

PACKAGE = Path(dlcourse.__file__).parent

# From the bottom to the top. A module may import what stands on a lower line, and its own package;
# never a neighbour on its line.
LIBRARY = (
    ("validation", "formulas", "buffers", "archive", "simulator", "team"),
    ("parameters", "clusters"),
    ("kernels",),
    ("devices",),
    ("initializers", "regularizers", "schedules"),
    ("layers", "losses", "optimizers"),
    ("data",),
    ("model",),
    ("training",),
    (
        "calibration",
        "drift",
        "ensembles",
        "estimators",
        "experiments",
        "export",
        "interpretation",
        "labelling",
        "ladder",
        "parallel",
        "tuning",
    ),
)
# What serves the course beside the library, with all that each may import.
BESIDE: dict[str, set[str]] = {
    "checks": {"simulator"},
    "figures": set(),
    "workspace": set(),
    "grading": {"checks", "clusters"},
    "classroom": {"grading"},
}
# The console command may import everything, since nothing imports it.
TOP = {"commands", "__main__"}

RANK = {name: rank for rank, names in enumerate(LIBRARY) for name in names}


def violations(package: Path) -> list[str]:
    """List the imports under `package` that do not point downwards, a sentence each.

    Imports inside functions count as well. ``dlcourse/__init__.py`` stands below everything.
    """
    found = []
    for file in sorted(package.rglob("*.py")):
        relative = file.relative_to(package)
        importer = relative.parts[0].removesuffix(".py")
        if importer != "__init__" and importer not in {*RANK, *BESIDE, *TOP}:
            found.append(
                f"{relative}: {importer} has no rank; give it one in {Path(__file__).name}"
            )
            continue
        for line, imported in imports(file, package):
            if not may_import(importer, imported):
                found.append(f"{relative}:{line}: {importer} may not import {imported}")
    return found


def may_import(importer: str, imported: str) -> bool:
    if imported in {importer, "__init__"} or importer in TOP:
        return True
    if importer in BESIDE:
        return imported in BESIDE[importer]
    return imported in RANK and RANK[imported] < RANK.get(importer, 0)


def imports(file: Path, package: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the first part under ``dlcourse`` of each import of the package itself."""
    parts = file.relative_to(package.parent).with_suffix("").parts
    root = package.name
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*parts[: -node.level], *([base] if base else [])])
            # `from dlcourse import kernels` imports a module, `from dlcourse.kernels import x` a
            # name of one: the second part decides in both.
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            first, *rest = name.split(".")
            if first == root:
                yield node.lineno, submodule(package, rest)


def submodule(package: Path, rest: list[str]) -> str:
    """Return the module that ``dlcourse.rest`` means; a name such as ``__version__`` is its own."""
    if rest and ((package / rest[0]).is_dir() or (package / f"{rest[0]}.py").is_file()):
        return rest[0]
    return "__init__"


def test_every_import_of_the_library_points_downwards():
    assert violations(PACKAGE) == []


def test_each_name_has_one_rank():
    names = [name for line in LIBRARY for name in line] + [*BESIDE, *TOP]
    assert len(names) == len(set(names))


def make_tree(folder: Path, files: dict[str, str]) -> Path:
    """Write a package with `files`, and with an empty package for each name that has a rank."""
    package = folder / "dlcourse"
    empty = {f"{name}/__init__.py": "" for name in [*RANK, *BESIDE, "commands"]}
    for name, text in {"__init__.py": "", **empty, **files}.items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return package


@pytest.mark.parametrize(
    ("file", "text", "imported"),
    [
        ("kernels/cpu.py", "from dlcourse.layers import Dense", "layers"),
        ("kernels/cpu.py", "import dlcourse.layers.dense", "layers"),
        ("kernels/cpu.py", "from dlcourse import layers", "layers"),
        ("kernels/cpu.py", "from ..layers import Dense", "layers"),
        ("kernels/cpu.py", "from .. import layers", "layers"),
        ("kernels/__init__.py", "def f():\n    from dlcourse import layers", "layers"),
        ("kernels/__init__.py", "from ..layers import Dense", "layers"),
        ("kernels/cpu/dense.py", "from ...layers.dense import Dense", "layers"),
        ("layers/dense.py", "from dlcourse.losses import Loss", "losses"),
        ("training/loop.py", "import dlcourse.tuning", "tuning"),
        ("model/sequential.py", "from dlcourse.commands import main", "commands"),
        ("checks/engine.py", "from dlcourse import validation", "validation"),
        ("grading/judge.py", "from dlcourse.model import Sequential", "model"),
        ("workspace/copy.py", "from dlcourse.checks import check", "checks"),
        ("__init__.py", "from dlcourse import model", "model"),
    ],
)
def test_an_import_that_points_upwards_is_found(tmp_path, file, text, imported):
    importer = file.split("/")[0].removesuffix(".py")
    (found,) = violations(make_tree(tmp_path, {file: text}))
    assert found.startswith(f"{file}:")
    assert found.endswith(f": {importer} may not import {imported}")


def test_a_package_without_a_rank_is_found(tmp_path):
    found = violations(make_tree(tmp_path, {"magic/wand.py": ""}))
    assert len(found) == 1
    assert "magic has no rank" in found[0]


def test_imports_that_point_downwards_are_let_pass(tmp_path):
    files = {
        "kernels/__init__.py": "from dlcourse.kernels import cpu\nfrom . import cpu",
        "kernels/cpu.py": "import numpy\nfrom dlcourse import __version__, validation",
        "layers/dense.py": "from dlcourse.kernels.cpu import f\nfrom ..validation import g",
        "grading/judge.py": "from dlcourse.checks import judge",
        "checks/__init__.py": "import numpy\nfrom dlcourse.checks import words",
        "checks/words.py": "",
        "commands/grade.py": "import dlcourse\nfrom dlcourse import grading, layers",
    }
    assert violations(make_tree(tmp_path, files)) == []
