"""Make the learner's working folder, or bring it up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from dlcourse.workspace import start
from dlcourse.workspace.chapters import chapter
from dlcourse.workspace.errors import WorkspaceError
from dlcourse.workspace.labs import further_files, lab_names, release
from dlcourse.workspace.myst import Book
from dlcourse.workspace.notebooks import finish
from dlcourse.workspace.sync import Outcome, synchronize


@dataclass(frozen=True)
class Prepared:
    """A working folder that is up to date.

    Attributes
    ----------
    folder : Path
        Where it is.
    start : str
        The notebook to open first, below the folder.
    outcome : Outcome
        What was made, replaced and kept.
    """

    folder: Path
    start: str
    outcome: Outcome


def prepare(
    course: Path, target: Path | None = None, report: Callable[[str], object] = print
) -> Prepared:
    """Make a learner's working folder from the course, or bring it up to date.

    The folder gets ``start.ipynb``, ``chapters/<chapter>.ipynb`` for every page of the book that is
    a notebook, and ``labs/<lab>/<lab>.ipynb`` for every lab, without its solutions. A file that the
    learner has changed is never written to: a newer version is put beside it, once, with "(new
    edition)" in its name. Changed means: other words or other code; running cells and saving
    changes nothing. A file that was deleted comes back. Nothing is deleted.

    Parameters
    ----------
    course : Path
        The course's folder, with ``book/`` and ``labs/`` in it.
    target : Path, optional
        The working folder; ``work`` in the course's folder when left out.
    report : callable, optional
        Is given one line for each thing that a learner should know.

    Returns
    -------
    Prepared
        The folder and what was done to it.

    Raises
    ------
    WorkspaceError
        When the course is incomplete, a chapter holds what JupyterLab could not show, or the folder
        cannot be written. Nothing has been written then, except in the last case.
    """
    folder = course / "work" if target is None else target
    files = build(course)
    outcome = synchronize(folder, files)
    for line in _lines(outcome):
        report(line)
    return Prepared(folder, start.FILE, outcome)


def build(course: Path) -> dict[str, bytes]:
    """Make every file of a working folder, in memory, by its path below the folder.

    Raises
    ------
    WorkspaceError
        As `prepare`.
    """
    labs = course / "labs"
    names = lab_names(labs)
    book = Book(course / "book", names)
    files: dict[str, bytes] = {}
    chapter_list, lab_list = [], []
    for page in book.pages.values():
        if page.is_notebook:
            notebook, shown = chapter(book, page)
            path = f"chapters/{page.name}.ipynb"
            files[path] = finish(notebook)
            chapter_list.append(start.Entry(path, _title(notebook, page.name)))
            for name, file in shown.items():
                files[f"chapters/{name}"] = _read(file)
    for name in names:
        notebook = release(labs, name)
        path = f"labs/{name}/{name}.ipynb"
        files[path] = finish(notebook)
        lab_list.append(start.Entry(path, _title(notebook, name), _points(notebook)))
        for other, file in further_files(labs, name).items():
            files[f"labs/{name}/{other}"] = _read(file)
    files[start.FILE] = finish(start.start_notebook(chapter_list, lab_list))
    files["README.md"] = start.README.encode("utf-8")
    return files


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be read: {error.strerror}.") from error


def _title(notebook: NotebookNode, name: str) -> str:
    """Return the first heading of a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.split("\n"):
                if line.startswith("# "):
                    return line[2:].strip()
    return name


def _points(notebook: NotebookNode) -> str:
    points = sum(
        cell.metadata["nbgrader"].get("points", 0)
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    )
    return f"{points:g} points" if points else ""


def _lines(outcome: Outcome) -> list[str]:
    """Say what was done: counts for what is as expected, a line for each thing that is not."""
    lines = []
    if outcome.created:
        lines.append(f"{_count(outcome.created)} made.")
    if outcome.updated:
        lines.append(f"{_count(outcome.updated)} brought up to date.")
    for name, beside in outcome.editions.items():
        lines.append(f"You have changed {name}: it is kept, and the new version is '{beside}'.")
    lines += [f"{name}: {problem}." for name, problem in outcome.problems.items()]
    return lines


def _count(names: list[str]) -> str:
    return "1 file" if len(names) == 1 else f"{len(names)} files"
