"""Notebooks as the working folder writes and compares them."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode

# What JupyterLab puts into a notebook that it opens. With anything else there, a notebook that was
# merely looked at counts as changed, and JupyterLab asks whether to save it.
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    },
}


def finish(notebook: NotebookNode) -> bytes:
    """Give a notebook the form it has in the working folder: stable cell ids, no outputs.

    Parameters
    ----------
    notebook : NotebookNode
        Any notebook of format 4; it is changed in place.

    Returns
    -------
    bytes
        The file. The same cells give the same bytes on every run.
    """
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(_METADATA)
    taken: set[str] = set()
    for cell in notebook.cells:
        cell.id = _cell_id(cell, taken)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return (text.rstrip("\n") + "\n").encode("utf-8")


def _cell_id(cell: NotebookNode, taken: set[str]) -> str:
    """Name a cell by its grade id or its content: cells put in before it change nothing."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    if grade_id and len(grade_id) <= 60:
        name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in grade_id)
    else:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name}-{count}"
    taken.add(unique)
    return unique


def version_digest(data: bytes) -> str:
    """Digest a notebook that `finish` made, without what depends on the Python that made it."""
    return hashlib.sha256(json.dumps(json.loads(data)["cells"]).encode()).hexdigest()


class NotANotebook(ValueError):
    """A file with a notebook's name that cannot be read as one."""


def content_digest(data: bytes) -> str:
    """Digest what a person wrote in a notebook: the kinds and the sources of its cells, in order.

    Outputs, execution counts, cell ids, metadata and the order of JSON keys are left out, because
    JupyterLab changes them when a notebook is merely run and saved. So are empty cells: running the
    last cell adds one.

    Raises
    ------
    NotANotebook
        When the bytes are no notebook that nbformat can read.
    """
    try:
        # Reading without validation: what matters is whether the cells can be had.
        content = json.loads(data)
        cells = nbformat.from_dict(content)["cells"]
        return digest_of_cells((cell["cell_type"], _joined(cell["source"])) for cell in cells)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotANotebook(str(error)) from error


def digest_of_cells(cells: Iterable[tuple[str, str]]) -> str:
    """Digest cells given as pairs of kind and source."""
    written = [[kind, source] for kind, source in cells if source.strip()]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


def _joined(source: str | list[str]) -> str:
    text = source if isinstance(source, str) else "".join(source)
    return text.replace("\r\n", "\n")
