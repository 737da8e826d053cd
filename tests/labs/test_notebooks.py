"""The lab's source notebook: what nbgrader needs, and what a learner reads."""

import re

import nbformat
import numpy as np
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from dlcourse.checks import check
from dlcourse.checks.exercises import LABS, load
from tests.labs.proof.banks import SOURCE, solved
from tests.labs.proof.banks import notebook as read


def marked(notebook):
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def test_every_lab_has_a_notebook_and_every_notebook_exercises():
    assert sorted(LABS) == sorted(path.name for path in SOURCE.iterdir() if path.is_dir())


@pytest.mark.parametrize("lab", LABS)
def test_the_notebook_is_valid_and_holds_no_output(lab):
    notebook = read(lab)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    MetadataValidator().validate_nb(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        if "nbgrader" in cell.metadata:
            assert cell.metadata.nbgrader.schema_version == 3
            assert cell.id == cell.metadata.nbgrader.grade_id.replace("_", "-")[:64]
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("lab", LABS)
def test_each_exercise_has_its_cell_and_its_locked_check_with_the_right_points(lab):
    cells = marked(read(lab))
    for exercise in load(lab):
        answer, test = cells[exercise.name], cells[f"test_{exercise.name}"]
        # A line above the function says how it is compiled, where the lab is about that.
        begin = rf"(@(njit|cuda\.jit).*\n)?def {re.escape(exercise.call_form)}:"
        assert re.match(begin, answer.source)
        assert answer.metadata.nbgrader.solution
        assert not answer.metadata.nbgrader.locked
        assert "### BEGIN SOLUTION" in answer.source
        assert test.source == f'check("{exercise.name}", {exercise.name})'
        assert test.metadata.nbgrader.points == exercise.points
        assert test.metadata.nbgrader.locked
        assert test.metadata.nbgrader.grade
    graded = [cell for cell in cells.values() if cell.metadata.nbgrader.grade]
    questions = [cell for cell in graded if cell.cell_type == "markdown"]
    assert len(questions) == 1
    assert "**Rubric" in questions[0].source
    total = sum(cell.metadata.nbgrader.points for cell in graded)
    title = read(lab).cells[0].source
    assert f"**Points:** {total:g}." in title
    assert re.search(r"\*\*Time:\*\* \d+ to \d+ minutes", title)
    for exercise in load(lab):
        assert re.search(rf"`{exercise.name}`.*\| {exercise.points:g} \|", title)


@pytest.mark.parametrize("lab", LABS)
def test_the_text_is_plain_commonmark_with_maths(lab):
    for cell in read(lab).cells:
        if cell.cell_type == "markdown":
            assert not re.search(
                r"^(:::|```\{)|\{(ref|doc|cite|numref|eq)[:a-z]*\}`", cell.source, re.M
            )
            assert cell.source.count("<details>") == cell.source.count("</details>")
            # JupyterLab reads Markdown inside <details> only after an empty line.
            assert len(re.findall(r"</summary>\n\n", cell.source)) == cell.source.count("<summary>")
        else:
            assert max(map(len, cell.source.split("\n"))) <= 100


@pytest.mark.parametrize("lab", LABS)
def test_each_exercise_gives_hints(lab):
    text = "\n".join(cell.source for cell in read(lab).cells if cell.cell_type == "markdown")
    assert text.count("<details>") >= 2 * len(load(lab))


@pytest.mark.parametrize("lab", LABS)
def test_the_solutions_of_the_source_get_every_point(lab, monkeypatch):
    for name in ("DLCOURSE_SEED", "DLCOURSE_SEED_FILE", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    for exercise in load(lab):
        assert check(exercise.name, solved(lab)[exercise.name]) == exercise.points


def test_the_examples_of_backprop_that_can_be_tried_by_hand_are_right():
    backprop = solved("backprop")
    x, w = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[1.0, 0.0, 2.0], [0.5, -1.0, 1.0]])
    b, dy = np.array([0.5, 0.0, -1.0]), np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
    y = backprop["dense_forward"](x, w, b)
    assert np.array_equal(y, [[2.5, -2, 3], [3, 1, 4]])
    typed_in = next(
        mistake for mistake in load("backprop")[0].mistakes if "typed in" in mistake.name
    )
    assert np.array_equal(y, typed_in.function(x, w, b))
    dx, dw, db = backprop["dense_backward"](dy, x, w)
    assert np.array_equal(dx, [[-1, -0.5], [2, -1]])
    assert np.array_equal(dw, [[1, 6, 2], [2, -2, -3]])
    assert np.array_equal(db, [1, 2, 0])
    dx = backprop["relu_backward"](
        np.array([[2.0, 2.0, -2.0], [5.0, -1.0, 1.0]]),
        np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]),
    )
    assert np.array_equal(dx, [[2, 0, -2], [0, -1, 0]])
    dlogits = backprop["softmax_cross_entropy_backward"](
        np.array([[0.0, 0.0], [np.log(3), 0.0]]), np.array([0, 1])
    )
    assert dlogits == pytest.approx(np.array([[-0.25, 0.25], [0.375, -0.375]]))


def test_the_examples_of_descent_that_can_be_tried_by_hand_are_right():
    descent, zero = solved("descent"), np.zeros(1)
    x, y, order = np.array([[1.0], [2.0]]), np.array([2.0, 2.0]), np.array([0, 1])
    for batch_size, arrived in ((2, 1.5), (1, 1.0)):
        assert descent["descend_epoch"](zero, x, y, order, batch_size, 0.25) == arrived
    w, velocity = descent["momentum_step"](np.ones(1), np.array([2.0]), np.array([4.0]), 0.25, 0.5)
    assert (w, velocity) == (0.0, 4.0)
    w, s = descent["adagrad_step"](
        np.ones(2), np.array([3.0, 0.0]), np.array([16.0, 0.0]), 0.5, 1e-10
    )
    assert w == pytest.approx([0.7, 1.0])
    assert np.array_equal(s, [25, 0])
    w, v = descent["rmsprop_step"](np.ones(1), np.array([4.0]), zero, 0.5, 0.75, 0.0)
    assert (w, v) == (0.0, 4.0)
    w, m, v = descent["adam_step"](np.ones(1), np.array([-4.0]), zero, zero, 1, 0.5, 0.75, 0.75, 0)
    assert (w, m, v) == (1.5, -1.0, 4.0)
    w, m, u = descent["adamax_step"](
        np.zeros(2), np.array([-4.0, 1.0]), np.zeros(2), np.array([2.0, 8.0]), 1, 0.5, 0.75, 0.75, 0
    )
    assert np.array_equal(u, [4, 6])
    assert w == pytest.approx([0.5, -0.5 / 6])
    rates = [descent["rate_at"](step, 12, 4, 1.0, 0.0) for step in (0, 3, 4, 8, 12)]
    assert rates == pytest.approx([0.2, 0.8, 1.0, 0.5, 0.0])


def typed_in(exercise):
    """The known mistake of returning the worked example's answer, whatever comes in."""
    return next(one for one in exercise.mistakes if "typed in" in one.name).function


def losses_examples():
    labels = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0]), 3
    logits = np.array([[0.0, 0.0], [np.log(3), 0.0]]), np.array([0, 1])
    table = np.array([[1, 1, 0], [0, 2, 0], [1, 0, 0]])
    return {
        "mean_squared_error": [
            (np.array([[2.0, 0.0], [1.0, 3.0]]), np.array([[1.0, 2.0], [1.0, 2.0]]))
        ],
        "softmax_cross_entropy": [logits],
        "binary_cross_entropy": [
            (np.array([0.0, np.log(3), np.log(3)]), np.array([1.0, 1.0, 0.0]))
        ],
        "hinge": [(np.array([2.0, 0.5, 2.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0]))],
        "confusion_matrix": [labels],
        "precision_recall_f1": [(table, "macro"), (table, "micro")],
    }


@pytest.mark.parametrize("exercise", load("losses"), ids=lambda exercise: exercise.name)
def test_the_examples_of_losses_that_can_be_tried_by_hand_are_right(exercise):
    """The answer that a learner might type in is the answer that the solution gives."""
    for arguments in losses_examples()[exercise.name]:
        found = solved("losses")[exercise.name](*arguments)
        wanted = typed_in(exercise)(*arguments)
        if not isinstance(wanted, tuple):
            found, wanted = (found,), (wanted,)
        for one, other in zip(found, wanted, strict=True):
            assert np.asarray(one) == pytest.approx(np.asarray(other), rel=1e-12)
