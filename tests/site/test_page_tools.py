"""The buttons above a page: its notebook, the learner's JupyterLab, and what a repository adds."""

import importlib.util
import subprocess

import nbformat
import pytest

from tests.site.building import BOOK

SPEC = importlib.util.spec_from_file_location("page_tools", BOOK / "_extensions" / "page_tools.py")
page_tools = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(page_tools)


def links(page):
    return [attributes.get("href", "") for attributes in page.all("a")]


def test_each_chapter_has_its_notebook_without_outputs(built_site):
    chapters = [name for name in built_site.pages if name[0].isdigit()]
    assert chapters
    for name in chapters:
        stem = name.removesuffix(".html")
        assert f"notebooks/{stem}.ipynb" in links(built_site.pages[name])
        notebook = nbformat.read(built_site.folder / "notebooks" / f"{stem}.ipynb", as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert code
        assert all(not cell.outputs for cell in code)
        assert not any(":::" in cell.source for cell in notebook.cells)


def test_each_chapter_says_where_it_is_in_the_learners_jupyterlab(built_site):
    page = built_site.pages["04-backpropagation.html"]
    assert "http://localhost:8888/lab/tree/chapters/04-backpropagation.ipynb" in links(page)
    text = " ".join("".join(page.text).split())
    assert "Open in your JupyterLab: chapters/04-backpropagation.ipynb" in text


class Application:
    """Stands in for Sphinx, as far as a button reads it."""

    def __init__(self, named, chapters=("05-descent",)):
        self.config = self
        self.page_tools_repository = named
        self.page_tools_chapters = set(chapters)


def buttons(named, page="05-descent"):
    context = {"header_buttons": [], "pathto": lambda path, resource: path}
    page_tools.add_buttons(Application(named), page, "page.html", context, object())
    return {
        button["label"]: button["url"]
        for group in context["header_buttons"]
        for button in group["buttons"]
    }


def test_a_known_repository_adds_edit_binder_and_colab():
    assert set(buttons(None)) == {"notebook-button", "jupyterlab-button"}
    found = buttons("ada/course")
    assert found["edit-button"] == "https://github.com/ada/course/edit/main/book/05-descent.md"
    assert found["binder-button"] == (
        "https://mybinder.org/v2/gh/ada/course/main?urlpath=lab/tree/work/chapters/05-descent.ipynb"
    )
    assert found["colab-button"] == (
        "https://colab.research.google.com/github/ada/course/blob/gh-pages/"
        "notebooks/05-descent.ipynb"
    )
    assert set(buttons("ada/course", "labs")) == {"edit-button"}
    assert not buttons(None, "labs")


@pytest.mark.parametrize(
    ("remote", "found"),
    [
        ("https://github.com/ada/course.git", "ada/course"),
        ("git@github.com:ada/my.course", "ada/my.course"),
        ("https://example.org/ada/course.git", None),
        (None, None),
    ],
)
def test_the_repository_is_found_from_the_remote(remote, found, tmp_path, monkeypatch):
    monkeypatch.delenv(page_tools.REPOSITORY, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    if remote:
        subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", remote], check=True)
    assert page_tools.repository(tmp_path) == found
    monkeypatch.setenv(page_tools.REPOSITORY, "eve/other")
    assert page_tools.repository(tmp_path) == "eve/other"


def test_a_repository_that_is_none_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(page_tools.REPOSITORY, "https://github.com/ada/course")
    with pytest.raises(Exception, match="expected OWNER/NAME"):
        page_tools.repository(tmp_path)
