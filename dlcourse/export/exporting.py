"""Writing a model as an ONNX file: what is asked for is checked here, before onnx is imported."""

from copy import copy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dlcourse import archive, validation
from dlcourse.devices import CPU
from dlcourse.export.errors import ExportError
from dlcourse.model import Sequential

#: An ONNX file is one protobuf message, which cannot be larger.
LARGEST = 2**31 - 1


def to_onnx(
    model: Sequential,
    path: str | Path,
    *,
    input_name: str = "x",
    output_name: str = "y",
    verify: bool | None = None,
) -> None:
    """Write ``model``, as it predicts, to an ONNX file.

    Such a file (onnx.ai) holds the network as a graph of standard operations, with its numbers.
    onnxruntime and many other programs run it, in a browser or on a phone too.

    Parameters
    ----------
    model
        The model. It stays as it is.
    path
        The file, replaced in one step: an interrupt leaves the old one or the new one.
    input_name, output_name
        What the input and the output are called in the file.
    verify
        Run the file with onnxruntime before it takes its place, on random inputs, and compare
        with ``model.predict``. None: if onnxruntime is installed.

    Raises
    ------
    ExportError
        A layer is not one of dlcourse's; onnxruntime has no float64 form of an operation; or the
        verification found a difference: the message says how large.
    ImportError
        onnx (or, for ``verify=True``, onnxruntime) is not installed.

    Notes
    -----
    Shapes in the file are those of ``model.predict``, images channels last. The size of the batch
    is free, and is called "n". The graph of a chain of convolutions and poolings works with
    channels first, as ONNX does, and turns images around at either end of the chain.

    Dropout vanishes, ``BatchNorm`` uses its running statistics, and steps that a recurrent layer
    skips are skipped wherever they lie. What a ``stateful`` layer carries from batch to batch is
    an input, "lstm_1.h" (zeros to start with, or what ``model.state`` holds), and an output,
    "lstm_1.h.next", to be given with the next batch; the batch then has its fixed size.

    The model's type is the file's. onnxruntime runs float32 everywhere; of float64 it lacks
    convolution, average pooling, the recurrent layers, and GELU, ELU, leaky ReLU and softplus.
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"model is {validation.describe(model)}: expected a Sequential")
    path = _file(path)
    names = {"input_name": input_name, "output_name": output_name}
    for argument, name in names.items():
        if not isinstance(name, str) or not name.isidentifier():
            error = ValueError if isinstance(name, str) else TypeError
            raise error(
                f"{argument} is {validation.describe(name)}: expected letters, digits and _"
            )
    if input_name == output_name:
        raise ValueError(f"input_name and output_name are both {input_name!r}: expected two names")
    if verify is not None and not isinstance(verify, bool):
        raise TypeError(f"verify is {validation.describe(verify)}: expected True, False or None")
    if verify is None:
        verify = find_spec("onnxruntime") is not None
    for package in ("onnx", "onnxruntime") if verify else ("onnx",):
        if find_spec(package) is None:
            raise ImportError(
                f"to_onnx needs the package {package}, which is not installed: "
                "pip install onnx onnxruntime"
            )
    if model.device is not CPU:
        model = copy(model).to(CPU)
    _check_numbers(model)

    from dlcourse.export.network import network

    content = network(model, input_name, output_name)
    if verify:
        from dlcourse.export.verification import compare

        compare(content, model)
    with archive.replacing(path) as file:
        file.write(content)


def _file(path: Any) -> Path:
    """Return the path after checking that a file can be put there."""
    if not isinstance(path, (str, Path)):
        raise TypeError(f"path is {validation.describe(path)}: expected a file name")
    path = Path(path)
    if path.is_dir() or not path.parent.is_dir():
        raise FileNotFoundError(f"path is {path}: expected a file in an existing folder")
    return path


def _check_numbers(model: Sequential) -> None:
    """Refuse a model that has diverged, or that no ONNX file can hold."""
    for parameter in model.parameters:
        validation.finite(parameter.name, parameter.value)
    for name, array in model.state.items():
        validation.finite(name, array)
    size = model.parameters.values.nbytes
    if size > LARGEST:
        raise ExportError(
            f"the parameters are {size:,} bytes: expected at most {LARGEST:,}, as an ONNX file "
            "can hold no more"
        )
