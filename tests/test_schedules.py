import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.schedules import (
    ConstantRate,
    CosineDecay,
    ExponentialDecay,
    ExponentialRamp,
    LinearRamp,
    OneCycle,
    ReduceOnPlateau,
    StepDecay,
    Warmup,
)
from tests.ids import shown

TABLES = np.load(Path(__file__).parent / "reference" / "schedules.npz")
STEPS = len(TABLES["values"])


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("step", StepDecay(0.1, 0.5, 7)),
        ("exponential", ExponentialDecay(0.1, 0.9)),
        ("cosine", CosineDecay(0.1, STEPS, 0.001)),
        ("one cycle", OneCycle(0.5, STEPS)),
        ("one cycle, early", OneCycle(0.5, STEPS, 0.1, 10, 100)),
    ],
)
def test_rates_are_pytorchs(name, schedule):
    rates = [schedule(step) for step in range(STEPS)]
    np.testing.assert_allclose(rates, TABLES[f"rate/{name}"], rtol=1e-10)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("falling", {"patience": 2, "minimum_change": 0.01}),
        ("cooldown", {"patience": 1, "cooldown": 3, "factor": 0.5}),
        ("minimum", {"patience": 0, "factor": 0.3, "minimum": 0.01}),
        ("rising", {"patience": 2, "minimum_change": 0.05, "falling": False, "factor": 0.7}),
    ],
)
def test_plateaus_are_pytorchs(name, options):
    values = TABLES["values"] if options.get("falling", True) else -TABLES["values"]
    plateau = ReduceOnPlateau(0.1, **options)
    rates = [plateau.update(value) for value in values]
    assert len(set(rates)) > 2  # it did fall, more than once
    np.testing.assert_allclose(rates, TABLES[f"plateau/{name}"], rtol=1e-12)


EVERY = [
    ConstantRate(0.1),
    StepDecay(0.1, 0.5, 10),
    ExponentialDecay(0.1, 0.5, every=10),
    CosineDecay(0.1, 50, 0.01),
    Warmup(5, CosineDecay(0.1, 45)),
    OneCycle(0.1, 50),
    LinearRamp(0.001, 0.1, 50),
    ExponentialRamp(0.001, 0.1, 50),
]
EACH = pytest.mark.parametrize("schedule", EVERY, ids=shown)


@EACH
def test_a_rate_is_a_python_float_within_the_bounds(schedule):
    rates = [schedule(step) for step in range(200)]
    assert all(type(rate) is float for rate in rates)
    assert 0 <= min(rates) <= max(rates) <= 0.1 + 1e-12


@EACH
def test_a_schedule_keeps_nothing(schedule):
    forward = [schedule(step) for step in range(60)]
    assert [schedule(step) for step in reversed(range(60))] == forward[::-1]


@EACH
@pytest.mark.parametrize(
    ("step", "kind", "sentence"),
    [
        (-1, ValueError, "step is -1: expected a whole number of at least 0"),
        (1.5, TypeError, r"step is 1.5 \(float\): expected a whole number of at least 0"),
        (None, TypeError, r"step is None \(NoneType\): expected a whole number of at least 0"),
    ],
)
def test_a_wrong_step_is_refused(schedule, step, kind, sentence):
    with pytest.raises(kind, match=sentence):
        schedule(step)


@EACH
def test_schedules_are_values(schedule):
    """Equal when they do the same, and their representation makes them again."""
    assert eval(repr(schedule)) == schedule


def test_exponential_decay_meets_step_decay_at_its_stairs():
    stairs, slope = StepDecay(0.1, 0.5, 10), ExponentialDecay(0.1, 0.5, 10)
    for step in range(0, 100, 10):
        assert slope(step) == pytest.approx(stairs(step))
        assert slope(step + 5) < stairs(step + 5)


def test_the_cosine_is_symmetric_and_stays_at_its_end():
    schedule = CosineDecay(1.0, 10, 0.2)
    assert schedule(0) == 1
    assert schedule(5) == pytest.approx(0.6)
    assert schedule(3) + schedule(7) == pytest.approx(1.2)
    assert schedule(10) == schedule(1000) == pytest.approx(0.2)


def test_warm_up_rises_straight_into_the_other_schedule():
    schedule = Warmup(4, StepDecay(1.0, 0.5, 2))
    rates = [schedule(step) for step in range(9)]
    np.testing.assert_allclose(rates, [0.2, 0.4, 0.6, 0.8, 1, 1, 0.5, 0.5, 0.25])


@given(st.integers(5, 500), st.floats(0.25, 0.75))
def test_one_cycle_rises_then_falls(steps, rise):
    schedule = OneCycle(1.0, steps, rise)
    rates = np.array([schedule(step) for step in range(steps)])
    top = int(rates.argmax())
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert abs(top - (rise * steps - 1)) <= 1
    assert rates[-1] == pytest.approx(1 / 25 / 1e4)
    assert schedule(steps + 10) == rates[-1]


def test_ramps_go_from_end_to_end():
    line, curve = LinearRamp(1, 3, 5), ExponentialRamp(1e-4, 1, 5)
    np.testing.assert_allclose([line(step) for step in range(6)], [1, 1.5, 2, 2.5, 3, 3])
    np.testing.assert_allclose([curve(step) for step in range(6)], [1e-4, 1e-3, 0.01, 0.1, 1, 1])
    assert LinearRamp(3, 1, 3)(1) == 2


def test_nan_is_no_improvement():
    plateau = ReduceOnPlateau(1.0, factor=0.5, patience=1)
    assert [plateau.update(value) for value in (1.0, math.nan, math.nan, 0.5)] == [1, 1, 0.5, 0.5]
    assert plateau.best == 0.5


def test_a_plateau_goes_on_from_a_snapshot():
    values = TABLES["values"]
    whole = ReduceOnPlateau(0.1, patience=1, cooldown=2)
    expected = [whole.update(value) for value in values]
    first = ReduceOnPlateau(0.1, patience=1, cooldown=2)
    rates = [first.update(value) for value in values[:31]]
    second = ReduceOnPlateau(0.1, patience=1, cooldown=2)
    second.restore(first.snapshot())
    assert rates + [second.update(value) for value in values[31:]] == expected


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (lambda: ConstantRate(0), ValueError, "rate is 0: expected a finite number above 0"),
        (lambda: StepDecay(0.1, 1.5, 3), ValueError, "factor is 1.5: expected a finite number abo"),
        (lambda: StepDecay(0.1, 0.5, 0), ValueError, "every is 0: expected a whole number of at"),
        (lambda: ExponentialDecay("a", 0.5), TypeError, r"rate is 'a' \(str\): expected a finite"),
        (lambda: CosineDecay(0.1, 2.5), TypeError, r"steps is 2.5 \(float\): expected a whole"),
        (lambda: CosineDecay(0.1, 5, -1), ValueError, "final is -1: expected a finite number at l"),
        (lambda: Warmup(0, ConstantRate(1)), ValueError, "steps is 0: expected a whole number"),
        (lambda: Warmup(3, 0.1), TypeError, r"then is 0.1 \(float\): expected a schedule such as"),
        (lambda: OneCycle(0.1, 1), ValueError, "steps is 1: expected a whole number of at least 2"),
        (lambda: OneCycle(0.1, 10, 0.1), ValueError, "rise is 0.1 of 10 steps: expected a share"),
        (lambda: OneCycle(0.1, 10, 1), ValueError, "rise is 1 of 10 steps: expected a share of"),
        (lambda: LinearRamp(0, 1, 5), ValueError, "first is 0: expected a finite number above 0"),
        (lambda: ExponentialRamp(1, 2, 1), ValueError, "steps is 1: expected a whole number of"),
        (lambda: ReduceOnPlateau(0.1, 1), ValueError, "factor is 1: expected a finite number abo"),
        (lambda: ReduceOnPlateau(0.1, patience=-1), ValueError, "patience is -1: expected a whole"),
        (lambda: ReduceOnPlateau(0.1, falling=1), TypeError, r"falling is 1 \(int\): expected Tr"),
        (lambda: ReduceOnPlateau(0.1)(3), TypeError, "goes by values: call update"),
    ],
)
def test_bad_options(make, kind, sentence):
    with pytest.raises(kind, match=sentence):
        make()
