"""The chapters' sources: what each must have, and that their code is code of the course."""

import ast
import re

import jupytext
import pytest
from pybtex.database import parse_file

from tests.site.building import BOOK

CHAPTERS = sorted(BOOK.glob("[0-9][0-9]-*.md"))
WIDEST_CODE = 78  # characters that the text column shows without scrolling

each_chapter = pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)


def code_cells(file):
    notebook = jupytext.read(file)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_chapters():
    assert CHAPTERS


@each_chapter
def test_a_chapter_has_all_its_parts(file):
    text = file.read_text(encoding="utf-8")
    number = int(file.stem[:2])
    assert re.search(rf"^\(ch{number:02}\)=\n# {number}\. ", text, re.MULTILINE)
    assert "After this chapter you will be able to" in text
    assert re.search(r"about \d\d minutes", text)
    assert text.count("Predict, then run") >= 3
    assert text.count("$$") >= 4, "the idea in maths is missing"
    assert "figures.Frames(" in text, "no picture moves, and no control can be moved"
    assert "seconds=" in text, "no picture plays"
    assert "interact(" in text, "no control works on what the learner's kernel computes"
    assert re.search(r"^## Common mistakes$", text, re.MULTILINE)
    quiz = text[text.index("## Quiz") :]
    assert quiz.count(":class: dropdown option") >= 12
    assert re.search(r"\]\(lab-\w+\)", text), "no link to a lab"
    assert "{cite:" in text
    assert "```{bibliography}\n:filter: docname in docnames\n```" in text


@each_chapter
def test_each_question_of_the_quiz_has_one_right_answer(file):
    text = file.read_text(encoding="utf-8")
    quiz = text[text.index("## Quiz") :].split("\n## ")[0] + "\n"
    questions = re.split(r"^\*\*\d+\. ", text[text.index("## Quiz") :], flags=re.MULTILINE)[1:]
    assert len(questions) >= 5, quiz
    for question in questions:
        answers = re.findall(r":class: dropdown option\n(\w+)", question)
        assert len(answers) >= 2, question[:80]
        assert answers.count("Yes") == 1, question[:80]


@each_chapter
def test_nothing_is_stored_and_all_code_is_python(file):
    for cell in code_cells(file):
        assert not cell.get("outputs")
        ast.parse(cell.source)


@each_chapter
def test_code_fits_the_column(file):
    for cell in code_cells(file):
        for line in cell.source.splitlines():
            assert len(line) <= WIDEST_CODE, line


@each_chapter
def test_only_directives_that_learners_copies_know(file):
    known = {
        "code-cell", "note", "tip", "warning", "admonition", "figure", "image", "math",
        "bibliography",
    }  # fmt: skip
    text = file.read_text(encoding="utf-8")
    used = set(re.findall(r"^(?:`{3,}|:{3,})\{([\w:-]+)\}", text, re.MULTILINE))
    assert used <= known, used - known
    roles = set(re.findall(r"\{([\w:-]+)\}`", text))
    assert roles <= {"cite:p", "cite:t", "eq", "ref", "doc", "numref"}, roles


def test_the_sources_can_be_read_and_each_stands_there_once():
    file = BOOK / "references.bib"
    entries = re.findall(r"^@\w+\{(\w+),", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert list(parse_file(str(file)).entries) == entries


def test_every_source_is_cited_and_every_citation_has_its_source():
    entries = set(re.findall(r"^@\w+\{(\w+),", (BOOK / "references.bib").read_text(), re.MULTILINE))
    text = "".join(file.read_text(encoding="utf-8") for file in BOOK.glob("*.md"))
    cited = {
        key.strip() for keys in re.findall(r"\{cite:\w\}`([^`]+)`", text) for key in keys.split(",")
    }
    assert cited == entries
