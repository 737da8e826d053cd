import numpy as np
import pytest

from dlcourse.training import numerical_gradient, relative_error


def test_numerical_gradient_of_a_known_function():
    x = np.array([[0.5, -1.0], [2.0, 0.0]])
    before = x.copy()
    gradient = numerical_gradient(lambda x: float((x**3).sum()), x)
    np.testing.assert_allclose(gradient, 3 * x**2, atol=1e-8)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("x", [np.zeros(2, np.float32), [1.0, 2.0], np.array([1, 2])])
def test_only_float64_is_precise_enough(x):
    with pytest.raises(TypeError, match="expected a float64 array"):
        numerical_gradient(lambda x: 0.0, x)


def test_relative_error():
    a = np.array([3.0, 4.0])
    assert relative_error(a, a) == 0
    assert relative_error(a, -a) == 1
    assert relative_error(a, 2 * a) == pytest.approx(1 / 3)
    assert relative_error(1e-30 * a, 2e-30 * a) == pytest.approx(1 / 3)
    assert relative_error(0 * a, 0 * a) == 0
    with pytest.raises(ValueError, match=r"a has shape \(2,\) and b \(1,\): expected the same"):
        relative_error(a, a[:1])
