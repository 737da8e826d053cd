"""Draw the inputs of cases: readable small numbers, ordinary ones, and awkward memory layouts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.exercise import Case

Numbers = Callable[..., np.ndarray]

LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "arrays in Fortran order": np.asfortranarray,
    "arrays that are every second element of larger ones": strided,
    "arrays that cannot be written to": read_only,
}


def quarters(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """
    Draw multiples of ¼ between −2 and 2 without 0, for messages that quote the inputs.

    They are exact in every float type, and so are their products and sums.
    """
    return rng.integers(1, 9, shape) * rng.choice([-0.25, 0.25], shape)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw standard normal numbers."""
    return rng.standard_normal(shape)


def sizes(rng: np.random.Generator, count: int, low: int = 2, high: int = 8) -> list[int]:
    """Draw different sizes, so that no array is square and no mix-up of axes goes unseen."""
    return [int(size) for size in rng.permutation(np.arange(low, high + 1))[:count]]


def cast(arrays: Mapping[str, np.ndarray], dtype: type) -> dict[str, Any]:
    """Give float arrays the dtype; integer arrays, such as labels, stay what they are."""
    return {
        name: array.astype(dtype) if array.dtype.kind == "f" else array
        for name, array in arrays.items()
    }


def laid_out(case_of: Callable[..., Case], rng: np.random.Generator) -> list[Case]:
    """
    Make one case per memory layout.

    ``case_of(rng, about)`` draws a case; its arrays are then laid out anew.
    """
    cases = []
    for about, layout in LAYOUTS.items():
        case = case_of(rng, about)
        arguments = {
            name: layout(value) if isinstance(value, np.ndarray) else value
            for name, value in case.arguments.items()
        }
        cases.append(Case(arguments, case.about, case.part, case.facts, case.hidden))
    return cases
