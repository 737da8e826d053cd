"""Learning to tell images apart, without labels."""

import numpy as np
import pytest

from dlcourse.data import Augmentation, load_digits
from dlcourse.labelling import learn_instances
from dlcourse.layers import Dense, Flatten, ReLU
from dlcourse.model import with_new_head

IMAGES = load_digits().train.x[:40].reshape(-1, 8, 8, 1)
SHIFTS = Augmentation(translation=1)


def body():
    return Flatten(), Dense(32), ReLU()


def test_it_tells_shifted_images_apart():
    before = IMAGES.copy()
    model = learn_instances(
        *body(), x=IMAGES, augment=SHIFTS, rng=0, epochs=300, batch_size=16, learning_rate=5e-3
    )
    assert model.output_shape == (40,)
    changed = SHIFTS(IMAGES, np.random.default_rng(9)).copy()
    assert np.mean(model.predict(changed).argmax(axis=1) == np.arange(40)) > 0.8
    np.testing.assert_array_equal(IMAGES, before)


def test_a_new_head_takes_what_was_learnt():
    model = learn_instances(*body(), x=IMAGES, augment=SHIFTS, rng=0, epochs=1)
    new = with_new_head(model, Dense(10), keep=3, rng=0, rate=1)
    np.testing.assert_array_equal(new.layers[1].w, model.layers[1].w)
    assert new.output_shape == (10,)


def test_one_seed_one_result():
    first, second, other = (
        learn_instances(*body(), x=IMAGES, augment=SHIFTS, rng=seed, epochs=1) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first.parameters.values, second.parameters.values)
    assert not np.array_equal(first.parameters.values, other.parameters.values)


@pytest.mark.parametrize(
    ("layers", "options", "words"),
    [
        ((), {}, "body is empty: expected at least one layer"),
        (body(), {"x": IMAGES[:1]}, "x is .*: expected at least two images"),
        (body(), {"x": IMAGES[..., 0]}, "x is .*: expected at least two images"),
        (body(), {"augment": None}, "augment is None .*: expected an Augmentation"),
    ],
)
def test_what_is_wrong_is_said(layers, options, words):
    with pytest.raises((TypeError, ValueError), match=words):
        learn_instances(*layers, **({"x": IMAGES, "augment": SHIFTS, "rng": 0} | options))
