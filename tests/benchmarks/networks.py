"""What a network is to every contestant: a row of plain descriptions, first weights, one batch."""

from dataclasses import dataclass, replace

import numpy as np

Shape = tuple[int, ...]
#: The arrays of one layer by name: "w" and "b"; an LSTM has "w_x", "w_h" and "b".
Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class Dense:
    units: int

    def shape_after(self, shape: Shape) -> Shape:
        return (self.units,)

    def weights(self, shape: Shape, rng: np.random.Generator) -> Weights:
        return {"w": _he(rng, (shape[0], self.units), shape[0]), "b": _small(rng, self.units)}


@dataclass(frozen=True)
class Conv:
    """Stride 1, zeros around the image so that it keeps its size."""

    filters: int
    size: int = 3

    def shape_after(self, shape: Shape) -> Shape:
        return (*shape[:2], self.filters)

    def weights(self, shape: Shape, rng: np.random.Generator) -> Weights:
        window = (self.size, self.size, shape[2])
        w = _he(rng, (*window, self.filters), int(np.prod(window)))
        return {"w": w, "b": _small(rng, self.filters)}


@dataclass(frozen=True)
class LSTM:
    """The state after the last step, gates in the order i, f, g, o."""

    units: int

    def shape_after(self, shape: Shape) -> Shape:
        return (self.units,)

    def weights(self, shape: Shape, rng: np.random.Generator) -> Weights:
        bound, size = self.units**-0.5, 4 * self.units

        def uniform(*wanted: int) -> np.ndarray:
            return rng.uniform(-bound, bound, wanted).astype(np.float32)

        return {
            "w_x": uniform(shape[1], size), "w_h": uniform(self.units, size), "b": uniform(size),
        }  # fmt: skip


@dataclass(frozen=True)
class _WithoutWeights:
    def shape_after(self, shape: Shape) -> Shape:
        return shape

    def weights(self, shape: Shape, rng: np.random.Generator) -> Weights:
        return {}


@dataclass(frozen=True)
class ReLU(_WithoutWeights):
    pass


@dataclass(frozen=True)
class BatchNorm(_WithoutWeights):
    """Over the last axis; its scales begin at 1, its shifts at 0."""


@dataclass(frozen=True)
class Dropout(_WithoutWeights):
    rate: float


@dataclass(frozen=True)
class MaxPool(_WithoutWeights):
    """Windows of 2 × 2 side by side; an odd last row or column is left out."""

    def shape_after(self, shape: Shape) -> Shape:
        return (shape[0] // 2, shape[1] // 2, shape[2])


@dataclass(frozen=True)
class Flatten(_WithoutWeights):
    def shape_after(self, shape: Shape) -> Shape:
        return (int(np.prod(shape)),)


Layer = Dense | Conv | LSTM | ReLU | BatchNorm | Dropout | MaxPool | Flatten


@dataclass(frozen=True)
class Network:
    """Layers in a row, softmax cross-entropy at the end.

    Attributes
    ----------
    name
        What the tables call it.
    input_shape
        Shape of one example: images (height, width, channels), sequences (steps, features).
    layers
        The last one is ``Dense(classes)``.
    batch
        How many examples one step sees.
    """

    name: str
    input_shape: Shape
    layers: tuple[Layer, ...]
    batch: int

    def with_shapes(self) -> list[tuple[Layer, Shape]]:
        """Return each layer with the shape of one example that comes into it."""
        pairs, shape = [], self.input_shape
        for layer in self.layers:
            pairs.append((layer, shape))
            shape = layer.shape_after(shape)
        return pairs

    def weights(self) -> list[Weights]:
        """Draw each layer's first weights, float32: the same for every contestant."""
        rng = np.random.default_rng(0)
        return [layer.weights(shape, rng) for layer, shape in self.with_shapes()]

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw x (batch, *input_shape) float32 and its labels (batch,) int64."""
        rng = np.random.default_rng(1)
        x = rng.random((self.batch, *self.input_shape), dtype=np.float32)
        classes = self.layers[-1].shape_after(())[0]
        return x, rng.integers(0, classes, self.batch)

    def without_dropout(self) -> "Network":
        """Return the same network with nothing dropped: everyone draws other random numbers."""
        kept = [Dropout(0.0) if isinstance(each, Dropout) else each for each in self.layers]
        return replace(self, layers=tuple(kept))

    @property
    def is_mlp(self) -> bool:
        """Whether it is dense layers and ReLUs alone."""
        return all(isinstance(layer, Dense | ReLU) for layer in self.layers)


def mlp(*widths: int, batch: int) -> Network:
    """Dense layers of these widths with ReLUs between; the first width is the input's."""
    inner = [layer for width in widths[1:] for layer in (Dense(width), ReLU())]
    return Network(f"MLP {'-'.join(map(str, widths))}", widths[:1], tuple(inner[:-1]), batch)


def cnn(name: str, input_shape: Shape, *filters: int, batch: int, norm: bool = False) -> Network:
    """Blocks of 3 × 3 convolution, ReLU and pooling, then ten classes."""
    layers: list[Layer] = []
    for count in filters:
        layers += [Conv(count), *([BatchNorm()] if norm else []), ReLU(), MaxPool()]
    return Network(name, input_shape, (*layers, Flatten(), Dense(10)), batch)


def _he(rng: np.random.Generator, shape: Shape, fan_in: int) -> np.ndarray:
    return rng.normal(0, np.sqrt(2 / fan_in), shape).astype(np.float32)


def _small(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.normal(0, 0.01, size).astype(np.float32)
