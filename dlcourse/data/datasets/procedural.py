"""Data made by formula: as much as one likes, with the truth known."""

import numpy as np

from dlcourse import validation
from dlcourse.data.dataset import Dataset


def make_blobs(
    n: int, rng: np.random.Generator | int, classes: int = 3, spread: float = 0.5
) -> Dataset:
    """Return points around ``classes`` centres on the unit circle: x float32 (n, 2), y labels."""
    rng, y = _labels(n, rng, classes)
    angle = 2 * np.pi * y / classes
    centres = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Dataset(_noisy(centres, spread, rng), y)


def make_moons(n: int, rng: np.random.Generator | int, noise: float = 0.1) -> Dataset:
    """Return two interleaved half circles: x float32 (n, 2), y 0 or 1."""
    rng, y = _labels(n, rng, 2)
    angle = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x = np.where(y[:, None] == 0, upper, [1, 0.5] - upper)
    return Dataset(_noisy(x, noise, rng), y)


def make_spirals(
    n: int, rng: np.random.Generator | int, classes: int = 2, turns: float = 1.0,
    noise: float = 0.02,
) -> Dataset:  # fmt: skip
    """Return ``classes`` spiral arms within the unit circle: x float32 (n, 2), y labels."""
    rng, y = _labels(n, rng, classes)
    radius = np.sqrt(rng.uniform(0, 1, n))
    angle = 2 * np.pi * (turns * radius + y / classes)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Dataset(_noisy(x, noise, rng), y)


def make_xor(n: int, rng: np.random.Generator | int, noise: float = 0.1) -> Dataset:
    """Return points at the corners of a square, opposite corners alike: x float32 (n, 2), y 0, 1.

    No line separates the classes (Minsky and Papert 1969).
    """
    rng = validation.generator("rng", rng)
    corner = rng.integers(0, 2, (validation.count("n", n), 2))
    return Dataset(_noisy(2.0 * corner - 1, noise, rng), (corner[:, 0] ^ corner[:, 1]))


def label_noise(
    y: np.ndarray, classes: int, share: float, rng: np.random.Generator | int
) -> np.ndarray:
    """Return a copy of the labels with this share of them changed to another class each."""
    y = validation.labels("y", y, np.size(y), validation.count("classes", classes, least=2))
    share = validation.number("share", share, least=0, most=1)
    rng = validation.generator("rng", rng)
    wrong = rng.choice(len(y), round(share * len(y)), replace=False)
    noisy = y.copy()
    noisy[wrong] = (y[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return noisy


def make_adding(n: int, steps: int, rng: np.random.Generator | int) -> Dataset:
    """Return the adding task: x float32 (n, steps, 2), y float32 (n, 1).

    The first channel holds numbers from 0 to 1; the second is 1 at two steps, one in each half,
    and 0 elsewhere. y is the sum of the two numbers marked. Always answering 1 has a mean squared
    error of 1/6; doing better means remembering (Hochreiter and Schmidhuber 1997, section 5.4).
    """
    rng = validation.generator("rng", rng)
    n, steps = validation.count("n", n), validation.count("steps", steps, least=2)
    x = np.zeros((n, steps, 2), np.float32)
    x[:, :, 0] = rng.random((n, steps))
    marked = np.stack([rng.integers(0, steps // 2, n), rng.integers(steps // 2, steps, n)])
    x[np.arange(n), marked, 1] = 1
    return Dataset(x, x[np.arange(n), marked, 0].sum(axis=0)[:, None])


def make_copy(n: int, steps: int, rng: np.random.Generator | int, symbols: int = 8) -> Dataset:
    """Return the copy task: x float32 (n, steps, symbols), one-hot; y the first symbol (n,).

    What is asked for at the end was seen only at the beginning.
    """
    rng = validation.generator("rng", rng)
    n, steps = validation.count("n", n), validation.count("steps", steps)
    drawn = rng.integers(validation.count("symbols", symbols, least=2), size=(n, steps))
    return Dataset(np.eye(symbols, dtype=np.float32)[drawn], drawn[:, 0])


def make_chirps(
    n: int, rng: np.random.Generator | int, steps: int = 128, noise: float = 0.3
) -> Dataset:
    """Return tones that stay (0), rise (1) or fall (2): x float32 (n, steps, 1), y labels."""
    rng, y = _labels(n, rng, 3)
    steps = validation.count("steps", steps, least=2)
    time = np.arange(steps) / steps
    frequency = rng.uniform(6, 12, (n, 1))  # cycles over the whole
    slope = np.array([0.0, 1.0, -1.0])[y][:, None] * rng.uniform(2, 5, (n, 1))
    phase = 2 * np.pi * (frequency * time + slope * time**2 / 2 + rng.random((n, 1)))
    return Dataset(_noisy(np.sin(phase)[:, :, None], noise, rng), y)


def _labels(
    n: int, rng: np.random.Generator | int, classes: int
) -> tuple[np.random.Generator, np.ndarray]:
    """Return the generator and n labels in random order, as many of each as possible."""
    rng = validation.generator("rng", rng)
    n, classes = validation.count("n", n), validation.count("classes", classes, least=2)
    return rng, rng.permutation(np.arange(n) % classes)


def _noisy(x: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    spread = validation.number("noise", noise, least=0)
    return (x + spread * rng.normal(size=x.shape)).astype(np.float32)
