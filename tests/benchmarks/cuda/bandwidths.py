"""Kernels that compute little: the bytes that each must move over the bandwidth measured."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dlcourse.kernels import cuda as kernels
from tests.benchmarks.cuda.clock import Clock

#: Numbers of an array: far more than fit a second-level cache of 50 MB.
NUMBERS = 1 << 26
ACTIVATIONS = ("relu", "sigmoid", "tanh", "gelu", "silu", "softplus", "leaky_relu", "elu")

Case = tuple[str, int, Callable[[], Any]]


def rows(clock: Clock, numbers: int, bytes_per_second: float) -> list[dict[str, Any]]:
    """Return a row for each kernel: seconds, bytes, share of the bandwidth."""
    found = []
    for name, moved, run in cases(clock, numbers):
        seconds = clock.time(run)
        found.append(
            {
                "kernel": name,
                "seconds": seconds,
                "bytes": moved,
                "share_of_bandwidth": moved / seconds / bytes_per_second,
            }
        )
    return found


def cases(clock: Clock, numbers: int) -> Iterator[Case]:
    """Yield each kernel's name, the bytes that it moves, and a function that runs it."""
    rng = np.random.default_rng(0)
    drawn = rng.random(numbers, dtype=np.float32)
    x, dy, y, z = (clock.device.put(drawn) for _ in range(4))
    yield from elementwise(numbers, x, dy, y)
    yield from by_rows(clock, numbers, x, dy, y)
    yield from updates(numbers, x, dy, y, z)


def elementwise(numbers: int, x: Any, dy: Any, y: Any) -> Iterator[Case]:
    """Each number by itself."""
    for name in ACTIVATIONS:
        option = (0.1,) if name in ("leaky_relu", "elu") else ()
        forward, backward = (getattr(kernels, f"{name}_{way}") for way in ("forward", "backward"))
        yield f"{name}_forward", 8 * numbers, lambda f=forward, o=option: f(x, y, *o)
        yield f"{name}_backward", 12 * numbers, lambda f=backward, o=option: f(x, dy, y, *o)
    yield "add", 12 * numbers, lambda: kernels.add(x, dy, y)
    yield "dropout", 8 * numbers, lambda: kernels.dropout(x, y, 1, 2, 0.5)


def by_rows(clock: Clock, numbers: int, x: Any, dy: Any, y: Any) -> Iterator[Case]:
    """Normalization, softmax and its loss, of rows of up to 1,024 features, and pooling."""
    features = min(1024, numbers)
    count = numbers // features
    shape, size = (count, features), 4 * count * features
    x2, dy2, y2 = (array.reshape(shape) for array in (x, dy, y))
    put = clock.device.put
    a, b, c, d = (put(np.ones(features, np.float32)) for _ in range(4))
    mean, reciprocal = (put(np.ones(count, np.float32)) for _ in range(2))
    labels = put(np.zeros(count, np.int64))
    yield "column_moments", 2 * size, lambda: kernels.column_moments(x2, None, a, b)
    arguments = x2, a, b, c, d
    yield "batch_norm_forward", 2 * size, lambda: kernels.batch_norm_forward(*arguments, y2)
    yield (
        "batch_norm_backward",
        3 * size,
        lambda: kernels.batch_norm_backward(x2, dy2, a, b, c, d, a, y2),
    )
    yield (
        "layer_norm_forward",
        2 * size,
        lambda: kernels.layer_norm_forward(x2, a, b, 1e-5, mean, reciprocal, y2),
    )
    yield (
        "layer_norm_backward",
        5 * size,
        lambda: kernels.layer_norm_backward(x2, dy2, mean, reciprocal, a, c, d, y2),
    )
    yield "softmax_forward", 2 * size, lambda: kernels.softmax_forward(x2, y2)
    yield "softmax_backward", 3 * size, lambda: kernels.softmax_backward(x2, dy2, y2)
    yield "softmax_cross_entropy", 2 * size, lambda: kernels.softmax_cross_entropy(x2, labels, y2)
    if count % 4 == 0:
        images = x.reshape(count // 4, 2, 2, features)
        pooled = clock.device.empty((count // 4, 1, 1, features), np.float32)
        yield (
            "average_pool_forward",
            size * 5 // 4,
            lambda: kernels.average_pool_forward(images, pooled, (2, 2), (2, 2), (0, 0), True),
        )


def updates(numbers: int, p: Any, g: Any, m: Any, v: Any) -> Iterator[Case]:
    """Every optimizer's step over one flat buffer, and clipping."""
    f = 4 * numbers
    tail = 1e-3, 0.9, 0.999, 1e-8, 10, 1.0
    yield "sgd_step", 3 * f, lambda: kernels.sgd_step(p, g, 1e-3, 1.0)
    yield "momentum_step", 5 * f, lambda: kernels.momentum_step(p, g, m, 1e-3, 0.9, 1.0)
    yield "nesterov_step", 5 * f, lambda: kernels.nesterov_step(p, g, m, 1e-3, 0.9, 1.0)
    yield "adagrad_step", 5 * f, lambda: kernels.adagrad_step(p, g, v, 1e-3, 1e-8, 1.0)
    yield "adam_step", 7 * f, lambda: kernels.adam_step(p, g, m, v, *tail)
    yield "adamax_step", 7 * f, lambda: kernels.adamax_step(p, g, m, v, *tail)
    yield "clip_norm", f, lambda: kernels.clip_norm([g], 1e30)
