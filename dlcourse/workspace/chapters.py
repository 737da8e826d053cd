"""The book's chapters as notebooks of the learner's own."""

from __future__ import annotations

import warnings
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from dlcourse.workspace.errors import WorkspaceError
from dlcourse.workspace.myst import Book, Page, convert

# What the site does with a cell of each tag, and what that is in JupyterLab. Nothing is left out of
# a notebook that later cells may need: a cell that the site hides is there, folded.
_FOLDED_INPUT = frozenset({"hide-input", "hide-cell", "remove-input", "remove-cell"})
_FOLDED_OUTPUT = frozenset({"hide-output", "remove-output"})


def chapter(book: Book, page: Page) -> tuple[NotebookNode, dict[str, Path]]:
    """Make the notebook of one page of the book.

    Parameters
    ----------
    book : Book
        The book.
    page : Page
        A page that names a kernel.

    Returns
    -------
    notebook : NotebookNode
        Its text as plain Markdown, its code cells as they are; no outputs.
    files : dict
        The files it shows, by their path from the folder of chapters.

    Raises
    ------
    ConversionError
        When the page holds something that JupyterLab would show as source.
    WorkspaceError
        When jupytext cannot read the result.
    """
    text, files = convert(book, page)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        notebook = jupytext.reads(text, fmt="md:myst")
    for warning in caught:
        raise WorkspaceError(f"{page.file}: {warning.message}")
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        folds = {}
        if cell.cell_type == "code" and tags & _FOLDED_INPUT:
            folds["source_hidden"] = True
        if cell.cell_type == "code" and tags & _FOLDED_OUTPUT:
            folds["outputs_hidden"] = True
        kept = sorted(tags - _FOLDED_INPUT - _FOLDED_OUTPUT)
        cell.metadata.pop("mystnb", None)
        cell.metadata.pop("tags", None)
        if kept:
            cell.metadata["tags"] = kept
        if folds:
            cell.metadata["jupyter"] = folds
    return notebook, files
