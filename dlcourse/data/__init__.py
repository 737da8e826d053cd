"""Data: sets to learn from, how they are prepared, batches of them, and metrics."""

from dlcourse.data import metrics, preprocessing
from dlcourse.data.augmentation import Augmentation
from dlcourse.data.dataset import Dataset, Split, as_dataset, batches
from dlcourse.data.datasets import (
    DirtyTable,
    Text,
    label_noise,
    load_digits,
    load_dirty_penguins,
    load_fashion_mnist,
    load_japanese_vowels,
    load_mnist,
    load_penguins,
    load_topics,
    make_adding,
    make_blobs,
    make_chirps,
    make_copy,
    make_moons,
    make_spirals,
    make_xor,
)

__all__ = [
    "Augmentation",
    "Dataset",
    "DirtyTable",
    "Split",
    "Text",
    "as_dataset",
    "batches",
    "label_noise",
    "load_digits",
    "load_dirty_penguins",
    "load_fashion_mnist",
    "load_japanese_vowels",
    "load_mnist",
    "load_penguins",
    "load_topics",
    "make_adding",
    "make_blobs",
    "make_chirps",
    "make_copy",
    "make_moons",
    "make_spirals",
    "make_xor",
    "metrics",
    "preprocessing",
]
