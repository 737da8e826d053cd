"""The Palmer penguins, clean, and soiled in ways that are known exactly."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from dlcourse import validation
from dlcourse.data.dataset import Dataset

FEATURES = ("bill length (mm)", "bill depth (mm)", "flipper length (mm)", "body mass (g)")
SPECIES = ("Adelie", "Chinstrap", "Gentoo")


def load_penguins() -> Dataset:
    """Return the 342 penguins that were measured: x float32 (342, 4), y int64 (342,).

    ``FEATURES`` names the columns of x and ``SPECIES`` the labels.

    Raises
    ------
    ImportError
        palmerpenguins is not installed; it carries the table.

    Notes
    -----
    A. M. Horst, A. P. Hill and K. B. Gorman, "palmerpenguins: Palmer Archipelago (Antarctica)
    penguin data", 2020 (CC0); measured by K. Gorman and the Palmer Station LTER.
    """
    package = find_spec("palmerpenguins")  # its table is read without importing it, and pandas
    if package is None or package.origin is None:
        raise ImportError(
            "the penguins come with palmerpenguins, which is not installed: "
            "pip install palmerpenguins"
        )
    text = (Path(package.origin).parent / "data" / "penguins.csv").read_text(encoding="utf-8")
    head, *lines = (line.split(",") for line in text.splitlines())
    columns = [head.index(name) for name in head if name.endswith(("_mm", "_g"))]
    kept = [line for line in lines if line[columns[0]] not in ("", "NA")]
    x = np.array([[line[column] for column in columns] for line in kept], np.float32)
    y = np.array([SPECIES.index(line[head.index("species")]) for line in kept], np.int64)
    return Dataset(x, y)


@dataclass(frozen=True)
class DirtyTable:
    """A table with known faults.

    Attributes
    ----------
    x
        float64 (n, features) with gaps, outliers and repeated rows.
    species
        (n,) names, some of them misspelt.
    missing, outlier
        Masks of the shape of x: where a value was taken away, where one was made absurd.
    duplicate
        Mask (n,): the rows that repeat an earlier one.
    misspelt
        Mask (n,): the names that were changed.
    """

    x: np.ndarray
    species: np.ndarray
    missing: np.ndarray
    outlier: np.ndarray
    duplicate: np.ndarray
    misspelt: np.ndarray


def load_dirty_penguins(rng: np.random.Generator | int, share: float = 0.03) -> DirtyTable:
    """Return the penguins with faults put in, and where each fault is.

    Parameters
    ----------
    rng
        For the places and kinds of the faults.
    share
        The share of values that go missing, of values made absurd (ten times too large, as a
        slipped decimal point makes them), of rows entered twice and of names misspelt.
    """
    rng = validation.generator("rng", rng)
    share = validation.number("share", share, least=0, below=0.5)
    clean = load_penguins()
    n = len(clean.x)
    x = clean.x.astype(np.float64)
    fault = rng.random(x.shape)
    missing = fault < share
    outlier = (share <= fault) & (fault < 2 * share)
    x[outlier] *= 10
    x[missing] = np.nan
    species = np.array(SPECIES, dtype="U16")[clean.y]
    misspelt = np.asarray(rng.random(n) < share)
    species[misspelt] = [_misspell(name, rng) for name in species[misspelt]]

    # A repeated row stands somewhere after the row that it repeats.
    place, source = np.arange(n, dtype=float), np.arange(n)
    again = np.flatnonzero(rng.random(n) < share)
    source = np.concatenate([source, again])
    place = np.concatenate([place, rng.uniform(again, n)])
    order = np.argsort(place, kind="stable")
    repeated = order >= n
    source = source[order]
    return DirtyTable(
        x[source], species[source], missing[source], outlier[source], repeated, misspelt[source]
    )


def _misspell(name: str, rng: np.random.Generator) -> str:
    """Return the name in capitals, with spaces around it, or with two letters changed round."""
    kind = rng.integers(3)
    if kind == 0:
        return name.upper()
    if kind == 1:
        return f"  {name} "
    k = int(rng.integers(1, len(name) - 2))
    swapped = name[:k] + name[k + 1] + name[k] + name[k + 2 :]
    return swapped if swapped != name else name.lower()
