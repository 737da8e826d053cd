"""What is timed: a network, its first weights and one batch, the same for every contestant."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Mlp:
    """Dense layers with ReLU between them, softmax cross-entropy at the end, trained by Adam.

    Attributes
    ----------
    widths : tuple of int
        Inputs, the width of each hidden layer, classes.
    batch : int
        How many examples one step sees.
    """

    widths: tuple[int, ...]
    batch: int

    @property
    def name(self) -> str:
        return f"MLP {'-'.join(map(str, self.widths))}, batch {self.batch}"

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Draw w (inputs, outputs) and b (outputs,) of each layer, float32, by He's rule."""
        rng = np.random.default_rng(0)
        return [
            (
                rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)).astype(np.float32),
                np.zeros(outputs, np.float32),
            )
            for inputs, outputs in pairwise(self.widths)
        ]

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw x (batch, inputs) float32 and its labels (batch,) int64."""
        rng = np.random.default_rng(1)
        x = rng.random((self.batch, self.widths[0]), dtype=np.float32)
        return x, rng.integers(0, self.widths[-1], self.batch)


WORKLOADS = (
    Mlp((64, 64, 10), batch=32),
    Mlp((784, 128, 10), batch=64),
    Mlp((784, 512, 512, 10), batch=128),
)
