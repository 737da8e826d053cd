import numpy as np
import pytest

from dlcourse.optimizers import SGD, Adagrad, Adam, Adamax, AdamW, AMSGrad, RMSprop, surfaces
from dlcourse.optimizers.surfaces import beale, descend, rosenbrock, saddle, valley
from dlcourse.training import numerical_gradient, relative_error

SURFACES = pytest.mark.parametrize(
    "surface", [valley, rosenbrock, beale, saddle], ids=lambda surface: surface.name
)


@SURFACES
def test_gradients(surface):
    rng = np.random.default_rng(0)
    for point in rng.uniform(-2, 2, (10, 2)):
        numerical = numerical_gradient(lambda p: float(surface.value(p)), point)
        assert relative_error(surface.gradient(point), numerical) < 1e-6


@SURFACES
def test_a_grid_of_points_is_taken_at_once(surface):
    grid = np.random.default_rng(0).normal(size=(4, 3, 2))
    values, gradients = surface.value(grid), surface.gradient(grid)
    assert values.shape == (4, 3)
    for index in np.ndindex(4, 3):
        assert values[index] == surface.value(grid[index])
        np.testing.assert_array_equal(gradients[index], surface.gradient(grid[index]))


@SURFACES
def test_the_minimum_is_level_and_lowest(surface):
    left, right, bottom, top = surface.extent
    assert left < surface.start[0] < right
    assert bottom < surface.start[1] < top
    if surface.minimum is None:
        assert surface is saddle
        return
    minimum = np.array(surface.minimum)
    np.testing.assert_allclose(surface.gradient(minimum), 0, atol=1e-12)
    x, y = np.meshgrid(np.linspace(left, right, 101), np.linspace(bottom, top, 101))
    assert surface.value(np.stack([x, y], -1)).min() >= surface.value(minimum)


#: The optimizer, and for each surface a rate that suits it.
RACERS = {
    "sgd": (SGD, {"valley": 0.03, "Rosenbrock": 1e-3, "Beale": 0.01}),
    "momentum": (
        lambda p, rate: SGD(p, rate, 0.9),
        {"valley": 0.02, "Rosenbrock": 1e-3, "Beale": 0.01},
    ),
    "nesterov": (
        lambda p, rate: SGD(p, rate, 0.9, nesterov=True),
        {"valley": 0.02, "Rosenbrock": 1e-3, "Beale": 0.01},
    ),
    "adagrad": (Adagrad, {"valley": 1.0, "Rosenbrock": 0.5, "Beale": 0.5}),
    "rmsprop": (RMSprop, {"valley": 0.01, "Rosenbrock": 1e-3, "Beale": 3e-3}),
    "rmsprop, centred, momentum": (
        lambda p, rate: RMSprop(p, rate, momentum=0.5, centered=True),
        {"valley": 3e-3, "Rosenbrock": 1e-4, "Beale": 1e-3},
    ),
    "adam": (Adam, {"valley": 0.1, "Rosenbrock": 0.02, "Beale": 0.05}),
    "adamw": (
        lambda p, rate: AdamW(p, rate, weight_decay=0.0),
        {"valley": 0.1, "Rosenbrock": 0.02, "Beale": 0.05},
    ),
    "amsgrad": (AMSGrad, {"valley": 0.1, "Rosenbrock": 0.02, "Beale": 0.05}),
    "adamax": (Adamax, {"valley": 0.1, "Rosenbrock": 0.05, "Beale": 0.1}),
}


@pytest.mark.parametrize("name", RACERS)
@pytest.mark.parametrize("surface", [valley, rosenbrock, beale], ids=lambda surface: surface.name)
def test_every_optimizer_comes_down(name, surface):
    make, rates = RACERS[name]
    path = descend(surface, lambda p: make(p, rates[surface.name]), 8000)
    assert np.linalg.norm(path[-1] - surface.minimum) < 0.1
    assert surface.value(path[-1]) < 1e-3 * surface.value(path[0])
    np.testing.assert_array_equal(path[0], surface.start)


def test_plain_descent_zigzags_in_the_valley_and_diverges_beyond_its_rate():
    """Stable below 2 / 25, the largest curvature; just below it the steep axis changes sign."""
    below = descend(valley, lambda p: SGD(p, 0.079), 50)
    assert (np.sign(below[1:, 1]) != np.sign(below[:-1, 1])).all()
    assert valley.value(below[-1]) < valley.value(below[0])
    above = descend(valley, lambda p: SGD(p, 0.081), 50)
    assert valley.value(above[-1]) > valley.value(above[0])


def test_momentum_is_faster_along_the_valley():
    plain = descend(valley, lambda p: SGD(p, 0.04), 60)
    moving = descend(valley, lambda p: SGD(p, 0.04, 0.7), 60)
    assert valley.value(moving[-1]) < 0.1 * valley.value(plain[-1])


def test_descend_may_start_elsewhere_and_refuses_what_is_no_point():
    path = descend(saddle, lambda p: SGD(p, 0.1), 3, start=(0.0, 0.0))
    assert not path.any()
    with pytest.raises(ValueError, match=r"start has shape \(3,\): expected two numbers"):
        descend(saddle, SGD, 3, start=(0, 0, 0))
    with pytest.raises(ValueError, match="steps is 0: expected a whole number of at least 1"):
        descend(surfaces.valley, SGD, 0)
