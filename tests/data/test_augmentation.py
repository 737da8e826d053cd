import re

import numpy as np
import pytest
from scipy import ndimage

from dlcourse.data import Augmentation
from dlcourse.kernels import cpu

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 9, 7, 2))


def warped(x, angle=0.0, down=0.0, right=0.0, rows=1, columns=1):
    y = np.full_like(x, np.nan)
    motion = np.tile([angle, down, right, rows, columns], (len(x), 1)).astype(float)
    cpu.warp_images(x, motion, y)
    return y


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("angle", "down", "right"), [(0.3, 0, 0), (-1.2, 0.4, -1.7), (0, 2, 3), (3.0, 0.5, 0.5)]
)
def test_warping_is_scipys_affine_transform(angle, down, right, dtype):
    x = IMAGES.astype(dtype)
    y = warped(x, angle, down, right)
    back = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = (np.array(x.shape[1:3]) - 1) / 2
    for n in range(len(x)):
        for k in range(2):
            # "grid-constant" mixes with zeros beyond the border, as ours does
            expected = ndimage.affine_transform(
                x[n, :, :, k], back, middle - back @ np.add(middle, [down, right]), order=1,
                mode="grid-constant",
            )  # fmt: skip
            np.testing.assert_allclose(y[n, :, :, k], expected, atol=1e-5)


def test_known_motions():
    x = IMAGES
    np.testing.assert_array_equal(warped(x), x)
    np.testing.assert_array_equal(warped(x, rows=-1), x[:, ::-1])
    np.testing.assert_array_equal(warped(x, columns=-1), x[:, :, ::-1])
    np.testing.assert_array_equal(warped(x, down=2)[:, 2:], x[:, :-2])
    assert (warped(x, down=2)[:, :2] == 0).all()
    np.testing.assert_array_equal(warped(x, right=-1)[:, :, :-1], x[:, :, 1:])
    square = x[:, :7]
    np.testing.assert_allclose(
        warped(square, np.pi / 2), np.rot90(square, axes=(1, 2)), atol=1e-12
    )  # counter-clockwise


def test_far_away_is_black():
    assert (warped(IMAGES, down=1e9) == 0).all()


def test_each_image_draws_its_own_and_the_input_stays():
    x = np.repeat(IMAGES[:1], 50, axis=0)
    before = x.copy()
    y = Augmentation(rotation=20, translation=1)(x, np.random.default_rng(0))
    assert len(np.unique(y.reshape(50, -1), axis=0)) == 50
    assert np.array_equal(x, before)


def test_half_of_the_images_are_flipped():
    x = np.repeat(IMAGES[:1], 1000, axis=0)
    y = Augmentation(flip_columns=True)(x, np.random.default_rng(0))
    flipped = (y == x[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (flipped | (y == x).all(axis=(1, 2, 3))).all()
    assert flipped.mean() == pytest.approx(0.5, abs=0.06)


def test_crop_takes_every_window_equally_often():
    x = np.tile(np.arange(12.0).reshape(1, 3, 4, 1), (3000, 1, 1, 1))
    y = Augmentation(crop=(2, 3))(x, np.random.default_rng(0))
    assert y.shape == (3000, 2, 3, 1)
    corners, counts = np.unique(y[:, 0, 0, 0], return_counts=True)
    assert corners.tolist() == [0, 1, 4, 5]
    assert counts.min() > 600
    assert (y[:, 1, 2, 0] - y[:, 0, 0, 0] == 6).all()


def test_noise_has_the_stated_spread():
    x = np.zeros((50, 20, 20, 1), np.float32)
    y = Augmentation(noise=0.3)(x, np.random.default_rng(0))
    assert y.dtype == np.float32
    assert y.std() == pytest.approx(0.3, rel=0.02)
    assert y.mean() == pytest.approx(0, abs=0.01)


def test_the_same_seed_gives_the_same_and_nothing_new_is_allocated():
    augment = Augmentation(rotation=10, translation=2, crop=(5, 5), noise=0.1, flip_rows=True)
    first = augment(IMAGES, np.random.default_rng(3)).copy()
    again = augment(IMAGES, np.random.default_rng(3))
    assert np.array_equal(first, again)
    assert augment(IMAGES[:2], np.random.default_rng(3)).base is again.base


def test_nothing_to_do_gives_the_images_back():
    assert Augmentation()(IMAGES, np.random.default_rng(0)) is IMAGES


@pytest.mark.parametrize(
    ("act", "kind", "sentence"),
    [
        (lambda: Augmentation(rotation=-1), ValueError, "rotation is -1: expected a finite number"),
        (lambda: Augmentation(translation="2"), TypeError, "translation is '2' (str): expected"),
        (
            lambda: Augmentation(crop=5),
            TypeError,
            "crop is 5 (int): expected a pair (height, width",
        ),
        (lambda: Augmentation(crop=(0, 5)), ValueError, "crop is 0: expected a whole number of at"),
        (
            lambda: Augmentation(crop=(10, 5))(IMAGES, RNG),
            ValueError,
            "crop is (10, 5), and the images are 9 × 7: expected a window that fits",
        ),
        (lambda: Augmentation(noise=1)(IMAGES[0], RNG), TypeError, "expected floating-point imag"),
        (
            lambda: Augmentation(noise=1)((IMAGES * 255).astype(np.uint8), RNG),
            TypeError,
            "x is an array of shape (6, 9, 7, 2) and dtype uint8: expected floating-point images",
        ),
    ],
)
def test_bad_input(act, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)):
        act()
