import json
import os

import pytest

from dlcourse.grading import ingest, notebooks
from dlcourse.grading.errors import GradingError, Refused
from dlcourse.grading.release import read as release_of
from tests.grading.small import RIGHT, code_cell, marks, notebook, small_release


@pytest.fixture
def release(tmp_path):
    return small_release(tmp_path)


def refusal(hand_in, release, student="ada"):
    with pytest.raises(Refused) as refused:
        ingest.read(hand_in.folder, student, release)
    message = str(refused.value)
    assert "\n" not in message
    return message


def place(hand_in, student="ada"):
    path = hand_in.folder / student / "small" / "small.ipynb"
    path.parent.mkdir(parents=True)
    return path


def test_only_the_answer_cells_are_taken(hand_in, release):
    def add(content):
        content["cells"].insert(0, code_cell("import antigravity"))
        content["cells"].append(code_cell("steal()", marks("more", solution=True)))
        content["cells"][1]["source"] = "raise SystemExit  # a locked cell"

    hand_in("ada", RIGHT, change=add)
    submission = ingest.read(hand_in.folder, "ada", release)
    assert submission == ingest.Submission(RIGHT)


def test_a_source_may_be_a_list_of_lines(hand_in, release):
    def split(content):
        for cell in content["cells"]:
            cell["source"] = cell["source"].splitlines(keepends=True)

    hand_in("ada", RIGHT, change=split)
    assert ingest.read(hand_in.folder, "ada", release).answers == RIGHT


# --- what cannot be graded ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not valid JSON"),
        (b"\x89PNG\r\n\x1a\n", "not valid JSON"),
        (json.dumps(notebook()).encode()[:500], "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[" + b"1" * 10_000 + b"]", "not valid JSON"),
        (b"[]", "has no list of cells"),
        (b'{"cells": {}}', "has no list of cells"),
        (b'{"nbformat": 3, "worksheets": [], "cells": []}', "notebook format 3, expected 4"),
        (b'{"nbformat": 4, "cells": [7]}', "no cell of this lab"),
        (b'{"nbformat": 4, "cells": [{"source": 7}]}', "cell 1 holds no text"),
        (b'{"nbformat": 4, "cells": []}', "no cell of this lab"),
        (b" " * (notebooks.MAX_BYTES + 1), "larger than 4 MB"),
        (json.dumps({"nbformat": 4, "cells": [{}] * 2001}).encode(), "more than 2,000 cells"),
        (
            json.dumps({"nbformat": 4, "cells": [{"source": "x" * 200_001}]}).encode(),
            "a cell of more than 200,000 characters",
        ),
        (
            b'{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"language": "R"}}}',
            "a notebook for r, expected Python",
        ),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_sentence(hand_in, release, content, message):
    place(hand_in).write_bytes(content)
    assert message in refusal(hand_in, release)


def test_links_are_refused_wherever_they_are(hand_in, release, tmp_path):
    other = hand_in("other", RIGHT)
    place(hand_in, "file").symlink_to(other)
    assert "small.ipynb is a symbolic link" in refusal(hand_in, release, "file")
    (hand_in.folder / "folder").mkdir()
    (hand_in.folder / "folder" / "small").symlink_to(other.parent)
    assert "the folder small is a symbolic link" in refusal(hand_in, release, "folder")
    (hand_in.folder / "learner").symlink_to(other.parents[1])
    assert "the learner's folder is a symbolic link" in refusal(hand_in, release, "learner")
    place(hand_in, "dangling").symlink_to(tmp_path / "nowhere")
    assert "is a symbolic link" in refusal(hand_in, release, "dangling")


def test_what_is_no_file_is_refused_without_waiting(hand_in, release):
    os.mkfifo(place(hand_in, "pipe"))
    assert "is not a file" in refusal(hand_in, release, "pipe")
    place(hand_in, "folder").mkdir()
    assert refusal(hand_in, release, "folder").startswith("small.ipynb")


def test_a_wrong_name_is_told_with_what_is_there(hand_in, release):
    path = hand_in("ada", RIGHT)
    path.rename(path.with_name("small (1).ipynb"))
    assert refusal(hand_in, release) == "there is no notebook small.ipynb, found small (1).ipynb"
    path.parent.rename(path.parent.with_name("Small"))
    assert refusal(hand_in, release) == "there is no folder small, found Small"


def test_a_notebook_outside_a_folder_has_a_row_too(hand_in, release):
    (hand_in.folder / "ada.ipynb").write_text("{}")
    assert ingest.students(hand_in.folder) == ["ada.ipynb"]
    assert "outside a learner's folder" in refusal(hand_in, release, "ada.ipynb")


# --- what can be mended ------------------------------------------------------------------------


def test_lost_marks_are_mended_by_the_functions_name(hand_in, release):
    def lose(content):
        for cell in content["cells"]:
            cell["metadata"] = {}

    hand_in("ada", RIGHT, change=lose)
    submission = ingest.read(hand_in.folder, "ada", release)
    assert submission.answers == RIGHT
    assert submission.notes == ("mark lost, known by its function: twice, shifted",)


@pytest.mark.parametrize(
    "metadata", [None, [], "x", {"nbgrader": 3}, {"nbgrader": {"grade_id": 1}}]
)
def test_broken_marks_count_as_lost(hand_in, release, metadata):
    def damage(content):
        content["cells"][1]["metadata"] = metadata

    hand_in("ada", RIGHT, change=damage)
    submission = ingest.read(hand_in.folder, "ada", release)
    assert submission.answers == RIGHT
    assert submission.notes == ("mark lost, known by its function: twice",)


def test_a_missing_cell_is_told(hand_in, release):
    hand_in("ada", RIGHT, change=lambda content: content["cells"].pop(1))
    submission = ingest.read(hand_in.folder, "ada", release)
    assert submission.answers == {"shifted": RIGHT["shifted"]}
    assert submission.notes == ("cell missing: twice",)


STUB = "def twice(x):\n    # YOUR CODE HERE\n    raise NotImplementedError"


@pytest.mark.parametrize(
    ("copies", "counts", "note"),
    [
        ([RIGHT["twice"], RIGHT["twice"]], RIGHT["twice"], "several copies: twice"),
        ([RIGHT["twice"], STUB], RIGHT["twice"], "several copies: twice"),
        ([STUB, RIGHT["twice"]], RIGHT["twice"], "several copies: twice"),
        (["x = 1", RIGHT["twice"]], RIGHT["twice"], "several copies, the last one counts: twice"),
    ],
)
def test_of_several_copies_the_last_one_written_in_counts(hand_in, release, copies, counts, note):
    def copy(content):
        first = content["cells"].pop(1)
        for source in reversed(copies):
            content["cells"].insert(1, {**first, "source": source})

    hand_in("ada", RIGHT, change=copy)
    submission = ingest.read(hand_in.folder, "ada", release)
    assert submission.answers["twice"] == counts
    assert submission.notes == (note,)


def test_a_cell_made_markdown_is_read_as_code(hand_in, release):
    def retype(content):
        content["cells"][1]["cell_type"] = "markdown"

    hand_in("ada", RIGHT, change=retype)
    submission = ingest.read(hand_in.folder, "ada", release)
    assert submission.answers == RIGHT
    assert submission.notes == ("made a markdown cell, read as code: twice",)


def test_marks_on_the_wrong_cell_do_not_hide_the_right_one(hand_in, release):
    """A test cell's mark on an answer: the answer is not found, and nothing else is taken."""

    def swap(content):
        content["cells"][1]["metadata"] = marks("test_twice", grade=True)

    hand_in("ada", RIGHT, change=swap)
    submission = ingest.read(hand_in.folder, "ada", release)
    assert "twice" not in submission.answers


def test_an_answer_in_words_is_carried_along(hand_in, tmp_path):
    def ask(text):
        def add(content):
            cell = {"cell_type": "markdown", "source": text}
            cell["metadata"] = marks("why", solution=True, grade=True)
            content["cells"].append(cell)

        return add

    lab = release_of(hand_in("lab", {}, change=ask("*YOUR ANSWER HERE*")), "small")
    hand_in("ada", RIGHT, change=ask("Because."))
    hand_in("bo", RIGHT, change=ask("*YOUR ANSWER HERE*\n"))
    assert ingest.read(hand_in.folder, "ada", lab).written == {"why": "Because."}
    assert ingest.read(hand_in.folder, "bo", lab).written == {}


def test_names_defined_elsewhere_are_known(hand_in, release):
    source = "def helper(x):\n    return x\n\nscale = 3\nprint(helper(scale) == 3)\n"
    hand_in("ada", RIGHT, change=lambda c: c["cells"].append(code_cell(source)))
    assert ingest.read(hand_in.folder, "ada", release).elsewhere == {"helper", "scale"}


def test_text_that_is_no_text_becomes_text(hand_in, release):
    hand_in("ada", {"twice": "x = '\ud800\0'\r\n"})
    source = ingest.read(hand_in.folder, "ada", release).answers["twice"]
    assert source == "x = '?\ufffd'\n"


# --- the class ---------------------------------------------------------------------------------


def test_the_class_is_everyone_in_order(hand_in):
    for student in ("zoe", "ada", "bo"):
        hand_in(student, RIGHT)
    (hand_in.folder / ".DS_Store").write_bytes(b"")
    (hand_in.folder / ".hidden").mkdir()
    (hand_in.folder / "list.csv").write_text("")
    assert ingest.students(hand_in.folder) == ["ada", "bo", "zoe"]
    assert ingest.students(hand_in.folder, "bo") == ["bo"]


@pytest.mark.parametrize("student", ["nobody", "../ada", "", "."])
def test_an_unknown_learner_is_an_error(hand_in, student):
    hand_in("ada", RIGHT)
    with pytest.raises(GradingError, match="has no submission"):
        ingest.students(hand_in.folder, student)


def test_a_class_without_anyone_is_an_error(hand_in, tmp_path):
    with pytest.raises(GradingError, match="there is no submission in"):
        ingest.students(hand_in.folder)
    with pytest.raises(GradingError, match="does not exist"):
        ingest.students(tmp_path / "nowhere")
