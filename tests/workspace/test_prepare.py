"""A whole working folder: its files, its notebooks and what is said about them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlcourse.workspace import ConversionError, WorkspaceError, prepare
from dlcourse.workspace.prepare import build
from tests.workspace.sample import PICTURE

FILES = {
    "README.md",
    "chapters/01-slope.ipynb",
    "chapters/02-descent.ipynb",
    "chapters/_static/hill.png",
    "labs/slope/heights.csv",
    "labs/slope/slope.ipynb",
    "start.ipynb",
}


def cells(data: bytes) -> list[dict]:
    return json.loads(data)["cells"]


def test_the_first_run_makes_and_the_second_has_nothing_to_say(course, tmp_path):
    said: list[str] = []
    done = prepare(course, tmp_path / "my work", said.append)
    assert set(done.outcome.created) == FILES
    assert said == ["7 files made."]
    assert (done.folder / done.start).is_file()
    assert (done.folder / "chapters/_static/hill.png").read_bytes() == PICTURE
    said.clear()
    prepare(course, tmp_path / "my work", said.append)
    assert said == []


def test_a_changed_chapter_is_kept_and_said(course):
    work = prepare(course, report=lambda line: None).folder
    assert work == course / "work"
    mine = work / "chapters/02-descent.ipynb"
    mine.write_text(mine.read_text(encoding="utf-8").replace("y = 1", "y = 7"), encoding="utf-8")
    source = course / "book/02-descent.md"
    source.write_text(source.read_text(encoding="utf-8").replace("Go down", "Walk down"))
    said: list[str] = []
    prepare(course, report=said.append)
    beside = "chapters/02-descent (new edition).ipynb"
    assert said == [
        "You have changed chapters/02-descent.ipynb: it is kept, "
        f"and the new version is '{beside}'."
    ]
    assert "y = 7" in mine.read_text(encoding="utf-8")
    assert "Walk down" in (work / beside).read_text(encoding="utf-8")


def test_the_same_course_gives_the_same_bytes(course):
    assert build(course) == build(course)


def test_cell_ids_are_unique_and_outlast_new_cells(course):
    name = "chapters/01-slope.ipynb"
    before = [cell["id"] for cell in cells(build(course)[name])]
    source = course / "book/01-slope.md"
    again = "```{code-cell} ipython3\nx**2\n```\n"
    text = source.read_text(encoding="utf-8").replace(again, again + "\n" + again)
    source.write_text(text, encoding="utf-8")
    after = [cell["id"] for cell in cells(build(course)[name])]
    assert len(set(after)) == len(after) == len(before) + 1
    assert [one for one in after if one in before] == before


def test_hidden_code_is_there_but_folded(course):
    source = course / "book/02-descent.md"
    for tag in ("remove-cell", "hide-output"):
        cell = f"\n```{{code-cell}} ipython3\n:tags: [{tag}, kept]\n'{tag}'\n```\n"
        source.write_text(source.read_text(encoding="utf-8") + cell, encoding="utf-8")
    metadata = [cell["metadata"] for cell in cells(build(course)["chapters/02-descent.ipynb"])[2:]]
    assert metadata == [
        {"jupyter": {"source_hidden": True}, "tags": ["kept"]},
        {"jupyter": {"outputs_hidden": True}, "tags": ["kept"]},
    ]


def test_a_page_that_cannot_be_shown_stops_before_anything_is_written(course):
    with (course / "book/02-descent.md").open("a", encoding="utf-8") as page:
        page.write("\n{fancy}`x`\n")
    with pytest.raises(ConversionError, match=r"book/02-descent\.md, line \d+: the role \{fancy\}"):
        prepare(course)
    assert not (course / "work").exists()


def test_a_course_without_a_book_is_told(tmp_path: Path):
    with pytest.raises(WorkspaceError, match=r"_config\.yml"):
        prepare(tmp_path)
