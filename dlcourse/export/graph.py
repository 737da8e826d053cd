"""An ONNX graph while it grows: its operations, its numbers, and which way round images lie."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from dlcourse.parameters import Shape


@dataclass(frozen=True)
class Value:
    """What an operation gives: its name in the graph, and its shape in dlcourse.

    Attributes
    ----------
    name
        The name in the graph.
    shape
        The shape of one example, with the last axis for channels or features.
    channels_first
        Whether in the graph that axis comes first, right behind the batch.
    """

    name: str
    shape: Shape
    channels_first: bool = False


class Graph:
    """Operations in the order in which they are added.

    The names of values inside hold a dot ("dense_1.y"), those of the model's input and output
    none, so that they cannot meet.

    Attributes
    ----------
    dtype
        The type of the model's numbers.
    rows
        The size of the batch: a name, as it is free, unless a layer fixes it.
    input
        The model's input.
    """

    def __init__(self, input: Value, input_dtype: np.dtype, dtype: np.dtype) -> None:
        self.dtype = dtype
        self.rows: str | int = "n"
        self.input = input
        self._input_dtype = input_dtype
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._carried_in: list[ValueInfoProto] = []
        self._carried_out: list[ValueInfoProto] = []
        self._turned: dict[str, Value] = {}

    def add(
        self, operation: str, name: str, inputs: Sequence[str], *more: str, **attributes: Any
    ) -> str:
        """Add an operation and return the name of its (first) output, which is ``name``.

        ``more`` names further outputs.
        """
        self._nodes.append(
            helper.make_node(
                operation, inputs, [name, *more], name.removesuffix(".y"), **attributes
            )
        )
        return name

    def constant(self, name: str, value: Any, dtype: Any = None) -> str:
        """Add numbers, of the model's type unless another is given, and return their name."""
        array = np.array(value, self.dtype if dtype is None else dtype, order="C")
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def carry_in(self, name: str, shape: Shape) -> str:
        """Add an input of the model's type and return its name."""
        self._carried_in.append(_described(name, self.dtype, shape))
        return name

    def carry_out(self, name: str, shape: Shape) -> None:
        """Make the value ``name``, of this shape, an output."""
        self._carried_out.append(_described(name, self.dtype, shape))

    def channels_first(self, value: Value) -> Value:
        """Return the value with the axis of channels right behind the batch."""
        return value if value.channels_first else self._turn(value)

    def channels_last(self, value: Value) -> Value:
        """Return the value with its axes as in dlcourse."""
        return self._turn(value) if value.channels_first else value

    def _turn(self, value: Value) -> Value:
        """Return the value with its channels at the other end, turning it only once."""
        rank = len(value.shape)
        if rank < 2:  # the only axis is both
            return replace(value, channels_first=not value.channels_first)
        if value.name not in self._turned:
            if value.channels_first:
                end, perm = "last", [0, *range(2, rank + 1), 1]
            else:
                end, perm = "first", [0, rank, *range(1, rank)]
            name = self.add("Transpose", f"{value.name}.channels_{end}", [value.name], perm=perm)
            turned = Value(name, value.shape, not value.channels_first)
            self._turned |= {value.name: turned, name: value}
        return self._turned[value.name]

    def finish(self, value: Value, output_name: str, name: str, note: str) -> GraphProto:
        """Return the graph, called ``name``, with ``value`` as its output."""
        last = self.channels_last(value)
        if last.name == self.input.name:
            self.add("Identity", output_name, [last.name])
        else:
            self._rename(last.name, output_name)
        inside = _described(self.input.name, self._input_dtype, (self.rows, *self.input.shape))
        outside = _described(output_name, self.dtype, (self.rows, *last.shape))
        return helper.make_graph(
            self._nodes, name, [inside, *self._carried_in], [outside, *self._carried_out],
            self._constants, doc_string=note,
        )  # fmt: skip

    def _rename(self, old: str, new: str) -> None:
        for node in self._nodes:
            for names in (node.input, node.output):
                names[:] = [new if name == old else name for name in names]


def _described(name: str, dtype: np.dtype, shape: Sequence[str | int]) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(dtype), shape)
