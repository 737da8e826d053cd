"""Data made to drift: what each change does, and that strength 0 does nothing."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from dlcourse.data import Dataset, load_fashion_mnist
from dlcourse.drift import SHIFTS, drifting_stream, shifted, with_frequencies


@pytest.fixture(scope="module")
def x():
    return load_fashion_mnist().test.x[:40]


@pytest.mark.parametrize("kind", SHIFTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_kind(kind, dtype, x):
    before = x.astype(dtype)
    x = before.copy()
    x.flags.writeable = False  # a shift that wrote into its input would fail
    same = shifted(x, kind, 0, rng=0)
    np.testing.assert_array_equal(same, x)
    assert not np.shares_memory(same, x)
    distances = []
    for strength in (0.05, 0.3, 0.7):
        found = shifted(x, kind, strength, rng=0)
        assert found.shape == x.shape
        assert found.dtype == dtype
        assert found.min() >= 0
        assert found.max() <= 1
        np.testing.assert_array_equal(found, shifted(x, kind, strength, rng=0))
        distances.append(np.abs(found - x).mean())
    assert 0 < distances[0] < distances[1]
    assert distances[0] < distances[2]


def test_rotation_by_ninety_degrees_and_translation_by_half_the_width(x):
    np.testing.assert_allclose(shifted(x, "rotation", 1, 0), np.rot90(x, axes=(1, 2)), atol=1e-5)
    moved = shifted(x, "translation", 1, 0)
    np.testing.assert_array_equal(moved[:, :, 14:], x[:, :, :14])
    assert (moved[:, :, :14] == 0).all()


def test_blur_is_a_bell_curve(x):
    """SciPy cuts the curve off at four deviations, ours at nine pixels: three, at the widest."""
    x = x.astype(np.float64)
    for strength in (0.2, 0.6):
        expected = gaussian_filter(x, 3 * strength, axes=(1, 2), mode="nearest")
        np.testing.assert_allclose(shifted(x, "blur", strength, 0), expected, atol=1e-3)


def test_contrast_and_brightness(x):
    assert shifted(x, "contrast", 1, 0).std(axis=(1, 2, 3)).max() < 1e-6
    np.testing.assert_allclose(
        shifted(x, "contrast", 0.5, 0).std(axis=(1, 2, 3)), 0.5 * x.std(axis=(1, 2, 3)), rtol=1e-4
    )
    np.testing.assert_allclose(shifted(x, "brightness", 0.4, 0), np.minimum(x + 0.4, 1), atol=1e-6)


def test_occlusion_covers_one_rectangle_somewhere():
    found = shifted(np.ones((50, 10, 20, 3), np.float32), "occlusion", 0.3, 0) == 0
    assert (found.sum(axis=(1, 2, 3)) == 3 * 6 * 3).all()
    places = {tuple(np.argwhere(one)[0].tolist()) for one in found}
    assert len(places) > 30


def test_frequencies_are_what_was_asked_for():
    y = np.repeat([0, 1, 2], [500, 20, 300])
    chosen = with_frequencies(y, [1, 3, 0], 4000, rng=0)
    counts = np.bincount(y[chosen], minlength=3)
    assert counts[2] == 0
    # within four standard deviations of a binomial count
    assert abs(counts[1] - 3000) < 4 * np.sqrt(4000 * 0.75 * 0.25)
    np.testing.assert_array_equal(chosen, with_frequencies(y, [1, 3, 0], 4000, rng=0))


def test_a_stream_has_its_periods():
    test = load_fashion_mnist().test
    strengths = [0, 0, 0.5]
    first, second, third = drifting_stream(test, "contrast", strengths, each=30, rng=0)
    assert isinstance(first, Dataset)
    assert first.x.shape == (30, 28, 28, 1)
    assert (first.x != second.x).any()
    for part in (first, second):  # each with the label that goes with it
        for image, label in zip(part.x, part.y, strict=True):
            same = (test.x == image).all(axis=(1, 2, 3))
            assert label in test.y[same]
    assert third.x.std() < 0.7 * first.x.std()


X, Y = np.full((3, 4, 4, 1), 0.5), np.array([0, 1, 1])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: shifted(X[0], "blur", 0.5, 0), TypeError, r"x is an array of shape \(4, 4, 1\)"),
        (lambda: shifted(X.astype(int), "blur", 0.5, 0), TypeError, "expected images of shape"),
        (lambda: shifted(3 * X, "blur", 0.5, 0), ValueError, "x goes from 1.5 to 1.5: expected"),
        (lambda: shifted(X * np.nan, "blur", 0.5, 0), ValueError, "x goes from nan to nan"),
        (lambda: shifted(X, "rain", 0.5, 0), ValueError, "kind is 'rain': expected one of rotatio"),
        (lambda: shifted(X, "blur", 1.5, 0), ValueError, "strength is 1.5: expected .* at most 1"),
        (lambda: shifted(X, "blur", 0.5, "a"), TypeError, "rng is 'a' .*: expected a numpy.random"),
        (lambda: with_frequencies(Y, [1], 5, 0), ValueError, r"frequencies has shape \(1,\)"),
        (lambda: with_frequencies(Y, [0, 0], 5, 0), ValueError, "smallest value 0 and sum 0"),
        (lambda: with_frequencies(Y, [1, 1, 1], 5, 0), ValueError, "no example of class 2"),
        (lambda: drifting_stream((X, Y), "blur", [0], 0, 0), ValueError, "each is 0: expected"),
        (lambda: drifting_stream(X, "blur", [0], 1, 0), TypeError, "data is .*: expected a pair"),
    ],
)
def test_what_is_wrong_is_said(call, error, words):
    with pytest.raises(error, match=words):
        call()
