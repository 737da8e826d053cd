"""What a worker process may see and use: bubblewrap's command line and the limits.

The sandbox has its own user, process, network, IPC and host name spaces, no capability, no
environment variable of the parent, a read-only file system that holds Python, NumPy, the worker's
three files and what the lab cannot do without (a compiler, a simulated GPU), and nothing else: not
the rest of the course's package, no notebook, no gradebook, no network, nothing writable.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from dlcourse.grading import seccomp

PACKAGE = Path(__file__).resolve().parents[1]
_HERE = Path(__file__).resolve().parent
_WORKER_FILES = ("worker.py", "zygote.py", "codec.py")
_INSIDE = "/worker"
# The simulated GPU, where a lab needs it: beside the worker's folder, as in this package.
_SIMULATOR, _SIMULATOR_INSIDE = PACKAGE / "simulator", "/simulator"


class SandboxError(RuntimeError):
    """The sandbox cannot be made on this machine, or its worker did not start."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    memory : int
        Bytes of address space.
    cpu_seconds : int
        Processor time of one worker process.
    file_size : int
        Bytes of any file written.
    open_files, processes : int
        Most open descriptors; most processes (does not bind root, the call filter does).
    start_seconds, exercise_seconds, total_seconds : float
        Wall-clock time for a worker to start, for one exercise (or one cell), and for all.
    packages : tuple of str
        What can be imported beside NumPy and the standard library: packages of this environment,
        by the names of their folders.
    """

    memory: int = 2 << 30
    cpu_seconds: int = 60
    file_size: int = 1 << 20
    open_files: int = 64
    processes: int = 64
    start_seconds: float = 30.0
    exercise_seconds: float = 10.0
    total_seconds: float = 60.0
    packages: tuple[str, ...] = ()

    def for_packages(self, packages: tuple[str, ...]) -> Limits:
        """Return limits for a lab that needs more packages, and the time that a compiler takes."""
        if not packages:
            return self
        return replace(
            self,
            packages=packages,
            cpu_seconds=4 * self.cpu_seconds,
            exercise_seconds=4 * self.exercise_seconds,
            total_seconds=4 * self.total_seconds,
        )


def environment() -> dict[str, str]:
    """Return the worker's whole environment: one thread, the same hashes in every run."""
    return {
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # Compiled loops may use two threads, whatever the machine has: the process limit is low.
        "NUMBA_NUM_THREADS": "2",
        "NUMBA_THREADING_LAYER": "workqueue",
    }


def _python() -> Path:
    """Return the interpreter itself, not a virtual environment's link to it."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def _numpy_folders() -> list[Path]:
    package = Path(np.__file__).resolve().parent
    libraries = package.parent / "numpy.libs"  # where a wheel keeps its own BLAS
    return [package, *([libraries] if libraries.is_dir() else [])]


def _package_folders(names: tuple[str, ...]) -> list[Path]:
    """Return where packages of this environment lie, without importing them.

    Raises
    ------
    SandboxError
        When one of them is not installed.
    """
    folders = []
    for name in names:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise SandboxError(f"this lab needs the package {name}, which is not installed here")
        folders.append(Path(found.origin).resolve().parent)
    return folders


def _packages_of_interpreter() -> list[Path]:
    """Return the interpreter's own package folders, which a mount of its library would show."""
    base = {"base": sys.base_prefix, "platbase": sys.base_prefix}
    paths = sysconfig.get_paths(vars=base)
    folders = {
        Path(paths["purelib"]),
        Path(paths["platlib"]),
        Path("/usr/lib/python3/dist-packages"),
    }
    folders |= {Path(folder) for folder in site.getsitepackages([sys.base_prefix])}
    return sorted(folders)


def _mounts(packages: list[Path], simulator: bool) -> list[str]:
    """Return the file system's part of bubblewrap's command line."""
    python = _python()
    system = ["/usr/lib", "/lib", "/usr/lib64", "/lib64", "/etc/ld.so.cache"]
    arguments = []
    for path in system:
        arguments += ["--ro-bind-try", path, path]
    shown = [Path(path) for path in system]
    if not python.is_relative_to("/usr/bin"):
        for name in ("lib", "lib64"):
            library = Path(sys.base_prefix).resolve() / name
            arguments += ["--ro-bind-try", str(library), str(library)]
            shown.append(library)
    arguments += ["--ro-bind", str(python), str(python)]
    hidden = [
        folder
        for folder in _packages_of_interpreter()
        if folder.is_dir() and any(folder.is_relative_to(path) for path in shown)
    ]
    if any(PACKAGE.is_relative_to(path) for path in shown) and not any(
        PACKAGE.is_relative_to(folder) for folder in hidden
    ):
        hidden.append(PACKAGE)
    for folder in hidden:
        arguments += ["--tmpfs", str(folder)]
    for folder in [*_numpy_folders(), *packages]:
        arguments += ["--ro-bind", str(folder), str(folder)]
    for name in _WORKER_FILES:
        arguments += ["--ro-bind", str(_HERE / name), f"{_INSIDE}/{name}"]
    if simulator:
        arguments += ["--ro-bind", str(_SIMULATOR), _SIMULATOR_INSIDE]
    for device in ("/dev/null", "/dev/urandom"):
        arguments += ["--dev-bind", device, device]
    for folder in hidden:
        arguments += ["--remount-ro", str(folder)]
    return [*arguments, "--remount-ro", "/"]


def command(
    limits: Limits, *, sandboxed: bool, filter_descriptor: int | None = None, forks: bool = False
) -> tuple[list[str], dict[str, str]]:
    """Return the command line that starts one worker, and the environment to start it in.

    Parameters
    ----------
    limits : Limits
    sandboxed : bool
        False runs the same worker as a plain process with the same limits: the code is then
        trusted with everything the user may do.
    filter_descriptor : int, optional
        An open descriptor from which bubblewrap reads the system-call filter.
    forks : bool
        Start a process that forks workers, each of which takes limits and the filter on itself;
        see ``zygote.py``. The command is then the same for all limits with the same packages.
    """
    here = _INSIDE if sandboxed else str(_HERE)
    # -S and -s: no .pth file, no user folder; -P: not the script's folder either; -B: no caches.
    python = [str(_python()), "-s", "-S", "-P", "-B", f"{here}/worker.py"]
    if forks:
        program = (seccomp.program() or b"").hex()
        python.append(json.dumps({"packages": limits.packages, "filter": program}))
    else:
        python.append(json.dumps(asdict(limits)))
    packages = _package_folders(limits.packages)
    found = dict.fromkeys(str(folder.parent) for folder in [_numpy_folders()[0], *packages])
    variables = environment() | {"PYTHONPATH": os.pathsep.join([*found, here])}
    if not sandboxed:
        return python, variables
    arguments = [_bubblewrap() or "bwrap", "--unshare-all", "--unshare-user"]
    arguments += ["--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
    arguments += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in variables.items():
        arguments += ["--setenv", name, value]
    if filter_descriptor is not None:
        arguments += ["--seccomp", str(filter_descriptor)]
    return [
        *arguments,
        *_mounts(packages, "greenlet" in limits.packages),
        "--chdir",
        "/",
        *python,
    ], {}


def _bubblewrap() -> str | None:
    return shutil.which("bwrap")


def call_filter() -> int | None:
    """Return a descriptor to read the system-call filter from, or None where there is none.

    The caller closes it.
    """
    code = seccomp.program()
    if code is None:
        return None
    reading, writing = os.pipe()
    try:
        os.write(writing, code)  # far smaller than a pipe's buffer
    finally:
        os.close(writing)
    return reading


def why_not() -> str | None:
    """Return why untrusted code cannot be shut in on this machine, or None when it can.

    The sandbox is tried, not guessed at: some systems have bubblewrap and forbid it to work.
    """
    if not sys.platform.startswith("linux"):
        return f"the sandbox needs Linux, this is {sys.platform}"
    if (bubblewrap := _bubblewrap()) is None:
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)"
    trial = [bubblewrap, "--unshare-all", "--unshare-user", "--cap-drop", "ALL"]
    trial += ["--ro-bind", "/", "/", "true"]
    tried = subprocess.run(trial, capture_output=True, text=True, timeout=30, check=False)
    if tried.returncode != 0:
        return f"bubblewrap cannot make a sandbox here: {tried.stderr.strip()[:200]}"
    return None
