"""The embedding layer: a learnt vector for each of a number of things."""

from typing import Any

import numpy as np

from dlcourse import initializers, validation
from dlcourse.kernels import kernels_for
from dlcourse.layers.base import Layer
from dlcourse.parameters import Initializer, ParameterSpec, Shape

#: What PyTorch's embeddings start from.
STANDARD_NORMAL = initializers.Normal(1.0)


class Embedding(Layer):
    """Embedding, y = w[x]: each index is replaced by its vector (Bengio et al. 2003).

    Parameters
    ----------
    count
        Number of things that have a vector; indices run from 0 to count - 1.
    units
        Size of a vector.
    padding_index
        An index whose vector stays zero: it starts so, and its gradient is zero. A recurrent
        layer with ``padding=0`` skips such steps.
    initializer
        Fills ``w``; the standard normal distribution by default, as in PyTorch.

    Notes
    -----
    The first layer of a model; its inputs are whole numbers. Shapes: x (n,) or (n, steps) int64,
    w (count, units), y (n, units) or (n, steps, units). For examples of one index each, a model's
    ``input_shape`` is ``()``.
    Gradient, from dy: dw[i] is the sum of dy over all places where x = i, and zero where i did
    not occur; all of dw is written. Indices have no gradient: ``backward`` returns None.
    """

    reads_y = False

    w: np.ndarray
    dw: np.ndarray

    def __init__(
        self,
        count: int,
        units: int,
        *,
        padding_index: int | None = None,
        initializer: Initializer = STANDARD_NORMAL,
    ) -> None:
        super().__init__()
        self.count = validation.count("count", count)
        self.units = validation.count("units", units)
        self.padding_index = padding_index
        if padding_index is not None:
            self.padding_index = validation.count("padding_index", padding_index, least=0)
            if self.padding_index >= self.count:
                raise ValueError(
                    f"padding_index is {padding_index}: expected an index from 0 to "
                    f"{self.count - 1}"
                )
        self.initializer = validation.initializer("initializer", initializer)

    @property
    def options(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {"count": self.count, "units": self.units}
        if self.padding_index is not None:
            chosen["padding_index"] = self.padding_index
        if self.initializer != STANDARD_NORMAL:
            chosen["initializer"] = self.initializer
        return chosen

    def input_dtype(self, dtype: np.dtype) -> np.dtype:
        return np.dtype(np.int64)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) > 1:
            raise ValueError(
                f"{self!r} got inputs of shape {input_shape}: expected (), one index an example, "
                "or (steps,)"
            )
        for steps in input_shape:
            validation.count("steps", steps)
        return (*input_shape, self.units)

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        return [ParameterSpec("w", (self.count, self.units), self._fill)]

    def _fill(self, array: np.ndarray, rng: np.random.Generator) -> None:
        self.initializer(array, rng)
        if self.padding_index is not None:
            array[self.padding_index] = 0

    def check_inputs(self, x: np.ndarray) -> None:
        indices = x.reshape(-1)
        bad = kernels_for(x).first_label_outside(indices, self.count)
        if bad >= 0:
            where = ", ".join(str(i) for i in np.unravel_index(bad, x.shape))
            raise ValueError(
                f"x[{where}] is {indices[bad]}: expected indices from 0 to {self.count - 1}"
            )

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.dtype != np.int64:
            raise TypeError(
                f"{self.name} got {validation.describe(x)}: expected int64 indices, which only "
                "the first layer of a model gets"
            )
        self._x = x
        y = self._output((*x.shape, self.units), self.w.dtype)
        kernels_for(x).embedding_forward(x.reshape(-1), self.w, y.reshape(-1, self.units))
        return y

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> None:
        x = self._latest("_x")
        kernels_for(dy).embedding_backward(
            x.reshape(-1),
            -1 if self.padding_index is None else self.padding_index,
            dy.reshape(-1, self.units),
            self.dw,
        )
