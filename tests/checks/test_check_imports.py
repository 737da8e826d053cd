"""The engine decides what is right, so it may not ask the library that it judges beside."""

import ast
import subprocess
import sys
from pathlib import Path

import dlcourse.checks


def test_the_engine_imports_nothing_of_the_library():
    folder = Path(dlcourse.checks.__file__).parent
    files = sorted(folder.rglob("*.py"))
    assert len(files) > 15
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, file
                names = [node.module]
            else:
                continue
            for name in names:
                if name.split(".")[0] == "dlcourse":
                    assert name.startswith(("dlcourse.checks", "dlcourse.simulator")), (file, name)


def test_importing_the_engine_loads_no_library_and_no_exercise():
    code = (
        "import sys, dlcourse.checks; "
        "print([n for n in sys.modules if n.startswith('dlcourse.') "
        "and not n.startswith('dlcourse.checks')], "
        "'dlcourse.checks.exercises.backprop' in sys.modules, 'numba' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[] False False"
