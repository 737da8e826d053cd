"""How the CPU kernels are compiled: one decorator, one list of what there is to compile."""

import hashlib
import re
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from numba import config, njit

from dlcourse import formulas

#: What the compiler may do to sums: reorder and fuse them, which lets it use vector instructions.
#: It may not assume that NaN and infinity never occur, since noticing them is our business.
FASTMATH = {"reassoc", "contract", "nsz"}

#: The floating-point type in a signature: the letter T by itself, not that of ``UniTuple``.
TYPE = re.compile(r"\bT\b")

#: Set by NUMBA_DISABLE_JIT=1: kernels are plain Python then, to step through with a debugger.
JIT_IS_OFF: bool = config.DISABLE_JIT  # type: ignore[attr-defined]

#: Every compiled kernel with the signature it was declared with, in the order of import.
KERNELS: dict[str, tuple[Any, str]] = {}

_INLINED = [
    *sorted(Path(path) for folder in formulas.__path__ for path in Path(folder).glob("*.py")),
    *(
        Path(__file__).with_name(name)
        for name in ("blas.py", "dense.py", "products.py", "tiles.py")
    ),
]
_INLINED_STAMP = hashlib.sha256(b"".join(path.read_bytes() for path in _INLINED)).hexdigest()


def kernel(signature: str) -> Callable[[Callable], Any]:
    """Compile a loop over arrays and remember its signature for the warm-up.

    Parameters
    ----------
    signature
        The types of the arguments, as Numba writes them, with ``T`` for the floating-point type:
        ``"T[:, ::1], T[::1], i8"``. A kernel exists for float32 and for float64, and for no
        other types.
    """

    compiled = partial(njit, fastmath=FASTMATH, nogil=True, error_model="numpy")

    def decorate(function: Callable) -> Any:
        try:
            dispatcher: Any = compiled(cache=True)(function)
        except RuntimeError as error:  # no folder that Numba could write to
            warnings.warn(
                f"kernels are compiled anew in each process: {error}; "
                "set NUMBA_CACHE_DIR to a writable folder",
                RuntimeWarning,
                stacklevel=2,
            )
            dispatcher = compiled()(function)
        else:
            if JIT_IS_OFF:  # the function came back as it was
                KERNELS[function.__name__] = (function, signature)
                return function
            # Numba's cache looks at the kernel's own file alone. Formulas, products and sums
            # of rows come from other files: a change there must not leave old code in use.
            index = dispatcher._cache._cache_file
            index._source_stamp = (index._source_stamp, _INLINED_STAMP)
        KERNELS[function.__name__] = (dispatcher, signature)
        return dispatcher

    return decorate


def compile_kernel(name: str, dtype: str) -> None:
    """Compile one kernel for ``dtype`` ("float32" or "float64"), or load it from the cache.

    Nothing is left to do where NUMBA_DISABLE_JIT is set.
    """
    if JIT_IS_OFF:
        return
    dispatcher, signature = KERNELS[name]
    dispatcher.compile(f"({re.sub(TYPE, dtype, signature)},)")
