"""Make the sample class: a few small submissions by people who do not exist.

A class is a folder with ``class.toml`` and ``answers/``. Each learner of ``class.toml`` names the
files of answers that fill the lab's cells (later files replace cells of earlier ones), and perhaps
what happened to the notebook on the way. The notebooks are made from the lab as it is released,
so they fit the lab as it is today. The same class gives the same files, byte for byte.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlcourse.grading.errors import GradingError
from dlcourse.grading.release import Release

_CELL = re.compile(r"^# %% *(\w+) *$", re.MULTILINE)


def make_class(source: Path, release: Release, target: Path) -> list[str]:
    """Write ``target/STUDENT/LAB/LAB.ipynb`` for each learner of a class.

    Parameters
    ----------
    source : Path
        The folder that holds ``class.toml`` and ``answers/``.
    release : Release
        The lab that the class works on.
    target : Path
        An existing folder.

    Returns
    -------
    list of str
        The learners' names, in the order of ``class.toml``.

    Raises
    ------
    GradingError
        When the class is not there, or does not fit the lab.
    """
    plan = source / "class.toml"
    if not plan.is_file():
        raise GradingError(
            f"the sample class {plan} does not exist: run this in the course's folder, "
            "or name a folder of submissions"
        )
    learners = tomllib.loads(plan.read_text(encoding="utf-8"))["learner"]
    for learner in learners:
        answers: dict[str, str] = {}
        for name in learner["answers"]:
            answers |= read_answers(source / "answers" / f"{name}.py", release)
        notebook = make_notebook(release, answers)
        place = target / learner["name"] / release.lab
        place.mkdir(parents=True)
        for event in learner.get("events", []):
            if event not in EVENTS:
                raise GradingError(f"{plan.name} names {event!r}, expected {', '.join(EVENTS)}")
            EVENTS[event](notebook, place)
        name = notebook.pop("file name", f"{release.lab}.ipynb")
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        if notebook["metadata"].pop("cut", False):
            text = text[: len(text) // 2]
        (place / name).write_text(text, encoding="utf-8")
    return [learner["name"] for learner in learners]


def read_answers(path: Path, release: Release) -> dict[str, str]:
    """Return the cells of a file of answers: each starts with a line ``# %% EXERCISE``."""
    pieces = _CELL.split(path.read_text(encoding="utf-8"))[1:]
    answers = {name: code.strip() for name, code in zip(pieces[::2], pieces[1::2], strict=True)}
    if unknown := set(answers) - set(release.answers):
        raise GradingError(f"{path.name} answers {', '.join(sorted(unknown))}, not in the lab")
    return answers


def make_notebook(release: Release, answers: dict[str, str]) -> dict[str, Any]:
    """Return a released notebook with answers in it, as JSON's values."""
    cells = []
    for number, cell in enumerate(release.cells):
        made: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": cell.grade_id.replace("_", "-")[:64] or f"cell-{number}",
            "metadata": {},
            "source": answers.get(cell.grade_id, cell.source) if cell.solution else cell.source,
        }
        if cell.kind == "code":
            made |= {"execution_count": None, "outputs": []}
        if cell.grade_id:
            made["metadata"]["nbgrader"] = {
                "grade": cell.grade,
                "grade_id": cell.grade_id,
                "locked": cell.locked,
                "schema_version": 3,
                "solution": cell.solution,
                "task": False,
            }
            if cell.grade:
                made["metadata"]["nbgrader"]["points"] = cell.points
        cells.append(made)
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


# --- what happens to notebooks on the way ------------------------------------------------------


def _lose_marks(notebook: dict[str, Any], place: Path) -> None:
    """Every cell was pasted into a new notebook."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def _copy_cells(notebook: dict[str, Any], place: Path) -> None:
    """Every answer cell was copied before it was worked on, marks and all."""
    cells = []
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            name = cell["metadata"]["nbgrader"]["grade_id"]
            first = f"def {name}():\n    pass  # first try"
            cells.append({**cell, "id": f"{cell['id'][:58]}-copy", "source": first})
        cells.append(cell)
    notebook["cells"] = cells


def _cut(notebook: dict[str, Any], place: Path) -> None:
    """The upload stopped half-way."""
    notebook["metadata"]["cut"] = True


def _rename(notebook: dict[str, Any], place: Path) -> None:
    """The browser renamed a second download."""
    notebook["file name"] = f"{place.name} (1).ipynb"


EVENTS: dict[str, Callable[[dict[str, Any], Path], None]] = {
    "pasted into a new notebook": _lose_marks,
    "answer cells copied": _copy_cells,
    "upload cut off": _cut,
    "renamed by the browser": _rename,
}
