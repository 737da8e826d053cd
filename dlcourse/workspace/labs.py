"""The labs as learners get them: nbgrader's release version, made without nbgrader's database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError, ValidationError
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from dlcourse.workspace.errors import WorkspaceError

# nbgrader logs a traceback beside the error it raises; the error alone is what people need.
_QUIET = logging.getLogger("dlcourse.workspace.nbgrader")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


def lab_names(labs: Path) -> tuple[str, ...]:
    """Return the labs: the folders under ``labs/source`` with a notebook of their name."""
    source = labs / "source"
    if not source.is_dir():
        return ()
    return tuple(
        sorted(
            folder.name
            for folder in source.iterdir()
            if (folder / f"{folder.name}.ipynb").is_file()
        )
    )


def release(labs: Path, name: str) -> NotebookNode:
    """Make the learner's version of a lab.

    Runs the list of preprocessors that ``nbgrader generate_assignment`` runs, in its order and with
    the course's ``nbgrader_config.py``: solutions and hidden tests go, test cells are locked, check
    sums are put in. Left out is the one that writes into the grade book.

    Parameters
    ----------
    labs : Path
        The nbgrader course folder.
    name : str
        A lab of `lab_names`.

    Returns
    -------
    NotebookNode
        The released notebook.

    Raises
    ------
    WorkspaceError
        When the source is no notebook or nbgrader refuses it.
    """
    path = labs / "source" / name / f"{name}.ipynb"
    try:
        notebook = nbformat.read(path, as_version=4)
        cells = notebook.cells
    except (
        nbformat.ValidationError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        # nbformat itself trips over JSON that is no notebook.
        raise WorkspaceError(f"{path} cannot be read as a notebook: {error}") from error
    if not cells:
        raise WorkspaceError(f"{path} cannot be read as a notebook: it has no cells.")
    config = _settings(labs)
    resources = {"metadata": {"name": name, "path": str(path.parent)}}
    try:
        for preprocessor in _preprocessors(config):
            notebook, resources = preprocessor(notebook, resources)
    except (
        RuntimeError,
        ValueError,
        ValidationError,
        SchemaTooOldError,
        SchemaTooNewError,
    ) as error:
        raise WorkspaceError(f"nbgrader cannot release {path}: {error}") from error
    return notebook


def further_files(labs: Path, name: str) -> dict[str, Path]:
    """Return the other files of a lab (data, pictures), by their path in the lab's folder."""
    folder = labs / "source" / name
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix not in (".ipynb", ".pyc")
        and not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts
        )
    }


def _settings(labs: Path) -> Config:
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(labs)).load_config()
    except ConfigFileNotFound:
        return Config()


def _preprocessors(config: Config) -> Iterator:
    for kind in GenerateAssignment.preprocessors.default():
        if kind is not SaveCells:
            yield kind(config=config, log=_QUIET)
