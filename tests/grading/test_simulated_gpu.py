"""A lab about CUDA kernels: its worker has a simulated GPU, and of the course nothing else."""

import copy

import nbformat
import numpy as np
import pytest

from dlcourse.checks.calling import observe
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.grading import release, sandbox
from dlcourse.grading.marking import Task
from dlcourse.grading.process import Raised, Worker
from tests.labs.proof.banks import answer_cells, notebook

LAB = "cuda_kernels"
HANDED_OUT = release.load(release.find_course(), LAB)
LIMITS = sandbox.Limits().for_packages(HANDED_OUT.packages)

SAXPY = """@cuda.jit
def saxpy(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        out[i] = a * x[i] + y[i]"""
RACE = """@cuda.jit
def sum_all(x, total):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        total[0] += x[i]"""


def marks_of(folder, answers, sandboxed=True):
    """Grade a submission of the lab with these answers."""
    handed_in = copy.deepcopy(notebook(LAB))
    for cell in handed_in.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            stub = "def nothing():\n    raise NotImplementedError"
            cell.source = answers.get(name, stub)
    path = folder / "ada" / LAB / f"{LAB}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(handed_in, path)
    task = Task(HANDED_OUT, folder, 3, LIMITS, sandboxed)
    return {mark.exercise: mark for mark in task.grade("ada").marks}


def test_what_the_lab_needs_is_read_off_its_first_cell():
    assert HANDED_OUT.packages == ("greenlet",)


@pytest.mark.parametrize("sandboxed_too", [True, False])
def test_kernels_are_judged_where_they_are(sandboxed, tmp_path, sandboxed_too):
    found = marks_of(tmp_path, {"saxpy": SAXPY, "sum_all": RACE}, sandboxed_too)
    points = {exercise.name: exercise.points for exercise in load(LAB)}
    assert found["saxpy"].points == points["saxpy"], found["saxpy"].message
    race = found["sum_all"]
    assert race.points == 0
    assert "The simulated GPU stopped sum_all: race in global memory at index 0" in race.message
    assert "total[0] += x[i]" in race.message
    assert found["adam_update"].points == 0


def test_every_right_answer_gets_every_point(sandboxed, tmp_path):
    for name, mark in marks_of(tmp_path, answer_cells(LAB)).items():
        assert mark.points == mark.max_points, (name, mark.message)


def test_nothing_else_of_the_course_is_there(sandboxed):
    with Worker(LIMITS) as worker:
        worker.seconds_left = 20.0
        assert worker.run("cell", "from dlcourse.simulator import cuda")[0] is None
        for name in ("dlcourse.checks", "dlcourse.layers", "numba", "sklearn"):
            error, _ = worker.run("cell", f"import {name}")
            assert error is not None
            assert error.kind == "ModuleNotFoundError", name


def test_without_the_lab_s_need_there_is_no_simulator(sandboxed):
    with Worker(sandbox.Limits()) as worker:
        worker.seconds_left = 20.0
        error, _ = worker.run("cell", "import dlcourse.simulator")
        assert error is not None
        assert error.kind == "ModuleNotFoundError"


def test_counts_that_make_no_sense_are_no_counts(sandboxed):
    """A learner may replace what counts; what comes back is then no number, or not the judge's."""
    exercise = load(LAB)[0]
    case = next(iter(exercise.draw(generator(exercise, 0))))

    class Elsewhere:
        def __init__(self, counts):
            self.counts = counts

        def __call__(self, *arguments):
            raise AssertionError("it is launched where it is")

        def run_counted(self, sizes, arguments, counted):
            return self.counts

    def says(counts):
        return [each.array for each in observe(Elsewhere(counts), case).received[1:]]

    assert says("many") == says([1, 2, 3]) == says((1, 2)) == [None] * 3
    assert says((-1, True, 2.5)) == [None] * 3
    assert says((1, 2, 3)) == [1, 2, 3]


def test_an_error_within_a_kernel_is_the_learners(sandboxed):
    with Worker(LIMITS) as worker:
        worker.seconds_left = 20.0
        worker.run("cell", "def f(x):\n    x[9] = 1")
        launch = {"sizes": ((1,), (1,)), "counted": []}
        with pytest.raises(Raised) as raised:
            worker.call("f", [np.zeros(3, np.float32)], launch=launch)
    assert (raised.value.kind, raised.value.cell, raised.value.line) == ("OutsideArray", "cell", 2)
