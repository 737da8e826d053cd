"""Find the submissions of a class and take the answers out of them.

The layout is nbgrader's: ``STUDENT/LAB/LAB.ipynb`` in the folder of submissions. Only the cells
that the lab gave the learner for an answer are taken, by their grade id. Where nbgrader's
metadata is lost or doubled, a cell can still be known by the function it defines; the result says
so. Everything here is done with the notebook's text: nothing of it is run or parsed as Python.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dlcourse.grading import notebooks
from dlcourse.grading.codec import clean
from dlcourse.grading.errors import GradingError, Refused
from dlcourse.grading.notebooks import Cell
from dlcourse.grading.release import Release, bare


@dataclass(frozen=True)
class Submission:
    """What one learner handed in, as far as it counts.

    Attributes
    ----------
    answers : dict of str
        Source of the answer cells by grade id; a cell that was not found is not in it.
    written : dict of str
        Answers in words by grade id; a person grades these.
    notes : tuple of str
        What was mended on the way, one sentence each.
    elsewhere : frozenset of str
        Names that the learner defines in cells that do not count.
    """

    answers: dict[str, str]
    written: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()


def students(
    folder: Path, student: str | None = None, lab: str = "", other_labs: Sequence[str] = ()
) -> list[str]:
    """Return the names of the learners who have a place in the folder, sorted.

    A notebook that lies in the folder itself has a place too (its name is then the learner's
    row), so that it is not lost in silence. Who has handed in ``other_labs`` and not this one has
    none.

    Raises
    ------
    GradingError
        When the folder or the learner does not exist, or nobody has handed in.
    """
    if not folder.is_dir():
        raise GradingError(f"the folder of submissions {folder} does not exist")
    names = sorted(
        entry.name
        for entry in folder.iterdir()
        if not entry.name.startswith(".")
        and (entry.is_symlink() or entry.is_dir() or entry.suffix == ".ipynb")
    )
    if other_labs:
        names = [
            name
            for name in names
            if (folder / name / lab).is_symlink()
            or (folder / name / lab).exists()
            or not any((folder / name / other).is_dir() for other in other_labs)
        ]
    if student is not None:
        if student not in names:
            raise GradingError(f"{student!r} has no submission in {folder}")
        return [student]
    if not names:
        raise GradingError(f"there is no submission in {folder}, expected STUDENT/LAB/LAB.ipynb")
    return names


def read(folder: Path, student: str, release: Release) -> Submission:
    """Return one learner's answers.

    Raises
    ------
    Refused
        When there is nothing that can be graded; the message says why.
    """
    return take_answers(notebooks.read(_notebook(folder, student, release.lab)), release)


def _notebook(folder: Path, student: str, lab: str) -> Path:
    """Return where the notebook should be, when it and the folders on the way are no links."""
    place = folder / student
    name = f"{lab}.ipynb"
    if place.is_symlink():
        raise Refused("the learner's folder is a symbolic link")
    if not place.is_dir():
        raise Refused(f"a notebook outside a learner's folder, expected STUDENT/{lab}/{name}")
    if (place / lab).is_symlink():
        raise Refused(f"the folder {lab} is a symbolic link")
    if not (place / lab).is_dir():
        raise Refused(f"there is no folder {lab}, found {_listing(place)}")
    path = place / lab / name
    if not path.is_symlink() and not path.exists():
        raise Refused(f"there is no notebook {name}, found {_listing(place / lab)}")
    return path


def _listing(folder: Path) -> str:
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    shown = ", ".join(clean(name, 60) for name in names[:3])
    return f"{shown}, …" if len(names) > 3 else shown or "nothing"


def take_answers(cells: Sequence[Cell], release: Release) -> Submission:
    """Pick the answer cells out of a submission's cells.

    Raises
    ------
    Refused
        When no answer cell is there at all.
    """
    answers: dict[str, str] = {}
    notes: dict[str, list[str]] = {}  # what happened, to which exercises
    taken: set[int] = set()
    for name in release.answers:
        found = [index for index, cell in enumerate(cells) if cell.grade_id == name]
        if not found and (found := _recognised(cells, name, release)):
            notes.setdefault("mark lost, known by its function", []).append(name)
        if not found:
            notes.setdefault("cell missing", []).append(name)
            continue
        taken.update(found)
        index, happened = _choose(cells, found, name, release)
        for what in happened:
            notes.setdefault(what, []).append(name)
        answers[name] = cells[index].source
    if not answers:
        raise Refused("no cell of this lab is in the notebook: neither a mark nor a function of it")
    elsewhere = {
        defined
        for index, cell in enumerate(cells)
        if index not in taken and cell.kind == "code"
        for defined in _defined(cell.source)
    }
    told = tuple(f"{what}: {', '.join(names)}" for what, names in notes.items())
    as_released = {cell.grade_id: cell.source for cell in release.cells}
    written = {
        cell.grade_id: cell.source
        for cell in cells
        if cell.grade_id in release.written
        and cell.source.split() != as_released[cell.grade_id].split()
    }
    return Submission(answers, written, told, frozenset(elsewhere))


_DEFINITION = re.compile(
    r"^(?:(?:def|class)\s+([A-Za-z_]\w{0,79})|([A-Za-z_]\w{0,79})\s*=(?!=))", re.MULTILINE
)


def _defined(source: str) -> set[str]:
    """Return the names that a cell seems to define, for a hint."""
    return {first or second for first, second in _DEFINITION.findall(source)}


def _recognised(cells: Sequence[Cell], name: str, release: Release) -> list[int]:
    """Return the cells without a known mark that define the function ``name``."""
    definition = re.compile(rf"^def\s+{re.escape(name)}\s*\(", re.MULTILINE)
    known = {cell.grade_id for cell in release.cells if cell.grade_id}
    return [
        index
        for index, cell in enumerate(cells)
        if cell.grade_id not in known and definition.search(cell.source)
    ]


def _choose(
    cells: Sequence[Cell], found: list[int], name: str, release: Release
) -> tuple[int, list[str]]:
    """Choose among the cells for one answer: the last one that the learner wrote something in."""
    notes = []
    changed = [i for i in found if bare(cells[i].source) != bare(release.stubs[name])]
    index = (changed or found)[-1]
    if len(found) > 1:
        different = len({bare(cells[i].source) for i in changed}) > 1
        notes.append("several copies, the last one counts" if different else "several copies")
    if cells[index].kind != "code":
        notes.append(f"made a {cells[index].kind} cell, read as code")
    return index, notes
