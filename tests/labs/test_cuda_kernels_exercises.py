"""What is special to the lab cuda_kernels: launches, counts, oracles, and how faults are told."""

import itertools
import math
from typing import Any

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.exercises.cuda_kernels.launches import THREADS, TILE, transactions
from dlcourse.checks.judging import generator
from dlcourse.grading import release
from dlcourse.kernels import cpu
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.simulator import cuda, launch, thread_order
from tests.labs.alternatives.cuda_kernels import ALTERNATIVES
from tests.labs.alternatives.cuda_kernels import THREADS as GIVEN_THREADS
from tests.labs.alternatives.cuda_kernels import TILE as GIVEN_TILE
from tests.labs.proof.banks import solved

EXERCISES = {exercise.name: exercise for exercise in load("cuda_kernels")}


def cases_of(name, seeds=range(5)):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def test_the_notebook_and_the_checks_agree_about_blocks():
    """The numbers stand in the lab's first cell and in the engine, which cannot share them."""
    (setup,) = [
        source
        for name, source in release.load(release.find_course(), "cuda_kernels").program({})
        if "THREADS" in source
    ]
    for name, value in (("THREADS", THREADS), ("TILE", TILE)):
        assert f"{name} = {value}" in setup
    assert (THREADS, TILE) == (GIVEN_THREADS, GIVEN_TILE)


@pytest.mark.parametrize("name", list(EXERCISES))
def test_launches_cover_what_goes_wrong(name):
    cases = list(cases_of(name, [0]))
    blocks = [math.prod(case.launch.blocks) for case in cases]
    assert min(blocks) == 1
    assert max(blocks) > 1
    assert any(
        not array.flags.c_contiguous
        for case in cases
        for array in case.arguments.values()
        if isinstance(array, np.ndarray)
    )
    if name in ("saxpy", "sum_all", "adam_update"):
        threads = [case.facts["all"] for case in cases]
        elements = [case.facts["n"] for case in cases]
        assert any(a < b for a, b in zip(threads, elements, strict=True))
        assert any(a > b for a, b in zip(threads, elements, strict=True))


def test_the_oracle_of_the_product_agrees_with_numpy():
    for case in cases_of("tiled_product"):
        a, b = case.in_float64("a", "b")
        assert EXERCISES["tiled_product"].oracle(case)[0].value == pytest.approx(a @ b)


def test_the_oracle_of_the_loss_agrees_with_the_library():
    for case in cases_of("loss_and_gradient"):
        (logits,) = case.in_float64("logits")
        losses, gradient, *_ = EXERCISES["loss_and_gradient"].oracle(case)
        loss = SoftmaxCrossEntropy()
        assert loss.forward(logits, case.arguments["labels"]) == pytest.approx(losses.value.mean())
        assert loss.backward() == pytest.approx(gradient.value, abs=1e-12)


def test_the_oracle_of_adam_agrees_with_the_library():
    for case in cases_of("adam_update"):
        w, dw, m, v = (np.ascontiguousarray(each) for each in case.in_float64("w", "dw", "m", "v"))
        step, rate, beta1, beta2, epsilon = list(case.arguments.values())[4:]
        targets = EXERCISES["adam_update"].oracle(case)[:3]
        cpu.adam_step(w, dw, m, v, rate, beta1, beta2, epsilon, step, 1.0)
        for target, found in zip(targets, (w, m, v), strict=True):
            assert found == pytest.approx(target.value, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("blocks", "threads"), [(1, 8), (3, 4), (2, 40), (7, 5)])
@pytest.mark.parametrize("count", [1, 20, 100])
def test_pieces_of_memory_are_counted_as_the_simulator_counts_them(count, blocks, threads):
    """The limit is worked out on paper; the simulator watches a kernel."""

    def read(x):
        for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
            x[i]

    record = launch(read, blocks, threads, (np.zeros(count, np.float32),), counting=True)
    assert record.arguments[0].transactions == transactions(count, blocks, threads, 4)


@pytest.mark.parametrize("order", ["reversed", 5])
@pytest.mark.parametrize("name", list(EXERCISES))
def test_the_verdict_does_not_depend_on_the_order_of_threads(name, order):
    exercise = EXERCISES[name]
    with thread_order(order):
        assert judge(exercise, solved("cuda_kernels")[name]).passed
        for mistake in exercise.mistakes:
            if "barrier" in mistake.name or "overwrite" in mistake.name:
                assert not judge(exercise, mistake.function).points, mistake.name


def test_what_the_simulator_says_comes_with_the_learners_line():
    @cuda.jit
    def sum_all(x, total):
        total[0] += x[cuda.grid(1)]

    verdict = judge(EXERCISES["sum_all"], sum_all)
    assert verdict.points == 0
    assert "The simulated GPU stopped sum_all: race in global memory at index 0" in verdict.message
    assert "total[0] += x[cuda.grid(1)]" in verdict.message
    assert "no barrier lies between" in verdict.message


def test_a_kernel_that_was_not_written_is_told_so():
    @cuda.jit
    def saxpy(a, x, y, out):
        raise NotImplementedError

    assert "saxpy is not written yet" in judge(EXERCISES["saxpy"], saxpy).message


def test_a_kernel_with_other_arguments_is_told_so():
    @cuda.jit
    def saxpy(x, y):
        pass

    assert "it will be called as saxpy(a, x, y, out)" in judge(EXERCISES["saxpy"], saxpy).message


def test_reading_too_often_costs_the_points_of_memory_alone():
    exercise = EXERCISES["tiled_product"]
    wasteful = next(one for one in exercise.mistakes if one.name == "no tiles")
    verdict = judge(exercise, wasteful.function)
    assert [part.name for part in verdict.parts if not part.earned] == ["memory"]
    assert "reads of a: " in verdict.message
    assert "are allowed" in verdict.message


def test_a_kernel_of_numba_s_own_decorator_is_judged_as_well():
    numba_cuda = pytest.importorskip("numba.cuda")

    @numba_cuda.jit
    def saxpy(a, x, y, out):
        for i in range(numba_cuda.grid(1), x.size, numba_cuda.gridsize(1)):
            out[i] = a * x[i] + y[i]

    assert judge(EXERCISES["saxpy"], saxpy).passed


EXAMPLES: dict[str, tuple[tuple, list[Any]]] = {
    "saxpy": (
        ((2,), (2,)),
        [2.0, np.array([1, 2, 3], np.float32), np.array([10, 20, 30], np.float32), np.zeros(3)],
    ),
    "sum_all": (((2,), (THREADS,)), [np.array([1, 2, 3, 4], np.float32), np.zeros(1)]),
    "tiled_product": (
        ((1, 1), (TILE, TILE)),
        [
            np.array([[1, 0], [1, 1]], np.float32),
            np.array([[1, 2], [10, 10]], np.float32),
            np.zeros((2, 2)),
        ],
    ),
    "loss_and_gradient": (
        ((1,), (THREADS,)),
        [np.zeros((1, 2), np.float32), np.array([1]), np.zeros(1), np.zeros((1, 2))],
    ),
    "adam_update": (
        ((1,), (1,)),
        [np.ones(1), np.full(1, -4.0), np.zeros(1), np.zeros(1), 1, 0.5, 0.75, 0.75, 0.0],
    ),
}


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_examples_that_can_be_tried_by_hand_are_right(name):
    """The answer that a learner might type in is the answer that the solution gives."""
    sizes, arguments = EXAMPLES[name]
    typed_in = next(one for one in EXERCISES[name].mistakes if "typed in" in one.name).function
    results = []
    for kernel in (solved("cuda_kernels")[name], typed_in):
        given = [
            each.astype(each.dtype if each.dtype.kind == "i" else np.float32)
            if isinstance(each, np.ndarray)
            else each
            for each in arguments
        ]
        launch(getattr(kernel, "py_func"), *sizes, tuple(given))  # noqa: B009
        results.append(given)
    for one, other in zip(*results, strict=True):
        assert np.asarray(one) == pytest.approx(np.asarray(other))


def test_every_exercise_has_alternatives_that_differ():
    for name, functions in ALTERNATIVES.items():
        for one, other in itertools.combinations(functions, 2):
            assert one.py_func.__code__.co_code != other.py_func.__code__.co_code, name
