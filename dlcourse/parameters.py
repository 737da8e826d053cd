"""The parameters of a model: a flat buffer of values, one of gradients, and named views."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dlcourse import validation

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


class Parameter:
    """One named part of the flat buffers.

    Attributes
    ----------
    name, kind
        "dense_1.w", "weight".
    value, gradient
        Views of the two buffers, in the parameter's own shape.
    rate
        By how much optimizers multiply the learning rate for this parameter: 1 at first, less to
        learn more slowly, 0 to freeze it.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        value: np.ndarray,
        gradient: np.ndarray,
        on_change: Callable[[], None],
    ) -> None:
        self.name = name
        self.kind = kind
        self.value = value
        self.gradient = gradient
        self._rate = 1.0
        self._on_change = on_change

    @property
    def rate(self) -> float:
        """The parameter's own factor of the learning rate."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._rate = validation.number("rate", rate, least=0)
        self._on_change()

    def __repr__(self) -> str:
        return f"Parameter({self.name}, shape={self.value.shape}, rate={self.rate:g})"


class Segment(NamedTuple):
    """A stretch of the flat buffers in which every parameter is treated alike."""

    part: slice
    rate: float
    chosen: bool


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
                self._forget_segments,
            )
            start += spec.size
        self._segments: dict[str, tuple[Segment, ...]] = {}

    def move(self, put: Callable[[Any], Any]) -> None:
        """Let ``put`` take both buffers to where it will; views are made anew there.

        Whoever holds ``segments`` notices, because they are new ones then.
        """
        self.values, self.gradients = put(self.values), put(self.gradients)
        start = 0
        for parameter in self:
            part, shape = slice(start, start + parameter.value.size), parameter.value.shape
            parameter.value = self.values[part].reshape(shape)
            parameter.gradient = self.gradients[part].reshape(shape)
            start = part.stop
        self._forget_segments()

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

    def set_rate(self, name: str, rate: float) -> None:
        """Give a parameter ("dense_1.w") or all of a layer ("dense_1") its own rate; 0 freezes."""
        own = [part for part in self if part.name == name] or [*self.of_layer(name).values()]
        if not own:
            known = ", ".join(self._parts) or "none"
            raise KeyError(
                f"no parameter or layer {name!r} with parameters: expected one of {known}"
            )
        for part in own:
            part.rate = rate

    def segments(self, kind: str = "all") -> tuple[Segment, ...]:
        """Return the flat buffers' contiguous stretches of equal treatment, in order.

        ``chosen`` says whether a stretch's parameters are of the ``kind`` asked for ("weight", or
        "all" of them). Neighbours with the same rate and choice are one stretch, so that a model
        in which nothing is frozen or chosen is a single one. The result is kept, and is the same
        object, until a rate changes.
        """
        segments = self._segments.get(kind)
        if segments is None:
            segments = self._segments[kind] = self._find_segments(kind)
        return segments

    def _find_segments(self, kind: str) -> tuple[Segment, ...]:
        kinds = {part.kind for part in self}
        if kind != "all" and kinds and kind not in kinds:
            raise ValueError(f"kind is {kind!r}: expected one of all, {', '.join(sorted(kinds))}")
        found: list[Segment] = []
        start = 0
        for parameter in self:
            stop = start + parameter.value.size
            chosen = kind in ("all", parameter.kind)
            if found and found[-1][1:] == (parameter.rate, chosen):
                found[-1] = found[-1]._replace(part=slice(found[-1].part.start, stop))
            else:
                found.append(Segment(slice(start, stop), parameter.rate, chosen))
            start = stop
        return tuple(found)

    def _forget_segments(self) -> None:
        self._segments.clear()

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parts.values())

    def __len__(self) -> int:
        return len(self._parts)

    def __repr__(self) -> str:
        parts = ", ".join(f"{part.name} {part.value.shape}" for part in self)
        return f"Parameters({self.values.size:,} numbers: {parts})"
