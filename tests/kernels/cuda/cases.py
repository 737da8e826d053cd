"""What every CUDA kernel is tried with, on the simulator and on a GPU alike.

A case is a kernel's name and its arguments; the CPU's kernel, run in float64, gives the answer.
"""

import numpy as np

from dlcourse.buffers import Buffers
from dlcourse.kernels import cpu, cuda


class Scratch(np.ndarray):
    """An argument that is room to work in: what is left there is nobody's business."""


def scratch(*shape):
    return np.full(shape, np.nan, np.float32).view(Scratch)


def draw(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(np.float32)


def out(*shape, dtype=np.float32):
    """An output: poisoned, so that a number that is not written shows."""
    return np.full(shape, np.nan if dtype == np.float32 else -99, dtype)


def widened(argument):
    if isinstance(argument, list):
        return list(map(widened, argument))
    if isinstance(argument, Scratch):
        return np.array(argument, np.float64)
    if isinstance(argument, np.ndarray):
        return argument.astype(np.float64 if argument.dtype == np.float32 else argument.dtype)
    return argument


def twin(module, name):
    """A kernel of either device; ``sum_rows``, for kernels alone, is with the dense layer."""
    return getattr(module, name, None) or getattr(module.dense, name)


def compare(name, arguments, put, tolerance=2e-5):
    """Run a kernel on arrays that ``put`` copies to a device; compare with the CPU in float64."""
    expected = [widened(argument) for argument in arguments]
    returned = twin(cpu, name)(*expected)
    actual = [on_device(argument, put) for argument in arguments]
    value = twin(cuda, name)(*actual)
    if returned is not None:
        np.testing.assert_allclose(float(value), returned, rtol=tolerance, err_msg="returned")
    for k, (given, device, right) in enumerate(zip(arguments, actual, expected, strict=True)):
        if isinstance(given, Scratch):
            continue
        arrays = zip(device, right, strict=True) if isinstance(device, list) else [(device, right)]
        for array, expectation in arrays:
            if isinstance(expectation, np.ndarray):
                np.testing.assert_allclose(
                    array.copy_to_host(),
                    expectation,
                    rtol=tolerance,
                    atol=tolerance,
                    err_msg=f"argument {k}",
                )


def on_device(argument, put):
    if isinstance(argument, list):
        return [on_device(part, put) for part in argument]
    return put(np.ascontiguousarray(argument)) if isinstance(argument, np.ndarray) else argument


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
        yield "count_same_largest", (np.round(y), np.round(draw(rows, classes, seed=1)))
        weight, class_weight = abs(draw(rows)), abs(draw(classes)) + np.float32(0.1)
        dy = out(rows, classes)
        for smoothing in (0.0, 0.2):
            arguments = y, labels, class_weight, weight, smoothing, dy
            yield "weighted_softmax_cross_entropy", arguments
            target = np.full((rows, classes), 1 / classes, np.float32)
            arguments = y, target, class_weight, weight, float(weight.sum()), smoothing, dy
            yield "softmax_cross_entropy_of_probabilities", arguments
        yield "multi_class_hinge", (y, labels, weight, float(weight.sum()), 0.7, dy)
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
        yield "count_same_side", (y.reshape(-1), target.reshape(-1), 0.3)
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
    every_size = (10.0 ** np.linspace(-40, 38, 700)).astype(np.float32)
    few = (np.array([3e30, 4e30], np.float32), np.full(3, 1e-30, np.float32), np.zeros(3, "f4"))
    for values in (draw(1), draw(5000), every_size, every_size[:600], every_size[:200], *few):
        yield "sum_of_squares", (values,)
    for limit in (0.5, 1e6):
        yield "clip_norm", ([draw(300), draw(5000, seed=1)], limit)
    for scale in (1e25, 1e-25):  # whose squares are infinite, or 0, in float32
        yield "clip_norm", ([np.float32(scale) * draw(300), draw(1)], scale)
    yield "clip_norm", ([np.append(draw(3), np.float32(np.inf))], 1.0)
    yield "scale_in_place", (draw(300), 0.3)
    yield "clip_values", (np.append(draw(300), np.float32(np.nan)), 0.5)
    yield "penalty_value", (draw(1500), 0.1, 0.2)
    yield "add_penalty_gradient", (np.append(draw(300), np.float32(0)), draw(301), 0.1, 0.2)
    yield "limit_column_norms", (draw(7, 67), 2.5, np.empty(67, np.float32))
    yield "sum_rows", (draw(21, 45), out(45))


def dropout():
    for size in (1, 6, 1027):
        yield "dropout", (draw(size), out(size), 2**40 + 3, 5, 0.3)
        yield "dropout", (draw(size), out(size), 2**40 + 3, 5, 0.3, 2**34 + 3)


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
        forward = x, w, draw(3), out(*dy.shape), *options
        cpu.conv_forward(*map(widened, forward))  # leaves the padded images for backward
        yield "conv_forward", forward
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


def checks():
    values = np.array([0.5, 1, 0, 0.2, 1.5, np.nan], np.float32)
    for part in (values[:4], values[:5], values[3:], values[[0, 5, 4]]):
        yield "first_outside", (part, 0.0, 1.0)
    for signs in ([1, -1, 1], [1, -1, 0.5], [0, 1, 0]):
        yield "first_not_sign", (np.array(signs, np.float32),)
    for labels in ([0, 2, 1], [0, 3, 3], [0, 2, -1], [5] * 300):
        yield "first_label_outside", (np.array(labels), 3)
    rows = np.array([[0.5, 0.5], [1, 0], [0.9, 0.2], [-1, 2], [np.nan, 1]], np.float32)
    for chosen in ([0, 1], [0, 2, 3], [0, 3], [1, 4, 0]):
        yield "first_row_not_probabilities", (rows[chosen], 1e-3)


def embedding():
    for k, words, units in ((1, 1, 1), (37, 5, 3), (70, 90, 35)):
        indices = np.arange(k) * 7 % words
        yield "embedding_forward", (indices, draw(words, units), out(k, units))
        for padding_index in (-1, 0):
            arguments = indices, padding_index, draw(k, units), out(words, units)
            yield "embedding_backward", arguments


def sequences():
    x = draw(3, 5, 2)
    x[1, 2:] = x[0, 3, 1] = 4
    yield "swap_rows_and_steps", (x, out(5, 3, 2))
    for padding in (4.0, 0, None):
        yield "mark_steps", (x, padding, np.full((3, 5), 99, np.uint8))


def recurrent():
    """Forward by the CPU in float64, so that backward gets what a forward pass would leave."""
    for steps, rows, features, units in ((1, 1, 1, 1), (3, 5, 2, 3), (2, 33, 2, 1), (1, 1, 1, 17)):
        kept = np.ones((steps, rows), np.uint8)
        kept[steps // 2, rows // 2 :] = 0
        x, dy = draw(steps, rows, features), draw(steps, rows, units)
        start = draw(steps + 1, rows, units, seed=1)
        for name, gates in (("rnn", 1), ("gru", 3), ("lstm", 4)):
            size = gates * units
            weights = draw(features, size) / 2, draw(units, size) / 2
            biases = (draw(size), draw(units)) if name == "gru" else (draw(size),)
            h = np.concatenate([start[:1], out(steps, rows, units)])
            c = h.copy()
            sums, after = np.zeros((steps, rows, size), "f4"), np.zeros((steps, rows, units), "f4")
            made = {"rnn": (h,), "gru": (h, after), "lstm": (h, c, after)}[name]
            arguments = x, *weights, *biases, kept, sums, scratch(rows, size), *made
            # Where a step is skipped, sums hold what nobody reads, the same on both devices.
            yield f"{name}_forward", arguments
            done = [widened(argument) for argument in arguments]
            getattr(cpu, f"{name}_forward")(*done)
            kept_for_later = [
                done[k].astype(np.float32)
                for k in range(4 + len(biases), len(done))
                if k != 5 + len(biases)
            ]
            states = kept_for_later[1:] if name == "rnn" else kept_for_later
            dsums = [scratch(steps, rows, size) for _ in range(2 if name == "gru" else 1)]
            around = [scratch(rows, units) for _ in range(2 if name == "lstm" else 1)]
            into = out(features, size), out(units, size), *(out(len(b)) for b in biases)
            for dx in (out(steps, rows, features), *([None] * (steps == 3))):
                room = *dsums, *around, scratch(rows, units)
                yield f"{name}_backward", (x, *weights, kept, *states, dy, *room, *into, dx)


def augmentation():
    x = draw(3, 6, 5, 2)
    motion = np.array([[0, 0, 0, 1, 1], [0.3, 1.2, -0.7, -1, 1], [-3, -0.25, 2, 1, -1]], np.float32)
    yield "warp_images", (x, motion, out(*x.shape))
    yield "crop_images", (x, np.array([[0, 0], [1, 2], [2, 1]]), out(3, 4, 3, 2))


def memory():
    x, indices = draw(9, 35), np.array([8, 0, 3, 3])
    yield "fill", (out(300), 0.7)
    yield "copy", (draw(300), out(300))
    yield "add_scaled", (draw(300), draw(300, seed=1), 7)
    yield "gather_rows", (x, indices, out(4, 35))
    yield "gather_rows", (np.arange(18).reshape(9, 2), indices, out(4, 2, dtype=np.int64))


CASES = [
    *dense(1, 1, 1), *dense(7, 11, 5), *dense(17, 9, 66), *activations(), *losses(), *updates(),
    *constraints(), *dropout(), *pooling(), *convolution(), *normalization(), *checks(),
    *embedding(), *sequences(), *recurrent(), *augmentation(), *memory(),
]  # fmt: skip
