"""Every CUDA kernel, simulated, against the CPU kernel run in float64, in three thread orders."""

import inspect

import numpy as np
import pytest

from dlcourse.buffers import Buffers
from dlcourse.kernels import cpu, cuda, kernels_for
from dlcourse.kernels.cuda import simulator
from dlcourse.kernels.cuda.simulated_memory import DeviceArray, to_device

ORDERS = ["forward", "reversed", 7]


class Scratch(np.ndarray):
    """An argument that is room to work in: what is left there is nobody's business."""


def scratch(*shape):
    return np.empty(shape).view(Scratch)


def draw(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(np.float32)


def out(*shape, dtype=np.float32):
    """An output: poisoned, so that a number that is not written shows."""
    return np.full(shape, np.nan if dtype == np.float32 else -99, dtype)


def widened(argument):
    if isinstance(argument, Scratch):
        return np.asarray(argument)
    if isinstance(argument, np.ndarray):
        return argument.astype(np.float64 if argument.dtype == np.float32 else argument.dtype)
    return argument


def cpu_kernel(name):
    return getattr(cpu, name, None) or getattr(cpu.dense, name)


def compare(name, arguments, order, tolerance=2e-5):
    expected = [widened(argument) for argument in arguments]
    returned = cpu_kernel(name)(*expected)
    actual = [to_device(a) if isinstance(a, np.ndarray) else a for a in arguments]
    with simulator.thread_order(order):
        value = getattr(cuda, name)(*actual)
    if returned is not None:
        np.testing.assert_allclose(value, returned, rtol=tolerance, err_msg="returned")
    for k, (given, device, right) in enumerate(zip(arguments, actual, expected, strict=True)):
        if isinstance(device, DeviceArray) and not isinstance(given, Scratch):
            np.testing.assert_allclose(
                device.copy_to_host(),
                right,
                rtol=tolerance,
                atol=tolerance,
                err_msg=f"argument {k}",
            )


def dense(rows, inputs, outputs):
    x, w, b, dy = draw(rows, inputs), draw(inputs, outputs), draw(outputs), draw(rows, outputs)
    gradients = out(inputs, outputs), out(outputs), out(rows, inputs)
    yield "dense_forward", (x, w, b, out(rows, outputs))
    yield "dense_backward", (x, w, dy, *gradients)


def activations():
    special = np.array([0, -0.0, 30, -30, 1e4, -1e4], np.float32)
    x, dy = np.concatenate([draw(301), special]), draw(307)
    for name in ("relu", "sigmoid", "tanh", "gelu", "silu", "softplus", "leaky_relu", "elu"):
        option = (0.3,) if name in ("leaky_relu", "elu") else ()
        yield f"{name}_forward", (x, out(307), *option)
        shares = 1 / (1 + np.exp(-np.clip(x.astype(float), -50, 50)))
        at = shares.astype(np.float32) if name in ("sigmoid", "tanh", "elu") else x
        yield f"{name}_backward", (at, dy, out(307), *option)
    yield "add", (x, dy, out(307))


def losses():
    for rows, classes in ((1, 2), (5, 3), (9, 40)):
        y, labels = 3 * draw(rows, classes), np.arange(rows) * 7 % classes
        yield "softmax_cross_entropy", (y, labels, out(rows, classes))
        yield "count_correct", (y, labels)
        yield "softmax_forward", (y, out(rows, classes))
        yield "softmax_backward", (abs(y) / 9, draw(rows, classes, seed=1), out(rows, classes))
    extremes = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]], np.float32)
    yield "softmax_cross_entropy", (extremes, np.array([0, 0]), out(2, 3))
    yield "count_correct", (np.array([[1, 2, 2], [3, 0, 0]], np.float32), np.array([2, 0]))
    for rows, columns in ((1, 1), (7, 5), (1, 1100)):
        y, weight = draw(rows, columns), np.arange(1, rows + 1).astype(np.float32)
        target = draw(rows, columns, seed=1)
        signs, rest = np.sign(target), (float(weight.sum() * columns),)
        for name in ("mean_squared_error", "mean_absolute_error"):
            yield name, (y, target, weight, *rest, out(rows, columns))
        for name in ("hinge", "squared_hinge"):
            yield name, (y, signs, weight, *rest, out(rows, columns))
        yield "huber", (y, target, weight, *rest, 0.7, out(rows, columns))
        shares = (signs > 0).astype(np.float32)
        yield "binary_cross_entropy", (y, shares, weight, *rest, 2.0, out(rows, columns))


def updates():
    n = 300
    p, g, m, v = draw(n), draw(n, seed=1), draw(n, seed=2), abs(draw(n, seed=3))
    none = np.empty(0, np.float32)
    yield "sgd_step", (p, g, 0.1, 0.9)
    yield "momentum_step", (p, g, m, 0.1, 0.8, 0.9)
    yield "nesterov_step", (p, g, m, 0.1, 0.8, 0.9)
    yield "adagrad_step", (p, g, v, 0.1, 1e-8, 0.9)
    for mean, velocity in ((none, none), (m / 9, none), (none, m), (m / 9, m)):
        # A variance near 0 would magnify the last digit of mean², and nothing would be compared.
        yield "rmsprop_step", (p, g, v + 3, mean, velocity, 0.1, 0.7, 1e-8, 0.6, 0.9)
    yield "adam_step", (p, g, m, v, 0.01, 0.9, 0.999, 1e-8, 3, 0.9)
    yield "amsgrad_step", (p, g, m, v, v[::-1].copy(), 0.01, 0.9, 0.999, 1e-8, 3, 0.9)
    yield "adamax_step", (p, g, m, v + 1, 0.01, 0.9, 0.999, 1e-8, 3, 0.9)


def constraints():
    for values in (draw(1), draw(1500), np.array([3e30, 4e30], np.float32), np.zeros(3, "f4")):
        yield "sum_of_squares", (values,)
    yield "scale_in_place", (draw(300), 0.3)
    yield "clip_values", (np.append(draw(300), np.float32(np.nan)), 0.5)
    yield "penalty_value", (draw(1500), 0.1, 0.2)
    yield "add_penalty_gradient", (np.append(draw(300), np.float32(0)), draw(301), 0.1, 0.2)
    yield "limit_column_norms", (draw(7, 67), 2.5, np.empty(67, np.float32))
    yield "sum_rows", (draw(21, 45), out(45))
    yield "add_bias", (draw(7, 45), draw(45))


def dropout():
    for size in (1, 6, 1027):
        yield "dropout", (draw(size), out(size), 2**40 + 3, 5, 0.3)


def pooling():
    for size, stride, padding in (((2, 2), (2, 2), (0, 0)), ((3, 2), (1, 2), (1, 1))):
        windows = size, stride, padding
        x = np.round(draw(2, 5, 6, 3))  # with equal numbers
        height, width = (
            (length + 2 * p - k) // s + 1
            for length, k, s, p in zip((5, 6), size, stride, padding, strict=True)
        )
        shape = 2, height, width, 3
        y, place = np.empty(shape, np.float32), np.empty(shape, np.int32)
        cpu.max_pool_forward(x, y, place, *windows)
        yield "max_pool_forward", (x, out(*shape), out(*shape, dtype=np.int32), *windows)
        yield "max_pool_backward", (draw(*shape), place, out(*x.shape), *windows)
        for count_padding in (True, False):
            yield "average_pool_forward", (x, out(*shape), *windows, count_padding)
            yield "average_pool_backward", (draw(*shape), out(*x.shape), *windows, count_padding)


def convolution():
    for kernel, stride, padding in (((3, 2), (1, 2), (1, 0)), ((1, 1), (2, 1), (0, 0))):
        x, w = draw(2, 5, 6, 2), draw(*kernel, 2, 3)
        height, width = (
            (length + 2 * p - k) // s + 1
            for length, k, s, p in zip((5, 6), kernel, stride, padding, strict=True)
        )
        dy, options = draw(2, height, width, 3), (stride, padding, Buffers())
        yield "conv_forward", (x, w, draw(3), out(*dy.shape), *options)
        yield "conv_backward", (x, w, dy, out(*w.shape), out(3), out(*x.shape), *options)
        yield "conv_backward", (x, w, dy, out(*w.shape), out(3), None, *options)


def normalization():
    x, dy = draw(37, 35) + 5, draw(37, 35, seed=1)
    mean, variance = x.mean(0), x.var(0)
    reciprocal, gamma, beta = 1 / np.sqrt(variance), draw(35), draw(35, seed=1)
    yield "column_moments", (x, scratch(35), out(35), out(35))
    yield "update_running_moments", (draw(35), gamma**2, mean, variance, 0.1, 37)
    yield "reciprocal_deviation", (variance, 1e-5, out(35))
    yield "batch_norm_forward", (x, mean, reciprocal, gamma, beta, out(37, 35))
    parameter_gradients = scratch(2, 35), out(35), out(35)
    yield "batch_norm_parameter_gradients", (x, dy, mean, reciprocal, *parameter_gradients)
    sums = draw(35, seed=2), draw(35, seed=3)
    yield "batch_norm_backward", (x, dy, mean, reciprocal, gamma, *sums, out(37, 35))
    yield "scale_columns", (dy, gamma, reciprocal, out(37, 35))
    yield "layer_norm_forward", (x, gamma, beta, 1e-5, out(37), out(37), out(37, 35))
    moments = x.mean(1), 1 / x.std(1)
    yield "layer_norm_backward", (x, dy, *moments, gamma, out(35), out(35), out(37, 35))


CASES = [
    *dense(1, 1, 1), *dense(7, 11, 5), *dense(17, 9, 66), *activations(), *losses(), *updates(),
    *constraints(), *dropout(), *pooling(), *convolution(), *normalization(),
]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("case", range(len(CASES)), ids=[name for name, _ in CASES])
def test_a_cuda_kernel_computes_what_the_cpu_computes(case, order):
    compare(*CASES[case], order)


def public_functions(module):
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_")
    }


def test_every_cuda_kernel_is_compared():
    assert set(public_functions(cuda)) == {name for name, _ in CASES}


def parameters(function):
    return list(inspect.signature(getattr(function, "py_func", function)).parameters)


@pytest.mark.parametrize("name", public_functions(cuda))
def test_the_signatures_are_those_of_the_cpu(name):
    ours, theirs = parameters(getattr(cuda, name)), parameters(cpu_kernel(name))
    # What one function makes of many formulas names its first argument x for both x and y.
    assert len(ours) == len(theirs)


def test_the_large_tiles_compute_the_same():
    """128 × 128 results a block: a ragged product just above one tile."""
    from dlcourse.kernels.cuda import dense, products

    a, b = draw(130, 3), draw(3, 5)
    c, bias = to_device(out(130, 5)), to_device(draw(5))
    products_of = dense._forward[1][(1, 2), products.THREADS]
    products_of(to_device(a), to_device(b), bias, c, 130, 3, 5, products.NO_GEOMETRY)
    np.testing.assert_allclose(c.copy_to_host(), a @ b + draw(5), rtol=2e-5, atol=2e-5)


def test_dropout_drops_what_the_cpu_drops():
    x, y = np.ones(1000, np.float32), np.empty(1000, np.float32)
    cpu.dropout(x, y, 12345, 2**33, 0.5)
    device = to_device(x)
    cuda.dropout(device, device, 12345, 2**33, 0.5)
    assert np.array_equal(device.copy_to_host(), y)
    assert 400 < (y == 0).sum() < 600


def test_kernels_are_chosen_by_the_array():
    assert kernels_for(to_device(np.zeros(1, np.float32))) is cuda
