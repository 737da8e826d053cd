"""What is special to the lab losses: its draws, and its oracles held against other sources."""

import math
from decimal import Decimal

import numpy as np
import pytest
from sklearn import metrics as reference

from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.data import metrics
from dlcourse.losses import BinaryCrossEntropy, Hinge, MeanSquaredError, SoftmaxCrossEntropy

SEEDS = range(10)
EXERCISES = {exercise.name: exercise for exercise in load("losses")}


def cases_of(name):
    for seed in SEEDS:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values(name, case):
    return tuple(target.value for target in EXERCISES[name].oracle(case))


def slopes(loss, y, step=1e-6):
    gradient = np.zeros(y.shape)
    for index in np.ndindex(y.shape):
        ahead, behind = y.copy(), y.copy()
        ahead[index] += step
        behind[index] -= step
        gradient[index] = (loss(ahead) - loss(behind)) / (2 * step)
    return gradient


# What is drawn


@pytest.mark.parametrize("name", ["mean_squared_error", "hinge"])
def test_draws_of_elementwise_losses_cover_what_goes_wrong(name):
    arrays = [case.arguments["y"] for case in cases_of(name)]
    assert {str(y.dtype) for y in arrays} == {"float32", "float64"}
    assert any(y.size == 1 for y in arrays)
    assert any(y.ndim == 2 and y.shape[1] == 1 and len(y) > 1 for y in arrays)
    assert any(y.flags.f_contiguous and not y.flags.c_contiguous for y in arrays)
    assert any(not y.flags.f_contiguous and not y.flags.c_contiguous for y in arrays)
    assert any(not y.flags.writeable for y in arrays)
    assert any(np.abs(y).max() > 900 for y in arrays)


def test_logits_are_drawn_up_to_ten_thousand_in_both_dtypes():
    for name in ("softmax_cross_entropy", "binary_cross_entropy"):
        logits = [case.arguments["logits"] for case in cases_of(name)]
        for dtype in (np.float32, np.float64):
            of_dtype = [z for z in logits if z.dtype == dtype]
            assert any(z.max() >= 9990 and z.min() <= -9990 for z in of_dtype), name


def test_some_outputs_lie_exactly_at_the_margin_and_some_batches_cost_nothing():
    products = [case.arguments["y"] * case.arguments["target"] for case in cases_of("hinge")]
    assert any(np.any(product == 1) and np.any(product != 1) for product in products)
    assert any(np.all(product > 1) for product in products)


def test_tables_are_drawn_with_every_kind_of_nothing_by_nothing():
    tables = [case.arguments["counts"] for case in cases_of("precision_recall_f1")]
    kinds = set()
    for counts in tables:
        true, guessed = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
        kinds |= set(zip(true.tolist(), guessed.tolist(), strict=True))
    assert kinds == {(True, True), (True, False), (False, True), (False, False)}


# The oracles, held against the definition of a derivative, exact arithmetic, and other programs


def test_the_gradient_of_the_squared_error_is_its_derivative():
    for case in cases_of("mean_squared_error"):
        if case.part != "values":
            continue
        y, target = case.in_float64("y", "target")
        _, dy = values("mean_squared_error", case)
        assert dy == pytest.approx(slopes(lambda y, t=target: np.mean((y - t) ** 2), y), abs=1e-7)


def test_the_gradient_of_the_hinge_is_its_derivative_away_from_the_kink():
    for case in cases_of("hinge"):
        if case.part != "values":
            continue
        y, target = case.in_float64("y", "target")
        _, dy = values("hinge", case)
        away = np.abs(y * target - 1) > 1e-4
        found = slopes(lambda y, t=target: np.mean(np.maximum(0, 1 - t * y)), y)
        assert dy[away] == pytest.approx(found[away], abs=1e-7)


def exactly(value):
    return Decimal(float(value))


def test_the_softmax_cross_entropy_agrees_with_decimal_arithmetic_at_any_size():
    for case in cases_of("softmax_cross_entropy"):
        total = Decimal(0)
        rows = zip(case.arguments["logits"], case.arguments["labels"], strict=True)
        for row, label in rows:
            sum_of_exponentials = sum((exactly(z).exp() for z in row), Decimal(0))
            total += sum_of_exponentials.ln() - exactly(row[label])
        (loss,) = values("softmax_cross_entropy", case)
        mean = float(total / len(case.arguments["labels"]))
        assert float(loss) == pytest.approx(mean, rel=1e-12, abs=1e-12)


def test_the_binary_cross_entropy_agrees_with_decimal_arithmetic_at_any_size():
    for case in cases_of("binary_cross_entropy"):
        logits, target = case.arguments["logits"], case.arguments["target"]
        total = Decimal(0)
        for z, t in zip(logits.flat, target.flat, strict=True):
            total += (1 + exactly(z).exp()).ln() - exactly(z) * exactly(t)
        (loss,) = values("binary_cross_entropy", case)
        assert float(loss) == pytest.approx(float(total / logits.size), rel=1e-12, abs=1e-12)


def test_the_losses_agree_with_the_library():
    pairs = [
        ("mean_squared_error", MeanSquaredError, "y", "target"),
        ("hinge", Hinge, "y", "target"),
        ("softmax_cross_entropy", SoftmaxCrossEntropy, "logits", "labels"),
        ("binary_cross_entropy", BinaryCrossEntropy, "logits", "target"),
    ]
    for name, loss_class, first, second in pairs:
        for case in EXERCISES[name].draw(generator(EXERCISES[name], 0)):
            y = np.array(case.arguments[first], dtype=np.float64)
            if name == "softmax_cross_entropy" and y.shape[1] == 1:
                continue  # the library wants at least two classes
            target = np.array(case.arguments[second])
            target = target.astype(np.float64) if target.dtype.kind == "f" else target
            loss = loss_class()
            wanted = values(name, case)
            assert loss.forward(y, target) == pytest.approx(float(wanted[0]), rel=1e-9, abs=1e-12)
            if len(wanted) == 2:
                assert loss.backward() == pytest.approx(wanted[1], rel=1e-9, abs=1e-15)


def labels_of(counts):
    """Give true and guessed labels that make up a table."""
    rows, columns = np.indices(counts.shape)
    return np.repeat(rows.ravel(), counts.ravel()), np.repeat(columns.ravel(), counts.ravel())


def test_the_confusion_matrix_agrees_with_scikit_learn_and_the_library():
    for case in cases_of("confusion_matrix"):
        target, predicted, classes = case.arguments.values()
        (counts,) = values("confusion_matrix", case)
        if classes > 1:  # scikit-learn warns of a single class
            theirs = reference.confusion_matrix(target, predicted, labels=np.arange(classes))
            assert np.array_equal(counts, theirs)
        assert np.array_equal(counts, metrics.confusion_matrix(target, predicted, classes))


def test_the_scores_agree_with_scikit_learn_and_the_library():
    for case in cases_of("precision_recall_f1"):
        average = case.arguments["average"]
        target, predicted = labels_of(np.array(case.arguments["counts"]))
        found = [float(value) for value in values("precision_recall_f1", case)]
        theirs = reference.precision_recall_fscore_support(
            target, predicted, average=average, zero_division=0
        )[:3]
        ours = [
            score(target, predicted, average)
            for score in (metrics.precision, metrics.recall, metrics.f1)
        ]
        assert found == pytest.approx(theirs, abs=1e-12)
        assert found == pytest.approx(ours, abs=1e-12)
        assert not any(math.isnan(value) for value in found)
