"""First values of parameters: each initializer fills an array in place from a generator.

Weights have their outputs on the last axis: dense (inputs, outputs), convolution (height, width,
inputs, outputs). An initializer is called with the array and a generator, ``he_normal(w, rng)``.
Those with a scale of their own are made first, ``Normal(0.01)``; the presets are ready to use. They
compare equal when they do the same, and a saved model holds their names and ``options``. Any
function of the same signature serves as well.

Draws are made in float64 and rounded to the array's type, so that float32 and float64 models of one
seed start from the same numbers.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dlcourse import validation

__all__ = [
    "Constant",
    "Normal",
    "Orthogonal",
    "Uniform",
    "VarianceScaling",
    "fans",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "zeros",
]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many inputs one output sums, how many outputs one input feeds.

    Dense (inputs, outputs): these two. Convolution (height, width, inputs, outputs): each times
    height · width.
    """
    if len(shape) < 2:
        raise ValueError(
            f"shape is {shape}: expected (inputs, outputs) or (height, width, inputs, outputs), "
            "since a bias has no fan"
        )
    receptive_field = math.prod(shape[:-2])
    return receptive_field * shape[-2], receptive_field * shape[-1]


@dataclass(frozen=True)
class _Named:
    """Shows a preset by its name, and gives a file what it needs."""

    @property
    def options(self) -> dict[str, Any]:
        """The arguments it was made with, plain numbers and strings."""
        return asdict(self)

    def __repr__(self) -> str:
        name = _PRESET_NAMES.get(self)
        if name is not None:
            return name
        options = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        return f"{type(self).__name__}({options})"


@dataclass(frozen=True, repr=False)
class Constant(_Named):
    """The same value everywhere: for biases, and for showing why weights must not start equal.

    Units of one layer that start equal get equal gradients, and stay equal for ever.
    """

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", validation.number("value", self.value))

    def __call__(self, array: np.ndarray, rng: np.random.Generator) -> None:
        """Fill the array; nothing is drawn."""
        array.fill(self.value)


@dataclass(frozen=True, repr=False)
class Uniform(_Named):
    """Uniform on ±limit, whose standard deviation is limit / √3."""

    limit: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", validation.number("limit", self.limit, above=0))

    def __call__(self, array: np.ndarray, rng: np.random.Generator) -> None:
        """Fill the array from the generator."""
        array[...] = rng.uniform(-self.limit, self.limit, array.shape)


@dataclass(frozen=True, repr=False)
class Normal(_Named):
    """Normal with mean 0 and the given standard deviation."""

    deviation: float

    def __post_init__(self) -> None:
        number = validation.number("deviation", self.deviation, above=0)
        object.__setattr__(self, "deviation", number)

    def __call__(self, array: np.ndarray, rng: np.random.Generator) -> None:
        """Fill the array from the generator."""
        array[...] = rng.normal(0.0, self.deviation, array.shape)


@dataclass(frozen=True, repr=False)
class VarianceScaling(_Named):
    """Mean 0 and variance ``scale`` / fan: the one rule behind Glorot's, He's and LeCun's.

    Parameters
    ----------
    scale
        What the variance times the fan should be.
    fan
        "in" keeps the size of signals from layer to layer on the way forward, "out" that of
        gradients on the way back, "average" is a compromise between both.
    distribution
        "normal", or "uniform" on ±√(3 scale / fan).

    Notes
    -----
    Normal means an unbounded normal distribution, as in PyTorch; Keras cuts it off at two standard
    deviations.

    =====================  =====  =======  ==========================================
    preset                 scale  fan      source
    =====================  =====  =======  ==========================================
    ``lecun_*``            1      in       LeCun, Bottou, Orr and Müller 1998, §4.6
    ``glorot_*``           1      average  Glorot and Bengio 2010, §4.2.1, equation 16
    ``he_*``               2      in       He, Zhang, Ren and Sun 2015, §2.2
    =====================  =====  =======  ==========================================
    """

    scale: float
    fan: str
    distribution: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", validation.number("scale", self.scale, above=0))
        for name, known in (("fan", _FANS), ("distribution", _DISTRIBUTIONS)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}: expected one of {', '.join(known)}"
                )

    def deviation(self, shape: tuple[int, ...]) -> float:
        """Return the standard deviation for an array of this shape."""
        fan_in, fan_out = fans(shape)
        fan = {"in": fan_in, "out": fan_out, "average": (fan_in + fan_out) / 2}[self.fan]
        return math.sqrt(self.scale / fan)

    def __call__(self, array: np.ndarray, rng: np.random.Generator) -> None:
        """Fill the array from the generator."""
        deviation = self.deviation(array.shape)
        if self.distribution == "normal":
            array[...] = rng.normal(0.0, deviation, array.shape)
        else:
            limit = math.sqrt(3) * deviation
            array[...] = rng.uniform(-limit, limit, array.shape)


@dataclass(frozen=True, repr=False)
class Orthogonal(_Named):
    """A random matrix with orthonormal columns (or rows, whichever are fewer), times ``gain``.

    It keeps every vector's length, not only the mean one. The array counts as a matrix
    (…, outputs): all axes but the last are flattened. Saxe, McClelland and Ganguli 2014, §3.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "gain", validation.number("gain", self.gain, above=0))

    def __call__(self, array: np.ndarray, rng: np.random.Generator) -> None:
        """Fill the array from the generator."""
        fans(array.shape)
        rows, columns = math.prod(array.shape[:-1]), array.shape[-1]
        q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
        # QR alone favours some rotations; with R's diagonal made positive all are equally likely.
        q *= np.where(np.diag(r) < 0, -1.0, 1.0)
        array[...] = self.gain * (q if rows >= columns else q.T).reshape(array.shape)


_FANS = ("in", "out", "average")
_DISTRIBUTIONS = ("normal", "uniform")

zeros = Constant(0.0)
ones = Constant(1.0)
glorot_normal = VarianceScaling(1.0, "average", "normal")
glorot_uniform = VarianceScaling(1.0, "average", "uniform")
he_normal = VarianceScaling(2.0, "in", "normal")
he_uniform = VarianceScaling(2.0, "in", "uniform")
lecun_normal = VarianceScaling(1.0, "in", "normal")
lecun_uniform = VarianceScaling(1.0, "in", "uniform")
orthogonal = Orthogonal()

_PRESET_NAMES: dict[_Named, str] = {
    zeros: "zeros",
    ones: "ones",
    glorot_normal: "glorot_normal",
    glorot_uniform: "glorot_uniform",
    he_normal: "he_normal",
    he_uniform: "he_uniform",
    lecun_normal: "lecun_normal",
    lecun_uniform: "lecun_uniform",
    orthogonal: "orthogonal",
}
