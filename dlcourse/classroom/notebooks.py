"""Notebooks that formgrader shows: the lab, with a learner's answers and what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlcourse.grading.errors import Refused
from dlcourse.grading.notebooks import Cell, read
from dlcourse.grading.release import Release
from dlcourse.grading.results import REFUSED, Result
from dlcourse.grading.text import plain


def released(release: Release) -> Any:
    """Return the lab as a notebook, with nbgrader's marks."""
    import nbformat

    cells = [_cell(cell, number) for number, cell in enumerate(release.cells)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3",
    }  # fmt: skip
    return notebook


def graded(release: Release, result: Result) -> Any:
    """Return the lab with one learner's answers in it, and under each check what it found.

    Nothing was run here: the outputs are the verdicts that were reached outside of the learner's
    process, and what the learner's cells printed inside it.
    """
    import nbformat

    notebook = released(release)
    marks = {mark.exercise: mark for mark in result.marks}
    written = {one.question: one.text for one in result.written}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        checked = marks.get(name.removeprefix("test_"))
        told = ""
        if name in marks and cell.cell_type == "code":
            cell.source = marks[name].code or cell.source
            told = marks[name].printed
        elif name in written:
            cell.source = plain(written[name], lines=True)
        elif checked is not None:
            told = f"{checked.exercise}: {checked.points:g} of {checked.max_points:g} points\n"
            told += result.message if result.status == REFUSED else checked.message
        if told.strip():
            text = plain(told.strip(), lines=True) + "\n"
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    return notebook


def written_answers(path: Path, release: Release) -> dict[str, str]:
    """Return the answers in words that a notebook made by ``graded`` shows; none without one."""
    try:
        cells = read(path)
    except Refused:
        return {}
    return {
        cell.grade_id: "" if cell.source == stub else cell.source
        for cell in cells
        for stub in [_sources(release).get(cell.grade_id)]
        if cell.grade_id in release.written
    }


def _sources(release: Release) -> dict[str, str]:
    return {cell.grade_id: cell.source for cell in release.cells if cell.grade_id}


def _cell(cell: Cell, number: int) -> Any:
    import nbformat

    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }[cell.kind]
    made = make(cell.source)
    made.id = cell.grade_id or f"cell-{number}"
    if cell.grade_id:
        made.metadata["nbgrader"] = {
            "grade": cell.grade, "grade_id": cell.grade_id, "locked": cell.locked,
            "schema_version": 3, "solution": cell.solution, "task": False,
        }  # fmt: skip
        if cell.grade:
            made.metadata["nbgrader"]["points"] = cell.points
    return made
