"""Objects made to be accepted by a careless comparison get nothing."""

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import load

EXERCISES = {exercise.name: exercise for exercise in load("backprop")}


class EqualArray(np.ndarray):
    """A subclass that equals everything and whose differences are zero."""

    def __eq__(self, other):
        return np.True_

    def __sub__(self, other):
        return np.zeros(1)

    __rsub__ = __sub__

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.True_

    def __array_function__(self, function, types, args, kwargs):
        return True


class Chameleon:
    """An object that converts itself into whatever is looked for."""

    def __array__(self, dtype=None, copy=None):
        return np.zeros((2, 2))

    def __eq__(self, other):
        return True

    def __float__(self):
        return 0.0

    def __bool__(self):
        return True

    __hash__ = None
    shape, dtype, ndim, size = (2, 2), np.dtype(np.float64), 2, 4


class TrueSubclass(int):
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda exercise: exercise.name)
@pytest.mark.parametrize("make", [Chameleon, lambda: TrueSubclass(1), lambda: EqualArray((2, 2))])
def test_tricky_objects_earn_nothing(exercise, make):
    many = len(exercise.outputs)
    verdict = judge(
        exercise, lambda *arguments: make() if many == 1 else tuple(make() for _ in range(many))
    )
    assert verdict.points == 0


def test_a_tuple_that_lies_about_its_contents_is_opened_by_force():
    class Hollow(tuple):
        def __iter__(self):
            raise AssertionError("iterated")

        def __len__(self):
            return 3

        def __getitem__(self, index):
            raise AssertionError("indexed")

    def honest_inside(dy, x, w):
        return Hollow((dy @ w.T, x.T @ dy, dy.sum(axis=0)))

    assert judge(EXERCISES["dense_backward"], honest_inside).passed
    assert judge(EXERCISES["dense_backward"], lambda dy, x, w: Hollow(())).points == 0


def test_changing_the_answer_after_the_return_changes_nothing():
    answers = []

    def delayed(x, w, b):
        for answer in answers:
            answer[...] = np.nan
        answers.append(x @ w + b)
        return answers[-1]

    assert judge(EXERCISES["dense_forward"], delayed).passed


def test_an_answer_remembered_from_the_public_seed_fails_on_another():
    memory = {}

    def learn(x, w, b):
        memory[x.tobytes()] = x @ w + b
        return memory[x.tobytes()]

    assert judge(EXERCISES["dense_forward"], learn, seed=0).passed

    def recite(x, w, b):
        return memory.get(x.tobytes(), np.zeros((len(x), len(b)), x.dtype))

    assert judge(EXERCISES["dense_forward"], recite, seed=1).points == 0


def test_a_disabled_warning_or_error_state_does_not_matter():
    with np.errstate(all="raise"):
        verdict = judge(EXERCISES["dense_forward"], lambda x, w, b: x @ w + b)
    assert verdict.passed
