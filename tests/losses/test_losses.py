import numpy as np
import pytest

from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from tests.support import assert_loss_gradient


@pytest.mark.parametrize(("n", "classes"), [(1, 2), (3, 5), (8, 10)])
def test_softmax_cross_entropy_gradient(n, classes):
    rng = np.random.default_rng(n)
    y, target = rng.normal(size=(n, classes)), rng.integers(classes, size=n)
    assert_loss_gradient(SoftmaxCrossEntropy(), y, target)


@pytest.mark.parametrize("shape", [(1, 1), (4, 3), (2, 3, 2)])
def test_mean_squared_error_gradient(shape):
    rng = np.random.default_rng(0)
    assert_loss_gradient(MeanSquaredError(), rng.normal(size=shape), rng.normal(size=shape))


def test_adding_the_same_to_all_logits_changes_nothing():
    rng = np.random.default_rng(0)
    loss, y, target = SoftmaxCrossEntropy(), rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    value, dy = loss.forward(y, target), loss.backward().copy()
    assert loss.forward(y + 100, target) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(loss.backward(), dy, atol=1e-12)
    np.testing.assert_allclose(dy.sum(1), 0, atol=1e-15)


@pytest.mark.parametrize("labels", [np.uint8, np.int32, np.int64])
def test_labels_of_any_whole_number_type(labels):
    y, target = np.eye(3, dtype=np.float32), np.arange(3)
    expected = SoftmaxCrossEntropy().forward(y, target)
    assert SoftmaxCrossEntropy().forward(y, target.astype(labels)) == expected
    assert SoftmaxCrossEntropy().forward(y, target.tolist()) == expected


def test_nan_and_infinity_are_not_hidden():
    y = np.zeros((2, 3), np.float32)
    y[1, 2] = np.nan
    assert np.isnan(SoftmaxCrossEntropy().forward(y, np.zeros(2, np.int64)))
    y[1, 2] = np.inf
    assert not np.isfinite(SoftmaxCrossEntropy().forward(y, np.zeros(2, np.int64)))
    assert np.isnan(MeanSquaredError().forward(np.full((1, 1), np.nan), np.zeros((1, 1))))
