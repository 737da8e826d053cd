"""A model as the bytes of an ONNX file."""

import onnx
from onnx import helper

import dlcourse
from dlcourse.export.graph import Graph, Value
from dlcourse.export.layers import write
from dlcourse.model import Sequential

#: The set of operations, of 2023, the oldest with GELU; and the version of the file's format that
#: came with it. Newer ones would only shut out older programs.
OPERATIONS, FORMAT = 20, 9


def network(model: Sequential, input_name: str, output_name: str) -> bytes:
    """Return the model as an ONNX file, checked by onnx itself."""
    graph = Graph(Value(input_name, model.input_shape), model.input_dtype, model.dtype)
    value = graph.input
    for layer in model.layers:
        value = write(graph, layer, value)
    made = helper.make_model(
        graph.finish(value, output_name, "dlcourse", repr(model)),
        producer_name="dlcourse",
        producer_version=dlcourse.__version__,
        opset_imports=[helper.make_opsetid("", OPERATIONS)],
        ir_version=FORMAT,
    )
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString()
