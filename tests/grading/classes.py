"""Make a class of a lab: hundreds of submissions from right, wrong and half-written answers.

An answer is a function of the graders' banks (``tests/labs/proof/banks.py``), written out as a cell
that stands for itself: with the helpers, constants and imports that it uses, under the name that
the lab asks for.
"""

from __future__ import annotations

import ast
import inspect
import json
import random
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from dlcourse.checks.exercises import load
from dlcourse.grading import release, sample
from tests.labs.proof import banks

ROOT = Path(__file__).parents[2]
# How often an answer is right, a known mistake, or not written; the rest does not even run.
SHARES = {"right": 0.70, "mistake": 0.20, "unwritten": 0.07, "broken": 0.03}
BROKEN = "def {name}({arguments}):\n    return {first}.shpe\n"


def cell_of(function: Callable[..., Any], name: str) -> str:
    """Write a function out as a cell that defines it as ``name``, and all that it needs."""
    needed: dict[str, str] = {}
    _gather(function, name, needed)
    imports = [text for text in needed.values() if text.startswith("import ")]
    rest = [text for text in needed.values() if not text.startswith("import ")]
    return "\n".join(sorted(imports)) + "\n\n\n" + "\n\n\n".join(rest) + "\n"


def _gather(function: Callable[..., Any], name: str, needed: dict[str, str]) -> None:
    """Enter a function's source, after that of what it uses."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list, definition.name = [], name
    module = vars(sys.modules[function.__module__])
    for node in ast.walk(definition):
        used = node.id if isinstance(node, ast.Name) else ""
        if used in needed or used not in module or used == function.__name__:
            continue
        value = module[used]
        if isinstance(value, types.ModuleType):
            needed[used] = f"import {value.__name__} as {used}"
        elif isinstance(value, types.FunctionType):
            _gather(value, used, needed)
        else:
            needed[used] = f"{used} = {value!r}"
    needed[name] = ast.unparse(definition)


@cache
def bank(lab: str) -> dict[str, dict[str, list[str]]]:
    """Give cells for every exercise: right ones, mistakes, the stub, one that stops."""
    handed_out = release.load(ROOT, lab)
    solutions = banks.answer_cells(lab)
    cells = {}
    for exercise in load(lab):
        name = exercise.name
        right = [cell_of(one, name) for one in banks.alternatives(lab)[name]]
        broken = BROKEN.format(
            name=name, arguments=", ".join(exercise.arguments), first=exercise.arguments[0]
        )
        cells[name] = {
            "right": [solutions[name], *right],
            "mistake": [cell_of(one.function, name) for one in exercise.mistakes],
            "unwritten": [handed_out.stubs[name]],
            "broken": [broken],
        }
    return cells


def submissions(lab: str, count: int, seed: int = 0) -> Iterator[tuple[str, dict[str, str]]]:
    """Give learners' names and answers; the same for the same arguments."""
    draw = random.Random(f"{lab} {seed}")
    for number in range(count):
        answers = {}
        for name, kinds in bank(lab).items():
            (kind,) = draw.choices(list(SHARES), list(SHARES.values()))
            answers[name] = draw.choice(kinds[kind])
        yield f"learner{number:03}", answers


def make(lab: str, count: int, folder: Path, seed: int = 0) -> list[str]:
    """Write ``folder/LEARNER/LAB/LAB.ipynb`` for so many learners; return their names."""
    handed_out = release.load(ROOT, lab)
    names = []
    for name, answers in submissions(lab, count, seed):
        hand_in(handed_out, folder, name, answers)
        names.append(name)
    return names


def hand_in(handed_out: release.Release, folder: Path, name: str, answers: dict[str, str]) -> None:
    """Write one learner's notebook to its place."""
    place = folder / name / handed_out.lab
    place.mkdir(parents=True)
    text = json.dumps(sample.make_notebook(handed_out, answers))
    (place / f"{handed_out.lab}.ipynb").write_text(text, encoding="utf-8")
