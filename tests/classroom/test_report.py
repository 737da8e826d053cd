"""The page about a class, and the pairs that it shows."""

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from dlcourse.classroom.report import report
from dlcourse.classroom.similarity import similar
from dlcourse.grading import feedback_page
from dlcourse.grading.results import REFUSED, Review
from tests.chromium import chromium
from tests.classroom.conftest import QUESTION

OWN = """def dense_backward(dy, x, w):
    batch = dy.shape[0]
    inputs = np.empty_like(x)
    weights = np.zeros((x.shape[1], dy.shape[1]))
    for row in range(batch):
        for column in range(x.shape[1]):
            inputs[row, column] = sum(dy[row, k] * w[column, k] for k in range(w.shape[1]))
            for k in range(dy.shape[1]):
                weights[column, k] += x[row, column] * dy[row, k]
    return inputs, weights, dy.sum(axis=0)
"""
RENAMED = re.sub(
    r"\b(batch|inputs|weights|row|column)\b", lambda match: match[1][0] * 7, OWN
).replace("    return", "    # mine\n    return")


def with_code(result, student, code, name="dense_backward"):
    one = result(student)
    marks = tuple(replace(m, code=code if m.exercise == name else m.code) for m in one.marks)
    return replace(one, marks=marks)


@pytest.fixture
def class_(result):
    """Twelve learners, of whom two have copied, one by renaming."""
    usual = "def dense_backward(dy, x, w):\n    return dy @ w.T, x.T @ dy, dy.sum(axis=0)\n"
    results = [with_code(result, f"learner {n:02}", usual) for n in range(10)]
    copied = [with_code(result, "mallory", OWN), with_code(result, "trent", RENAMED)]
    return [*results, *copied]


def test_a_renamed_copy_is_found_and_the_usual_answer_is_not(class_, handed_out):
    (pair,) = similar(class_, handed_out.stubs)
    assert (pair.first, pair.second) == ("mallory", "trent")
    assert pair.share > 0.9
    assert pair.exercises == ("dense_backward",)


def test_what_was_handed_out_is_nobodys(result, handed_out):
    stub = handed_out.stubs["dense_backward"]
    results = [with_code(result, name, stub) for name in ("ada", "ben")]
    assert similar(results, handed_out.stubs) == []


def test_numbers_of_the_class(result, handed_out):
    lost = {"relu_backward": 4.0, "dense_forward": 1.0}
    results = [result("ada"), result("ben", lost), result("cleo", {"relu_backward": 4.0}, words="")]
    results.append(result("eve", status=REFUSED, message="it is not valid JSON", words=""))
    page = report(results, handed_out, {"ada": Review({QUESTION: 3.0})})
    text = re.sub(r"<[^>]+>", " ", page.replace("<wbr>", ""))
    assert "3 of 4 submissions graded; 23.0 of 26 points on average, 22 in the middle." in text
    assert re.search(r"2 of 3\s+a known mistake\s+relu_backward", text)
    assert re.search(r"1 of 3\s+a known mistake\s+dense_forward", text)
    assert "relu_backward: 1 all points, 0 some, 2 none." in page
    assert "dense_forward: 2 all points, 1 some, 0 none." in page
    assert "number of learners by points. 20 to 22: 1; 22 to 24: 1; 28 to 30: 1." in page
    assert re.search(rf"{QUESTION}\s+4\s+1\s+2", text)
    assert 'href="http://localhost:8888/formgrader/gradebook/backprop/backprop"' in page
    assert re.search(r"eve\s+it is not valid JSON", text)


def test_a_class_of_refused_notebooks_has_a_page_too(result, handed_out):
    page = report([result("eve", status=REFUSED, message="none", words="")], handed_out)
    assert "0 of 1 submissions graded." in page


def test_the_slowest_are_named(result, handed_out):
    one = result("ada")
    slow = replace(one.marks[2], seconds=7.25)
    page = report([replace(one, marks=(*one.marks[:2], slow, *one.marks[3:]))], handed_out)
    first = page[page.index("Slowest") :].partition("</tr><tr>")[0].replace("<wbr>", "")
    assert "relu_backward" in first
    assert "7.25" in first
    assert "ada" in first


def test_strangers_text_is_text(result, handed_out):
    hostile = "<script>alert(1)</script>"
    results = [
        with_code(result, f"{hostile} one", OWN),
        with_code(result, f"{hostile} two", OWN),
        result("eve", status=REFUSED, message=hostile),
    ]
    page = report(results, handed_out)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_barrier_and_fit_a_phone(class_, result, handed_out, tmp_path, scheme):
    lost = result("ben", {"relu_backward": 4.0})
    long = replace(lost.marks[0], code=f"x = {'1 + ' * 60}1", printed="x" * 300)
    wide = replace(lost, student="wide", marks=(long, *lost.marks[1:]), message="A note.")
    results = [*class_, lost, result("eve", status=REFUSED)]
    pages = {"class": report(results, handed_out, {}), "learner": feedback_page(wide)}
    with chromium() as browser:
        for name, content in pages.items():
            path = tmp_path / f"{name}.html"
            path.write_text(content, encoding="utf-8")
            page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
            told = []
            page.on("console", lambda message, told=told: told.append(message.text))
            page.goto(path.as_uri())
            found = Axe().run(page).response["violations"]
            assert [one for one in found if one["impact"] in ("serious", "critical")] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            assert told == []
