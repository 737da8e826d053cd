"""The lock file, read for the tests."""

import re
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.txt"


class Pin(NamedTuple):
    name: str
    version: str
    marker: Marker | None
    hashes: list[str]


def pins(text: str) -> list[Pin]:
    """Read the entries of a lock: a pinned requirement, then its hashes on continued lines."""
    found = []
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.startswith("#"):
            continue
        pinned, *hashes = re.split(r"\s+--hash=", entry.strip())
        requirement = Requirement(pinned)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", entry
        found.append(
            Pin(canonicalize_name(requirement.name), specifier.version, requirement.marker, hashes)
        )
    return found
