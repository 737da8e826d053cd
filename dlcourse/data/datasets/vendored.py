"""Reads the data files that come with the library."""

from importlib.resources import as_file, files

import numpy as np


def read(name: str) -> dict[str, np.ndarray]:
    """Return the arrays of one file of ``dlcourse/data/vendored``."""
    with (
        as_file(files("dlcourse.data") / "vendored" / name) as path,
        np.load(path, allow_pickle=False) as file,
    ):
        return dict(file)
