"""A note that every kernel is in the cache, which can be read without importing Numba.

Loading all kernels to see that none is missing takes seconds, and `dlcourse lab` should start at
once. The note says what the kernels were compiled from and for, and which files they are in; it
holds as long as all of that is still so. At worst it is wrong about a detail, and then a kernel is
compiled at its first use.
"""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import dlcourse
from dlcourse.commands import cache

# The parts of the library that kernels are compiled from.
SOURCES = ("kernels", "formulas")
COMPILERS = ("numba", "llvmlite", "numpy")


def read() -> int | None:
    """Return how many kernels are ready, None when the note is missing or no longer holds."""
    try:
        note = json.loads(_file().read_text(encoding="utf-8"))
        if note["state"] != _state() or not all(map(os.path.exists, note["files"])):
            return None
        return note["kernels"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(kernels: int, folders: Iterable[Path]) -> None:
    """Note that this many kernels are ready and that their code is in these folders."""
    files = sorted(str(file) for folder in folders for file in folder.glob("*.nb[ci]"))
    note = {"kernels": kernels, "state": _state(), "files": files}
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(note, indent=1), encoding="utf-8")
    except OSError:
        # Without the note all kernels are loaded the next time: slower, and as right.
        return


def _file() -> Path:
    folder = os.environ.get(cache.VARIABLE)
    place = Path(folder) if folder else Path(dlcourse.__file__).parent / "kernels" / "__pycache__"
    return place / "dlcourse-kernels.json"


def _state() -> str:
    """Digest all that machine code depends on: sources, compilers, settings, processor."""
    package = Path(dlcourse.__file__).parent
    sources = [
        (str(file.relative_to(package)), file.stat().st_mtime_ns, file.stat().st_size)
        for part in SOURCES
        for file in sorted([*package.glob(f"{part}.py"), *(package / part).rglob("*.py")])
    ]
    compilers = [(name, metadata.version(name)) for name in COMPILERS]
    settings = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    everything = [sys.version, sources, compilers, settings, _processor()]
    return hashlib.sha256(json.dumps(everything).encode()).hexdigest()


def _processor() -> list[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return [platform.machine(), platform.processor()]
    return sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))})
