import json
import math
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse.grading import codec
from dlcourse.grading.codec import Decoder, Encoder, FrameError

DTYPES = [np.dtype(name) for name in sorted(codec.DTYPES)]


def frame_of(value, **options):
    return Encoder(**options).encode({"kind": "test"}, {"value": value})


def split(frame):
    header, body = codec.frame_sizes(frame[: codec.PREFIX.size])
    rest = frame[codec.PREFIX.size :]
    assert len(rest) == header + body
    return rest[:header], rest[header:]


def read(frame, **options):
    return Decoder(**options).decode(*split(frame), ("value",))["value"]


def through(value, **options):
    return read(frame_of(value, **options), **options)


def hostile(node, body=b""):
    """A frame's header and body as an attacker writes them."""
    return json.dumps({"kind": "test", "value": node}).encode(), body


def same(first, second):
    """Equal in type, dtype, shape and bits, containers all the way down."""
    if type(first) is not type(second):
        return False
    if isinstance(first, np.ndarray):
        return (
            first.dtype == second.dtype
            and first.shape == second.shape
            and first.tobytes() == second.tobytes()
        )
    if isinstance(first, np.generic):
        return first.dtype == second.dtype and first.tobytes() == second.tobytes()
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return same(list(first.items()), list(second.items()))
    if isinstance(first, float) and math.isnan(first):
        return math.isnan(second)
    if isinstance(first, complex):
        return same(first.real, second.real) and same(first.imag, second.imag)
    if isinstance(first, float):
        return first.hex() == second.hex()
    return first == second


arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
)
keys = st.one_of(st.text(max_size=5), st.integers(-9, 9), st.booleans())
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(1 - codec.MAX_INTEGER, codec.MAX_INTEGER - 1),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    arrays,
    arrays.filter(lambda array: array.size > 0).map(lambda array: array.flat[0]),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


@given(values)
@settings(deadline=None)
def test_what_goes_in_comes_out(value):
    assert same(through(value), value)


@given(values)
@settings(deadline=None)
def test_the_same_value_gives_the_same_bytes(value):
    assert frame_of(value) == frame_of(value)


base = np.arange(24.0).reshape(4, 6)


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(base),
        base[::2, 1::3],
        base[::-1, ::-2],
        base.T,
        np.broadcast_to(np.float32(3), (2, 3)),
        base[:, :0].T,
        np.array(5.0),
    ],
    ids=["fortran", "strided", "backwards", "transposed", "broadcast", "empty", "no dimension"],
)
def test_the_parents_arrays_keep_their_layout(array):
    came = through(array, layouts=True)
    assert same(came, array)
    if array.size > 1:
        assert came.strides == array.strides
    assert came.flags.writeable == array.flags.writeable


def test_an_array_that_comes_twice_is_one_object():
    first, again = through([base, {"again": base}], layouts=True)
    assert again["again"] is first


def test_a_known_array_is_not_sent_again():
    mine, theirs = np.zeros(1000), np.ones(1000)
    frame = frame_of((mine, mine[:3].copy()), known=[mine])
    assert len(frame) < 300
    came, other = read(frame, known=[theirs])
    assert came is theirs
    assert same(other, np.zeros(3))


def test_subclasses_become_what_they_are_made_of():
    Pair = namedtuple("Pair", "first second")

    class Marked(np.ndarray):
        def __array__(self, *arguments, **options):
            raise AssertionError("not asked")

    class Named(dict):
        pass

    assert through(Pair(1, 2)) == (1, 2)
    assert same(through(Named(a=1)), {"a": 1})
    assert same(through(np.ones(2).view(Marked)), np.ones(2))


@pytest.mark.parametrize(
    ("value", "name"), [(object(), "object"), ({1, 2}, "set"), (iter([]), "list_iterator")]
)
def test_of_anything_else_only_the_name_comes(value, name):
    assert type(through(value)).__name__ == name
    assert not callable(through(lambda: None))


@pytest.mark.parametrize(
    "array",
    [np.array([object()]), np.array(["a", "b"]), np.zeros(2, "M8[s]"), np.zeros(2, "i4,f4")],
    ids=lambda array: array.dtype.kind,
)
def test_an_array_of_something_else_comes_without_its_values(array):
    came = through(array)
    assert came.shape == array.shape
    assert came.dtype.kind == array.dtype.kind
    assert not np.any(came.astype(bool))


def test_functions_go_to_the_worker_by_number_only():
    encoder = Encoder(layouts=True)
    frame = encoder.encode({"kind": "test"}, {"value": [len, abs]})
    assert encoder.functions == [len, abs]
    assert read(frame, function=lambda k: f"function {k}") == ["function 0", "function 1"]
    with pytest.raises(FrameError, match="a function cannot come"):
        read(frame)


def test_values_over_the_limits_are_not_sent():
    deep = []
    for _ in range(codec.MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(FrameError, match="nested"):
        frame_of(deep)
    with pytest.raises(FrameError, match="holds more"):
        frame_of([0] * codec.MAX_NODES)
    with pytest.raises(FrameError, match="larger"):
        frame_of(np.zeros(codec.MAX_BODY + 1, np.uint8))
    assert len(through("x" * 50_000)) == codec.MAX_TEXT + 1
    assert through("\ud800 alone") == "? alone"


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        (b"", "16 bytes"),
        (b"GET / HTTP/1.1\r\n", "not a frame"),
        (codec.PREFIX.pack(codec.MAGIC, codec.MAX_HEADER + 1, 0), "over the limit"),
        (codec.PREFIX.pack(codec.MAGIC, 2, codec.MAX_BODY + 1), "over the limit"),
        (codec.PREFIX.pack(codec.MAGIC, 2, 2**64 - 1), "over the limit"),
    ],
)
def test_a_prefix_that_lies_is_refused(prefix, message):
    with pytest.raises(FrameError, match=message):
        codec.frame_sizes(prefix)


HOSTILE = {
    "unknown kind": hostile({"pickle": "gASVAAAA"}),
    "two kinds": hostile({"tuple": [], "dict": []}),
    "no kind": hostile({}),
    "object dtype with bytes": hostile({"array": ["|O", [1], 0]}, b"\0" * 8),
    "structured dtype": hostile({"array": [[["a", "<f8"]], [1], 0]}, b"\0" * 8),
    "object scalar": hostile({"scalar": ["|O", 0]}, b"\0" * 8),
    "past the body": hostile({"array": ["<f8", [2], 0]}, b"\0" * 8),
    "offset past the body": hostile({"array": ["<f8", [1], 1]}, b"\0" * 8),
    "negative offset": hostile({"array": ["<f8", [1], -8]}, b"\0" * 8),
    "negative length": hostile({"array": ["<f8", [-1], 0]}, b"\0" * 8),
    "length that is no number": hostile({"array": ["<f8", [True], 0]}, b"\0" * 8),
    "astronomical shape": hostile({"array": ["<f8", [2**61, 2**61], 0]}),
    "astronomical and empty": hostile({"array": ["<f8", [0, 2**61, 2**61], 0]}),
    "too many dimensions": hostile({"array": ["<f8", [1] * 33, 0]}, b"\0" * 8),
    "the same bytes twice": hostile([{"array": ["|u1", [64], 0]}] * 2, b"\0" * 64),
    "large array of objects": hostile({"array": ["O", [10**6], None]}),
    "many arrays of objects": hostile([{"array": ["O", [60_000], None]}] * 2),
    "empty array of objects": hostile({"array": ["O", [0, 2**61, 2**61], None]}),
    "unknown stand-in": hostile({"array": ["x", [1], None]}),
    "strides": hostile({"array": ["<f8", [1], 0], "layout": [[8], True]}, b"\0" * 8),
    "array never sent": hostile({"same": 0}),
    "function": hostile({"function": 0}),
    "unhashable key": hostile({"dict": [[[], 1]]}),
    "half a pair": hostile({"dict": [[1]]}),
    "tuple of nothing": hostile({"tuple": None}),
    "whole complex": hostile({"complex": [1, 2]}),
    "name that is no text": hostile({"other": 3}),
    "integer over the limit": hostile(codec.MAX_INTEGER),
    "endless digits": (b'{"kind": "test", "value": ' + b"9" * 10_000 + b"}", b""),
    "deep list": (b'{"kind": "test", "value": ' + b"[" * 50_000, b""),
    "nested values": (b'{"kind": "t", "value": ' + b"[" * 99 + b"]" * 99 + b"}", b""),
    "many values": hostile([0] * (codec.MAX_NODES + 1)),
    "not JSON": (b"\x80\x04\x95", b""),
    "no object": (b"[1]", b""),
    "no kind of message": (b"{}", b""),
    "kind that is no text": (b'{"kind": []}', b""),
}


@pytest.mark.parametrize("frame", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_frame_is_refused(frame):
    with pytest.raises(FrameError):
        Decoder().decode(*frame, ("value",))


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_noise_is_refused_in_the_same_way(header, body):
    with pytest.raises(FrameError):
        Decoder().decode(header, body, ("value",))


EXAMPLE = split(frame_of([(1, 2.5), {"a": base}, np.float32(1), "text", None]))


@given(st.integers(0, len(EXAMPLE[0]) - 1), st.binary(min_size=1, max_size=3))
@settings(deadline=None, max_examples=300)
def test_a_damaged_frame_gives_a_value_or_a_frame_error(place, noise):
    header = EXAMPLE[0][:place] + noise + EXAMPLE[0][place + len(noise) :]
    try:
        message = Decoder().decode(header, EXAMPLE[1], ("value",))
    except FrameError:
        return
    assert isinstance(message["kind"], str)
