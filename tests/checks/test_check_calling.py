import sys
import warnings

import numpy as np
import pytest

from dlcourse.checks import Case, LearnerError
from dlcourse.checks.calling import first_line, observe

CASE = Case({"x": np.array([1.0, 2.0]), "n": 2}, "two numbers")


def test_values_are_taken_out_of_a_tuple_or_list():
    for container in (tuple, list):
        seen = observe(lambda x, n, make=container: make([x + 1, n]), CASE)
        assert seen.container == container.__name__
        assert np.array_equal(seen.received[0].array, [2, 3])
        assert seen.received[1].array == 2
    assert observe(lambda x, n: x, CASE).container is None


def test_the_answer_is_copied_at_once():
    kept = []

    def keeps(x, n):
        kept.append(x.copy())
        return kept[0]

    seen = observe(keeps, CASE)
    kept[0][:] = 7
    assert np.array_equal(seen.received[0].array, [1, 2])


def test_the_case_itself_never_reaches_the_function():
    def changes(x, n):
        x[:] = 0

    seen = observe(changes, CASE)
    assert seen.changed == ("x",)
    assert seen.slightly == ()
    assert np.array_equal(CASE.arguments["x"], [1, 2])


def test_a_change_by_rounding_is_told_apart():
    def nudges(x, n):
        x += 1e-5
        x -= 1e-5

    case = Case({"x": np.linspace(0.1, 1.9, 19), "n": 2}, "")
    assert observe(nudges, case).slightly == ("x",)


def test_output_and_warnings_are_kept_and_not_shown(capfd):
    def talks(x, n):
        print("hello")
        print("trouble", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        warnings.warn("careful", stacklevel=1)
        return np.exp(1000 * x)

    seen = observe(talks, CASE)
    assert seen.printed == "hello\ntrouble\n"
    assert seen.warned == ("careful", "overflow encountered in exp")
    assert capfd.readouterr() == ("", "")


def test_an_exception_is_reported_with_the_learners_line():
    def wrong(x, n):
        return np.dot(x, np.ones(3))

    failure = observe(wrong, CASE).failure
    assert failure.kind == "ValueError"
    assert failure.line == "return np.dot(x, np.ones(3))"
    assert not failure.unwritten


def test_a_stub_is_recognized():
    def stub(x, n):
        raise NotImplementedError

    assert observe(stub, CASE).failure.unwritten


def test_an_exit_is_a_failure_and_an_interrupt_is_none():
    assert observe(lambda x, n: sys.exit(3), CASE).failure.kind == "SystemExit"

    def interrupted(x, n):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        observe(interrupted, CASE)


def test_an_exception_whose_text_fails_is_reported_without_it():
    class SpeechlessError(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    def speechless(x, n):
        raise SpeechlessError

    failure = observe(speechless, CASE).failure
    assert (failure.kind, failure.message) == ("SpeechlessError", "")


def test_a_stand_in_reports_what_happened_elsewhere():
    def stand_in(x, n):
        raise LearnerError("ZeroDivisionError", "division by zero", "y = x / 0", fatal=True)

    failure = observe(stand_in, CASE).failure
    assert (failure.kind, failure.message) == ("ZeroDivisionError", "division by zero")
    assert failure.line == "y = x / 0"
    assert failure.fatal


def test_a_huge_answer_is_not_copied():
    def huge(x, n):
        return np.lib.stride_tricks.as_strided(x, shape=(10**6, 10**6), strides=(0, 0))

    received = observe(huge, CASE).received[0]
    assert received.array is None
    assert received.shape == (10**6, 10**6)


@pytest.mark.parametrize(
    ("value", "described"),
    [
        (None, "None"),
        ({}, "a dict"),
        (object(), "an object"),
        (2.5, "the number 2.5"),
        (True, "True"),
        (np.array(["a"]), "an array of something else than numbers"),
        (np.ones(2), "an array"),
    ],
)
def test_what_came_back_is_named(value, described):
    assert observe(lambda x, n: value, CASE).received[0].described == described


def test_first_line():
    assert first_line("one\ntwo") == "one"
    assert first_line("") == ""
    assert len(first_line("x" * 500)) == 160
