"""Arrays and plain values as bytes: the only thing that crosses the sandbox's wall.

The worker in the sandbox loads this same file on its own, so it imports NumPy and the standard
library alone. A frame is::

    magic (4 bytes) | header length (uint32) | body length (uint64) | header | body

with little-endian lengths. The header is JSON: a tree in which every array is a reference into
the body. Nothing is ever unpickled, and every length is checked before memory is taken, because
the other side may be hostile:

==================  =====================================================================
Python              in the header
==================  =====================================================================
None, bool, str     itself
int, float          itself (NaN and infinities as JSON's ``NaN``, ``Infinity``)
list                a JSON array
tuple               ``{"tuple": [...]}``
dict                ``{"dict": [[key, value], ...]}``
complex             ``{"complex": [real, imaginary]}``
NumPy scalar        ``{"scalar": [dtype, offset]}``
array               ``{"array": [dtype, shape, offset]}``, plus ``layout`` where it matters
an array sent       ``{"same": k}``: the k-th array of the arguments, the very same object
a function          ``{"function": k}``: the other side calls back by this number
anything else       ``{"other": type name}``: only the name crosses
==================  =====================================================================
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAGIC = b"DLC1"
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER = 4 << 20
MAX_BODY = 64 << 20
MAX_DEPTH = 16
MAX_NODES = 100_000
MAX_TEXT = 10_000
MAX_DIMENSIONS = 32
# Integers outside this range have no use in an exercise; unbounded ones are slow to parse.
MAX_INTEGER = 2**127

DTYPES = frozenset(
    "|b1 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 <f2 <f4 <f8 <c8 <c16".split()  # noqa: SIM905
)
# An array of any other dtype is always wrong, so only its shape and kind cross: the receiver
# sees an array of this dtype without values, and can say what came.
STAND_INS = {"O": "O", "U": "U1", "S": "S1", "V": "V1", "M": "M8[s]", "m": "m8[s]", "f": "g"}
STAND_INS |= {"c": "G", "i": "i8", "u": "u8"}


# Made once: ``json.dumps`` makes one for each call that asks for other separators.
_JSON = json.JSONEncoder(separators=(",", ":"))


class FrameError(ValueError):
    """A frame that breaks the format or a limit; the sender cannot be trusted any more."""


class Other:
    """Stands for a value that does not cross the wall; its class has the value's type name."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def _other(name: str) -> Other:
    """Return a stand-in whose class is called ``name``, so that a message names it rightly."""
    return type(name if name.isidentifier() else "object", (Other,), {})()


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return ``text`` cut to ``limit`` characters, with no lone surrogates in it."""
    if len(text) > limit:
        text = text[:limit] + "…"
    return text.encode("utf-8", "replace").decode("utf-8")


# --- from values to bytes -------------------------------------------------------------------


@dataclass
class Encoder:
    """Turns one message into a frame.

    Parameters
    ----------
    layouts : bool
        Keep the memory order, strides and writeability of arrays (the parent's arguments: a
        non-contiguous input is part of a check). The worker answers in C order.
    known : list of ndarray
        Arrays that the receiver already has; one of these is sent as ``{"same": index}``.
    """

    layouts: bool = False
    known: list[np.ndarray] = field(default_factory=list)
    functions: list[Callable[..., Any]] = field(default_factory=list)
    arrays: list[np.ndarray] = field(default_factory=list)
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _nodes: int = 0

    def encode(self, message: dict[str, Any], values: dict[str, Any] | None = None) -> bytes:
        """Return the frame of ``message`` (plain JSON) with ``values`` encoded into it."""
        header = dict(message)
        for name, value in (values or {}).items():
            header[name] = self.node(value)
        text = _JSON.encode(header).encode("ascii")
        body = b"".join(self._parts)
        if len(text) > MAX_HEADER or len(body) > MAX_BODY:
            raise FrameError(f"a message may hold {MAX_BODY >> 20} MiB; this one is larger")
        return PREFIX.pack(MAGIC, len(text), len(body)) + text + body

    def node(self, value: Any, depth: int = 0) -> Any:
        """Return the header's node for ``value``, and put its bytes into the body."""
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise FrameError(f"values may be nested {MAX_DEPTH} deep; these are nested deeper")
        if self._nodes > MAX_NODES:
            raise FrameError(f"a message may hold {MAX_NODES:,} values; this one holds more")
        if value is None or value is True or value is False:
            return value
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):  # before float: np.float64 is one
            return self._scalar(value)
        if isinstance(value, int):
            return int(value) if abs(int(value)) < MAX_INTEGER else {"other": "int"}
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            return clean(str(value))
        if isinstance(value, complex):
            return {"complex": [value.real, value.imag]}
        if isinstance(value, list):
            return [self.node(item, depth + 1) for item in value]
        if isinstance(value, tuple):
            return {"tuple": [self.node(item, depth + 1) for item in value]}
        if isinstance(value, dict):
            pairs = [
                [self.node(key, depth + 1), self.node(item, depth + 1)]
                for key, item in value.items()
            ]
            return {"dict": pairs}
        if self.layouts and callable(value):
            self.functions.append(value)
            return {"function": len(self.functions) - 1}
        return {"other": clean(type(value).__name__, 80)}

    def _array(self, value: np.ndarray) -> Any:
        for index, known in enumerate(self.known):
            if value is known:
                return {"same": index}
        if self.layouts:
            for index, earlier in enumerate(self.arrays):
                if value is earlier:
                    return {"same": index}
            self.arrays.append(value)
        return self.content(value)

    def content(self, value: np.ndarray) -> dict[str, Any]:
        """Return the node of an array with its values, known or not."""
        plain = np.asarray(value)  # a subclass becomes the plain array under it
        if plain.dtype.str not in DTYPES:
            return {"array": [plain.dtype.kind, list(plain.shape), None]}
        node: dict[str, Any] = {
            "array": [plain.dtype.str, list(plain.shape), self._put(plain, plain.nbytes)]
        }
        if self.layouts and not (plain.flags.c_contiguous and plain.flags.writeable):
            node["layout"] = [list(plain.strides), plain.flags.writeable]
        return node

    def _scalar(self, value: np.generic) -> Any:
        if value.dtype.str not in DTYPES:
            return {"other": clean(type(value).__name__, 80)}
        return {"scalar": [value.dtype.str, self._put(np.asarray(value), value.nbytes)]}

    def _put(self, array: np.ndarray, size: int) -> int:
        if self._size + size > MAX_BODY:
            raise FrameError(f"a message may hold {MAX_BODY >> 20} MiB; this one is larger")
        offset = self._size
        self._parts.append(array.tobytes())
        self._size += size
        return offset


# --- from bytes to values -------------------------------------------------------------------


def frame_sizes(prefix: bytes) -> tuple[int, int]:
    """Return the header's and the body's length from a frame's first 16 bytes.

    Raises
    ------
    FrameError
        When it is no frame, or a length is over the limit.
    """
    if len(prefix) != PREFIX.size:
        raise FrameError(f"a frame starts with {PREFIX.size} bytes, {len(prefix)} came")
    magic, header, body = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FrameError("these bytes are not a frame")
    if header > MAX_HEADER or body > MAX_BODY:
        raise FrameError(f"a frame of {header + body:,} bytes is over the limit")
    return header, body


@dataclass
class Decoder:
    """Turns one frame back into values, believing nothing.

    Parameters
    ----------
    known : list of ndarray
        What ``{"same": index}`` refers to.
    function : callable, optional
        ``function(k)`` makes the callable for ``{"function": k}``; without it no function is
        accepted.
    layouts : bool
        Whether the sender may choose strides (only the parent may).
    """

    known: list[np.ndarray] = field(default_factory=list)
    function: Callable[[int], Callable[..., Any]] | None = None
    layouts: bool = False
    arrays: list[np.ndarray] = field(default_factory=list)
    _body: memoryview = field(default_factory=lambda: memoryview(b""))
    _taken: int = 0
    _nodes: int = 0

    def decode(self, header: bytes, body: bytes, values: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the message; the entries named in ``values`` are decoded, the rest stays JSON.

        Raises
        ------
        FrameError
            When the frame breaks the format or a limit.
        """
        try:
            message = json.loads(header)
        except (ValueError, RecursionError) as error:
            raise FrameError(f"a frame's header is not JSON: {error}") from None
        if type(message) is not dict or type(message.get("kind")) is not str:
            raise FrameError("a frame's header must be an object with a kind")
        self._body = memoryview(body)
        for name in values:
            if name in message:
                message[name] = self.value(message[name])
        return message

    def value(self, node: Any, depth: int = 0) -> Any:
        """Return the value of one node of the header."""
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise FrameError("a frame's values are nested too deep or are too many")
        if node is None or type(node) in (bool, float):
            return node
        if type(node) is int:
            if abs(node) >= MAX_INTEGER:
                raise FrameError("a frame holds an integer over the limit")
            return node
        if type(node) is str:
            return clean(node)
        if type(node) is list:
            return [self.value(item, depth + 1) for item in node]
        kinds = [key for key in node if key != "layout"]
        if len(kinds) != 1 or kinds[0] not in self._KINDS:
            raise FrameError(f"a frame holds an unknown kind of value: {str(kinds)[:80]}")
        return self._KINDS[kinds[0]](self, node[kinds[0]], node.get("layout"), depth + 1)

    def _tuple(self, content: Any, _layout: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.value(item, depth) for item in _list(content))

    def _dict(self, content: Any, _layout: Any, depth: int) -> dict[Any, Any]:
        result = {}
        for pair in _list(content):
            key, item = (self.value(part, depth) for part in _list(pair, 2))
            try:
                result[key] = item
            except TypeError:
                raise FrameError("a frame holds a dict key that cannot be one") from None
        return result

    def _complex(self, content: Any, _layout: Any, _depth: int) -> complex:
        real, imaginary = _list(content, 2)
        if type(real) is not float or type(imaginary) is not float:
            raise FrameError("a complex number in a frame needs two floats")
        return complex(real, imaginary)

    def _scalar(self, content: Any, _layout: Any, _depth: int) -> Any:
        name, offset = _list(content, 2)
        return self._read(name, (), offset)[()]

    def _array(self, content: Any, layout: Any, _depth: int) -> np.ndarray:
        name, shape, offset = _list(content, 3)
        lengths = tuple(_natural(length) for length in _list(shape))
        if len(lengths) > MAX_DIMENSIONS:
            raise FrameError(f"an array in a frame has {len(lengths)} dimensions")
        if offset is None:
            result = self._stand_in(name, lengths)
        else:
            result = self._read(name, lengths, offset)
            if layout is not None:
                if not self.layouts:
                    raise FrameError("this side may not choose strides")
                result = _laid_out(result, layout)
        self.arrays.append(result)
        return result

    def _same(self, content: Any, _layout: Any, _depth: int) -> np.ndarray:
        known = self.known or self.arrays
        index = _natural(content)
        if index >= len(known):
            raise FrameError("a frame refers to an array that was never sent")
        return known[index]

    def _function(self, content: Any, _layout: Any, _depth: int) -> Callable[..., Any]:
        if self.function is None:
            raise FrameError("a function cannot come from this side")
        return self.function(_natural(content))

    def _other(self, content: Any, _layout: Any, _depth: int) -> Other:
        if type(content) is not str:
            raise FrameError("a type's name must be text")
        return _other(clean(content, 80))

    _KINDS = {  # noqa: RUF012 - a table, never changed
        "tuple": _tuple,
        "dict": _dict,
        "complex": _complex,
        "scalar": _scalar,
        "array": _array,
        "same": _same,
        "function": _function,
        "other": _other,
    }

    def _stand_in(self, kind: Any, shape: tuple[int, ...]) -> np.ndarray:
        if type(kind) is not str or kind not in STAND_INS:
            raise FrameError("a frame holds an array of an unknown dtype")
        self._nodes += math.prod(shape)  # it costs memory that no body pays for
        if self._nodes > MAX_NODES:
            raise FrameError("a frame holds an array of objects that is too large")
        try:
            return np.full(shape, np.zeros((), STAND_INS[kind]))
        except ValueError as error:
            raise FrameError(f"a frame holds an impossible shape: {error}") from None

    def _read(self, name: Any, shape: tuple[int, ...], offset: Any) -> np.ndarray:
        if type(name) is not str or name not in DTYPES:
            raise FrameError("a frame holds an array of an unknown dtype")
        dtype = np.dtype(name)
        size = math.prod(shape) * dtype.itemsize
        start = _natural(offset)
        # Counting what was taken stops a small body from being copied out many times.
        self._taken += size
        if start + size > len(self._body) or self._taken > len(self._body):
            raise FrameError("an array in a frame reaches past its body")
        try:
            flat = np.frombuffer(self._body[start : start + size], dtype=dtype)
            return flat.reshape(shape).copy()
        except ValueError as error:
            raise FrameError(f"a frame holds an impossible shape: {error}") from None


def _list(value: Any, length: int | None = None) -> list[Any]:
    if type(value) is not list or (length is not None and len(value) != length):
        raise FrameError("a frame's value is not the list it should be")
    return value


def _natural(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**62:
        raise FrameError("a frame's value is not the count it should be")
    return value


def _laid_out(values: np.ndarray, layout: Any) -> np.ndarray:
    """Return ``values`` in memory of the given strides, as the sender had them."""
    strides, writeable = layout
    reach = [(length - 1) * stride for length, stride in zip(values.shape, strides, strict=True)]
    before = -sum(step for step in reach if step < 0)
    span = before + sum(step for step in reach if step > 0) + values.itemsize
    if values.size == 0 or span > MAX_BODY:  # a slice of something vast travels as a plain array
        result = values
    else:
        memory = np.zeros(span, np.uint8)
        result = np.ndarray(
            values.shape, values.dtype, buffer=memory, offset=before, strides=strides
        )
        result[...] = values
    result.flags.writeable = writeable
    return result
