"""What there is to compile, so that no learner waits for it in the middle of a lesson."""

from collections.abc import Callable
from functools import partial

from dlcourse.kernels.cpu.compile import KERNELS, compile_kernel


def tasks() -> list[tuple[str, Callable[[], None]]]:
    """Return every kernel's name and type with a function that compiles it.

    A kernel that is in Numba's cache already is loaded from there, in about a millisecond.
    """
    return [
        (f"{name} ({dtype})", partial(compile_kernel, name, dtype))
        for dtype in ("float32", "float64")
        for name, (_, signature) in KERNELS.items()
        if dtype == "float32" or "T" in signature
    ]
