"""Each layer in ONNX's operations: onnx.ai/onnx/operators says what these mean."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse import layers
from dlcourse.export.errors import ExportError
from dlcourse.export.graph import Graph, Value
from dlcourse.export.recurrent import recurrent
from dlcourse.layers import Layer

#: Adds what a layer makes of a value in evaluation mode, and returns it.
Writer = Callable[[Graph, Any, Value], Value]


def write(graph: Graph, layer: Layer, x: Value) -> Value:
    """Add what ``layer`` makes of ``x`` in evaluation mode, and return it."""
    # By the very class: one derived from it may compute something else.
    writer = WRITERS.get(type(layer))
    if writer is None:
        raise ExportError(
            f"{layer.name} is {layer!r}, of which to_onnx does not know what it computes: "
            "expected dlcourse's own layers"
        )
    return writer(graph, layer, x)


def elementwise(operation: str, **attributes: str) -> Writer:
    """Return the writer of a layer that is one operation, number by number.

    ``attributes`` are ONNX's names and, for each, the layer's own.
    """

    def write_one(graph: Graph, layer: Layer, x: Value) -> Value:
        chosen = {name: getattr(layer, own) for name, own in attributes.items()}
        y = graph.add(operation, f"{layer.name}.y", [x.name], **chosen)
        return Value(y, x.shape, x.channels_first)

    return write_one


def silu(graph: Graph, layer: layers.SiLU, x: Value) -> Value:
    """Write x σ(x); ONNX has had an operation for it only since 2025."""
    gate = graph.add("Sigmoid", f"{layer.name}.gate", [x.name])
    return Value(graph.add("Mul", f"{layer.name}.y", [x.name, gate]), x.shape, x.channels_first)


def softmax(graph: Graph, layer: layers.Softmax, x: Value) -> Value:
    """Write softmax, over the axis of channels wherever it is."""
    axis = 1 if x.channels_first else -1
    y = graph.add("Softmax", f"{layer.name}.y", [x.name], axis=axis)
    return Value(y, x.shape, x.channels_first)


def dense(graph: Graph, layer: layers.Dense, x: Value) -> Value:
    """Write x w + b, as one operation for matrices, as a product and a sum for more axes."""
    x = graph.channels_last(x)
    w = graph.constant(f"{layer.name}.w", layer.w)
    b = graph.constant(f"{layer.name}.b", layer.b)
    y = f"{layer.name}.y"
    if len(x.shape) == 1:
        graph.add("Gemm", y, [x.name, w, b])
    else:
        graph.add("Add", y, [graph.add("MatMul", f"{layer.name}.product", [x.name, w]), b])
    return Value(y, layer.output_shape(x.shape))


def convolution(graph: Graph, layer: layers.Conv2D, x: Value) -> Value:
    """Write a convolution, whose filters ONNX wants as (filters, inputs, height, width)."""
    if layer.padding == "same":  # an odd one goes below and on the right
        before = [(size - 1) // 2 for size in layer.kernel_size]
        pads = [*before, *(size // 2 for size in layer.kernel_size)]
    else:
        pads = [0] * 4 if layer.padding == "valid" else [*layer.padding, *layer.padding]
    w = graph.constant(f"{layer.name}.w", layer.w.transpose(3, 2, 0, 1))
    b = graph.constant(f"{layer.name}.b", layer.b)
    x = graph.channels_first(x)
    y = graph.add("Conv", f"{layer.name}.y", [x.name, w, b], strides=layer.stride, pads=pads)
    return Value(y, layer.output_shape(x.shape), channels_first=True)


def max_pool(graph: Graph, layer: layers.MaxPool2D, x: Value) -> Value:
    """Write max pooling, whose padding is never the largest in ONNX either."""
    return _pool(graph, layer, x, "MaxPool")


def average_pool(graph: Graph, layer: layers.AveragePool2D, x: Value) -> Value:
    """Write average pooling."""
    return _pool(graph, layer, x, "AveragePool", count_include_pad=int(layer.count_padding))


def _pool(graph: Graph, layer: Any, x: Value, operation: str, **options: int) -> Value:
    x = graph.channels_first(x)
    y = graph.add(
        operation, f"{layer.name}.y", [x.name],
        kernel_shape=layer.pool_size, strides=layer.stride, pads=[*layer.padding, *layer.padding],
        **options,
    )  # fmt: skip
    return Value(y, layer.output_shape(x.shape), channels_first=True)


def global_average_pool(graph: Graph, layer: layers.GlobalAveragePool2D, x: Value) -> Value:
    """Write the mean over height and width, wherever they are."""
    axes = (2, 3) if x.channels_first else (1, 2)
    over = graph.constant(f"{layer.name}.axes", axes, np.int64)
    y = graph.add("ReduceMean", f"{layer.name}.y", [x.name, over], keepdims=0)
    return Value(y, layer.output_shape(x.shape))


def flatten(graph: Graph, layer: layers.Flatten, x: Value) -> Value:
    """Write each example as a vector, in dlcourse's order of elements."""
    x = graph.channels_last(x)
    y = graph.add("Flatten", f"{layer.name}.y", [x.name], axis=1)
    return Value(y, layer.output_shape(x.shape))


def dropout(graph: Graph, layer: layers.Dropout, x: Value) -> Value:
    """Add nothing: in evaluation y = x."""
    return x


def batch_norm(graph: Graph, layer: layers.BatchNorm, x: Value) -> Value:
    """Write batch normalization with the running statistics."""
    x = graph.channels_first(x)
    numbers = {"gamma": layer.gamma, "beta": layer.beta, **layer.state}
    names = [
        graph.constant(f"{layer.name}.{name}", numbers[name])
        for name in ("gamma", "beta", "mean", "variance")
    ]
    y = graph.add("BatchNormalization", f"{layer.name}.y", [x.name, *names], epsilon=layer.epsilon)
    return Value(y, x.shape, channels_first=True)


def layer_norm(graph: Graph, layer: layers.LayerNorm, x: Value) -> Value:
    """Write layer normalization."""
    x = graph.channels_last(x)
    gamma = graph.constant(f"{layer.name}.gamma", layer.gamma)
    beta = graph.constant(f"{layer.name}.beta", layer.beta)
    y = graph.add(
        "LayerNormalization", f"{layer.name}.y", [x.name, gamma, beta],
        axis=-1, epsilon=layer.epsilon,
    )  # fmt: skip
    return Value(y, x.shape)


def embedding(graph: Graph, layer: layers.Embedding, x: Value) -> Value:
    """Write the choice of rows of w; that of a padding index holds zeros already."""
    if x != graph.input:
        raise ExportError(
            f"{layer.name} stands behind another layer: expected it to be the first, which gets "
            "indices"
        )
    w = graph.constant(f"{layer.name}.w", layer.w)
    y = graph.add("Gather", f"{layer.name}.y", [w, x.name], axis=0)
    return Value(y, layer.output_shape(x.shape))


def row(graph: Graph, block: layers.Block, x: Value) -> Value:
    """Write the layers inside a block, one after another; nothing is computed again."""
    for layer in block.layers:
        x = write(graph, layer, x)
    return x


def residual(graph: Graph, layer: layers.Residual, x: Value) -> Value:
    """Write y = x + f(x), with images the way round that f leaves them."""
    inside = row(graph, layer, x)
    past = x if layer.projection is None else write(graph, layer.projection, x)
    past = graph.channels_first(past) if inside.channels_first else graph.channels_last(past)
    y = graph.add("Add", f"{layer.name}.y", [inside.name, past.name])
    return Value(y, inside.shape, inside.channels_first)


WRITERS: dict[type[Layer], Writer] = {
    layers.AveragePool2D: average_pool,
    layers.BatchNorm: batch_norm,
    layers.Conv2D: convolution,
    layers.Dense: dense,
    layers.Dropout: dropout,
    layers.ELU: elementwise("Elu", alpha="alpha"),
    layers.Embedding: embedding,
    layers.Flatten: flatten,
    layers.GELU: elementwise("Gelu"),
    layers.GRU: recurrent,
    layers.GlobalAveragePool2D: global_average_pool,
    layers.LSTM: recurrent,
    layers.LayerNorm: layer_norm,
    layers.LeakyReLU: elementwise("LeakyRelu", alpha="slope"),
    layers.MaxPool2D: max_pool,
    layers.RNN: recurrent,
    layers.ReLU: elementwise("Relu"),
    layers.Recompute: row,
    layers.Residual: residual,
    layers.SiLU: silu,
    layers.Sigmoid: elementwise("Sigmoid"),
    layers.Softmax: softmax,
    layers.Softplus: elementwise("Softplus"),
    layers.Tanh: elementwise("Tanh"),
}
