"""NumPy's BLAS: held at one thread, and called from inside a kernel.

What calls BLAS between two loops over arrays runs from end to end without Python's lock. It is
called by its address, which a kernel gets as an argument (``GEMM``), so that its machine code can
be cached. (Numba's own ``np.dot`` would need SciPy, and calls SciPy's BLAS: a second one, with a
pool of its own.)
"""

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

#: How the libraries that NumPy comes with name what we call: how many threads there are, to ask
#: and to set, and the product in single and double precision. OpenBLAS in NumPy's own packages and
#: in systems' packages, MKL in conda's.
FUNCTIONS = "openblas_get_num_threads", "openblas_set_num_threads", "cblas_sgemm", "cblas_dgemm"
NAMES = (
    *(
        tuple(prefix + name + suffix for name in FUNCTIONS)
        for prefix in ("scipy_", "")
        for suffix in ("64_", "")
    ),
    ("MKL_Get_Max_Threads", "MKL_Set_Num_Threads", "cblas_sgemm", "cblas_dgemm"),
)


@njit(nogil=True, fastmath={"reassoc", "contract", "nsz"})
def multiply_by_loops(a, b, c, add):
    """Write c = a b, or add it to c, where no BLAS was found."""
    if not add:
        c[:] = 0
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


@intrinsic
def call_gemm(
    context, address, a_lies, b_lies, rows, columns, inner, a, a_step, b, b_step, beta, c, c_step
):  # type: ignore[no-untyped-def]
    """Call cblas_sgemm or cblas_dgemm at an address.

    Sizes are passed as 64 bits. A BLAS that takes 32 reads the lower half: on x86-64, and on ARM
    but for Apple's, whose BLAS takes 64, each argument has a whole register or 8 bytes of stack.
    """
    long = types.int64
    signature = types.void(
        long, types.boolean, types.boolean, long, long, long, a, long, b, long, a.dtype, c, long
    )

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        real = context.get_value_type(signature.args[6].dtype)
        word, wide, place = ir.IntType(32), ir.IntType(64), real.as_pointer()

        def data(position: int) -> Any:
            array = context.make_array(signature.args[position])
            return array(context, builder, arguments[position]).data

        def order(flag: Any) -> Any:  # CblasTrans or CblasNoTrans
            return builder.select(builder.trunc(flag, ir.IntType(1)), word(112), word(111))

        gemm = ir.FunctionType(
            ir.VoidType(),
            [word, word, word, wide, wide, wide, real, place, wide, place, wide, real, place, wide],
        )
        _, a_lies, b_lies, rows, columns, inner, _, a_step, _, b_step, beta, _, c_step = arguments
        builder.call(
            builder.inttoptr(arguments[0], gemm.as_pointer()),
            [word(101), order(a_lies), order(b_lies), rows, columns, inner, real(1.0),
             data(6), a_step, data(8), b_step, beta, data(11), c_step],
        )  # fmt: skip
        return context.get_dummy_value()

    return signature, generate


class _OneThread:
    """While anybody is inside, BLAS uses a single thread; then it is as the user had it."""

    def __init__(self, get: Callable[[], int], set_: Callable[[int], Any]) -> None:
        self._get, self._set = get, set_
        self._lock = threading.Lock()
        self._inside, self._before = 0, 1

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = self._get()
                if self._before != 1:
                    self._set(1)
            self._inside += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._before != 1:
                self._set(self._before)

    def forget(self) -> None:
        """Begin anew: in the child of a fork nobody is inside any more."""
        self._lock = threading.Lock()
        if self._inside:
            self._inside = 0
            self._set(self._before)


def _find() -> tuple[tuple[int, int], _OneThread]:
    """Return the addresses of NumPy's BLAS's two products, and who holds its threads.

    The addresses are 0 where they are not known (Apple's Accelerate, say, which does not spin).
    """
    for library in _libraries():
        for names in NAMES:
            found: list[Any] = [getattr(library, name, None) for name in names]
            if None not in found:
                get, set_, *products = found
                single, double = (ctypes.cast(one, ctypes.c_void_p).value for one in products)
                return (single or 0, double or 0), _OneThread(get, set_)
    return (0, 0), _OneThread(lambda: 1, lambda count: None)


def _libraries() -> Iterator[ctypes.PyDLL]:
    """Yield what may hold BLAS: what is loaded already is found, not loaded once more.

    NumPy's own extension leads to the BLAS that it is linked with, except on Windows, where a name
    is not looked up in what a library needs; there NumPy's package brings it in a folder.
    """
    from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

    beside = Path(np.__file__).parent.parent / "numpy.libs"
    for file in [_multiarray_umath.__file__, *sorted(beside.glob("*openblas*.dll"))]:
        # Not CDLL: what we call returns at once, and Python's lock need not be let go.
        yield ctypes.PyDLL(str(file))


#: The addresses of the products in single and in double precision.
GEMM: tuple[int, int]
#: Holds BLAS at one thread: ``with one_thread: …``. Costs 1 µs.
one_thread: _OneThread
GEMM, one_thread = _find()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=one_thread.forget)
