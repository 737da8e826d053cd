import numpy as np
import pytest

from dlcourse.optimizers import SGD, Adam
from dlcourse.parameters import Parameters, ParameterSpec


def parameters(values, dtype=np.float64):
    made = Parameters({"p": ParameterSpec("p", (len(values),), lambda array, rng: None)}, dtype)
    made.values[:] = values
    return made


def test_sgd_takes_one_step_down_the_gradient():
    p = parameters([1.0, 2.0])
    p.gradients[:] = [10, -10]
    SGD(p, learning_rate=0.25).step()
    assert p.values.tolist() == [-1.5, 4.5]


def test_momentum_reaches_its_final_speed():
    """Under a constant gradient g the velocity tends to g / (1 - μ)."""
    p = parameters([0.0])
    optimizer = SGD(p, learning_rate=1.0, momentum=0.9)
    p.gradients[:] = 1
    for _ in range(500):
        before = p.values.copy()
        optimizer.step()
    assert before - p.values == pytest.approx(10)
    assert optimizer.steps == 500


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5])
def test_adams_first_step_is_the_learning_rate_whatever_the_gradients_size(scale):
    p = parameters([1.0, 1.0, 1.0])
    p.gradients[:] = np.array([1, -2, 0]) * scale
    Adam(p, learning_rate=0.1).step()
    np.testing.assert_allclose(p.values, [0.9, 1.1, 1.0], atol=1e-6)


def test_adam_descends_a_narrow_valley():
    p = parameters([5.0, 5.0])
    optimizer = Adam(p, learning_rate=0.1)
    for _ in range(2000):
        p.gradients[:] = p.values * [1, 1000]
        optimizer.step()
    assert abs(p.values).max() < 1e-3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_state_has_the_type_of_the_parameters(dtype):
    optimizer = Adam(parameters([1, 2], dtype))
    assert {name: array.dtype for name, array in optimizer.state.items()} == {
        "m": dtype,
        "v": dtype,
    }


def test_the_learning_rate_may_change_between_steps():
    p = parameters([0.0])
    optimizer = SGD(p, learning_rate=1.0)
    p.gradients[:] = 1
    optimizer.step()
    optimizer.learning_rate = 0.5
    optimizer.step()
    assert p.values.tolist() == [-1.5]
