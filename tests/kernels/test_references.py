"""Every CPU kernel against a slow, obvious reference."""

import math

import numpy as np
import pytest

from dlcourse.kernels import cpu, kernels_for

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
SHAPES = pytest.mark.parametrize(("n", "i", "o"), [(1, 1, 1), (2, 3, 4), (7, 5, 1), (33, 64, 10)])


def close(actual, expected, dtype):
    """A few roundings of sums of tens of numbers of size one."""
    tolerance = 2e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def draw(rng, dtype, *shape):
    return rng.normal(size=shape).astype(dtype)


@DTYPES
@SHAPES
def test_dense(n, i, o, dtype):
    rng = np.random.default_rng(n)
    x, w, b, dy = (draw(rng, dtype, *shape) for shape in [(n, i), (i, o), (o,), (n, o)])
    y, dw, db, dx = np.full_like(dy, np.nan), np.full_like(w, np.nan), b.copy(), x.copy()
    cpu.dense_forward(x, w, b, y)
    cpu.dense_backward(x, w, dy, dw, db, dx)
    for row in range(n):
        for unit in range(o):
            close(y[row, unit], sum(x[row, k] * w[k, unit] for k in range(i)) + b[unit], dtype)
    for k in range(i):
        for unit in range(o):
            close(dw[k, unit], sum(x[row, k] * dy[row, unit] for row in range(n)), dtype)
        for row in range(n):
            close(dx[row, k], sum(dy[row, unit] * w[k, unit] for unit in range(o)), dtype)
    for unit in range(o):
        close(db[unit], sum(dy[row, unit] for row in range(n)), dtype)


def test_dense_backward_leaves_out_what_is_not_asked_for():
    x, w, dy = np.ones((2, 3)), np.ones((3, 4)), np.ones((2, 4))
    dw, db = np.empty_like(w), np.empty(4)
    cpu.dense_backward(x, w, dy, dw, db, None)
    assert dw.tolist() == [[2] * 4] * 3
    assert db.tolist() == [2] * 4


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


@DTYPES
@pytest.mark.parametrize(
    ("name", "value", "derivative", "reads"),
    [
        ("relu", lambda x: max(x, 0), lambda x: float(x > 0), "x"),
        ("sigmoid", sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), "y"),
        ("tanh", math.tanh, lambda x: 1 - math.tanh(x) ** 2, "y"),
    ],
)
def test_activations(name, value, derivative, reads, dtype):
    rng = np.random.default_rng(0)
    x = np.concatenate([draw(rng, dtype, 50), np.array([0, -0.0, 30, -30], dtype)])
    dy, y, dx = draw(rng, dtype, x.size), np.empty_like(x), np.empty_like(x)
    getattr(cpu, f"{name}_forward")(x, y)
    getattr(cpu, f"{name}_backward")(x if reads == "x" else y, dy, dx)
    close(y, [value(float(v)) for v in x], dtype)
    close(dx, [d * derivative(float(v)) for v, d in zip(x, dy, strict=True)], dtype)


@DTYPES
@pytest.mark.parametrize(("n", "classes"), [(1, 2), (5, 3), (64, 10)])
def test_softmax_cross_entropy(n, classes, dtype):
    rng = np.random.default_rng(n)
    y = draw(rng, dtype, n, classes)
    labels = rng.integers(classes, size=n)
    dy = np.full_like(y, np.nan)
    loss = cpu.softmax_cross_entropy(y, labels, dy)
    expected = 0.0
    for row in range(n):
        exponentials = [math.exp(v) for v in y[row]]
        share = [e / sum(exponentials) for e in exponentials]
        expected -= math.log(share[labels[row]]) / n
        for c in range(classes):
            close(dy[row, c], (share[c] - (c == labels[row])) / n, dtype)
    close(loss, expected, dtype)


@DTYPES
def test_softmax_cross_entropy_at_extremes(dtype):
    y = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]], dtype)
    dy = np.empty_like(y)
    assert cpu.softmax_cross_entropy(y, np.array([0, 0]), dy) == 1e4
    assert dy.tolist() == [[0, 0, 0], [-0.5, 0.5, 0]]


@DTYPES
def test_mean_squared_error(dtype):
    rng = np.random.default_rng(0)
    y, target = draw(rng, dtype, 1, 12), draw(rng, dtype, 1, 12)
    dy = np.empty_like(y)
    loss = cpu.mean_squared_error(y, target, np.ones(1, dtype), 12.0, dy)
    close(loss, sum((a - b) ** 2 for a, b in zip(y[0], target[0], strict=True)) / 12, dtype)
    close(dy[0], [2 * (a - b) / 12 for a, b in zip(y[0], target[0], strict=True)], dtype)


def test_count_correct_takes_the_first_of_equal_values():
    y = np.array([[1, 2, 2], [3, 0, 0], [0, 0, 1]], np.float32)
    assert cpu.count_correct(y, np.array([1, 0, 1])) == 2


def test_first_label_outside():
    assert cpu.first_label_outside(np.array([0, 3, 9]), 10) == -1
    assert cpu.first_label_outside(np.array([0, 10, -1]), 10) == 1
    assert cpu.first_label_outside(np.array([0, -1]), 10) == 1


@DTYPES
def test_updates(dtype):
    rng = np.random.default_rng(0)
    p, m, v = draw(rng, dtype, 9), draw(rng, dtype, 9), abs(draw(rng, dtype, 9))
    q, mq, vq = p.astype(float), m.astype(float), v.astype(float)
    velocity = draw(rng, dtype, 9)
    velocity_q = velocity.astype(float)
    for t in range(1, 6):
        g = draw(rng, dtype, 9)
        cpu.sgd_step(p, g, 0.1, 1.0)
        q -= 0.1 * g
        cpu.momentum_step(p, g, velocity, 0.1, 0.9, 1.0)
        velocity_q = 0.9 * velocity_q + g
        q -= 0.1 * velocity_q
        cpu.adam_step(p, g, m, v, 0.01, 0.9, 0.999, 1e-8, t, 1.0)
        mq, vq = 0.9 * mq + 0.1 * g, 0.999 * vq + 0.001 * g.astype(float) ** 2
        q -= 0.01 * (mq / (1 - 0.9**t)) / (np.sqrt(vq / (1 - 0.999**t)) + 1e-8)
    close(p, q, dtype)


def test_kernels_are_chosen_by_the_array():
    assert kernels_for(np.zeros(1)) is cpu
    with pytest.raises(TypeError, match="no kernels for a list: expected a NumPy array"):
        kernels_for([1, 2])
