import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.initializers import he_normal
from dlcourse.kernels.cpu import conv
from dlcourse.layers import Conv2D
from dlcourse.model import Sequential

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def convolve(x, w, b, stride, above, left, rows, columns):
    """The definition, one product at a time; pixels outside the image count as zero."""
    y = np.zeros((len(x), rows, columns, w.shape[3]))
    for n, i, j, o in np.ndindex(y.shape):
        total = float(b[o])
        for k, m, c in np.ndindex(w.shape[:3]):
            row, column = i * stride[0] + k - above, j * stride[1] + m - left
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                total += float(x[n, row, column, c]) * float(w[k, m, c, o])
        y[n, i, j, o] = total
    return y


def model_of(layer, shape, dtype=np.float64, seed=0):
    model = Sequential(layer, input_shape=shape, rng=seed, dtype=dtype)
    model.parameters.values[:] = np.random.default_rng(seed).normal(
        size=model.parameters.values.size
    )
    return model


@DTYPES
@given(
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    inputs=st.integers(1, 3),
    filters=st.integers(1, 3),
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    seed=st.integers(0, 100),
)
@settings(max_examples=60, deadline=None)
def test_forward_is_the_definition(
    dtype, height, width, inputs, filters, size, stride, padding, seed
):
    size = min(size[0], height + 2 * padding[0]), min(size[1], width + 2 * padding[1])
    layer = Conv2D(filters, size, stride, padding)
    model = model_of(layer, (height, width, inputs), dtype, seed)
    x = np.random.default_rng(seed).normal(size=(2, height, width, inputs)).astype(dtype)
    rows = (height + 2 * padding[0] - size[0]) // stride[0] + 1
    columns = (width + 2 * padding[1] - size[1]) // stride[1] + 1
    y = model.forward(x)
    assert y.shape == (2, rows, columns, filters)
    expected = convolve(x, layer.w, layer.b, stride, *padding, rows, columns)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 4, (3, 2), (1, 5)])
def test_same_pads_evenly_with_the_extra_zero_at_the_end(size):
    layer = Conv2D(2, size, padding="same")
    model = model_of(layer, (4, 5, 2))
    x = np.random.default_rng(0).normal(size=(1, 4, 5, 2))
    above, left = ((k - 1) // 2 for k in layer.kernel_size)
    expected = convolve(x, layer.w, layer.b, (1, 1), above, left, 4, 5)
    np.testing.assert_allclose(model.forward(x), expected, atol=1e-12)


@DTYPES
@pytest.mark.parametrize("stride", [1, 2, (1, 3)])
@pytest.mark.parametrize("padding", [0, 1, (0, 3)])
def test_tiles_do_what_numpy_does_image_by_image(dtype, stride, padding):
    """The compiled kernels against their short forms in NumPy, which run where Numba is off."""
    layer = Conv2D(35, (3, 2), stride, padding)
    model = model_of(layer, (7, 11, 3), dtype)
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 7, 11, 3)).astype(dtype)
    y = model.forward(x)
    dy = rng.normal(size=y.shape).astype(dtype)
    model.backward(dy)
    (down, across), (above, left) = layer.stride, layer._padding()[0]
    dw = np.zeros_like(layer.w)
    for n in range(len(x)):
        framed = np.zeros((7 + above + 9, 11 + left + 9, 3), dtype)
        conv.spread_image(x[n], framed, 1, 1, above, left)
        wanted = np.empty_like(y[n])
        conv.convolve(framed, layer.w, layer.b, wanted, down, across)
        np.testing.assert_allclose(y[n], wanted, rtol=1e-4, atol=1e-5)
        conv.add_filters_gradient(framed, dy[n], dw, down, across, n > 0)
    np.testing.assert_allclose(layer.dw, dw, rtol=1e-3, atol=1e-4)


def test_gradients_in_float32_are_those_of_float64_rounded():
    results = []
    for dtype in (np.float32, np.float64):
        model = model_of(Conv2D(5, 3, 1, "same"), (9, 8, 4), dtype)
        rng = np.random.default_rng(2)
        x, dy = rng.normal(size=(6, 9, 8, 4)), rng.normal(size=(6, 9, 8, 5))
        model.forward(x)
        dx = model.backward(dy, input_gradient=True)
        results.append((dx, model.parameters.gradients))
    for single, double in zip(*results, strict=True):
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, double, rtol=0, atol=3e-6 * np.abs(double).max())


def test_moving_the_image_moves_the_output():
    model = model_of(Conv2D(3, 3), (8, 8, 2))
    x = np.random.default_rng(3).normal(size=(1, 8, 8, 2))
    y = model.forward(x).copy()
    moved = model.forward(np.roll(x, (1, 2), (1, 2)))
    np.testing.assert_allclose(moved[:, 1:, 2:], y[:, :-1, :-2], atol=1e-12)


def test_a_filter_as_large_as_the_image_is_a_dense_layer():
    layer = Conv2D(3, (4, 5))
    model = model_of(layer, (4, 5, 2))
    x = np.random.default_rng(4).normal(size=(3, 4, 5, 2))
    expected = x.reshape(3, -1) @ layer.w.reshape(-1, 3) + layer.b
    np.testing.assert_allclose(model.forward(x).reshape(3, 3), expected, atol=1e-12)


def test_nan_in_one_pixel_reaches_the_windows_that_hold_it_and_no_other():
    model = model_of(Conv2D(1, 3, padding="same"), (7, 7, 1), np.float32)
    x = np.zeros((2, 7, 7, 1), np.float32)
    x[0, 3, 3] = np.nan
    y = model.forward(x)
    assert np.isnan(y[0, 2:5, 2:5]).all()
    assert np.isnan(y).sum() == 9


def test_shapes_and_parameters():
    model = Sequential(Conv2D(16, 3, padding="same"), input_shape=(28, 28, 1), rng=0)
    assert model.output_shape == (28, 28, 16)
    assert model.parameters["conv2d_1.w"].value.shape == (3, 3, 1, 16)
    assert [part.kind for part in model.parameters] == ["weight", "bias"]
    assert not model.layers[0].b.any()


def test_he_normal_counts_the_whole_window_as_inputs():
    w = np.empty((5, 4, 20, 100))
    he_normal(w, np.random.default_rng(0))
    assert w.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)


def test_representation_shows_the_options():
    assert repr(Conv2D(8, (3, 3))) == "Conv2D(filters=8, kernel_size=3, stride=1, padding='valid')"
    assert repr(Conv2D(8, (3, 5), 2, (1, 2))) == (
        "Conv2D(filters=8, kernel_size=(3, 5), stride=2, padding=(1, 2))"
    )


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"filters": 0}, ValueError, "filters is 0: expected a whole number of at least 1"),
        ({"filters": 2.0}, TypeError, "filters is 2.0 (float): expected a whole number"),
        ({"kernel_size": 0}, ValueError, "kernel_size is 0: expected a whole number"),
        ({"kernel_size": (3, 3, 3)}, ValueError, "kernel_size is (3, 3, 3) (tuple): expected one"),
        ({"kernel_size": (3, -1)}, ValueError, "kernel_size[1] is -1: expected a whole number"),
        ({"kernel_size": "3"}, TypeError, "kernel_size is '3' (str): expected a whole number"),
        ({"stride": 0}, ValueError, "stride is 0: expected a whole number of at least 1"),
        ({"stride": True}, TypeError, "stride is True (bool): expected a whole number"),
        ({"padding": -1}, ValueError, "padding is -1: expected a whole number of at least 0"),
        ({"padding": "full"}, ValueError, 'padding is \'full\': expected "same", "valid", a'),
        ({"padding": None}, TypeError, "padding is None (NoneType): expected a whole number"),
        (
            {"padding": "same", "stride": 2},
            ValueError,
            'padding is "same" at a stride of 2: expected a stride of 1, or padding as a number',
        ),
        ({"initializer": 3}, TypeError, "initializer is 3 (int): expected a function"),
    ],
)
def test_bad_options_are_refused(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        Conv2D(**{"filters": 2, "kernel_size": 3, **options})


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            Conv2D(2, 3),
            (9,),
            "inputs of shape (9,): expected images, (height, width, channels)",
        ),
        (Conv2D(2, 3), (9, 9), "got inputs of shape (9, 9): expected images"),
        (Conv2D(2, 3), (2, 9, 1), "got images of 2 by 9: expected at least 3 by 3, one window"),
        (
            Conv2D(2, (7, 2), padding=1),
            (4, 9, 1),
            "got images of 4 by 9 (6 by 11 with padding): expected at least 7 by 2, one window",
        ),
    ],
)
def test_images_that_do_not_fit_are_refused(layer, shape, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Sequential(layer, input_shape=shape, rng=0)


def test_a_flat_batch_is_refused_by_the_model():
    model = Sequential(Conv2D(2, 3), input_shape=(5, 5, 1), rng=0)
    with pytest.raises(ValueError, match=re.escape("x has shape (4, 25): expected (n, 5, 5, 1)")):
        model.forward(np.zeros((4, 25)))
