"""What can be done with a chapter beside reading it, as buttons above each page.

* Its notebook can be downloaded: the learner's copy, without outputs, in plain Markdown.
* It can be opened in the learner's own JupyterLab, where ``make lab`` has put it.
* Where the course's repository on GitHub is known, the page's source can be edited there, and the
  notebook started on Binder or in Colab.

The repository is ``OWNER/NAME`` in the environment variable ``DLCOURSE_REPOSITORY``, or what the
git remote ``origin`` says, if that is on GitHub. A site that is built without either has the first
two buttons alone.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from dlcourse.workspace.chapters import chapter
from dlcourse.workspace.labs import lab_names
from dlcourse.workspace.myst import Book
from dlcourse.workspace.notebooks import finish

REPOSITORY = "DLCOURSE_REPOSITORY"
BRANCH = "main"
# The branch that the built site is published from: only there are notebooks that Colab can open.
PUBLISHED = "gh-pages"
FOLDER = "notebooks"
LOCAL = "http://localhost:8888/lab/tree/chapters"

ON_GITHUB = re.compile(r"github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")

INSTALL = """\
# Where the course is not installed yet, as in Colab, it is fetched.
try:
    import dlcourse
except ModuleNotFoundError:
    %pip install --quiet "dlcourse[course] @ git+https://github.com/{repository}"
"""


def repository(folder: Path) -> str | None:
    """Return the course's repository on GitHub as ``OWNER/NAME``, if it is known."""
    if named := os.environ.get(REPOSITORY):
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", named):
            raise ExtensionError(f"{REPOSITORY} is {named!r}, expected OWNER/NAME")
        return named
    remote = subprocess.run(
        ["git", "-C", str(folder), "remote", "get-url", "origin"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = ON_GITHUB.search(remote.stdout.strip())
    return found[1] if found else None


def write_notebooks(app: Sphinx) -> None:
    """Put the learner's notebook of each chapter into the site, with the files it shows."""
    if app.builder.format != "html":
        return
    source = Path(app.srcdir)
    course = source.parent
    app.config.page_tools_repository = named = repository(source)
    labs = course / "labs"
    book = Book(source, lab_names(labs) if labs.is_dir() else ())
    target = Path(app.outdir) / FOLDER
    app.config.page_tools_chapters = chapters = set()
    for page in book.pages.values():
        if not page.is_notebook:
            continue
        notebook, files = chapter(book, page)
        if named:
            notebook.cells.insert(0, nbformat.v4.new_code_cell(INSTALL.format(repository=named)))
        path = target / f"{page.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(finish(notebook))
        for name, file in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(file.read_bytes())
        chapters.add(page.name)


def link(url: str, text: str, icon: str, label: str) -> dict[str, str]:
    """Describe a button as the theme wants it."""
    return {
        "type": "link",
        "url": url,
        "text": text,
        "tooltip": text,
        "icon": icon,
        "label": label,
    }


def add_buttons(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Add this page's buttons to those of the theme."""
    if "header_buttons" not in context or doctree is None:
        return
    named = app.config.page_tools_repository
    buttons = []
    if pagename in app.config.page_tools_chapters:
        path = f"{quote(pagename)}.ipynb"
        buttons = [
            link(
                context["pathto"](f"{FOLDER}/{path}", resource=True),
                "Download the notebook (.ipynb)",
                "fas fa-download",
                "notebook-button",
            ),
            link(
                f"{LOCAL}/{path}",
                f"Open in your JupyterLab: chapters/{pagename}.ipynb",
                "fas fa-laptop-code",
                "jupyterlab-button",
            ),
        ]
        if named:
            buttons += [
                link(
                    f"https://mybinder.org/v2/gh/{named}/{BRANCH}"
                    f"?urlpath=lab/tree/work/chapters/{path}",
                    "Start on Binder",
                    "fas fa-rocket",
                    "binder-button",
                ),
                link(
                    f"https://colab.research.google.com/github/{named}/blob/{PUBLISHED}/{FOLDER}/{path}",
                    "Start in Colab",
                    "fas fa-rocket",
                    "colab-button",
                ),
            ]
    if named:
        buttons.append(
            link(
                f"https://github.com/{named}/edit/{BRANCH}/book/{pagename}.md",
                "Edit this page",
                "fas fa-pencil-alt",
                "edit-button",
            )
        )
    if buttons:
        group = {
            "type": "group",
            "tooltip": "Work with this page",
            "icon": "fas fa-laptop-code",
            "buttons": buttons,
            "label": "page-tools",
        }
        context["header_buttons"].insert(0, group)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the steps with Sphinx."""
    app.add_config_value("page_tools_repository", None, "html")
    app.add_config_value("page_tools_chapters", set(), "")
    app.connect("builder-inited", write_notebooks)
    # After the theme, which makes the list of buttons.
    app.connect("html-page-context", add_buttons, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
