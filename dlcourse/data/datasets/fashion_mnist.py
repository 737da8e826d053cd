"""Fashion-MNIST: photographs of clothes, 28 × 28, ten kinds."""

import gzip
import hashlib
import os
import urllib.request
from pathlib import Path

import numpy as np

from dlcourse import archive
from dlcourse.data.dataset import Dataset, Split
from dlcourse.data.datasets import vendored
from dlcourse.data.preprocessing import stratified_sample

CLASSES = (
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

#: Where Debian's package dataset-fashion-mnist puts the full set.
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
SOURCE = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
FILES = {
    "train-images-idx3-ubyte.gz": (
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"
    ),
    "train-labels-idx1-ubyte.gz": (
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"
    ),
}


def load_fashion_mnist(full: bool = False, download: bool = False) -> Split:
    """Return Fashion-MNIST, grey pictures of ten kinds of clothes, in three parts.

    Parameters
    ----------
    full
        False: the 12,000 images that come with the library, without any network: 8,000 to train
        on, 2,000 to validate and 2,000 to test. True: the full set, 55,000, 5,000 and 10,000,
        from Debian's package ``dataset-fashion-mnist`` or from the cache folder (``DLCOURSE_DATA``
        or ``~/.cache/dlcourse``).
    download
        Where the full set is found in neither place, fetch it (31 MB) into the cache.

    Returns
    -------
    Split
        x float32 (n, 28, 28, 1) from 0 to 1, y int64 (n,) from 0 to 9; ``CLASSES`` has the names.

    Raises
    ------
    FileNotFoundError
        The full set is nowhere; the message says how to get it.
    dlcourse.archive.ArchiveError
        A file of the full set is not what was published.

    Notes
    -----
    H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
    Machine Learning Algorithms", 2017 (MIT licence, © Zalando SE).
    """
    if full:
        folder = _folder(download)
        images, labels, test_images, test_labels = (
            read_idx(archive.checked(folder / name, sha256)) for name, sha256 in FILES.items()
        )
    else:
        parts = vendored.read("fashion_mnist.npz")
        images, labels = parts["train_x"], parts["train_y"]
        test_images, test_labels = parts["test_x"], parts["test_y"]
    held_out = np.zeros(len(labels), bool)
    held_out[stratified_sample(labels, 5_000 if full else 2_000, rng=0)] = True
    return Split(
        _dataset(images[~held_out], labels[~held_out]),
        _dataset(images[held_out], labels[held_out]),
        _dataset(test_images, test_labels),
    )


def _dataset(images: np.ndarray, labels: np.ndarray) -> Dataset:
    x = np.divide(images[..., None], 255, dtype=np.float32)
    return Dataset(x, labels.astype(np.int64))


def read_idx(content: bytes) -> np.ndarray:
    """Return the array in LeCun's idx format: magic number, sizes, then bytes."""
    raw = gzip.decompress(content)
    dimensions = raw[3]
    shape = np.frombuffer(raw, ">i4", dimensions, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _folder(download: bool) -> Path:
    cache = Path(os.environ.get("DLCOURSE_DATA", Path.home() / ".cache" / "dlcourse"))
    cache = cache / "fashion-mnist"
    for folder in (DEBIAN, cache):
        if all((folder / name).is_file() for name in FILES):
            return folder
    if not download:
        raise FileNotFoundError(
            f"the full Fashion-MNIST is neither in {DEBIAN} nor in {cache}: install Debian's "
            "package dataset-fashion-mnist, or pass download=True (31 MB)"
        )
    cache.mkdir(parents=True, exist_ok=True)
    for name, sha256 in FILES.items():
        with urllib.request.urlopen(SOURCE + name, timeout=60) as answer:
            content = answer.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise archive.ArchiveError(f"{SOURCE}{name} is not what was published there in 2017")
        (cache / name).write_bytes(content)
    return cache
