"""The parameters of a model: a flat buffer of values, one of gradients, and named views."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Shape = tuple[int, ...]
#: Fills an array in place, drawing from the generator.
Initializer = Callable[[np.ndarray, np.random.Generator], None]


@dataclass(frozen=True)
class ParameterSpec:
    """What a layer asks for: a parameter's name, shape, first values and kind.

    ``kind`` ("weight" or "bias", say) is what penalties and decay choose by.
    """

    name: str
    shape: Shape
    initializer: Initializer
    kind: str = "weight"

    @property
    def size(self) -> int:
        """How many numbers the parameter holds."""
        return int(np.prod(self.shape))


@dataclass(frozen=True)
class Parameter:
    """One named part of the flat buffers; both arrays are views of them."""

    name: str
    kind: str
    value: np.ndarray
    gradient: np.ndarray


class Parameters:
    """All parameters of a model over two flat buffers.

    ``parameters["dense_1.w"]`` is one of them; iterating gives them all, in order.

    Attributes
    ----------
    values, gradients
        1-D arrays that hold every parameter and every gradient, in the order of the layers.
        What works on vectors (an optimizer, clipping, averaging over machines) works on these.
    """

    def __init__(self, specs: Mapping[str, ParameterSpec], dtype: Any) -> None:
        size = sum(spec.size for spec in specs.values())
        self.values = np.zeros(size, dtype)
        self.gradients = np.zeros(size, dtype)
        self._parts: dict[str, Parameter] = {}
        start = 0
        for name, spec in specs.items():
            part = slice(start, start + spec.size)
            self._parts[name] = Parameter(
                name,
                spec.kind,
                self.values[part].reshape(spec.shape),
                self.gradients[part].reshape(spec.shape),
            )
            start += spec.size

    def __getitem__(self, name: str) -> Parameter:
        try:
            return self._parts[name]
        except KeyError:
            known = ", ".join(self._parts) or "none"
            raise KeyError(f"no parameter {name!r}: expected one of {known}") from None

    def of_layer(self, layer: str) -> dict[str, Parameter]:
        """Return one layer's parameters by their short names, "w" and "b" say."""
        prefix = layer + "."
        return {
            name.removeprefix(prefix): part
            for name, part in self._parts.items()
            if name.startswith(prefix)
        }

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parts.values())

    def __len__(self) -> int:
        return len(self._parts)

    def __repr__(self) -> str:
        parts = ", ".join(f"{part.name} {part.value.shape}" for part in self)
        return f"Parameters({self.values.size:,} numbers: {parts})"
