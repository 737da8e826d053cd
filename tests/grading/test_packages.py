"""A lab that needs Numba: its worker can compile, and can import nothing else."""

import pytest

from dlcourse.grading import release, sandbox
from dlcourse.grading.process import Worker
from tests.grading.small import RIGHT, code_cell, marks, small_task, write_notebook


def compiling(notebook):
    """Let the lab's own first cells import Numba's compiler."""
    cell = code_cell("from numba import njit, prange", marks("compiler", locked=True))
    notebook["cells"].insert(1, cell)


@pytest.fixture
def mark(hand_in, tmp_path, sandboxed):
    handed_out = release.read(
        write_notebook(tmp_path / "with" / "small.ipynb", {}, change=compiling), "small"
    )
    limits = sandbox.Limits(exercise_seconds=10.0).for_packages(handed_out.packages)

    def grade(answers, **options):
        hand_in("ada", answers, change=compiling)
        task = small_task(tmp_path, **({"limits": limits} | options))
        object.__setattr__(task, "release", handed_out)
        result = task.grade("ada")
        return {one.exercise: one for one in result.marks}, result

    return grade


LOOP = """@njit(parallel=True)
def twice(x):
    out = np.empty_like(x)
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = 2 * x[i, j]
    return out"""


def test_what_a_lab_needs_is_read_off_its_own_cells(tmp_path):
    path = write_notebook(tmp_path / "with.ipynb", {}, change=compiling)
    assert release.read(path, "small").packages == ("numba", "llvmlite")
    path = write_notebook(tmp_path / "without.ipynb", {})
    assert release.read(path, "small").packages == ()


def test_a_compiled_answer_is_graded(mark):
    _, result = mark(RIGHT | {"twice": LOOP})
    assert result.points == 5.0, result.marks


def test_an_error_of_the_compiler_comes_with_the_learners_line(mark):
    found, _ = mark({"twice": "@njit\ndef twice(x):\n    y = x\n    return y + 'two'"})
    assert "TypingError" in found["twice"].message
    assert "candidate implementations" in found["twice"].message


@pytest.mark.parametrize("name", ["dlcourse", "sklearn", "numba_cuda"])
def test_nothing_else_can_be_imported(mark, name):
    found, _ = mark({"twice": f"import {name}\ndef twice(x):\n    return 2 * x"})
    assert f"No module named '{name}'" in found["twice"].message


def test_nothing_else_can_be_imported_without_a_sandbox_either(mark):
    found, _ = mark({"twice": "import dlcourse\ndef twice(x):\n    return 2 * x"}, sandboxed=False)
    assert "No module named 'dlcourse'" in found["twice"].message
    assert mark(RIGHT | {"twice": LOOP}, sandboxed=False)[1].points == 5.0


def test_without_the_lab_s_need_there_is_no_compiler(hand_in, tmp_path, sandboxed):
    hand_in("ada", {"twice": "import numba\ndef twice(x):\n    return 2 * x"})
    result = small_task(tmp_path).grade("ada")
    assert "No module named 'numba'" in result.marks[0].message


def test_limits_grow_for_a_compiler_only():
    plain = sandbox.Limits()
    assert plain.for_packages(()) is plain
    grown = plain.for_packages(("numba", "llvmlite"))
    assert grown.exercise_seconds == 4 * plain.exercise_seconds
    assert grown.memory == plain.memory


def test_a_package_that_is_missing_is_named(sandboxed):
    limits = sandbox.Limits(packages=("no_such_package",))
    with pytest.raises(sandbox.SandboxError, match="needs the package no_such_package"):
        sandbox.command(limits, sandboxed=True)


def test_a_compiled_answer_can_be_measured_in_one_thread(sandboxed):
    limits = sandbox.Limits(packages=("numba", "llvmlite"))
    with Worker(limits) as worker:
        worker.seconds_left = 20.0
        worker.run("cell", "import numba\ndef threads():\n    return numba.get_num_threads()")
        assert [worker.call("threads", (), count) for count in (None, 1, None)] == [2, 1, 2]
