"""What is kept from one judgement to the next is what would be computed again."""

import numpy as np
import pytest

from dlcourse.checks import judge, preparing
from dlcourse.checks.exercises import LABS, load
from dlcourse.checks.preparing import generator, prepare
from tests.labs.proof.banks import solved


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(preparing, "_kept", type(preparing._kept)())


def content(value):
    """Everything in a case or a target, down to the bytes of its arrays."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.strides, value.flags.writeable, value.tobytes()
    if isinstance(value, dict):
        return [(key, content(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [content(item) for item in value]
    return "function" if callable(value) else repr(value)


def asked(prepared):
    cases = [content([dict(case.arguments), dict(case.hidden)]) for case in prepared.cases]
    targets = [[content([one.value, one.magnitude]) for one in each] for each in prepared.targets]
    return cases, targets


# Those that train, compile or simulate take long, and are drawn and judged in the same way.
QUICK = [lab for lab in LABS if lab not in ("numba_kernels", "cuda_kernels", "capstone")]


@pytest.mark.parametrize("lab", QUICK)
def test_judging_leaves_what_is_kept_as_it_was(lab):
    for exercise in load(lab):
        before = asked(prepare(exercise, 5))
        first = judge(exercise, solved(lab)[exercise.name], 5)
        wrong = [judge(exercise, one.function, 5) for one in exercise.mistakes[:3]]
        assert asked(prepare(exercise, 5)) == before
        # Again, with everything that was kept: the same verdicts to the letter.
        assert judge(exercise, solved(lab)[exercise.name], 5) == first
        assert [judge(exercise, one.function, 5) for one in exercise.mistakes[:3]] == wrong


def test_it_is_what_the_exercise_draws():
    exercise = load("backprop")[1]
    rng = generator(exercise, (3, 4))
    cases = tuple(exercise.draw(rng))
    prepared = prepare(exercise, (3, 4))
    assert [content(dict(case.arguments)) for case in cases] == asked_arguments(prepared)
    # every time from the same point on
    drawn, spawned = prepared.generator().random(), prepared.generator().spawn(1)[0].random()
    assert (drawn, spawned) == (prepared.generator().random(), rng.spawn(1)[0].random())
    assert drawn == rng.random()


def asked_arguments(prepared):
    return [content(dict(case.arguments)) for case in prepared.cases]


def test_the_oracle_is_asked_once_a_seed(monkeypatch):
    exercise = load("backprop")[0]
    asked_for = []
    counting = type(exercise)(
        **{
            **vars(exercise),
            "oracle": lambda case: asked_for.append(case) or exercise.oracle(case),
            "properties": (),
        }
    )
    for _ in range(3):
        judge(counting, solved("backprop")[exercise.name], 5)
    once = len(asked_for)
    assert once == len(prepare(counting, 5).cases)
    judge(counting, solved("backprop")[exercise.name], 6)
    assert len(asked_for) == once + len(prepare(counting, 6).cases)


def test_only_the_last_few_are_kept():
    exercise = load("backprop")[0]
    first, second = prepare(exercise, 0), prepare(exercise, 1)
    for seed in range(2, preparing.MOST_KEPT):
        prepare(exercise, seed)
    assert prepare(exercise, 0) is first  # used last, so it is the second that goes
    prepare(exercise, preparing.MOST_KEPT)
    assert len(preparing._kept) == preparing.MOST_KEPT
    assert prepare(exercise, 0) is first
    assert prepare(exercise, 1) is not second
