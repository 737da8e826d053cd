"""What the GPU would run: PTX by Numba and libNVVM, machine code by ptxas. No GPU is needed.

The compilers come with the packages of the ``cuda`` extra or with an installed CUDA toolkit.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from numba import cuda

from dlcourse.kernels.cuda.compile import Kernel

#: A100 and H100.
CAPABILITIES = ((8, 0), (9, 0))


@dataclass(frozen=True)
class Usage:
    """What ptxas says that a kernel takes, for one compute capability."""

    registers: int
    shared_bytes: int
    local_bytes: int
    spilled_bytes: int


@contextlib.contextmanager
def compiling_for(capability: tuple[int, int]) -> Iterator[None]:
    """Let Numba compile without asking a device, or NVRTC, what the device is.

    A kernel that calls a formula asks for the current device. Which capabilities there are is
    asked of NVRTC, 86 MB to fetch that nothing else here needs.
    """
    device = SimpleNamespace(compute_capability=capability)

    with (
        mock.patch("numba.cuda.dispatcher.get_current_device", return_value=device),
        mock.patch("numba.cuda.cudadrv.nvrtc.get_supported_ccs", return_value=list(CAPABILITIES)),
        mock.patch("numba.cuda.cuda_paths._get_nvrtc_path", return_value=None),
    ):
        yield


def ptx_of(kernel: Kernel, capability: tuple[int, int]) -> str:
    """Compile a kernel for a compute capability."""
    with compiling_for(capability):
        ptx, _ = cuda.compile(
            kernel.function,
            kernel.types,
            device=False,
            abi="numba",
            cc=capability,
            launch_bounds=kernel.bounds,
        )
    return ptx


def find_ptxas() -> str:
    """Return the path of ptxas: of the package beside Numba's, or of a CUDA toolkit."""
    packaged = util.find_spec("nvidia")
    folders = (
        [Path(f) / "cu13" / "bin" for f in packaged.submodule_search_locations or ()]
        if (packaged)
        else []
    )
    folders += [Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "bin"]
    for folder in folders:
        if (found := shutil.which("ptxas", path=folder)) is not None:
            return found
    raise FileNotFoundError(
        "ptxas was not found: install the packages of the cuda extra, or a CUDA toolkit 13.0"
    )


def assemble(ptx: str, capability: tuple[int, int]) -> Usage:
    """Assemble PTX and return what ptxas reports."""
    major, minor = capability
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "kernel.ptx"
        source.write_text(ptx)
        done = subprocess.run(
            [find_ptxas(), "-v", f"-arch=sm_{major}{minor}", "-o", f"{folder}/out", str(source)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr

    def number(pattern: str) -> int:
        return sum(int(found) for found in re.findall(pattern, done.stderr))

    return Usage(
        number(r"Used (\d+) registers"),
        number(r"(\d+) bytes smem"),
        number(r"(\d+) bytes stack frame"),
        number(r"(\d+) bytes spill"),
    )


TABLE = Path(__file__).with_name("resources.txt")
HEADING = (
    "# What each kernel takes on compute capabilities 8.0 and 9.0: registers a thread, bytes of\n"
    "# shared memory a block. None spills, none uses local memory or float64.\n"
    "# Written by: python -m tests.kernels.cuda.machine_code\n"
)


def written_table() -> dict[str, tuple[int, ...]]:
    """Return the reviewed table: registers (8.0, 9.0) and shared bytes (8.0, 9.0) by kernel."""
    lines = [line.split() for line in TABLE.read_text().splitlines() if line[0] != "#"]
    return {name: tuple(map(int, numbers)) for name, *numbers in lines}


def measured(kernel: Kernel) -> tuple[list[str], list[Usage]]:
    """Return a kernel's PTX and what it takes, for each capability."""
    with ThreadPoolExecutor(1) as pool:  # ptxas works on the one while Numba compiles the other
        texts, usages = [], []
        for capability in CAPABILITIES:
            texts.append(ptx_of(kernel, capability))
            usages.append(pool.submit(assemble, texts[-1], capability))
        return texts, [usage.result() for usage in usages]


def main() -> None:
    """Write the table anew, to be looked at before it is committed."""
    import dlcourse.kernels.cuda
    import dlcourse.kernels.cuda.ladder  # noqa: F401 - with it, every kernel is declared
    from dlcourse.kernels.cuda.compile import KERNELS

    lines = [HEADING]
    for name in sorted(KERNELS):
        _, (old, new) = measured(KERNELS[name])
        numbers = old.registers, new.registers, old.shared_bytes, new.shared_bytes
        lines.append(f"{name:28}" + "".join(f"{number:8}" for number in numbers) + "\n")
    TABLE.write_text("".join(lines))


if __name__ == "__main__":
    main()
