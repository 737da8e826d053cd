import math

import numpy as np
import pytest

from dlcourse import initializers
from dlcourse.initializers import Constant, Normal, Orthogonal, Uniform, VarianceScaling, fans
from dlcourse.layers import Dense, ReLU
from dlcourse.model import Sequential, load, save
from tests.ids import shown

PRESETS = [
    "glorot_normal", "glorot_uniform", "he_normal", "he_uniform",
    "lecun_normal", "lecun_uniform", "ones", "orthogonal", "zeros",
]  # fmt: skip
SHAPES = [(400, 300), (3, 5, 40, 60)]


def draw(initializer, shape, dtype=np.float64, seed=0):
    array = np.full(shape, np.nan, dtype)
    initializer(array, np.random.default_rng(seed))
    return array


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4, 7), (4, 7)),
        ((3, 3, 4, 7), (36, 63)),
        ((1, 5, 2, 1), (10, 5)),
        ((5, 2, 3), (10, 15)),
    ],
)
def test_fans(shape, expected):
    assert fans(shape) == expected


@pytest.mark.parametrize("shape", [(), (5,)])
def test_a_bias_has_no_fan(shape):
    with pytest.raises(ValueError, match=r"expected \(inputs, outputs\) or \(height, width, inp"):
        fans(shape)
    for name in ("he_normal", "orthogonal"):
        with pytest.raises(ValueError, match="since a bias has no fan"):
            draw(getattr(initializers, name), shape)


def moments_are_normal(w, deviation):
    """Mean, spread and fourth moment within four of their own standard errors."""
    n = w.size
    assert abs(w.mean()) < 4 * deviation / math.sqrt(n)
    assert w.std() == pytest.approx(deviation, rel=4 / math.sqrt(2 * n))
    assert (w**4).mean() == pytest.approx(3 * deviation**4, rel=4 * math.sqrt(96 / 9 / n))


def is_uniform(w, limit):
    """The largest distance of the distribution functions (Kolmogorov's test at about 1e-4)."""
    assert abs(w).max() < limit
    ordered = np.sort(w.ravel())
    expected = (ordered / limit + 1) / 2
    steps = np.arange(1, w.size + 1) / w.size
    assert abs(steps - expected).max() < 2.2 / math.sqrt(w.size)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("family", "variance"),
    [
        ("glorot", lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
        ("he", lambda fan_in, fan_out: 2 / fan_in),
        ("lecun", lambda fan_in, fan_out: 1 / fan_in),
    ],
)
def test_presets_have_their_papers_distribution(family, variance, shape):
    deviation = math.sqrt(variance(*fans(shape)))
    moments_are_normal(draw(getattr(initializers, f"{family}_normal"), shape), deviation)
    is_uniform(draw(getattr(initializers, f"{family}_uniform"), shape), math.sqrt(3) * deviation)


def test_glorots_uniform_limit_is_the_papers():
    """√(6 / (fan_in + fan_out)), equation 16."""
    w = draw(initializers.glorot_uniform, (300, 500))
    assert abs(w).max() == pytest.approx(math.sqrt(6 / 800), rel=1e-4)


def test_scales_of_ones_own():
    moments_are_normal(draw(Normal(0.01), (200, 300)), 0.01)
    is_uniform(draw(Uniform(0.3), (200, 300)), 0.3)
    is_uniform(draw(Uniform(0.3), (60_000,)), 0.3)
    assert (draw(Constant(0.5), (3, 2)) == 0.5).all()
    assert (draw(initializers.zeros, (4,)) == 0).all()
    assert (draw(initializers.ones, (4,)) == 1).all()
    fan_out = VarianceScaling(2, "out", "normal")
    moments_are_normal(draw(fan_out, (300, 200)), math.sqrt(2 / 200))


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (1, 5), (5, 1), (3, 3, 2, 7)])
def test_orthogonal(shape):
    w = draw(Orthogonal(1.5), shape).reshape(-1, shape[-1])
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, 1.5**2 * np.eye(min(w.shape)), atol=1e-12)


def test_orthogonal_matrices_favour_no_direction():
    """Each entry's mean is 0 and its mean square 1/n; QR's own signs would bias the diagonal."""
    rng = np.random.default_rng(0)
    drawn = np.empty((4000, 3, 3))
    for w in drawn:
        initializers.orthogonal(w, rng)
    assert abs(drawn.mean(0)).max() < 4 * math.sqrt(1 / 3 / 4000)
    np.testing.assert_allclose((drawn**2).mean(0), 1 / 3, atol=4 * math.sqrt(4 / 45 / 4000))
    assert np.linalg.det(drawn).mean() == pytest.approx(0, abs=4 / math.sqrt(4000))


@pytest.mark.parametrize("name", PRESETS)
def test_one_seed_gives_the_same_numbers_in_either_type(name):
    initializer = getattr(initializers, name)
    wide, narrow = draw(initializer, (5, 4)), draw(initializer, (5, 4), np.float32)
    np.testing.assert_array_equal(narrow, wide.astype(np.float32))
    assert not np.isnan(narrow).any()
    if name not in ("zeros", "ones"):
        assert not np.array_equal(wide, draw(initializer, (5, 4), seed=1))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_show_their_names_and_equal_what_does_the_same(name):
    preset = getattr(initializers, name)
    assert repr(preset) == name
    same = type(preset)(**preset.options)
    assert same == preset
    assert hash(same) == hash(preset)
    assert preset != Normal(0.01)


def test_others_show_how_they_are_made():
    assert repr(Normal(0.01)) == "Normal(deviation=0.01)"
    assert repr(VarianceScaling(3, "out", "uniform")) == (
        "VarianceScaling(scale=3.0, fan='out', distribution='uniform')"
    )
    assert Normal(1) == Normal(1.0) != Uniform(1)


@pytest.mark.parametrize(
    "initializer", [Normal(0.3), initializers.orthogonal, initializers.lecun_uniform], ids=shown
)
def test_a_saved_model_keeps_its_initializers(initializer, tmp_path):
    model = Sequential(Dense(3, initializer), ReLU(), Dense(2), input_shape=(4,), rng=0)
    save(model, tmp_path / "model.npz")
    loaded = load(tmp_path / "model.npz")
    assert loaded.layers[0].initializer == initializer
    assert loaded.layers[2].initializer == initializers.he_normal
    assert repr(loaded) == repr(model)
    assert f"initializer={initializer!r}" in repr(model)


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (lambda: Normal(0), ValueError, "deviation is 0: expected a finite number above 0"),
        (lambda: Normal("1"), TypeError, r"deviation is '1' \(str\): expected a finite number"),
        (lambda: Uniform(-1), ValueError, "limit is -1: expected a finite number above 0"),
        (lambda: Constant(math.inf), ValueError, "value is inf: expected a finite number"),
        (lambda: Orthogonal(0), ValueError, "gain is 0: expected a finite number above 0"),
        (lambda: VarianceScaling(0, "in", "normal"), ValueError, "scale is 0: expected a finite"),
        (
            lambda: VarianceScaling(1, "input", "normal"),
            ValueError,
            "fan is 'input': expected one of in, out, average",
        ),
        (
            lambda: VarianceScaling(1, "in", "gamma"),
            ValueError,
            "distribution is 'gamma': expected one of normal, uniform",
        ),
    ],
)
def test_bad_options(make, kind, sentence):
    with pytest.raises(kind, match=sentence):
        make()


def test_every_public_name_is_listed():
    assert set(PRESETS) < set(initializers.__all__)
    assert sorted(initializers.__all__) == initializers.__all__
    assert all(hasattr(initializers, name) for name in initializers.__all__)


def test_signals_keep_their_size_through_fifty_relu_layers():
    """He et al. 2015, §2.2: with half of that variance they would be 2⁻²⁵ of it at the end."""
    layers = [layer for _ in range(50) for layer in (Dense(200), ReLU())]
    model = Sequential(*layers, input_shape=(200,), rng=0)
    x = np.random.default_rng(1).normal(size=(100, 200)).astype(np.float32)
    assert 0.1 < (model.predict(x) ** 2).mean() < 10
