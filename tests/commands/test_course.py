"""Where the course is looked for."""

from pathlib import Path

import pytest

import dlcourse
from dlcourse.commands import course
from dlcourse.commands.errors import UserError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "course" / "book").mkdir(parents=True)
    (tmp_path / "course" / "book" / "_toc.yml").touch()
    return tmp_path / "course"


@pytest.fixture
def installed_elsewhere(tmp_path, monkeypatch):
    """Let the library be one that was not installed from a course's folder."""
    monkeypatch.setattr(dlcourse, "__file__", str(tmp_path / "site" / "dlcourse" / "__init__.py"))


@pytest.mark.parametrize("inside", [".", "book", "labs/source/backprop"])
def test_it_is_found_from_each_of_its_folders(folder, inside):
    start = folder / inside
    start.mkdir(parents=True, exist_ok=True)
    assert course.find(start=start) == folder


def test_the_current_folder_is_where_the_search_starts(folder, monkeypatch):
    monkeypatch.chdir(folder / "book")
    assert course.find() == folder


def test_elsewhere_it_is_where_the_library_was_installed_from(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(dlcourse, "__file__", str(folder / "dlcourse" / "__init__.py"))
    assert course.find(start=tmp_path) == folder


def test_the_named_one_is_taken_before_all_others(folder, tmp_path):
    named = tmp_path / "another"
    (named / "book").mkdir(parents=True)
    (named / "book" / "_toc.yml").touch()
    assert course.find(named, start=folder) == named


def test_a_relative_name_is_made_absolute(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert course.find(Path("course")) == folder


def test_a_named_folder_that_is_no_course_is_refused(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"^--course .*empty is not the course's folder: it holds"):
        course.find(tmp_path / "empty", start=folder)


@pytest.mark.usefixtures("installed_elsewhere")
def test_none_at_all_is_one_sentence_with_the_way_out(tmp_path):
    with pytest.raises(UserError, match=r"^the course was not found in .* --course FOLDER\.$"):
        course.find(start=tmp_path)
