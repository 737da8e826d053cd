"""Data sets that come with the library or with a package, and data made by formula."""

from dlcourse.data.datasets.digits import load_digits
from dlcourse.data.datasets.fashion_mnist import load_fashion_mnist
from dlcourse.data.datasets.japanese_vowels import load_japanese_vowels
from dlcourse.data.datasets.mnist import load_mnist
from dlcourse.data.datasets.penguins import DirtyTable, load_dirty_penguins, load_penguins
from dlcourse.data.datasets.procedural import (
    label_noise,
    make_adding,
    make_blobs,
    make_chirps,
    make_copy,
    make_moons,
    make_spirals,
    make_xor,
)
from dlcourse.data.datasets.text import Text, load_topics

__all__ = [
    "DirtyTable",
    "Text",
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
]
