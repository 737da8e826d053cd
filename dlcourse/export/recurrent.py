"""Recurrent layers in ONNX's operations: another order of gates, and steps that are skipped."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from onnx import TensorProto

from dlcourse.export.errors import ExportError
from dlcourse.export.graph import Graph, Value
from dlcourse.layers import GRU, LSTM, RNN, Recurrent

#: Where ONNX's blocks lie among the layer's: an LSTM's i, o, f, c among i, f, g, o, and a GRU's
#: z, r, h among r, z, n.
BLOCKS: dict[type[Recurrent], Sequence[int]] = {RNN: (0,), LSTM: (0, 3, 1, 2), GRU: (1, 0, 2)}


class Kept(NamedTuple):
    """Names of what says which steps of a batch are not skipped.

    Attributes
    ----------
    x
        The inputs, (n, steps, features), those of the kept steps first, in their order.
    lengths
        How many steps each example keeps, (n,).
    none
        Whether that is none at all, (n, 1).
    so_far
        How many it has kept up to each step, (n, steps, 1).
    """

    x: str
    lengths: str
    none: str
    so_far: str


def recurrent(graph: Graph, layer: Recurrent, x: Value) -> Value:
    """Write an RNN, an LSTM or a GRU.

    ONNX's operations want time first, know one direction or two (here one, an axis of size 1),
    and give the states after all steps, (steps, 1, n, units), and each last state, (1, n, units).
    """
    name, x = layer.name, graph.channels_last(x)
    if layer.stateful is not None:
        if graph.rows not in ("n", layer.stateful):
            raise ExportError(
                f"{name} carries the state of {layer.stateful} sequences, and a layer before it of "
                f"{graph.rows}: expected one size of batches"
            )
        graph.rows = layer.stateful
    carried = {
        state: graph.carry_in(f"{name}.{state}", array.shape)
        for state, array in layer.state.items()
    }
    kept = None if layer.padding is None else _keep(graph, layer, x)
    steps = x.name if kept is None else kept.x
    inputs = [
        graph.add("Transpose", f"{name}.x_by_time", [steps], perm=(1, 0, 2)),
        *_parameters(graph, layer),
        "" if kept is None else kept.lengths,
        *(_start(graph, value) for value in carried.values()),
    ]
    options = {"linear_before_reset": 1} if isinstance(layer, GRU) else {}
    graph.add(
        type(layer).__name__, f"{name}.all",
        inputs if carried or kept else inputs[:4],
        *(f"{name}.{state}.end" for state in layer.states),
        hidden_size=layer.units, **options,
    )  # fmt: skip
    wanted = [*carried] or ([] if layer.return_sequences else ["h"])
    last = {state: _last(graph, layer, state, kept, carried.get(state)) for state in wanted}
    for state in carried:
        graph.add("Identity", f"{name}.{state}.next", [last[state]])
        graph.carry_out(f"{name}.{state}.next", layer.state[state].shape)
    y = _every_state(graph, layer, kept, carried.get("h")) if layer.return_sequences else last["h"]
    return Value(y, layer.output_shape(x.shape))


def _parameters(graph: Graph, layer: Recurrent) -> list[str]:
    """Add the weights as (1, blocks, inputs) and the biases, of which ONNX has two, in a row."""

    def in_order(array: np.ndarray) -> np.ndarray:
        blocks = np.split(array, layer.gates, axis=-1)
        return np.concatenate([blocks[i] for i in BLOCKS[type(layer)]], axis=-1).T[np.newaxis]

    second = np.zeros_like(layer.b)
    if isinstance(layer, GRU):
        second[-layer.units :] = layer.b_h
    return [
        graph.constant(f"{layer.name}.w_x", in_order(layer.w_x)),
        graph.constant(f"{layer.name}.w_h", in_order(layer.w_h)),
        graph.constant(f"{layer.name}.b", np.append(in_order(layer.b), [second], axis=1)),
    ]


def _start(graph: Graph, carried: str) -> str:
    """Add a state that is carried in as the operation wants it."""
    first = graph.constant(f"{carried}.first_axis", [0], np.int64)
    return graph.add("Unsqueeze", f"{carried}.start", [carried, first])


def _last(graph: Graph, layer: Recurrent, state: str, kept: Kept | None, start: str | None) -> str:
    """Add the state after the last step; ``start`` is the one that is carried in."""
    name = f"{layer.name}.{state}"
    first = graph.constant(f"{name}.axis", [0], np.int64)
    end = graph.add("Squeeze", f"{name}.last", [f"{name}.end", first])
    if kept is None:
        return end
    # What the last state of an example without any step is, ONNX does not say, and onnxruntime
    # gives whatever lies in memory.
    start = start or graph.constant(f"{name}.zero", 0)
    return graph.add("Where", f"{name}.left", [kept.none, start, end])


def _every_state(graph: Graph, layer: Recurrent, kept: Kept | None, start: str | None) -> str:
    """Add the state h after every step; ``start`` is the one that is carried in.

    What the operation gives are the states after the steps that it has seen, which are the kept
    ones: after each step, skipped or not, the state is that after the last of those so far, or
    the first state if there are none.
    """
    name = layer.name
    second = graph.constant(f"{name}.second_axis", [1], np.int64)
    by_time = graph.add("Squeeze", f"{name}.by_time", [f"{name}.all", second])
    states = graph.add("Transpose", f"{name}.states", [by_time], perm=(1, 0, 2))
    if kept is None:
        return states
    if start is None:
        one = graph.constant(f"{name}.one_before", [0, 1, 0, 0, 0, 0], np.int64)
        states = graph.add("Pad", f"{name}.with_start", [states, one])
    else:
        start = graph.add("Unsqueeze", f"{name}.h.before", [start, second])
        states = graph.add("Concat", f"{name}.with_start", [start, states], axis=1)
    return graph.add("GatherND", f"{name}.y", [states, kept.so_far], batch_dims=1)


def _keep(graph: Graph, layer: Recurrent, x: Value) -> Kept:
    """Add what finds the steps to keep.

    ONNX's operations can leave out steps at the end alone. So the kept steps are brought to the
    front: by descending order of a number that is 0 for those to skip, and for the others the
    higher, the earlier they are.
    """
    name, steps = layer.name, x.shape[0]
    second = graph.constant(f"{name}.time_axis", [1], np.int64)
    third = graph.constant(f"{name}.feature_axis", [2], np.int64)
    alike = graph.add("Equal", f"{name}.alike", [
        x.name, graph.constant(f"{name}.padding", layer.padding)
    ])  # fmt: skip
    unlike = graph.add("Not", f"{name}.unlike", [alike])
    counted = graph.add("Cast", f"{name}.counted", [unlike], to=TensorProto.INT64)
    kept = graph.add("ReduceMax", f"{name}.kept", [counted, third], keepdims=0)

    total = graph.add("ReduceSum", f"{name}.total", [kept, second], keepdims=1)
    zero = graph.constant(f"{name}.zero", 0, np.int64)
    none = graph.add("Equal", f"{name}.none", [total, zero])
    flat = graph.add("Squeeze", f"{name}.flat", [total, second])
    lengths = graph.add("Cast", f"{name}.lengths", [flat], to=TensorProto.INT32)

    countdown = graph.constant(f"{name}.countdown", np.arange(steps, 0, -1), np.int64)
    rank = graph.add("Mul", f"{name}.rank", [kept, countdown])
    all_steps = graph.constant(f"{name}.steps", [steps], np.int64)
    graph.add("TopK", f"{name}.ranked", [rank, all_steps], f"{name}.order", axis=1)
    order = graph.add("Unsqueeze", f"{name}.places", [f"{name}.order", third])
    inputs = graph.add("GatherND", f"{name}.kept_first", [x.name, order], batch_dims=1)

    one = graph.constant(f"{name}.one", 1, np.int64)
    so_far = graph.add("CumSum", f"{name}.count", [kept, one])
    so_far = graph.add("Unsqueeze", f"{name}.so_far", [so_far, third])
    return Kept(inputs, lengths, none, so_far)
