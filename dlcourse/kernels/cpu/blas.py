"""Matrix products by NumPy's BLAS: held at one thread, and shared out over our own pool.

``product`` is for Python, ``multiply`` for use inside a kernel: what calls BLAS between two loops
over arrays then runs from end to end without Python's lock. BLAS is called by its address there,
which a kernel gets as an argument (``GEMM``), so that its machine code can be cached. (Numba's
own ``np.dot`` would need SciPy, and calls SciPy's BLAS: a second one, with a pool of its own.)
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
from numba.extending import intrinsic, overload

from dlcourse.kernels.cpu.threads import pieces_of, share

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
#: A product of so many multiplications is done by one thread whatever BLAS is allowed: OpenBLAS
#: begins to share at 262,144.
SMALL = 250_000
#: What makes a piece of a product: 20 µs of one core.
GRAIN = 1_000_000


def product(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """Write out = a b, shared out by columns of ``out``, or by rows where it is tall.

    Each thread reads all of the matrix that is not cut, and BLAS makes a copy of it ("packs" it).
    """
    rows, inner = a.shape
    columns = b.shape[1]
    multiplications = rows * inner * columns
    if multiplications < SMALL:
        np.dot(a, b, out=out)
        return
    with one_thread:
        pieces = pieces_of(multiplications, GRAIN)
        if pieces == 1:
            np.dot(a, b, out=out)
        elif rows > 4 * columns:
            share(rows, pieces, lambda k, i, j: np.dot(a[i:j], b, out=out[i:j]))
        else:
            share(columns, pieces, lambda k, i, j: np.matmul(a, b[:, i:j], out=out[:, i:j]))


def multiply(gemm, a, b, c, add):
    """Write c = a b, or c += a b where ``add``: for kernels.

    ``gemm`` is ``GEMM``; a, b and c are matrices whose rows, or whose columns, lie together.
    """
    if add:
        c += a @ b
    else:
        np.matmul(a, b, out=c)


@overload(multiply)
def _multiply(gemm, a, b, c, add):  # type: ignore[no-untyped-def]
    which = 0 if a.dtype == types.float32 else 1
    size = a.dtype.bitwidth // 8

    def in_a_kernel(gemm, a, b, c, add):  # type: ignore[no-untyped-def]
        if gemm[which] == 0:
            multiply_by_loops(a, b, c, add)
        elif c.size > 0:
            beta = a.dtype.type(1 if add else 0)
            a_lies = a.strides[1] != size  # its columns lie together, not its rows
            b_lies = b.strides[1] != size
            # The distance of a single row to the next is no distance; BLAS wants a possible one.
            a_step = (
                max(a.strides[1] // size, len(a))
                if a_lies
                else max(a.strides[0] // size, a.shape[1])
            )
            b_step = (
                max(b.strides[1] // size, len(b))
                if b_lies
                else max(b.strides[0] // size, b.shape[1])
            )
            call_gemm(  # type: ignore[call-arg]
                gemm[which], a_lies, b_lies, c.shape[0], c.shape[1], a.shape[1],
                a, a_step, b, b_step, beta, c, max(c.strides[0] // size, c.shape[1]),
            )  # fmt: skip

    return in_a_kernel


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


#: The addresses of the products in single and in double precision, for ``multiply``.
GEMM: tuple[int, int]
#: Holds BLAS at one thread: ``with one_thread: …``. Costs 1 µs.
one_thread: _OneThread
GEMM, one_thread = _find()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=one_thread.forget)
