"""What is timed."""

from dataclasses import dataclass

import numpy as np

from tests.benchmarks.networks import (
    LSTM,
    BatchNorm,
    Dense,
    Dropout,
    Network,
    ReLU,
    cnn,
    mlp,
)


@dataclass(frozen=True)
class Training:
    """One step: forward, loss, backward, Adam with rate 0.001, β 0.9 and 0.999, ε 1e-8.

    The result is the loss before the step.
    """

    network: Network

    @property
    def name(self) -> str:
        return f"train {self.network.name}, batch {self.network.batch}"


@dataclass(frozen=True)
class Prediction:
    """The outputs for one batch in evaluation mode, which are the result."""

    network: Network

    @property
    def name(self) -> str:
        return f"predict {self.network.name}, batch {self.network.batch}"


@dataclass(frozen=True)
class OptimizerStep:
    """One optimizer step; the result is a few of the parameters after it.

    Attributes
    ----------
    optimizer
        "SGD", "momentum", "Nesterov", "Adagrad", "RMSprop", "Adam", "AdamW", "AMSGrad", "Adamax".
    size
        How many parameters.
    """

    optimizer: str
    size: int = 10_000_000

    @property
    def name(self) -> str:
        return f"{self.optimizer} step, {self.size:,} parameters"

    @property
    def state(self) -> int:
        """How many numbers the optimizer remembers for each parameter."""
        return {"SGD": 0, "momentum": 1, "Nesterov": 1, "Adagrad": 1, "RMSprop": 1}.get(
            self.optimizer, 3 if self.optimizer == "AMSGrad" else 2
        )

    @property
    def bytes_moved(self) -> int:
        """Gradients are read; parameters and state are read and written; float32."""
        return 4 * self.size * (1 + 2 * (1 + self.state))

    def vectors(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw parameters and gradients, float32 (size,)."""
        rng = np.random.default_rng(0)
        return tuple(rng.standard_normal(self.size, dtype=np.float32) for _ in range(2))  # type: ignore[return-value]


@dataclass(frozen=True)
class Augmenting:
    """Turn each image by up to 15 degrees and shift it by up to 2 pixels, bilinear, zeros outside.

    The result is the new images.
    """

    images: int = 10_000
    side: int = 28
    degrees: float = 15.0
    pixels: float = 2.0

    @property
    def name(self) -> str:
        return f"augment {self.images:,} images {self.side}×{self.side}"

    def data(self) -> np.ndarray:
        """Draw images (n, side, side, 1), float32."""
        shape = (self.images, self.side, self.side, 1)
        return np.random.default_rng(0).random(shape, dtype=np.float32)

    def motion(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw angles in radians (n,) and shifts (n, 2), in the library's order of draws."""
        bound = np.deg2rad(self.degrees)
        angles = rng.uniform(-bound, bound, self.images)
        return angles, rng.uniform(-self.pixels, self.pixels, (self.images, 2))


@dataclass(frozen=True)
class Epoch:
    """Once through scikit-learn's digits in a new order, in batches; the result is the mean loss.

    Adam as in ``Training``.
    """

    network: Network

    @property
    def name(self) -> str:
        return f"epoch of digits, {self.network.name}, batch {self.network.batch}"

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x (1797, 64) float32 in [0, 1] and labels (1797,) int64."""
        from sklearn.datasets import load_digits

        x, labels = load_digits(return_X_y=True)
        return (x / 16).astype(np.float32), labels.astype(np.int64)


@dataclass(frozen=True)
class LearningClothes:
    """One epoch of Fashion-MNIST, in a new order; the result is (seconds, mean loss, accuracy).

    Seconds of training alone; the accuracy is that on the test set afterwards. Adam as in
    ``Training``.

    Attributes
    ----------
    images
        How many to train on, and at most so many to test on; None takes all 60,000 and 10,000.
    """

    network: Network
    images: int | None = None

    def data(self) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """Return (x, labels) to train on and to test on; only all of them need the full set."""
        from dlcourse.data import load_fashion_mnist

        split = load_fashion_mnist(full=self.images is None)
        parts = [split.train, split.validation]
        x, labels = (np.concatenate(each) for each in zip(*parts, strict=True))
        few = slice(self.images)
        return (x[few], labels[few]), (split.test.x[few], split.test.y[few])


Workload = Training | Prediction | OptimizerStep | Augmenting | Epoch | LearningClothes

NETWORKS = (
    mlp(64, 64, 10, batch=32),
    mlp(784, 128, 10, batch=64),
    mlp(784, 512, 512, 10, batch=128),
    mlp(784, 2048, 2048, 10, batch=256),
    cnn("CNN 28×28", (28, 28, 1), 16, 32, batch=64),
    cnn("CNN 28×28", (28, 28, 1), 16, 32, batch=1),
    cnn("CNN 8×8", (8, 8, 1), 16, 32, batch=32),
    cnn("CNN 32×32×3 batch norm", (32, 32, 3), 32, 64, 128, batch=64, norm=True),
    Network("LSTM 28 steps 28→64", (28, 28), (LSTM(64), Dense(10)), 32),
    Network("LSTM 64 steps 16→128", (64, 16), (LSTM(128), Dense(10)), 32),
    Network(
        "MLP 784-256-256-10 batch norm, dropout",
        (784,),
        (
            Dense(256), BatchNorm(), ReLU(), Dropout(0.5),
            Dense(256), BatchNorm(), ReLU(), Dropout(0.5),
            Dense(10),
        ),
        64,
    ),
)  # fmt: skip

OPTIMIZERS = (
    "SGD", "momentum", "Nesterov", "Adagrad", "RMSprop", "Adam", "AdamW", "AMSGrad", "Adamax",
)  # fmt: skip

WORKLOADS: tuple[Workload, ...] = (
    *map(Training, NETWORKS),
    Epoch(mlp(64, 64, 10, batch=32)),
    *map(Prediction, NETWORKS),
    *map(OptimizerStep, OPTIMIZERS),
    Augmenting(),
)
