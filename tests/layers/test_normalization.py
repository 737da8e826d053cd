import re

import numpy as np
import pytest

from dlcourse.layers import BatchNorm, LayerNorm
from dlcourse.model import Sequential
from tests.support import DEVICES_LONG, assert_layer_gradients

SHAPES = pytest.mark.parametrize("shape", [(4,), (3, 2), (3, 5, 2)])


@SHAPES
@DEVICES_LONG
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("inputs", [True, False])
def test_batch_norm_gradients(shape, training, inputs, device):
    assert_layer_gradients(
        BatchNorm(), shape, rows=5, training=training, inputs=inputs, device=device
    )


@SHAPES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batch_norm_standardizes_each_feature_of_the_batch(shape, dtype):
    model = Sequential(BatchNorm(epsilon=1e-12), input_shape=shape, rng=0, dtype=dtype)
    x = np.random.default_rng(0).normal(100, 3, size=(20, *shape)).astype(dtype)
    y = model.forward(x).astype(np.float64).reshape(-1, shape[-1])
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(y.mean(0), 0, atol=tolerance)
    np.testing.assert_allclose(y.var(0), 1, atol=tolerance)


def test_running_moments_follow_the_batches():
    layer = BatchNorm(momentum=0.25)
    model = Sequential(layer, input_shape=(3,), rng=0, dtype=np.float64)
    rng = np.random.default_rng(0)
    mean, variance = np.zeros(3), np.ones(3)
    for rows in (7, 4, 9):
        x = rng.normal(2, 3, size=(rows, 3))
        model.forward(x)
        mean = 0.75 * mean + 0.25 * x.mean(0)
        variance = 0.75 * variance + 0.25 * x.var(0, ddof=1)
    np.testing.assert_allclose(model.state["batchnorm_1.mean"], mean, rtol=1e-12)
    np.testing.assert_allclose(model.state["batchnorm_1.variance"], variance, rtol=1e-12)
    x = rng.normal(size=(1, 3))  # one example is enough in evaluation
    y = model.forward(x, training=False)
    np.testing.assert_allclose(y, (x - mean) / np.sqrt(variance + 1e-5), rtol=1e-12)
    np.testing.assert_allclose(layer.state["mean"], mean, rtol=1e-12)  # and changes nothing


def test_running_moments_are_saved_and_restored_with_the_model():
    model = Sequential(BatchNorm(), input_shape=(2,), rng=0)
    before = model.snapshot()
    model.forward(np.random.default_rng(0).normal(5, 2, size=(8, 2)))
    assert (model.state["batchnorm_1.mean"] != 0).all()
    model.restore(before)
    assert not model.state["batchnorm_1.mean"].any()
    assert (model.state["batchnorm_1.variance"] == 1).all()


def test_batch_norm_does_not_see_the_scale_of_its_inputs():
    model = Sequential(BatchNorm(epsilon=1e-12), input_shape=(3,), rng=0, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(6, 3))
    y = model.forward(x).copy()
    np.testing.assert_allclose(model.forward(1000 * x - 7), y, atol=1e-8)


def test_a_small_variance_beside_a_large_mean_is_found():
    model = Sequential(BatchNorm(epsilon=1e-12), input_shape=(1,), rng=0)
    x = 10_000 + np.array([[-1.0], [1.0]] * 500)
    np.testing.assert_allclose(model.forward(x), np.sign(x - 10_000), atol=1e-3)


@pytest.mark.parametrize("rows", [200_000])
def test_sums_over_many_rows_keep_their_digits(rows):
    x = np.random.default_rng(0).uniform(0, 1, size=(rows, 3)).astype(np.float32)
    layer = BatchNorm(momentum=1)
    model = Sequential(layer, input_shape=(3,), rng=0)
    model.forward(x)
    np.testing.assert_allclose(layer.state["mean"], x.mean(0, dtype=np.float64), rtol=2e-7)
    np.testing.assert_allclose(
        layer.state["variance"], x.var(0, dtype=np.float64, ddof=1), rtol=2e-6
    )


def test_constant_inputs_give_the_shift_and_finite_gradients():
    for layer, shape in ((BatchNorm(), (4, 3)), (LayerNorm(), (4, 3))):
        model = Sequential(layer, input_shape=shape[1:], rng=0)
        layer.beta[:] = 2
        assert (model.forward(np.full(shape, 5.0)) == 2).all()
        dx = model.backward(np.random.default_rng(0).normal(size=shape), input_gradient=True)
        assert np.isfinite(dx).all()


def test_one_example_has_no_variance_but_one_image_has():
    model = Sequential(BatchNorm(), input_shape=(4,), rng=0)
    message = "batchnorm_1 got a batch of one in training: expected at least two"
    with pytest.raises(ValueError, match=message):
        model.forward(np.ones((1, 4)))
    assert not model.state["batchnorm_1.mean"].any()
    images = Sequential(BatchNorm(), input_shape=(2, 2, 3), rng=0)
    assert np.isfinite(images.forward(np.ones((1, 2, 2, 3)))).all()


@pytest.mark.parametrize("shape", [(6,), (3, 7), (2, 3, 9)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layer_norm_standardizes_the_last_axis(shape, dtype):
    model = Sequential(LayerNorm(epsilon=1e-12), input_shape=shape, rng=0, dtype=dtype)
    x = np.random.default_rng(0).normal(100, 3, size=(5, *shape)).astype(dtype)
    y = model.forward(x).astype(np.float64)
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(y.mean(-1), 0, atol=tolerance)
    np.testing.assert_allclose(y.var(-1), 1, atol=tolerance)
    np.testing.assert_array_equal(model.forward(x, training=False), y)


def test_layer_norm_in_float32_is_that_of_float64_rounded():
    results = []
    for dtype in (np.float32, np.float64):
        model = Sequential(LayerNorm(), input_shape=(67,), rng=0, dtype=dtype)
        rng = np.random.default_rng(1)
        model.parameters.values[:] = rng.normal(size=134)
        x, dy = rng.normal(3, 2, size=(9, 67)), rng.normal(size=(9, 67))
        y = model.forward(x)
        results.append((y, model.backward(dy, input_gradient=True), model.parameters.gradients))
    for single, double in zip(*results, strict=True):
        np.testing.assert_allclose(single, double, rtol=0, atol=1e-6 * np.abs(double).max())


def test_parameters_have_their_own_kinds_and_start_as_the_identity():
    for layer in (BatchNorm(), LayerNorm()):
        model = Sequential(layer, input_shape=(2, 3), rng=0)
        assert [part.kind for part in model.parameters] == ["scale", "shift"]
        assert model.parameters.values.tolist() == [1, 1, 1, 0, 0, 0]


def test_nan_is_noticed():
    for layer in (BatchNorm(), LayerNorm()):
        model = Sequential(layer, input_shape=(2,), rng=0)
        y = model.forward(np.array([[np.nan, 1], [2, 3], [4, 5]]))
        assert np.isnan(y[0]).any()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: BatchNorm(momentum=1.5), ValueError, "momentum is 1.5: expected a finite"),
        (lambda: BatchNorm(momentum="0.1"), TypeError, "momentum is '0.1' (str): expected"),
        (lambda: BatchNorm(momentum=float("nan")), ValueError, "momentum is nan: expected"),
        (lambda: BatchNorm(epsilon=0), ValueError, "epsilon is 0: expected a finite"),
        (lambda: LayerNorm(epsilon=-1), ValueError, "epsilon is -1: expected a finite"),
        (lambda: LayerNorm(epsilon=None), TypeError, "epsilon is None (NoneType): expected"),
    ],
)
def test_bad_options_are_refused(make, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make()


@pytest.mark.parametrize("layer", [BatchNorm(), LayerNorm()])
def test_single_numbers_are_refused(layer):
    with pytest.raises(ValueError, match="got single numbers: expected inputs with a last axis"):
        Sequential(layer, input_shape=(), rng=0)


def test_representation_shows_the_options():
    assert repr(BatchNorm()) == "BatchNorm(momentum=0.1, epsilon=1e-05)"
    assert repr(LayerNorm(1e-3)) == "LayerNorm(epsilon=0.001)"
