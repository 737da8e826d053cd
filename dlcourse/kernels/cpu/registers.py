"""The processor's registers of many numbers, for what a loop in Python cannot say.

LLVM turns loops into vector instructions by itself, and mostly well. Where it must be said which
numbers stay in which register, a Numba intrinsic says it in LLVM's own terms; these are the words.
"""

from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import config, types
from numba.core import cgutils


def _has_avx512() -> bool:
    """Whether the processor has AVX-512, or the one that Numba is told to compile for."""
    if config.CPU_NAME or config.CPU_FEATURES:  # type: ignore[attr-defined]
        return "+avx512f" in (config.CPU_FEATURES or "")  # type: ignore[attr-defined]
    return bool(llvmlite.binding.get_host_cpu_features().get("avx512f"))


AVX512 = _has_avx512()
#: How many bytes a register holds. LLVM makes several of one where the machine's are shorter.
BYTES = 64 if AVX512 else 32


class Registers:
    """Instructions for whole registers, in LLVM's terms; some of a register may be masked."""

    word = ir.IntType(64)

    def __init__(self, context: Any, builder: Any, dtype: types.Float) -> None:
        self._builder = builder
        self._size = dtype.bitwidth // 8
        self.lanes = BYTES // self._size
        self._real = context.get_value_type(dtype)
        self._register = ir.VectorType(self._real, self.lanes)
        self._mask = ir.VectorType(ir.IntType(1), self.lanes)
        self.zeros = ir.Constant(self._register, None)

    def address(self, start: ir.Value, *steps: ir.Value | int) -> ir.Value:
        """Go so many numbers on from an address."""
        for step in steps:
            count = self.word(step) if isinstance(step, int) else step
            start = self._builder.add(start, self._builder.mul(count, self.word(self._size)))
        return start

    def at_most(self, i: int, last: ir.Value) -> ir.Value:
        """Return i, or ``last`` where that is less."""
        there = self._builder.icmp_signed("<", self.word(i), last)
        return self._builder.select(there, self.word(i), last)

    def mask(self, count: ir.Value, first: int = 0) -> ir.Value:
        """Return which of a register's numbers, from number ``first`` on, are below ``count``."""
        numbers = ir.Constant(
            ir.VectorType(self.word, self.lanes), list(range(first, first + self.lanes))
        )
        return self._builder.icmp_signed("<", numbers, self._spread(count))

    def fill(self, at: ir.Value) -> ir.Value:
        """Fill a register with the number at an address."""
        return self._spread(self._builder.load(self._place(at, self._real)))

    def load(self, at: ir.Value, mask: ir.Value | None) -> ir.Value:
        """Fetch a register, or what the mask lets through; the rest is 0."""
        place = self._place(at, self._register)
        if mask is None:
            return self._builder.load(place, align=self._size)
        wanted = [place.type, ir.IntType(32), self._mask, self._register]
        function = self._function("masked.load", self._register, wanted)
        return self._builder.call(function, [place, self._aligned, mask, self.zeros])

    def store(self, value: ir.Value, at: ir.Value, mask: ir.Value | None) -> None:
        """Write a register, or what the mask lets through."""
        place = self._place(at, self._register)
        if mask is None:
            self._builder.store(value, place, align=self._size)
            return
        wanted = [self._register, place.type, ir.IntType(32), self._mask]
        function = self._function("masked.store", ir.VoidType(), wanted)
        self._builder.call(function, [value, place, self._aligned, mask])

    def multiply_add(self, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        """Return a b + c, rounded once."""
        function = self._function("fma", self._register, [self._register] * 3)
        return self._builder.call(function, [a, b, c])

    def shuffle(self, a: ir.Value, b: ir.Value, chosen: list[int]) -> ir.Value:
        """Choose numbers from two registers, those of b counted on from a's."""
        which = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), chosen)
        return self._builder.shuffle_vector(a, b, which)

    @property
    def _aligned(self) -> ir.Value:
        return ir.IntType(32)(self._size)

    def _spread(self, number: ir.Value) -> ir.Value:
        nothing = ir.Constant(ir.VectorType(number.type, self.lanes), None)
        one = self._builder.insert_element(nothing, number, ir.IntType(32)(0))
        return self.shuffle(one, one, [0] * self.lanes)

    def _place(self, at: ir.Value, kind: ir.Type) -> ir.Value:
        return self._builder.inttoptr(at, kind.as_pointer())

    def _function(self, name: str, result: ir.Type, wanted: list[ir.Type]) -> Any:
        kind = ir.FunctionType(result, wanted)
        name = f"llvm.{name}.v{self.lanes}f{self._size * 8}"
        return cgutils.get_or_insert_function(self._builder.module, kind, name)
