import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.layers import AveragePool2D, Flatten, GlobalAveragePool2D, MaxPool2D
from dlcourse.model import Sequential


def pool(x, size, stride, padding, choose):
    """The definition: ``choose`` gets the numbers of each window that lie in the image."""
    rows, columns = (
        (x.shape[axis + 1] + 2 * padding[axis] - size[axis]) // stride[axis] + 1 for axis in (0, 1)
    )
    y = np.empty((len(x), rows, columns, x.shape[3]), x.dtype)
    for n, i, j, c in np.ndindex(y.shape):
        inside = []
        for k, m in np.ndindex(size):
            row, column = i * stride[0] + k - padding[0], j * stride[1] + m - padding[1]
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                inside.append(x[n, row, column, c])
        y[n, i, j, c] = choose(inside)
    return y


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 1), st.integers(0, 1)),
    image=st.tuples(st.integers(3, 6), st.integers(3, 6), st.integers(1, 3)),
    seed=st.integers(0, 100),
)
@settings(max_examples=50, deadline=None)
def test_forward_is_the_definition(dtype, size, stride, padding, image, seed):
    padding = min(padding[0], size[0] // 2), min(padding[1], size[1] // 2)
    x = np.random.default_rng(seed).normal(size=(2, *image)).astype(dtype)
    for layer, choose in [
        (MaxPool2D(size, stride, padding), max),
        (AveragePool2D(size, stride, padding), lambda window: sum(window) / (size[0] * size[1])),
        (AveragePool2D(size, stride, padding, False), np.mean),
    ]:
        y = Sequential(layer, input_shape=image, rng=0, dtype=dtype).forward(x)
        np.testing.assert_allclose(y, pool(x, size, stride, padding, choose), rtol=0, atol=1e-6)


def test_the_largest_of_negative_numbers_is_not_the_padding():
    x = np.full((1, 3, 3, 1), -5.0)
    y = Sequential(MaxPool2D(3, 1, 1), input_shape=(3, 3, 1), rng=0, dtype=float).forward(x)
    assert (y == -5).all()


def test_of_equal_numbers_the_first_gets_the_gradient():
    model = Sequential(MaxPool2D(2), input_shape=(2, 4, 1), rng=0)
    x = np.array([[[1, 1, -1, 0], [1, 1, 0, -1]]], np.float32)[..., None]
    model.forward(x)
    dx = model.backward(np.full((1, 1, 2, 1), 7), input_gradient=True)
    assert dx[0, :, :, 0].tolist() == [[7, 0, 0, 7], [0, 0, 0, 0]]


@pytest.mark.parametrize("padding", [0, 1])
def test_a_window_of_minus_infinity_has_its_place_inside_the_image(padding):
    model = Sequential(MaxPool2D(2, 2, padding), input_shape=(4, 4, 1), rng=0)
    y = model.forward(np.full((1, 4, 4, 1), -np.inf))
    assert np.isneginf(y).all()
    dx = model.backward(np.ones_like(y), input_gradient=True)
    assert dx.sum() == y.size


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_nan_is_noticed(place):
    x = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    x[0, place[0], place[1], 0] = np.nan
    for layer in (MaxPool2D(2), AveragePool2D(2), GlobalAveragePool2D()):
        assert np.isnan(Sequential(layer, input_shape=(2, 2, 1), rng=0).forward(x)).all()


def test_infinite_gradients_stay_where_they_belong():
    model = Sequential(MaxPool2D(2), input_shape=(2, 2, 1), rng=0)
    model.forward(np.arange(4).reshape(1, 2, 2, 1))
    dx = model.backward(np.full((1, 1, 1, 1), np.inf), input_gradient=True)
    assert dx.ravel().tolist() == [0, 0, 0, np.inf]


@pytest.mark.parametrize("layer", [MaxPool2D(2), AveragePool2D(2), AveragePool2D(2, 2, 0, False)])
def test_where_windows_tile_the_image_no_gradient_is_lost(layer):
    model = Sequential(layer, input_shape=(4, 6, 3), rng=0, dtype=np.float64)
    rng = np.random.default_rng(0)
    y = model.forward(rng.normal(size=(2, 4, 6, 3)))
    dy = rng.normal(size=y.shape)
    dx = model.backward(dy, input_gradient=True)
    np.testing.assert_allclose(dx.sum((1, 2)), dy.sum((1, 2)), atol=1e-12)


def test_global_average_is_the_mean_of_each_channel():
    x = np.random.default_rng(0).normal(size=(3, 4, 5, 2))
    model = Sequential(GlobalAveragePool2D(), input_shape=(4, 5, 2), rng=0, dtype=np.float64)
    np.testing.assert_allclose(model.forward(x), x.mean((1, 2)), atol=1e-14)


def test_flatten_goes_row_by_row_and_back():
    model = Sequential(Flatten(), input_shape=(2, 3, 2), rng=0)
    x = np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2)
    y = model.forward(x)
    assert model.output_shape == (12,)
    assert y.tolist() == [list(range(12)), list(range(12, 24))]
    assert model.backward(y, input_gradient=True).tolist() == x.tolist()


def test_representation_shows_the_options():
    assert repr(MaxPool2D(2)) == "MaxPool2D(pool_size=2, stride=2, padding=0)"
    assert repr(AveragePool2D((3, 2), 1, 1)) == (
        "AveragePool2D(pool_size=(3, 2), stride=1, padding=1, count_padding=True)"
    )


@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pool_size": 0}, ValueError, "pool_size is 0: expected a whole number of at least 1"),
        ({"pool_size": [1, 2, 3]}, ValueError, "pool_size is [1, 2, 3] (list): expected one whole"),
        ({"stride": 1.5}, TypeError, "stride is 1.5 (float): expected a whole number"),
        ({"padding": "same"}, TypeError, "padding is 'same' (str): expected a whole number"),
        ({"padding": 2}, ValueError, "padding is 2: expected at most half of the pool size, 2"),
        ({"pool_size": (4, 1), "padding": 1}, ValueError, "padding is 1: expected at most half"),
    ],
)
def test_bad_options_are_refused(kind, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        kind(**options)


def test_count_padding_is_yes_or_no():
    with pytest.raises(TypeError, match=r"count_padding is 1 \(int\): expected True or False"):
        AveragePool2D(count_padding=1)


@pytest.mark.parametrize("layer", [MaxPool2D(3), AveragePool2D(3), GlobalAveragePool2D()])
def test_vectors_are_refused(layer):
    with pytest.raises(ValueError, match=r"got inputs of shape \(9,\): expected images"):
        Sequential(layer, input_shape=(9,), rng=0)


def test_images_smaller_than_a_window_are_refused():
    with pytest.raises(ValueError, match="got images of 2 by 5: expected at least 3 by 3"):
        Sequential(MaxPool2D(3), input_shape=(2, 5, 1), rng=0)
