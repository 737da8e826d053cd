"""Speed: a ratio to a reference in the same run, asked of right answers only, and robust."""

import itertools
import time
from dataclasses import replace

import numba
import numpy as np
import pytest

from dlcourse.checks import Aspect, Case, Part, judge, timing
from dlcourse.checks.exercise import Speed
from tests.checks.toy import SCALE


def wait(seconds):
    """Keep a processor busy for so long: by the clock that functions of this process go by."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def right(x, factor):
    return x * factor, (x * factor).sum()


def measured(rng):
    return Case({"x": rng.random(100), "factor": 3.0}, "a hundred numbers")


def speed(at_most=2.0, reference=lambda x, factor: wait(1e-3), rounds=5):
    return Speed(measured, reference, at_most, "NumPy does", rounds)


QUICK = replace(
    SCALE, parts=(*SCALE.parts, Part("speed", 2, "fast", aspects=(Aspect.SPEED,))), speed=speed()
)


def test_a_right_answer_that_is_fast_gets_the_points_of_speed():
    verdict = judge(QUICK, right)
    assert verdict.passed
    assert verdict.points == SCALE.points + 2


def test_a_right_answer_that_is_slow_loses_these_alone_and_is_told_by_how_much():
    def slow(x, factor):
        wait(2e-2 if len(x) == 100 else 0)
        return right(x, factor)

    verdict = judge(QUICK, slow)
    assert verdict.points == SCALE.points
    assert verdict.aspect == "speed"
    assert verdict.message.startswith("All values are right, but it takes about 2")
    assert "times as long as NumPy does; at most 2 times are allowed." in verdict.message


def test_a_wrong_answer_is_never_measured():
    called = []

    def wrong(x, factor):
        called.append(len(x))
        return x + factor, (x + factor).sum()

    verdict = judge(QUICK, wrong)
    assert verdict.aspect == "values"
    assert 100 not in called
    assert not next(part for part in verdict.parts if part.name == "speed").earned


def test_the_fastest_round_counts_so_that_a_busy_machine_does_no_harm():
    rounds = itertools.count()

    def disturbed(x, factor):
        wait(5e-3 if next(rounds) % 4 else 1e-4)  # three calls of four meet other work

    case = measured(np.random.default_rng(0))
    ratio, stopped = timing.slowness(disturbed, speed(rounds=9), case)
    assert (ratio < 2, stopped) == (True, "")


def test_the_first_call_may_take_its_time_because_it_compiles():
    calls = itertools.count()

    def compiled(x, factor):
        wait(0 if next(calls) else 5e-2)

    assert timing.too_slow(compiled, speed(), measured(np.random.default_rng(0))) == ""
    assert next(calls) == 4  # one to compile, and three that were fast enough


def test_one_that_is_hopeless_is_not_asked_again_and_again():
    calls = []

    def hopeless(x, factor):
        calls.append(1)
        wait(3e-2)

    assert timing.too_slow(hopeless, speed(rounds=50), measured(np.random.default_rng(0)))
    assert len(calls) == 4


def test_an_exception_while_measuring_is_told():
    def breaks(x, factor):
        raise KeyError("large")

    told = timing.too_slow(breaks, speed(), measured(np.random.default_rng(0)))
    assert told == "it stopped with KeyError when its speed was to be measured."
    with pytest.raises(KeyError):
        timing.too_slow(right, speed(reference=breaks), measured(np.random.default_rng(0)))


def test_arguments_are_handed_over_anew_each_time():
    def spoils(x, factor):
        assert x.max() <= 1
        x += 5

    assert timing.too_slow(spoils, speed(), measured(np.random.default_rng(0))) == ""


def test_speed_is_not_asked_for_while_the_compiler_is_off(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert timing.too_slow(lambda x, factor: wait(1e-2), speed(), None) == ""
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    assert not timing.is_off()


def test_compiled_loops_are_measured_in_one_thread():
    seen = []

    def notes(x, factor):
        seen.append(numba.get_num_threads())

    before = numba.get_num_threads()
    timing.too_slow(notes, speed(), measured(np.random.default_rng(0)))
    assert set(seen) == {1}
    assert numba.get_num_threads() == before


def test_a_ratio_is_rounded_to_what_a_measurement_can_promise():
    assert [timing._roughly(value) for value in (1.234, 2.6, 17.3, 284.0)] == [
        "1.2", "3", "17", "300"
    ]  # fmt: skip
