"""What was exported, run by onnxruntime and compared with the model."""

import numpy as np
import onnxruntime

from dlcourse.export.errors import ExportError
from dlcourse.layers import Embedding, Recurrent
from dlcourse.model import Sequential

#: How large a difference rounding may make, as a share of the largest output. In float64 it is
#: that of the operations' options, a slope or an epsilon, which ONNX holds as float32 numbers.
ROUNDING = {"float32": 1e-4, "float64": 1e-7}

#: The size of the batch to compare on, where the model leaves it free.
ROWS = 7


def compare(content: bytes, model: Sequential) -> None:
    """Raise ``ExportError`` unless the file gives what ``model.predict`` gives, on random inputs.

    What stateful layers carry is compared as well, and left as it was.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # its pool of threads and that of the kernels would fight
    options.log_severity_level = 4  # what is wrong is raised, and need not be printed as well
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        data, *carried = session.get_inputs()
        rows = data.shape[0] if isinstance(data.shape[0], int) else ROWS
        x = random_inputs(model, rows, np.random.default_rng(0))
        state = {each.name: model.state[each.name] for each in carried}
        y, *left = session.run(None, {data.name: x, **state})
    except Exception as error:  # onnxruntime's own have no common class but this
        remedy = ""
        if model.dtype == np.float64:
            remedy = ": expected a float32 model, or verify=False for a program that can"
        raise ExportError(
            f"onnxruntime {onnxruntime.__version__} cannot run the exported model "
            f"({str(error).splitlines()[0]}){remedy}"
        ) from None

    before = {name: array.copy() for name, array in model.state.items()}
    try:
        expected = model.predict(x, batch_size=rows)
        _compare("the output", y, expected)
        for name, found in zip(state, left, strict=True):
            _compare(f"{name} after it", found, model.state[name])
    finally:
        for name, array in model.state.items():
            array[...] = before[name]


def random_inputs(model: Sequential, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return a batch, with steps for the first layer to skip if it skips any."""
    first, shape = model.layers[0], (rows, *model.input_shape)
    if isinstance(first, Embedding):
        return rng.integers(first.count, size=shape)
    x = rng.normal(size=shape).astype(model.dtype)
    if isinstance(first, Recurrent) and first.padding is not None:
        x[rng.random(x.shape[:2]) < 0.3] = first.padding
    return x


def _compare(what: str, found: np.ndarray, expected: np.ndarray) -> None:
    difference = float(np.abs(found - expected).max())
    scale = float(np.abs(expected).max())
    if not difference <= ROUNDING[expected.dtype.name] * scale:
        raise ExportError(
            f"the exported model disagrees with model.predict: for a random batch {what} differs "
            f"by up to {difference:.3g}, where the largest number is {scale:.3g}"
        )
