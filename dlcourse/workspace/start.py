"""The first page of the working folder: where to begin, and what happens to the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

FILE = "start.ipynb"


@dataclass(frozen=True)
class Entry:
    """A line of the list of chapters or labs.

    Attributes
    ----------
    path : str
        The notebook, below the working folder.
    title : str
        Its first heading, in Markdown.
    remark : str
        What else the line says, such as the points of a lab.
    """

    path: str
    title: str
    remark: str = ""


def start_notebook(chapters: Sequence[Entry], labs: Sequence[Entry]) -> NotebookNode:
    """Make the notebook that a learner opens first."""
    cell = nbformat.v4.new_markdown_cell
    cells = [cell(_WELCOME)]
    if chapters:
        cells.append(cell("## Chapters\n\n" + _lines(chapters)))
    if labs:
        cells.append(cell("## Labs\n\n" + _LABS + "\n\n" + _lines(labs)))
    cells += [
        cell(_CHECK),
        nbformat.v4.new_code_cell('import dlcourse\n\nprint("dlcourse", dlcourse.__version__)'),
        cell(_FILES),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def _lines(entries: Sequence[Entry]) -> str:
    return "\n".join(
        f"- [{entry.title}]({quote(entry.path)})" + (f" – {entry.remark}" if entry.remark else "")
        for entry in entries
    )


_WELCOME = """\
# Start here

This is your own copy of the course. Read a chapter, change its code, run it again, and see what
happens; then solve the lab that belongs to it.

A cell runs with **Shift + Enter**. *Run → Run All Cells* runs a whole notebook from the top."""

_LABS = """\
In a lab you write the code. Each exercise is followed by a cell that checks it and says what is
right, what is wrong, and which mistake it looks like. The button **Validate** above a lab runs
everything afresh and tells you whether it would pass as it stands."""

_CHECK = """\
## Is everything there?

Run this cell. If it complains, type `dlcourse doctor` in a terminal (*File → New → Terminal*): it
finds what is missing and says how to mend it."""

_FILES = """\
## Your files are yours

- What you change stays. When the course has a newer version of a notebook that you have changed,
  the new one is put beside yours, with *(new edition)* in its name.
- A notebook that you have not changed is brought up to date when the course is.
- To begin a notebook afresh, delete or rename it and start the course again.
- Nothing in this folder is ever deleted by the course. Files of your own are left alone."""

README = """\
# Your working folder

Open `start.ipynb` in JupyterLab (`make lab`, or `dlcourse lab`, does it for you): it lists the
chapters and labs. Everything here is yours to change. Newer versions of the course are put beside
what you have changed, never over it. Delete or rename a file and start the course again for a fresh
copy.
"""
