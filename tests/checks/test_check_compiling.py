"""Numba's errors in a sentence: which line, which value had which type, what to change."""

import re

import numpy as np
import pytest
from numba import njit

from dlcourse.checks import LearnerError, compiling, judge, notebook
from dlcourse.checks.calling import describe_failure
from tests.checks.toy import SCALE

# Python functions that Numba refuses, each with what the sentence has to say.


def adds_a_text(x):
    return x + "a"


def two_types(x):
    total = 0
    if x[0] > 0:
        total = x
    return total


def helper(x):
    return x


def calls_python(x):
    return helper(x)


def index_with_a_point(x):
    return x[x.shape[0] / 2]


def unknown_method(x):
    return x.between(1, 2)


def unknown_function(x):
    return np.einsum("i->", x)


def unknown_name(x):
    return x + missing_name  # noqa: F821


def empty_list(x):
    found = []
    return found


def shape_in_a_list(x):
    return np.zeros([x.shape[0], 2])


def unknown_option(x):
    return np.sum(x, axis=0, keepdims=True)


def stores_an_array(x):
    out = np.zeros(3)
    out[0] = x
    return out


def adds_none(x):
    return x.shape[0] + None


SAYINGS = [
    (adds_a_text, 'An array of float64 with one axis + the text "a"', 'return x + "a"'),
    (two_types, "The variable total is the number 0 in one place and an array", None),
    (calls_python, "calls helper, which is an ordinary Python function", "return helper(x)"),
    (index_with_a_point, "indexed with a number with a point (float64). An index has to", None),
    (unknown_method, "does not know .between of an array of float64 with one axis", None),
    (unknown_function, "does not know np.einsum(…)", 'return np.einsum("i->", x)'),
    (unknown_name, "nothing of the name missing_name", None),
    (empty_list, "The list found is empty", "found = []"),
    (shape_in_a_list, "The shape of np.zeros(…) is a list of int64. Give a tuple", None),
    (unknown_option, "does not know sum(…) with an array of float64 with one axis", None),
    (stores_an_array, "with one axis is to be stored in an element of an array", "out[0] = x"),
    (adds_none, "A whole number (int64) + None", "return x.shape[0] + None"),
]


@pytest.mark.parametrize(
    ("function", "saying", "line"), SAYINGS, ids=[function.__name__ for function, *_ in SAYINGS]
)
def test_an_error_of_numba_becomes_a_sentence(function, saying, line):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        njit(function)(np.ones(3))
    assert type(caught.value).__name__ in compiling.KINDS
    failure = describe_failure(caught.value)
    assert saying in failure.message
    assert failure.message.endswith((".", "?"))
    assert failure.message[0].isupper()
    assert len(failure.message) < 250
    assert failure.details == str(caught.value)
    if line is not None:
        assert failure.line == line


def test_what_is_not_known_is_shortened_and_not_lost():
    told = compiling.explain("Failed in nopython mode pipeline (step: x)\nStrange things happen.\n")
    assert told.sentence == "Numba says: Strange things happen."
    assert told.line is None
    assert compiling.explain("").sentence == "Numba says: nothing more."


def test_the_place_is_the_last_one_that_is_quoted():
    text = (
        'Cannot cast.\n\nFile "inner.py", line 3:\n    a\n    ^\n\n'
        'File "<cell>", line 7:\n<source missing, REPL/exec in use?>\n'
    )
    told = compiling.explain(text)
    assert (told.file, told.number, told.line) == ("<cell>", 7, None)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("array(float32, 2d, A)", "an array of float32 with 2 axes"),
        ("readonly array(int64, 1d, C)", "an array of int64 with one axis"),
        ("array(float64, 0d, C)", "an array of float64 with no axis"),
        ("UniTuple(int64 x 2)", "a tuple"),
        ("reflected list(float64)<iv=None>", "a list of float64"),
        ("list(undefined)<iv=None>", "an empty list"),
        ("none", "None"),
        ("DictType[unicode_type,int64]<iv=None>", "a dictionary"),
        ("type(CPUDispatcher(<function f at 0x1>))", "a function"),
    ],
)
def test_types_are_said_in_words(kind, words):
    assert compiling.in_words(kind) == words


def test_a_check_tells_the_sentence_and_keeps_the_whole_text():
    @njit
    def scale(x, factor):
        return x + "2", factor

    verdict = judge(SCALE, scale)
    assert verdict.message.split("\n")[0].endswith("Numba cannot compile scale. In your line")
    assert 'return x + "2", factor' in verdict.message
    assert "has no such operation" in verdict.message
    assert "candidate implementations" not in verdict.message
    assert "candidate implementations" in verdict.details


def test_an_error_from_another_process_is_told_the_same_way():
    with pytest.raises(Exception) as caught:  # noqa: PT011
        njit(adds_none)(np.ones(3))
    kind = type(caught.value).__name__
    failure = describe_failure(LearnerError(kind, str(caught.value), "a line of theirs"))
    assert failure.line == "a line of theirs"
    assert "A whole number (int64) + None" in failure.message


def test_the_whole_text_is_a_click_away(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda item: shown.append(item.data))
    notebook.show_details("No match for <array>")
    assert re.search(r"<details><summary>.*</summary><pre>No match for &lt;array&gt;", shown[0])
