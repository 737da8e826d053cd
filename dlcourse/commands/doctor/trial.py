"""A CUDA kernel to try: what the doctor learns by compiling and by running it."""

from numba import cuda, float32


def _add_one(x):
    i = cuda.grid(1)
    if i < x.size:
        x[i] += float32(1)


def implementation() -> str:
    """Return what ``numba.cuda`` is: the package numba-cuda, "NVIDIA", or Numba's own target."""
    return getattr(cuda, "implementation", "built-in")


def nvrtc() -> tuple[int, int] | None:
    """Return the release of NVRTC, which numba-cuda asks for; None without it."""
    from cuda.bindings import nvrtc

    try:
        status, major, minor = nvrtc.nvrtcVersion()
    except Exception:  # it raises one of several types where the library is not found
        return None
    return None if int(status) else (major, minor)


def compiled() -> str:
    """Return the kernel as PTX; needs the compiler, and no GPU."""
    text, _ = cuda.compile(_add_one, (float32[::1],), device=False, abi="numba", cc=(8, 0))
    return text


def run() -> None:
    """Run the kernel and look at what it did."""
    import numpy as np

    x = cuda.to_device(np.zeros(100, np.float32))
    cuda.jit(_add_one)[1, 128](x)
    if x.copy_to_host().sum() != 100:
        raise ArithmeticError("the kernel's result is wrong")
