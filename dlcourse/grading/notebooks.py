"""Read a stranger's notebook as text: nothing in it is run, and nothing in it is believed."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlcourse.grading.codec import clean
from dlcourse.grading.errors import Refused

MAX_BYTES = 4 << 20
MAX_CELLS = 2_000
MAX_SOURCE = 200_000


@dataclass(frozen=True)
class Cell:
    """One cell as it stands in a notebook.

    Attributes
    ----------
    kind : str
        ``code``, ``markdown`` or ``raw``.
    source : str
    grade_id : str
        nbgrader's name of the cell; empty without one.
    solution, grade, locked : bool
        nbgrader's marks: the learner's answer, a cell that carries points, not to be changed.
    points : float
        What the cell is worth; 0 without nbgrader's mark.
    """

    kind: str
    source: str
    grade_id: str = ""
    solution: bool = False
    grade: bool = False
    locked: bool = False
    points: float = 0.0


def read_bytes(path: Path) -> bytes:
    """Return a plain file's content, following no link and waiting for nothing.

    Raises
    ------
    Refused
        When it is a link, no plain file, or larger than `MAX_BYTES`.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise Refused(f"{path.name} is a symbolic link, expected the notebook itself")
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refused(f"{path.name} is not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise Refused(f"{path.name} is larger than {MAX_BYTES >> 20} MB")
    return content


def read(path: Path) -> tuple[Cell, ...]:
    """Return the cells of a notebook.

    Raises
    ------
    Refused
        When it is no Python notebook in Jupyter's format 4.
    """
    content = read_bytes(path)
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        raise Refused(f"{path.name} is not a notebook: it is not valid JSON") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise Refused(f"{path.name} is JSON, but not a notebook: it has no list of cells")
    if notebook.get("nbformat") != 4:
        raise Refused(
            f"{path.name} is in notebook format {clean(str(notebook.get('nbformat')), 20)}, "
            "expected 4"
        )
    language = _language(notebook)
    if language not in ("", "python"):
        raise Refused(f"{path.name} is a notebook for {clean(language, 40)}, expected Python")
    if len(notebook["cells"]) > MAX_CELLS:
        raise Refused(f"{path.name} has more than {MAX_CELLS:,} cells")
    return tuple(_cell(cell, number, path) for number, cell in enumerate(notebook["cells"], 1))


def _language(notebook: dict[str, Any]) -> str:
    kernel = _mapping(_mapping(notebook.get("metadata")).get("kernelspec"))
    language = kernel.get("language", "")
    return language.lower() if isinstance(language, str) else ""


def _cell(cell: Any, number: int, path: Path) -> Cell:
    cell = _mapping(cell)
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise Refused(f"{path.name} is damaged: cell {number} holds no text")
    if len(source) > MAX_SOURCE:
        raise Refused(f"{path.name} has a cell of more than {MAX_SOURCE:,} characters ({number})")
    kind = cell.get("cell_type")
    marks = _mapping(_mapping(cell.get("metadata")).get("nbgrader"))
    grade_id = marks.get("grade_id")
    return Cell(
        kind=kind if kind in ("code", "markdown") else "raw",
        source=clean(source, MAX_SOURCE)
        .replace("\r\n", "\n")
        .replace("\0", "\N{REPLACEMENT CHARACTER}"),
        grade_id=clean(grade_id, 100) if isinstance(grade_id, str) else "",
        solution=marks.get("solution") is True,
        grade=marks.get("grade") is True,
        locked=marks.get("locked") is True,
        points=_number(marks.get("points")),
    )


def _number(value: Any) -> float:
    return float(value) if type(value) in (int, float) and 0 <= value < 1e6 else 0.0


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
