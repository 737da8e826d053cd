"""Everything that the graders are tried on: mistakes, alternatives, and the labs' own solutions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from dlcourse.checks.exercise import Exercise, Mistake
from dlcourse.checks.exercises import LABS, load

SOURCE = Path(__file__).parents[3] / "labs" / "source"

# What the labs import in their first cell; a solution may use nothing else.
PRELUDE = "import math\nimport numpy as np\n"


def alternatives(lab: str) -> dict[str, list[Callable[..., Any]]]:
    """Give the right answers in other styles, by exercise."""
    return importlib.import_module(f"tests.labs.alternatives.{lab}").ALTERNATIVES


def prelude(lab: str) -> str:
    """Give the code that a lab's solutions rely on: NumPy, or what its alternatives say."""
    module = importlib.import_module(f"tests.labs.alternatives.{lab}")
    return getattr(module, "PRELUDE", PRELUDE)


@cache
def notebook(lab: str) -> nbformat.NotebookNode:
    """Read a lab's source notebook."""
    return nbformat.read(SOURCE / lab / f"{lab}.ipynb", as_version=4)


def answer_cells(lab: str) -> dict[str, str]:
    """Give the code of the answer cells, solutions included, by grade id and in order."""
    return _answers(lab, ("code",))


def model_answers(lab: str) -> dict[str, str]:
    """Give the answers by grade id, in code and in words."""
    return _answers(lab, ("code", "markdown"))


@cache
def _answers(lab: str, kinds: tuple[str, ...]) -> dict[str, str]:
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in notebook(lab).cells
        if cell.cell_type in kinds and cell.metadata.get("nbgrader", {}).get("solution")
    }


@cache
def solved(lab: str) -> dict[str, Callable[..., Any]]:
    """Run the answer cells of a lab's source; give what they define."""
    namespace: dict[str, Any] = {}
    exec(prelude(lab), namespace)
    for name, source in answer_cells(lab).items():
        exec(compile(source, f"<{name}>", "exec"), namespace)
    return namespace


@dataclass(frozen=True)
class Wrong:
    """A mistake of an exercise's bank."""

    lab: str
    exercise: Exercise
    mistake: Mistake

    @property
    def label(self) -> str:
        """Its name in reports."""
        return f"{self.exercise.name}: {self.mistake.name}"


@dataclass(frozen=True)
class Right:
    """A right answer: an alternative, or the solution itself."""

    lab: str
    exercise: Exercise
    function: Callable[..., Any]
    name: str

    @property
    def label(self) -> str:
        """Its name in reports."""
        return f"{self.exercise.name}: {self.name}"


def exercises(labs: tuple[str, ...] = LABS) -> Iterator[tuple[str, Exercise, bool]]:
    """Go through the exercises of the labs; say of each whether an earlier lab has it as well."""
    known: set[str] = set()
    for lab in labs:
        for exercise in load(lab):
            yield lab, exercise, exercise.name in known
            known.add(exercise.name)


def mistakes(labs: tuple[str, ...] = LABS) -> Iterator[Wrong]:
    """Go through every mistake of the labs, once where two labs share an exercise."""
    for lab, exercise, again in exercises(labs):
        if not again:
            for mistake in exercise.mistakes:
                yield Wrong(lab, exercise, mistake)


def right_answers(labs: tuple[str, ...] = LABS) -> Iterator[Right]:
    """Go through every right answer: the alternatives once, the solution of each lab."""
    for lab, exercise, again in exercises(labs):
        if not again:
            for function in alternatives(lab)[exercise.name]:
                yield Right(lab, exercise, function, function.__name__)
        yield Right(lab, exercise, solved(lab)[exercise.name], "the solution")
