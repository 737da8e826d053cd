"""The exercises of the labs, one module or package a lab."""

from __future__ import annotations

import difflib
import importlib
from functools import cache

from dlcourse.checks.exercise import Exercise

# In the order of the course.
LABS = (
    "warmup",
    "data",
    "forward",
    "losses",
    "backprop",
    "descent",
    "initialization",
    "loop",
    "regularization",
    "tuning",
    "diagnosis",
    "convolution",
    "recurrence",
    "transfer",
    "numba_kernels",
    "cuda_kernels",
    "capstone",
)


@cache
def load(lab: str) -> tuple[Exercise, ...]:
    """
    Give the exercises of a lab, in the order of its notebook.

    Raises
    ------
    ValueError
        There is no such lab.
    """
    if lab not in LABS:
        raise ValueError(f"There is no lab {lab!r}; there are {', '.join(LABS)}.")
    return tuple(importlib.import_module(f"{__name__}.{lab}").EXERCISES)


def find(name: object) -> Exercise | None:
    """Give the exercise of that name, whichever lab it is in."""
    return next((ex for lab in LABS for ex in load(lab) if ex.name == name), None)


def nearest(name: str) -> str | None:
    """Give the name of an exercise that looks much like ``name``."""
    names = [exercise.name for lab in LABS for exercise in load(lab)]
    return next(iter(difflib.get_close_matches(name, names, n=1)), None)
