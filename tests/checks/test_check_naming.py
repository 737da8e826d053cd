import numpy as np

from dlcourse.checks import judge
from dlcourse.checks.naming import close
from tests.checks.toy import SCALE, right


def test_each_mistake_of_the_toy_is_named():
    for mistake in SCALE.mistakes:
        verdict = judge(SCALE, mistake.function)
        assert verdict.mistake == mistake.name
        assert not verdict.passed


def test_the_sentence_quotes_the_facts_of_the_case():
    verdict = judge(SCALE, lambda x, factor: (x * 3, np.mean(3 * x) if len(x) else np.nan))
    assert verdict.mistake == "mean"
    assert "Divided by 3." in verdict.message


def test_the_same_mistake_written_otherwise_is_named():
    def loops(x, factor):
        y = np.array([value + factor for value in x], dtype=x.dtype)
        return [y, float(sum(y))]

    assert judge(SCALE, loops).mistake == "added"


def test_two_mistakes_at_once_are_named_one_after_the_other():
    def both(x, factor):
        return x, x.sum()

    first = judge(SCALE, both)
    assert first.mistake == "wrong y"
    second = judge(SCALE, lambda x, factor: (right(x, factor)[0], x.sum()))
    assert second.mistake == "wrong total"


def test_an_unknown_mistake_gets_no_name():
    verdict = judge(SCALE, lambda x, factor: (x * factor + 0.5, (x * factor).sum()))
    assert verdict.mistake is None
    assert verdict.message.startswith("With three numbers: y[0] is ")


def test_agreeing_on_some_cases_is_not_enough():
    def adds_to_three_numbers_only(x, factor):
        return (x + factor, (x + factor).sum()) if len(x) == 3 else (x * 7, 0.0)

    assert judge(SCALE, adds_to_three_numbers_only).mistake is None


def test_right_values_are_never_called_a_mistake_in_values():
    def only_the_dtype_is_wrong(x, factor):
        y, total = right(x, factor)
        return y.astype(np.float16), total

    assert judge(SCALE, only_the_dtype_is_wrong).mistake is None


def test_close():
    ones = np.ones(3)
    assert close(ones, ones + 1e-14)
    assert not close(ones, ones + 1e-9)
    assert close(ones.astype(np.float32), ones + 1e-5)
    assert not close(ones, np.ones(4))
    assert close(np.array([np.nan, np.inf]), np.array([np.nan, np.inf]))
    assert not close(np.array([np.nan, 1]), np.array([1, np.nan]))
    assert not close(np.array([np.inf]), np.array([-np.inf]))
    assert close(None, None)
    assert not close(None, ones)
    assert close(np.array(True), np.array(True))
    assert not close(np.array(True), np.array(False))
