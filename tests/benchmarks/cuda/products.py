"""Matrix products: the rungs of the ladder, the library's three orientations, and cuBLAS."""

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import numpy as np

from dlcourse.kernels import cuda as kernels
from dlcourse.kernels.cuda import ladder
from tests.benchmarks.cuda.clock import Clock

SIZES = (512, 1024, 2048, 4096, 8192)
#: The first rungs take seconds beyond this.
LADDER_MOST = 2048


def rows(clock: Clock, sizes: Iterable[int], peak: float | None) -> list[dict[str, Any]]:
    """Return a row for each size: seconds, shares of cuBLAS and of the chip's peak."""
    return [row(clock, size, peak) for size in sizes]


def row(clock: Clock, size: int, peak: float | None) -> dict[str, Any]:
    """Time square products of one size."""
    rng = np.random.default_rng(size)
    put, empty = clock.device.put, clock.device.empty
    a, b = (put(rng.standard_normal((size, size), dtype=np.float32)) for _ in range(2))
    c, dw = empty((size, size), np.float32), empty((size, size), np.float32)
    bias, db = put(np.zeros(size, np.float32)), empty(size, np.float32)
    forward = clock.time(lambda: kernels.dense_forward(a, b, bias, c))
    weights = clock.time(lambda: kernels.dense_backward(a, b, c, dw, db, None))
    both = clock.time(lambda: kernels.dense_backward(a, b, c, dw, db, a))
    found: dict[str, Any] = {
        "size": size,
        "x w + b": forward,
        "xᵀ dy, Σ dy": weights,
        "dy wᵀ": both - weights,
        "cublas": cublas(clock, size),
    }
    if size <= LADDER_MOST:
        found["naive"] = clock.time(lambda: ladder.naive(a, b, c))
        found["tiled"] = clock.time(lambda: ladder.tiled(a, b, c))
    found["share_of_cublas"] = found["cublas"] and found["cublas"] / forward
    found["share_of_peak"] = peak and 2 * size**3 / forward / peak
    return found


def cublas(clock: Clock, size: int) -> float | None:
    """Return seconds of the same product by cuBLAS in float32, through PyTorch if it is there."""
    if clock.simulated or find_spec("torch") is None:
        return None
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    a, b = (torch.randn(size, size, device="cuda") for _ in range(2))
    c, bias = torch.empty(size, size, device="cuda"), torch.zeros(size, device="cuda")
    return clock.time(lambda: torch.addmm(bias, a, b, out=c))
