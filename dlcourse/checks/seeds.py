"""Where the seed of a check comes from: public in a learner's notebook, private in grading."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from dlcourse.checks.judging import PUBLIC_SEED

SEED_VARIABLE = "DLCOURSE_SEED"
SEED_FILE_VARIABLE = "DLCOURSE_SEED_FILE"


def current_seed(environment: Mapping[str, str] | None = None) -> int:
    """
    Find the seed to check with.

    ``DLCOURSE_SEED`` holds the seed itself, ``DLCOURSE_SEED_FILE`` names a file that holds it. Any
    text will do. Without either, the seed is the public one, so that a learner who runs a check
    again sees the same numbers again.

    Raises
    ------
    ValueError
        The variable or the file is empty.
    OSError
        The file cannot be read. A private seed that silently became the public one would let
        answers be made up for it.
    """
    environment = os.environ if environment is None else environment
    if SEED_VARIABLE in environment:
        return seed_from_text(environment[SEED_VARIABLE], SEED_VARIABLE)
    if SEED_FILE_VARIABLE in environment:
        path = Path(environment[SEED_FILE_VARIABLE])
        return seed_from_text(path.read_text(encoding="utf-8"), f"the seed file {path.name}")
    return PUBLIC_SEED


def seed_from_text(text: str, source: str) -> int:
    """Turn any non-empty text into a seed of 128 bits."""
    text = text.strip()
    if not text:
        raise ValueError(f"{source} is empty, expected a seed: any text.")
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
