"""The table of the article's sections: complete, honest, and alive."""

import importlib
import re

import pytest

from tests.site.building import BOOK

#: The article's own sections; 6.1 has four parts, and 11 is its list of questions.
SECTIONS = [
    "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1", "4.2", "4.3", "5.1",
    "5.2", "6.1a", "6.1b", "6.1c", "6.1d", "6.2", "6.3", "6.4", "6.5", "6.6", "7.1", "7.2", "7.3",
    "7.4", "8.1", "8.2", "8.3", "9.1", "9.2", "9.3", "9.4", "10.1", "10.2", "11",
]  # fmt: skip


def table():
    """Return the rows of the table, each as a list of its cells."""
    text = (BOOK / "article-map.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in row] for row in rows]
    return [row for row in rows if len(row) == 5][2:]


ROWS = table()
each_row = pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])


def test_every_section_of_the_article_has_its_row():
    assert [row[0] for row in ROWS] == [*SECTIONS, "–"]
    assert "Transfer learning" in ROWS[-1][1]


@each_row
def test_a_row_says_where_its_chapter_is(row):
    _, title, chapter, lab, library = row
    assert title
    assert library
    assert lab
    assert re.match(r"(\[[\d.–]+\]\(ch\d\d-[\w-]+\)(, )?)+$", chapter)


def resolve(name, module, previous):
    """Return what a name of the table means: below dlcourse, in the module named, or of a class."""
    try:
        return importlib.import_module(f"dlcourse.{name}")
    except ModuleNotFoundError:
        pass
    if "." in name:
        parent, _, last = name.rpartition(".")
        return getattr(importlib.import_module(f"dlcourse.{parent}"), last)
    return getattr(module, name) if hasattr(module, name) else getattr(previous, name)


@each_row
def test_names_of_the_library_can_be_imported(row):
    library = row[4]
    module = previous = None
    names = re.findall(r"`([\w.]+)`(:?)", library)
    for name, opens in names:
        previous = resolve(name, module, previous)
        if opens:
            module = previous
    assert names or library == "–"


def test_a_name_that_is_not_there_is_noticed():
    with pytest.raises(AttributeError):
        resolve("layers.Imaginary", None, None)
    with pytest.raises(AttributeError):
        resolve("Imaginary", importlib.import_module("dlcourse.layers"), None)


def test_links_lead_to_labels_of_the_book():
    text = "".join(file.read_text(encoding="utf-8") for file in BOOK.glob("*.md"))
    labels = set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))
    links = re.findall(
        r"\]\(((?:ch\d\d|lab|claims?)-?[\w-]*)\)", (BOOK / "article-map.md").read_text()
    )
    assert len(links) >= 6
    assert set(links) <= labels
