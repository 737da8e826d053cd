"""What is special to the lab numba_kernels: its draws, oracles, references, and speed."""

import numpy as np
import pytest
from numba import njit

from dlcourse.checks import judge, timing
from dlcourse.checks.exercise import Aspect
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.layers import Embedding
from dlcourse.model import Sequential
from tests.labs.proof.banks import solved

EXERCISES = {exercise.name: exercise for exercise in load("numba_kernels")}


def cases_of(name, seeds=range(25)):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


@pytest.mark.parametrize("name", list(EXERCISES))
def test_draws_cover_what_goes_wrong_with_few_types_to_compile(name):
    cases = list(cases_of(name, [0]))
    first = [next(iter(case.arguments.values())) for case in cases]
    kinds = {(array.dtype, array.flags.c_contiguous or array.size == 1) for array in first}
    assert len(kinds) == (2 if name == "count_in_parts" else 3)
    assert any(not array.flags.c_contiguous for array in first)
    sizes = [
        1 in array.shape or case.arguments.get("parts") == 1
        for array, case in zip(first, cases, strict=True)
    ]
    assert any(sizes)


@pytest.mark.parametrize("name", list(EXERCISES))
def test_the_reference_that_speed_is_measured_against_is_right(name):
    """The oracle and the reference come to the same numbers by different ways."""
    exercise = EXERCISES[name]
    for case in cases_of(name, range(5)):
        if "far from zero" in case.about:
            continue
        (target,) = exercise.oracle(case)
        found = exercise.speed.reference(*case.arguments.values())
        assert found.shape == target.value.shape
        tolerance = 4 * target.tolerance(case.precision)
        assert np.all(np.abs(found - target.value) <= tolerance)


def test_the_oracle_of_the_distances_agrees_with_scikit_learn():
    distances = pytest.importorskip("sklearn.metrics.pairwise").euclidean_distances
    for case in cases_of("all_distances", range(5)):
        if "far from zero" in case.about:
            continue
        (target,) = EXERCISES["all_distances"].oracle(case)
        wanted = distances(*case.in_float64("x", "y"), squared=True)
        assert wanted == pytest.approx(target.value, abs=1e-9)


def test_the_oracle_of_scattering_agrees_with_the_library():
    for case in cases_of("scatter_add", range(5)):
        (dy,) = case.in_float64("dy")
        layer = Embedding(case.arguments["rows"], dy.shape[1])
        Sequential(layer, input_shape=(1,), dtype=np.float64, rng=0)
        layer.forward(case.arguments["tokens"][:, np.newaxis])
        layer.backward(dy[:, np.newaxis])
        (target,) = EXERCISES["scatter_add"].oracle(case)
        assert layer.dw == pytest.approx(target.value, rel=1e-12, abs=1e-12)


def test_parts_are_as_even_as_can_be():
    for case in cases_of("count_in_parts"):
        sizes = EXERCISES["count_in_parts"].oracle(case)[0].value.sum(axis=1)
        assert sizes.sum() == len(case.arguments["labels"])
        assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("name", list(EXERCISES))
def test_loops_left_to_python_miss_the_bound_by_far_and_compiled_ones_keep_it_by_far(name):
    exercise = EXERCISES[name]
    case = exercise.speed.draw(np.random.default_rng(0))
    compiled, _ = timing.slowness(solved("numba_kernels")[name], exercise.speed, case)
    slow = next(m for m in exercise.mistakes if m.name == "left to python").function
    python, _ = timing.slowness(slow, exercise.speed, case)
    assert compiled < 0.6 * exercise.speed.at_most
    assert python > 2 * exercise.speed.at_most


@pytest.mark.parametrize("name", list(EXERCISES))
def test_right_loops_that_are_not_compiled_lose_the_points_of_speed_alone(name):
    exercise = EXERCISES[name]
    verdict = judge(exercise, getattr(solved("numba_kernels")[name], "py_func"))  # noqa: B009
    assert verdict.aspect == Aspect.SPEED.value
    assert [part.name for part in verdict.parts if not part.earned] == ["speed"]
    assert verdict.mistake == "left to python"


def test_a_refusal_of_the_compiler_is_told_in_a_sentence():
    @njit
    def running_average(x, beta):
        y = np.empty_like(x)
        y[0, 0] = x
        return y

    verdict = judge(EXERCISES["running_average"], running_average)
    assert "Numba cannot compile running_average. In your line" in verdict.message
    assert "y[0, 0] = x" in verdict.message
    assert "is to be stored in an element of an array of float64 with 2 axes" in verdict.message
    assert verdict.points == 0


EXAMPLES = {
    "all_distances": (np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [1.0, 0.0]])),
    "running_average": (np.array([[4.0], [0.0], [4.0]]), 0.5),
    "count_in_parts": (np.array([1, 0, 1, 1, 1]), 2, 2),
    "scatter_add": (np.array([[4.0], [2.0], [1.0]]), np.array([1, 0, 1]), 2),
}


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_examples_that_can_be_tried_by_hand_are_right(name):
    """The answer that a learner might type in is the answer that the solution gives."""
    typed_in = next(one for one in EXERCISES[name].mistakes if "typed in" in one.name).function
    found = solved("numba_kernels")[name](*EXAMPLES[name])
    assert np.array_equal(found, typed_in(*EXAMPLES[name]))


@pytest.mark.parametrize("name", ["count_in_parts", "scatter_add"])
def test_what_a_race_loses_is_found_on_thousands_of_elements(name):
    """A kernel that is right on few elements and drops one of many, as a race does."""
    right = EXERCISES[name].speed.reference

    def loses(first, *rest):
        found = right(first, *rest)
        if len(first) > 1000:
            found[0] -= 1
        return found

    verdict = judge(EXERCISES[name], loses)
    assert verdict.aspect == "property"
    assert "do two threads" in verdict.message
